/**
 * Saved targets as entries of ssh_config(5), for every program that uses ssh: one `Host` per way in, and one per jump host, because the
 * ssh that runs for a hop is given no option, only the same configuration (reference openssh-sk.md, section 10). Pure text.
 *
 * What a connect sets for one login, an entry sets for all of them, with these differences: the agent is the one that serves other
 * programs and asks before it signs, it is not forwarded unless somebody says `-A`, and multiplexing is left to the user.
 */
import { formatHostSpec, type HostName, type HostSpec } from './host-spec.ts';
import { hostKeysFor, type PinnedHostKeys } from './pinned-host-keys.ts';
import { type ConfigBlock, configText, quotePath } from './ssh-config-text.ts';

export type FragmentWay =
  | {
      readonly kind: 'jump' | 'forwarded' | 'console' | 'password';
      /** In the order in which they are passed. */
      readonly jumps: readonly HostSpec[];
      readonly device: HostSpec;
    }
  /** It leads nowhere, and why. */
  | { readonly fault: string };

export interface FragmentTarget {
  readonly name: string;
  readonly isJumpHost: boolean;
  /** In the order in which they are tried. */
  readonly ways: readonly FragmentWay[];
}

export interface FragmentRequest {
  readonly targets: readonly FragmentTarget[];
  /** Of the agent that serves other programs: absolute path of a Unix socket, or a named pipe. */
  readonly agentSocket: string;
  /** The `.pub` files of the keys that are offered, in this order; none while no key is enrolled. */
  readonly publicKeyFiles: readonly string[];
  /** Where host keys are looked up: the first is also written to. */
  readonly knownHostsFiles: readonly [string, ...string[]];
  readonly pinnedHostKeys: PinnedHostKeys;
}

/** One name that can be given to ssh, and what it leads to. */
export interface FragmentHost {
  readonly alias: string;
  /** `user@host:port`. */
  readonly device: string;
  readonly kind: 'jump' | 'forwarded' | 'console' | 'password';
}

export interface Fragment {
  readonly text: string;
  /** By target, in order; without the entries that only jump hosts have. */
  readonly hosts: readonly FragmentHost[];
  /** Sentences: what of the targets ssh_config cannot say. */
  readonly remarks: readonly string[];
}

type PlannedWay = Exclude<FragmentWay, { readonly fault: string }>;

interface Entry extends FragmentHost {
  readonly way: PlannedWay;
  readonly remark?: string;
}

const SSH_PORT = 22;
/** Of the VM console service (vm-console-service.md). */
const CONSOLE_PORT = 2222;
/** As in plan.ts: for TCP and banner, and for the PIN and the touch of each hop before. */
const CONNECT_SECONDS = 15;
const LOGIN_GRACE_SECONDS = 120;

const HEAD = `# Written by Glasskey, anew whenever a target or a key changes: what is changed here is lost.
# Shown by "glasskey ssh-config", taken away by "glasskey ssh-config remove".
`;

/**
 * The whole file. A target's name stands for its first way that is not by password; its other ways are `NAME.way2`, `NAME.way3`…, and
 * those by password `NAME.password`, so that nobody takes one by chance. Throws `CONNECT_PATH_UNUSABLE`.
 */
export function sshConfigFragment(request: FragmentRequest): Fragment {
  const taken = new Set(request.targets.map(({ name }) => name));
  const remarks: string[] = [];
  const entries = request.targets.flatMap((target) => entriesOf(target, taken, remarks));
  const hops = hopAliases(entries, request.targets, taken);
  const sections = [
    HEAD,
    ...entries.map((entry) => section(entry, entryBlock(entry, hops, request))),
    ...[...hops.values()]
      .filter(({ isOwn }) => isOwn)
      .map(({ alias, spec }) => section(undefined, hopBlock(alias, spec, request))),
  ];
  return {
    text: sections.join('\n'),
    hosts: entries.map(({ alias, device, kind }) => ({ alias, device, kind })),
    remarks,
  };
}

function entriesOf({ name, ways }: FragmentTarget, taken: Set<string>, remarks: string[]): Entry[] {
  let hasName = false;
  return ways.flatMap((way, index): Entry[] => {
    if ('fault' in way) {
      remarks.push(`${name}: way ${index + 1} is left out. ${way.fault}`);
      return [];
    }
    const isPlain = !hasName && way.kind !== 'password';
    const alias = isPlain
      ? name
      : freeAlias(`${name}.${way.kind === 'password' ? 'password' : `way${index + 1}`}`, taken);
    hasName ||= isPlain;
    const remark = REMARKS[way.kind];
    if (remark !== undefined) remarks.push(`${alias}: ${remark}`);
    return [
      { alias, kind: way.kind, device: formatHostSpec(way.device), way, ...(remark !== undefined && { remark }) },
    ];
  });
}

const REMARKS: Partial<Record<PlannedWay['kind'], string>> = {
  forwarded: 'Goes on from the jump host with the forwarded agent: a session only, no scp, no sftp and no command.',
  console: 'The console of a virtual machine: it ends the session that somebody else has there.',
  password: 'A shared account with a password (Method D v1.5): the last resort.',
};

interface Hop {
  readonly alias: string;
  readonly spec: HostSpec;
  /** Whether it needs an entry of its own: no saved jump host has one. */
  readonly isOwn: boolean;
}

