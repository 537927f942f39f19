/**
 * The settings as people see and set them, composed for glasskey.ts: one line each, with its source. Entra's are told one by
 * one, as `entra.tenant`, though they are kept together.
 */
import { z } from 'zod';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { entraSettingsSchema } from './entra/cloud.ts';
import { assertJumpHost, type FindTarget } from './glasskey-target-ways.ts';
import { isPolicy, type SettingKey, type SettingSource, type Settings, settingFixed } from './storage/settings.ts';
import { StoredFault } from './storage/stored-form.ts';

export type PlainValue = string | number | boolean | null | readonly string[];

export interface SettingLine {
  readonly key: string;
  readonly kind: 'text' | 'number' | 'switch' | 'choice' | 'list';
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  readonly value: PlainValue;
  /** What holds where nobody has set anything. */
  readonly standard: PlainValue;
  readonly source: SettingSource;
  /** Why a stored value is not used. */
  readonly problem?: string;
  /** settings.json decides it: what the user sets has no effect. */
  readonly fixed?: true;
}

interface Described {
  readonly kind: SettingLine['kind'];
  readonly choices?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  readonly standard: PlainValue;
}

const CLOUDS = ['public', 'usgov', 'usgov-dod', 'china', 'custom'] as const;
const WEEK_MINUTES = 7 * 24 * 60;
/** Any time above zero holds (settings.ts); a lab has parts of a minute. */
const LEAST_MINUTES = 0.01;

/** In the order to show them. What is no setting by itself (known authorities, a list) is set in the file alone. */
const DESCRIBED = {
  'ssh.keyFile': { kind: 'text', standard: '~/.ssh/id_ed25519_sk' },
  'connect.defaultJump': { kind: 'text', standard: null },
  'connect.pinnedHostKeys': { kind: 'list', standard: [] },
  'connect.waitSeconds': { kind: 'number', least: 0.1, most: 120, standard: 8 },
  'connect.keepAliveSeconds': { kind: 'number', least: 0, most: 3600, standard: 15 },
  'connect.keepAliveCount': { kind: 'number', least: 1, most: 100, standard: 3 },
  'agent.ask': { kind: 'choice', choices: ['once-per-session', 'always'], standard: 'once-per-session' },
  'agent.forwarded': { kind: 'choice', choices: ['ask', 'refuse'], standard: 'ask' },
  'agent.passThrough': { kind: 'text', standard: null },
  'sessions.record': { kind: 'choice', choices: ['off', 'always'], standard: 'off' },
  'reminders.credentialAgeDays': { kind: 'number', least: 1, most: 3650, standard: 90 },
  'reminders.drillAgeDays': { kind: 'number', least: 1, most: 3650, standard: 30 },
  'reminders.quietFrom': { kind: 'text', standard: null },
  'reminders.quietTo': { kind: 'text', standard: null },
  'reminders.calendarFile': { kind: 'text', standard: null },
  'reconcile.everyMinutes': { kind: 'number', least: LEAST_MINUTES, most: WEEK_MINUTES, standard: 240 },
  'attestation.require': { kind: 'choice', choices: ['off', 'valid-signature', 'genuine'], standard: 'off' },
  'attestation.allowedAaguids': { kind: 'list', standard: [] },
  'attestation.minimumFirmware': { kind: 'text', standard: null },
  'attestation.roots': { kind: 'list', standard: [] },
  'entra.tenant': { kind: 'text', standard: 'organizations' },
  'entra.clientId': { kind: 'text', standard: null },
  'entra.cloud': { kind: 'choice', choices: CLOUDS, standard: 'public' },
  'entra.loginRoot': { kind: 'text', standard: null },
  'entra.graphRoot': { kind: 'text', standard: null },
  'entra.caFile': { kind: 'text', standard: null },
  'entra.signInTimeoutSeconds': { kind: 'number', least: 5, most: 3600, standard: 300 },
  'windows.securityKeys': { kind: 'choice', choices: ['auto', 'windows', 'direct'], standard: 'auto' },
  'app.appearance': { kind: 'choice', choices: ['system', 'light', 'dark'], standard: 'system' },
  'app.openAtLogin': { kind: 'switch', standard: false },
  'app.keepInTray': { kind: 'switch', standard: true },
  'terminal.fontFamily': { kind: 'text', standard: null },
  'terminal.fontSize': { kind: 'number', least: 8, most: 40, standard: 14 },
  'terminal.screenReader': { kind: 'switch', standard: false },
} as const satisfies Readonly<Record<string, Described>>;

type LineKey = keyof typeof DESCRIBED;

export const SETTING_LINE_KEYS = Object.keys(DESCRIBED) as readonly LineKey[];

export function settingLines(settings: Settings): readonly SettingLine[] {
  return SETTING_LINE_KEYS.map((key) => lineOf(key, settings));
}

/** Throws `SETTING_UNKNOWN`. */
export function settingLine(settings: Settings, key: string): SettingLine {
  return lineOf(asLineKey(key), settings);
}

/**
 * Sets the user's own value and returns the line as it is now. Text that is empty means none. Throws `SETTING_UNKNOWN`, and
 * `SETTING_INVALID` with what is wrong, `SETTING_FIXED` where settings.json decides; nothing is changed then. `find`: the saved
 * targets, one of which may be the jump host.
 */
