/**
 * The lab's Entra: oidc-provider behind the paths that MSAL asks a v2.0 authority for, so that the product signs in
 * to it unchanged, by settings alone.
 */
import { generateKeyPairSync, type JsonWebKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Configuration, interactionPolicy, Provider } from 'oidc-provider';
import type { LabAccounts } from './accounts.ts';
import { loginPage } from './login-page.ts';
import { MemoryAdapter } from './memory-adapter.ts';

export interface IdentityProviderOptions {
  /** `https://localhost:<port>` of the server it runs in. */
  readonly origin: string;
  readonly graphRoot: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly accounts: LabAccounts;
}

/** What tests may ask and set. */
export interface LabIdentity {
  /** The next finished login is answered with this OAuth error instead of a code. */
  refuseNext: { readonly error: string; readonly description: string } | undefined;
  /** The refresh tokens given so far are refused, as after a password change. */
  revokeRefreshTokens(): void;
  /** How often a token was given, by grant type. */
  readonly tokensGiven: { authorization_code: number; refresh_token: number };
  /** Login forms that were sent back with a wrong password. */
  wrongPasswords: number;
}

export interface IdentityProvider extends LabIdentity {
  /** The public key that its access tokens are signed with (RS256). */
  readonly publicKey: JsonWebKey;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const MOST_FORM_BYTES = 16_384;

export function createIdentityProvider(options: IdentityProviderOptions): IdentityProvider {
  return new LabIdentityProvider(options);
}

class LabIdentityProvider implements IdentityProvider {
  readonly publicKey: JsonWebKey;
  readonly tokensGiven = { authorization_code: 0, refresh_token: 0 };
  refuseNext: { readonly error: string; readonly description: string } | undefined;
  wrongPasswords = 0;
  readonly #options: IdentityProviderOptions;
  readonly #provider: Provider;
  readonly #callback: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly #refreshTokens = new MemoryAdapter();

  constructor(options: IdentityProviderOptions) {
    this.#options = options;
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.publicKey = pair.publicKey.export({ format: 'jwk' });
    const signingKey = { ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'lab' };
    this.#provider = new Provider(`${options.origin}/${options.tenant}/v2.0`, this.#configuration(signingKey));
    this.#callback = this.#provider.callback();
    this.#provider.on('grant.success', (ctx) => {
      const grant = ctx.oidc.params?.grant_type;
      if (grant === 'authorization_code' || grant === 'refresh_token') this.tokensGiven[grant] += 1;
    });
  }

  revokeRefreshTokens(): void {
    this.#refreshTokens.clear();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { tenant } = this.#options;
    const path = URL.parse(request.url ?? '/', this.#options.origin)?.pathname ?? '/';
    if (path.startsWith(`/${tenant}/login/`)) return this.#login(request, response);
    // Entra publishes its discovery document below the tenant; oidc-provider knows one place only.
    if (path === `/${tenant}/v2.0/.well-known/openid-configuration`) request.url = '/.well-known/openid-configuration';
    if (path === `/${tenant}/oauth2/v2.0/authorize`) request.url = withConsent(request.url ?? '');
    return this.#callback(request, response);
  }

  #configuration(signingKey: object): Configuration {
    const { tenant, clientId, accounts, graphRoot } = this.#options;
    const graphScopes = `${graphRoot}/User.ReadWrite ${graphRoot}/User.Read`;
    const policy = interactionPolicy.base();
    policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
    return {
      adapter: (name) => (name === 'RefreshToken' ? this.#refreshTokens : new MemoryAdapter()),
      jwks: { keys: [signingKey] },
      cookies: { keys: [randomBytes(24).toString('base64url')] },
      clients: [
        {
          client_id: clientId,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          redirect_uris: ['http://localhost'],
          response_types: ['code'],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
      routes: {
        authorization: `/${tenant}/oauth2/v2.0/authorize`,
        token: `/${tenant}/oauth2/v2.0/token`,
        jwks: `/${tenant}/discovery/v2.0/keys`,
        end_session: `/${tenant}/oauth2/v2.0/logout`,
        userinfo: '/oidc/userinfo',
      },
      interactions: { policy, url: (_ctx, interaction) => `/${tenant}/login/${interaction.uid}` },
      // Entra puts the profile's claims into the id_token itself.
      conformIdTokenClaims: false,
      claims: { openid: ['sub', 'oid', 'tid'], profile: ['name', 'preferred_username'] },
      findAccount: (_ctx, oid) => {
        const account = accounts.byOid(oid);
        if (account === undefined) return undefined;
        const claims = { sub: oid, oid, tid: tenant, name: account.displayName, preferred_username: account.upn };
        return { accountId: oid, claims: () => claims };
      },
      features: {
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => graphRoot,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: graphScopes,
            audience: graphRoot,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 3600,
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      // A challenged client sends the claims it was asked for; the token says so, and the lab's Graph looks for it.
      extraTokenClaims: (ctx) => ({ lab_claims: textMember(ctx.oidc.body, 'claims') }),
      issueRefreshToken: async () => true,
      loadExistingGrant: async (ctx) => {
        const accountId = ctx.oidc.session?.accountId;
        if (accountId === undefined) return undefined;
        const grant = new ctx.oidc.provider.Grant({ clientId, accountId });
        grant.addOIDCScope('openid profile offline_access');
        grant.addResourceScope(graphRoot, graphScopes);
        await grant.save();
        return grant;
      },
      ttl: {
        AccessToken: 3600,
        AuthorizationCode: 60,
        IdToken: 3600,
        RefreshToken: 86_400,
        Interaction: 3600,
        Session: 86_400,
        Grant: 86_400,
      },
    };
  }

  async #login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const interaction = await this.#provider.interactionDetails(request, response);
    const loginHint = textMember(interaction.params, 'login_hint');
    const action = request.url ?? '';
    if (request.method !== 'POST') return sendPage(response, 200, loginPage({ action, loginHint, fault: '' }));
    const form = await readForm(request);
    if (form.get('decision') === 'decline')
      return this.#refuse(request, response, 'access_denied', 'the person declined');
    const account = this.#options.accounts.byUpn(form.get('username') ?? '');
    if (account === undefined || !sameText(form.get('password') ?? '', account.password)) {
      this.wrongPasswords += 1;
      const fault = 'The user name or the password is wrong.';
      return sendPage(response, 401, loginPage({ action, loginHint: form.get('username') ?? '', fault }));
    }
    const refusal = this.refuseNext;
    this.refuseNext = undefined;
    if (refusal !== undefined) return this.#refuse(request, response, refusal.error, refusal.description);
    const result = { login: { accountId: account.oid }, select_account: {}, consent: {} };
    await this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  async #refuse(request: IncomingMessage, response: ServerResponse, error: string, description: string): Promise<void> {
    const result = { error, error_description: description };
    await this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
}

/** oidc-provider gives the scope offline_access only where consent is asked for; Entra gives it as it is. */
function withConsent(url: string): string {
  const [path = '', query = ''] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('prompt', `${parameters.get('prompt') ?? ''} consent`.trim());
  return `${path}?${parameters}`;
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MOST_FORM_BYTES) throw new Error('the form is too large');
  }
  return new URLSearchParams(body);
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function textMember(value: unknown, name: string): string {
  const member: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return typeof member === 'string' ? member : '';
}