/** By how the host is spelled. */
function hopAliases(
  entries: readonly Entry[],
  targets: readonly FragmentTarget[],
  taken: Set<string>,
): ReadonlyMap<string, Hop> {
  const jumpHosts = new Set(targets.filter(({ isJumpHost }) => isJumpHost).map(({ name }) => name));
  // `ProxyJump none`, in any case, is none at all: a jump host of that name gets another one beside its own.
  const saved = entries.filter(
    ({ alias, kind }) => kind === 'jump' && jumpHosts.has(alias) && alias.toLowerCase() !== 'none',
  );
  const hops = new Map<string, Hop>();
  for (const spec of entries.flatMap(({ way }) => way.jumps)) {
    const device = formatHostSpec(spec);
    if (hops.has(device)) continue;
    const known = saved.find((one) => one.device === device);
    const alias = known?.alias ?? freeAlias(`glasskey-${device.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`, taken);
    hops.set(device, { alias, spec, isOwn: known === undefined });
  }
  return hops;
}

function freeAlias(wanted: string, taken: Set<string>): string {
  let alias = wanted;
  for (let number = 2; taken.has(alias); number += 1) alias = `${wanted}-${number}`;
  taken.add(alias);
  return alias;
}

function entryBlock({ alias, way }: Entry, hops: ReadonlyMap<string, Hop>, request: FragmentRequest): ConfigBlock {
  const names = way.jumps.map((spec) => hops.get(formatHostSpec(spec))?.alias ?? '');
  if (way.kind === 'forwarded') return forwardedBlock(alias, way, names, request);
  const device = way.kind === 'console' ? { ...way.device, port: way.device.port ?? CONSOLE_PORT } : way.device;
  return {
    host: alias,
    settings: [
      ...addressOf(device),
      ...wayThrough(names),
      ...(way.kind === 'password' ? passwordSettings(request) : keySettings(request)),
      ...hostKeySettings(device, request),
    ],
  };
}

/** Logs in to the last jump host, with the agent forwarded, and from there to the device with the jump host's own ssh. */
function forwardedBlock(
  alias: string,
  { jumps, device }: PlannedWay,
  names: readonly string[],
  request: FragmentRequest,
): ConfigBlock {
  const last = jumps.at(-1) ?? device;
  const port = device.port === undefined ? [] : ['-p', String(device.port)];
  const user = device.user === undefined ? [] : ['-l', device.user];
  return {
    host: alias,
    settings: [
      ...addressOf(last),
      ...wayThrough(names.slice(0, -1)),
      ['ForwardAgent', 'yes'],
      ['RequestTTY', 'yes'],
      ['RemoteCommand', ['ssh', '-t', ...port, ...user, '--', device.host].join(' ')],
      ...keySettings(request),
      ...hostKeySettings(last, request),
    ],
  };
}

function hopBlock(alias: string, spec: HostSpec, request: FragmentRequest): ConfigBlock {
  return {
    host: alias,
    settings: [...addressOf(spec), ...wayThrough([]), ...keySettings(request), ...hostKeySettings(spec, request)],
  };
}

type Settings = readonly (readonly [string, string])[];

function addressOf({
  host,
  port,
  user,
}: {
  readonly host: HostName;
  readonly port?: number;
  readonly user?: string;
}): Settings {
  return [
    ['HostName', host],
    ...(port === undefined ? [] : [['Port', String(port)] as const]),
    ...(user === undefined ? [] : [['User', user] as const]),
  ];
}

/** `none` where there is none, so that no proxy of the user's `Host *` gets in between. */
function wayThrough(names: readonly string[]): Settings {
  return [
    ['ProxyJump', names.length === 0 ? 'none' : names.join(',')],
    ['ConnectTimeout', String(CONNECT_SECONDS + names.length * LOGIN_GRACE_SECONDS)],
  ];
}

function keySettings({ agentSocket, publicKeyFiles }: FragmentRequest): Settings {
  return [
    ['IdentityAgent', quotePath(agentSocket, 'the agent’s socket')],
    ['IdentitiesOnly', 'yes'],
    ...(publicKeyFiles.length === 0 ? [['IdentityFile', 'none'] as const] : []),
    ...publicKeyFiles.map((file) => ['IdentityFile', quotePath(file, 'the public key')] as const),
    // Without a provider ssh drops every sk key before it asks the agent (section 10); any value will do.
    ['SecurityKeyProvider', 'internal'],
    ['AddKeysToAgent', 'no'],
    ['PubkeyAuthentication', 'yes'],
    ['PreferredAuthentications', 'publickey'],
    ['ForwardAgent', 'no'],
  ];
}

/** The jump hosts still take the key, from the agent that ssh passes on to them in its environment. */
function passwordSettings({ agentSocket }: FragmentRequest): Settings {
  return [
    ['IdentityAgent', quotePath(agentSocket, 'the agent’s socket')],
    ['PubkeyAuthentication', 'no'],
    ['PreferredAuthentications', 'keyboard-interactive,password'],
    ['ForwardAgent', 'no'],
  ];
}

function hostKeySettings(
  { host, port = SSH_PORT }: { readonly host: HostName; readonly port?: number },
  { pinnedHostKeys, knownHostsFiles }: FragmentRequest,
): Settings {
  const { files, isPinned } = hostKeysFor(host, port, pinnedHostKeys, knownHostsFiles);
  return [
    ['StrictHostKeyChecking', isPinned ? 'yes' : 'ask'],
    ['UserKnownHostsFile', files.map((file) => quotePath(file, 'a known hosts file')).join(' ')],
    ...(isPinned ? [['GlobalKnownHostsFile', 'none'] as const] : []),
    ['UpdateHostKeys', 'no'],
  ];
}

function section(entry: Entry | undefined, block: ConfigBlock): string {
  return `${entry?.remark === undefined ? '' : `# ${entry.remark}\n`}${configText([block])}`;
}