export function setSetting(
  settings: Settings,
  name: string,
  given: PlainValue,
  find: FindTarget = () => undefined,
): SettingLine {
  const key = asLineKey(name);
  if (isFixed(settings, key)) throw settingFixed(key);
  const value = plainOf(key, given);
  const member = entraMember(key);
  withSentence(key, () => {
    if (member !== undefined) setEntraMember(settings, member, value);
    else setPlain(settings, key as SettingKey, value, find);
  });
  return lineOf(key, settings);
}

/** Forgets the user's own value. Throws `SETTING_UNKNOWN`. */
export function resetSetting(settings: Settings, name: string): SettingLine {
  const key = asLineKey(name);
  const member = entraMember(key);
  if (member === undefined) settings.reset(key as SettingKey);
  else storeEntra(settings, { ...userEntra(settings), [member]: undefined });
  return lineOf(key, settings);
}

function lineOf(key: LineKey, settings: Settings): SettingLine {
  const described: Described = DESCRIBED[key];
  const member = entraMember(key);
  if (member !== undefined) return { key, ...described, ...entraValue(settings, member, described.standard) };
  const { value, source } = settings.get(key as Exclude<SettingKey, 'entra'>);
  const problem = settings.problems().find(({ what }) => what === key);
  return {
    key,
    ...described,
    value,
    source,
    ...(problem === undefined ? {} : { problem: problem.why }),
    ...(isFixed(settings, key) ? { fixed: true } : {}),
  };
}

function isFixed(settings: Settings, key: LineKey): boolean {
  return isPolicy(key) && settings.layers(key as SettingKey).file !== undefined;
}

/** Text that is empty means none. A list may come as text, its items separated by commas or line feeds. */
function plainOf(key: LineKey, given: PlainValue): PlainValue {
  const { kind }: Described = DESCRIBED[key];
  if (kind !== 'list') return typeof given === 'string' && given.trim() === '' ? null : given;
  const items = typeof given === 'string' ? given.split(/[\n,]/) : Array.isArray(given) ? given : [];
  return items.map((item) => String(item).trim()).filter((item) => item !== '');
}

function entraValue(
  settings: Settings,
  member: string,
  standard: PlainValue,
): Pick<SettingLine, 'value' | 'source' | 'problem'> {
  const { value } = settings.get('entra');
  const fromUser = Object.hasOwn(userEntra(settings), member);
  const source = fromUser ? 'user' : Object.hasOwn(value, member) ? 'file' : 'default';
  const issue = entraSettingsSchema.safeParse(value).error?.issues.find(({ path }) => path[0] === member);
  const problem = issue === undefined ? {} : { problem: issue.message };
  const plain = z.union([z.string(), z.number(), z.boolean()]).safeParse(value[member]);
  return { value: plain.success ? plain.data : standard, source, ...problem };
}

function entraMember(key: string): string | undefined {
  return key.startsWith('entra.') ? key.slice('entra.'.length) : undefined;
}

function userEntra(settings: Settings): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).catch({}).parse(settings.layers('entra').user);
}

/** Each member is held to its own rule: another one that is wrong already must not stand in the way of mending this one. */
function setEntraMember(settings: Settings, member: string, value: PlainValue): void {
  const given = value ?? undefined;
  const issue = entraSettingsSchema
    .safeParse({ [member]: given })
    .error?.issues.find(({ path }) => path[0] === member || path.length === 0);
  if (issue !== undefined) throw new z.ZodError([issue]);
  storeEntra(settings, { ...userEntra(settings), [member]: given });
}

function storeEntra(settings: Settings, members: Readonly<Record<string, unknown>>): void {
  const kept = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  if (Object.keys(kept).length === 0) settings.reset('entra');
  else settings.set('entra', kept);
}

function setPlain(settings: Settings, key: SettingKey, value: PlainValue, find: FindTarget): void {
  if (key === 'connect.defaultJump' && typeof value === 'string') assertJumpHost(value, find);
  settings.set(key, value as never);
}

function withSentence(key: LineKey, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof GlasskeyError && error.code.startsWith('TARGET_'))
      throw invalid(key, error.message, error.remedy);
    if (error instanceof StoredFault) throw invalid(key, faultOf(key, error.fault), remedyFor(key));
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const isOwn = issue?.code === 'custom' || issue?.message.startsWith('must') === true;
    throw invalid(key, faultOf(key, isOwn ? issue.message : 'is not valid'), remedyFor(key));
  }
}

/** Of text, the rule's own words; of all others, their kind says it better. */
function faultOf(key: LineKey, fault: string): string {
  const { kind, least, most }: Described = DESCRIBED[key];
  if (kind === 'choice') return 'it has no such value.';
  if (kind === 'switch') return 'it is either on or off.';
  if (kind === 'number') return `it is a number from ${least} to ${most}.`;
  return `it ${fault}.`;
}

function remedyFor(key: LineKey): string {
  const { kind, choices, least, most }: Described = DESCRIBED[key];
  if (choices !== undefined) return `Choose one of: ${choices.join(', ')}.`;
  if (kind === 'switch') return 'Choose true or false.';
  if (kind === 'number') return `Give a number from ${least} to ${most}.`;
  return 'Correct it, or reset it to its standard value.';
}

function asLineKey(key: string): LineKey {
  if (Object.hasOwn(DESCRIBED, key)) return key as LineKey;
  throw new GlasskeyError({
    code: 'SETTING_UNKNOWN',
    message: 'There is no setting of that name.',
    remedy: 'Run glasskey settings for all of them.',
  });
}

function invalid(key: LineKey, why: string, remedy: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SETTING_INVALID',
    message: `${key} cannot be set to that: ${why}`,
    remedy,
    detail: { key },
  });
}
