/**
 * Where sign-in and Microsoft Graph are, and as which app Glasskey asks. The hosts differ by cloud and tokens do not
 * cross from one cloud to another, so every host can be set and none is written anywhere else.
 */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const httpsRoot = z
  .url({ protocol: /^https$/ })
  .refine((url) => isBareHttpsRoot(url), 'must be https, without user, query or fragment')
  .transform((url) => url.replace(/\/+$/, ''));

/** One path segment: a tenant id, a verified domain, or `organizations`. */
const tenantName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,253}$/, 'must be a tenant id or a domain name');

/** An application id is a GUID, as Entra makes it at the registration. */
const applicationId = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'must be an application (client) id, such as 11111111-2222-3333-4444-555555555555',
  );

/** `entra` in the settings file. Every member may be left out; `custom` needs both hosts. */
export const entraSettingsSchema = z.strictObject({
  cloud: z.enum(['public', 'usgov', 'usgov-dod', 'china', 'custom']).default('public'),
  /** Overrides the cloud's login host: `https://login.example`. */
  loginRoot: httpsRoot.optional(),
  /** Overrides the cloud's Graph host: `https://graph.example`. */
  graphRoot: httpsRoot.optional(),
  tenant: tenantName.default('organizations'),
  /** The application (client) id of the organization's registration. There is no built-in one. */
  clientId: applicationId.optional(),
  /** `host[:port]` of login hosts that are not Microsoft's. The configured one of a custom cloud is added by itself. */
  knownAuthorities: z.array(z.string().regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/, 'must be host or host:port')).default([]),
  /** A PEM file of further certificate authorities (a company's proxy, a private cloud). */
  caFile: z.string().refine(isAbsolute, 'must be an absolute path').optional(),
  /** How long a person has to finish signing in, in the browser. */
  signInTimeoutSeconds: z.number().int().min(5).max(3600).default(300),
});

export type EntraSettings = z.output<typeof entraSettingsSchema>;
export type EntraSettingsInput = z.input<typeof entraSettingsSchema>;

/** The settings with every default filled in: what sign-in and Graph calls need, and nothing optional but the CA file. */
export interface EntraEndpoints {
  readonly clientId: string;
  readonly tenant: string;
  /** `{login root}/{tenant}`, MSAL's authority. */
  readonly authority: string;
  readonly knownAuthorities: readonly string[];
  /** Without a slash at its end. */
  readonly graphRoot: string;
  /** The full URI, because the short form means the public cloud's Graph (azure.md 1.6). */
  readonly graphScope: string;
  readonly caFile: string | undefined;
  readonly signInTimeoutMs: number;
}

/** azure.md, section 1.6. */
const CLOUD_ROOTS = {
  public: { login: 'https://login.microsoftonline.com', graph: 'https://graph.microsoft.com' },
  usgov: { login: 'https://login.microsoftonline.us', graph: 'https://graph.microsoft.us' },
  'usgov-dod': { login: 'https://login.microsoftonline.us', graph: 'https://dod-graph.microsoft.us' },
  china: { login: 'https://login.chinacloudapi.cn', graph: 'https://microsoftgraph.chinacloudapi.cn' },
  custom: undefined,
} as const;

/** Reads the `entra` part of the settings. Throws `ENTRA_SETTINGS_INVALID` naming the first member that is wrong. */
export function parseEntraSettings(value: unknown): EntraSettings {
  const parsed = entraSettingsSchema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw settingsInvalid(issue?.path.join('.') ?? '', issue?.message ?? 'is not valid');
}

/**
 * Fills in the cloud's hosts. Throws `ENTRA_NOT_CONFIGURED` when no app registration is named, because Glasskey has
 * none of its own, and `ENTRA_SETTINGS_INVALID` when a custom cloud lacks a host.
 */
export function resolveEndpoints(settings: EntraSettings): EntraEndpoints {
  if (settings.clientId === undefined) throw notConfigured();
  const roots = CLOUD_ROOTS[settings.cloud];
  const login = settings.loginRoot ?? roots?.login;
  const graphRoot = settings.graphRoot ?? roots?.graph;
  if (login === undefined) throw settingsInvalid('loginRoot', 'is needed for a custom cloud');
  if (graphRoot === undefined) throw settingsInvalid('graphRoot', 'is needed for a custom cloud');
  return {
    clientId: settings.clientId,
    tenant: settings.tenant,
    authority: `${login}/${settings.tenant}`,
    knownAuthorities: knownAuthoritiesOf(settings, login),
    graphRoot,
    graphScope: `${graphRoot}/User.ReadWrite`,
    caFile: settings.caFile,
    signInTimeoutMs: settings.signInTimeoutSeconds * 1000,
  };
}

/** MSAL asks Microsoft about any login host it does not know, unless the host is listed: a private one must be. */
function knownAuthoritiesOf(settings: EntraSettings, login: string): readonly string[] {
  const own = settings.cloud === 'custom' ? [new URL(login).host] : [];
  return [...new Set([...settings.knownAuthorities, ...own])];
}

function isBareHttpsRoot(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === '';
}

function notConfigured(): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_NOT_CONFIGURED',
    message: 'Glasskey does not know which app registration to sign in with.',
    remedy:
      'Ask your Entra administrator for an app registration (platform "Mobile and desktop applications", redirect URI ' +
      'http://localhost, delegated Microsoft Graph permission User.ReadWrite) and set entra.clientId and entra.tenant ' +
      'in the settings to its application (client) id and directory (tenant) id.',
  });
}

function settingsInvalid(member: string, fault: string): GlasskeyError {
  const name = member === '' ? 'entra' : `entra.${member}`;
  return new GlasskeyError({
    code: 'ENTRA_SETTINGS_INVALID',
    message: `The setting ${name} is not usable: ${fault}.`,
    remedy: `Correct ${name} in the settings.`,
    detail: { member: name },
  });
}
