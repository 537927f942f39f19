/** From what somebody asks of `connect` to the plan of a login, composed for glasskey.ts: saved targets, settings, keys, host names. */
import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Clock } from '../time/clock.ts';
import type { Expectations, ForwardedHop } from './agent/agent-rules.ts';
import { newSocketName } from './connect/connect-socket-name.ts';
import { formatHostSpec, type HostSpec, parseHostSpec, parseUserName, shownHostSpec } from './connect/host-spec.ts';
import { hostNamesFor, isKeyOf, isKnownKey, knownHostEntries, nameInFile } from './connect/known-hosts.ts';
import { hostKeysFor, type PinnedHostKeys } from './connect/pinned-host-keys.ts';
import { type ConnectPlan, type HostKeyPolicy, planConnect } from './connect/plan.ts';
import { newConfigFile } from './connect/start-ssh.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { areOfOneRotation } from './enrollment/rotation.ts';
import type { HostNames } from './glasskey-agent.ts';
import { pinnedHostKeys } from './glasskey-host-keys.ts';
import { waysToTry } from './glasskey-login-ways.ts';
import { type FindTarget, type ResolvedWay, resolveWay } from './glasskey-target-ways.ts';
import { assertTargetName, isLikelyMeant } from './glasskey-targets.ts';
import { sha256Fingerprint } from './openssh/fingerprint.ts';
import { connectSocketPath } from './storage/agent-socket-path.ts';
import { type Database, randomHex } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';
import { plainTarget, type Target, targetStore, type Way, type WayKind } from './storage/target-store.ts';

export interface ConnectTo {
  /** `USER@HOST[:PORT]`, or a saved name. */
  readonly target: string;
  /** In order; empty for none; undefined for the saved or default ones. */
  readonly jump: readonly string[] | undefined;
  /** The number of a saved way, from 1, or a kind of way. Undefined: those that are taken unasked (waysToTry), in their order. */
  readonly way?: number | WayKind | undefined;
  readonly command: readonly string[] | undefined;
  /** The name under which to remember it, once the login has succeeded. */
  readonly save: string | undefined;
  readonly hostKeys: HostKeyPolicy;
  readonly forwardAgent: boolean;
  /** `USER@HOST[:PORT]` or saved names: where the forwarded agent may go on to without a question, a touch for each login. */
  readonly onward?: readonly string[];
}

export interface PublicKeyCopy {
  readonly file: string;
  readonly line: string;
}

export interface LoginWorld {
  readonly settings: Settings;
  readonly database: Database;
  readonly dataFolder: string;
  readonly homeFolder: string;
  readonly clock: Pick<Clock, 'now'>;
  /** The keys to log in with, in the order they are offered. */
  readonly keys: readonly [WrittenEnrollment, ...WrittenEnrollment[]];
  /** The Entra user whose profile was published on last (`lastAccount`), whichever key is there now. */
  readonly account: string | undefined;
  /** Windows asks for the PIN, for each signature anew; default false. */
  readonly windowsAsks?: boolean;
}

export interface PlannedLogin {
  readonly plan: ConnectPlan;
  /** The way: jump hosts in order, then the device. */
  readonly hops: readonly [...HostSpec[], HostSpec];
  /** `user@host`, with the port where it is not ssh's own. */
  readonly device: string;
  /** One line: to whom, and through whom. */
  readonly sentence: string;
  /** False where nothing on the way is logged in to by a key. */
  readonly needsKey: boolean;
  readonly hostNames: HostNames;
  /** What its agent is to expect: the logins of the plan, and where it may go on to. `namesHosts`: whether this ssh says which host a login is for. */
  expected(namesHosts: boolean): Expectations;
  /** The public halves that tell ssh which keys to ask the agent for: Glasskey's own copies, whatever became of the key files. */
  readonly publicKeys: readonly PublicKeyCopy[];
  /** The keys that it offers, in this order. */
  readonly keys: LoginWorld['keys'];
  /** The keys that are known of the host at this address, each with the file that it stands in. */
  knownHostKeys(address: string): readonly { readonly fingerprint: string; readonly file: string }[];
  /** The files in which a team has pinned the keys of the host at this address; undefined where nobody has. */
  pinnedIn(address: string): string | undefined;
  /** The commands that make ssh forget what it knows of the host at this address; for when its key has changed. */
  forgetHostKey(address: string): string;
  /** After the login has succeeded: saves the target where that was asked for, and notes when it was used. */
  remember(now: number): void;
}

const SSH_PORT = 22;

/** Of an ssh that runs already, by a plan that the first one may be equal to. */
export interface BegunNames {
  readonly agentSocket: string;
  readonly configFile: string;
}

/** The first of planLogins. */
export function planLogin(request: ConnectTo, world: LoginWorld): PlannedLogin {
  return planLogins(request, world)[0];
}

/**
 * A plan for each way that is to be tried, in this order. One agent serves all: they name the same socket. Throws `TARGET_INVALID`,
 * `TARGET_NAME_INVALID`, `TARGET_EXISTS`, and what waysToTry and planConnect throw.
 */
export function planLogins(
  request: ConnectTo,
  world: LoginWorld,
  begun?: BegunNames,
): readonly [PlannedLogin, ...PlannedLogin[]] {
  const targets = targetStore(world.database);
  const saved = targets.get(request.target);
  if (saved === undefined && request.jump === undefined) assertNotMistyped(request.target, targets.list(), 'connect');
  const fallback = world.settings.get('connect.defaultJump').value;
  const [first, ...others] = waysToTry(request, saved, fallback, targets.get);
  const agentSocket = begun?.agentSocket ?? connectSocketPath(world.dataFolder, newSocketName());
  const newNames = (): BegunNames => {
    return { agentSocket, configFile: newConfigFile(tmpdir(), randomHex(world.database, 9)) };
  };
  const planned = (way: ResolvedWay, names = newNames()) => planWay(way, request, saved?.name, names, world);
  return [planned(first, begun), ...others.map((way) => planned(way))];
}

function planWay(
  way: ResolvedWay,
  request: ConnectTo,
  savedName: string | undefined,
  { agentSocket, configFile }: BegunNames,
  world: LoginWorld,
): PlannedLogin {
  const { settings, database, dataFolder, homeFolder, clock, keys } = world;
  const [key, ...others] = keys;
  const targets = targetStore(database);
  const jump = way.jumps;
  const device = userFor(way, world.account);
  const route = { kind: way.kind, device: formatHostSpec(device), jumps: jump.map(formatHostSpec) };
  if (request.save !== undefined) assertMaySave(request.save, route, targets.get(request.save), targets.get);
  const knownHostsFiles = knownHostsFilesOf(dataFolder, homeFolder);
  const pinned = pinnedHostKeys(settings, homeFolder);
  const copyOf = (one: WrittenEnrollment) => publicKeyCopy(one, dataFolder);
  const publicKeys = [copyOf(key), ...others.map(copyOf)] as const;
  const [first, ...rest] = publicKeys;
  const plan = planConnect({
    way: way.kind,
    device,
    jump,
    ...(request.command === undefined ? {} : { command: request.command }),
    agentSocket,
    publicKeyFiles: [first.file, ...rest.map(({ file }) => file)],
    knownHostsFiles,
    pinnedHostKeys: pinned,
    configFile,
    hostKeys: request.hostKeys,
    forwardAgent: request.forwardAgent,
    waitSeconds: settings.get('connect.waitSeconds').value,
    keepAlive: {
      everySeconds: settings.get('connect.keepAliveSeconds').value,
      count: settings.get('connect.keepAliveCount').value,
    },
  });
  const last = plan.hops.at(-1)?.spec ?? device;
  const hops = [...jump, last] as const;
  const onward = (request.onward ?? []).map((text) =>
    withUser(parseHostSpec(targets.get(text)?.device ?? text), world.account),
  );
  return {
    plan,
    hops,
    device: shownHostSpec(last),
    sentence: sentenceFor(way.kind, last, jump, world.windowsAsks === true),
    needsKey: way.kind !== 'password' || jump.length > 0,
    hostNames: hostNamesOf(hops, [...knownHostsFiles, ...pinned.map(({ path }) => path)], clock),
    expected: (namesHosts) => ({
      planned: expectedHops(signedHere(way.kind, hops), knownHostsFiles, pinned, clock),
      unnamedHosts: namesHosts ? 'refused' : 'accepted',
      way: plan.configFile,
      forwardedOnce: way.kind === 'forwarded' ? expectedHops([last], knownHostsFiles, pinned, clock) : [],
      onward: expectedHops(onward, knownHostsFiles, pinned, clock),
    }),
    publicKeys,
    keys,
    knownHostKeys(address) {
      const hop = hops.find((one) => formatHostSpec(one) === address);
      if (hop === undefined) return [];
      return [...knownHostsFiles, ...SYSTEM_KNOWN_HOSTS].flatMap((file) =>
        knownHostEntries(textOf(file), hop.host, hop.port ?? SSH_PORT)
          .filter(({ marker }) => marker === undefined)
          .map(({ key }) => ({ fingerprint: sha256Fingerprint(key), file })),
      );
    },
    pinnedIn(address) {
      const hop = hops.find((one) => formatHostSpec(one) === address);
      if (hop === undefined) return undefined;
      const { files, isPinned } = hostKeysFor(hop.host, hop.port ?? SSH_PORT, pinned, knownHostsFiles);
      return isPinned ? files.join(', ') : undefined;
    },
    forgetHostKey(address) {
      const hop = hops.find((one) => formatHostSpec(one) === address);
      if (hop === undefined) return 'ssh-keygen -R HOST';
      const name = nameInFile(hop.host, hop.port);
      const files = knownHostsFiles.filter((file) => mayName(textOf(file), name));
      return files.map((file) => `ssh-keygen -f "${file}" -R "${name}"`).join('; ');
    },
    remember(now) {
      const name = request.save ?? savedName;
      if (name === undefined) return;
      if (request.save !== undefined && targets.get(name) === undefined) {
        const { kind, jumps } = route;
        targets.add({ ...plainTarget(name, route.device, jumps), ways: [{ kind, jumps }] });
      }
      targets.markUsed(name, now);
    },
  };
}

/** The hosts whose logins are signed for on this computer: the last one of a `forwarded` way asks through the jump host before it. */
function signedHere(kind: WayKind, hops: readonly HostSpec[]): readonly HostSpec[] {
  return kind === 'forwarded' || kind === 'password' ? hops.slice(0, -1) : hops;
}

/** The public half that tells ssh for which key to ask the agent: Glasskey's own copy, whatever became of the key files. */
export function publicKeyCopy({ id, files }: WrittenEnrollment, dataFolder: string): PublicKeyCopy {
  return { file: join(dataFolder, 'connect', `${id}.pub`), line: files.publicLine };
}

/**
 * Throws `FILE_WRITE_FAILED`. Where the agent listens on a socket, its folder is there already; beside a pipe there is none yet. Where they
 * lie there as they should, as after the first login, nothing is written.
 */
export async function writePublicKeyCopies(copies: readonly PublicKeyCopy[]): Promise<void> {
  for (const { file, line } of copies) {
    if (textOf(file) === line) continue;
    const { writeWholeFile } = await import('./storage/whole-file.ts');
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    await writeWholeFile(file, new TextEncoder().encode(line), { mode: 0o600, overwrite: true });
  }
}

/** Where host keys are looked up: Glasskey's own file, which is also written to, then the user's. */
export function knownHostsFilesOf(dataFolder: string, homeFolder: string): readonly [string, string] {
  return [join(dataFolder, 'known_hosts'), join(homeFolder, '.ssh', 'known_hosts')];
}

/** Names host keys for the notices, from Glasskey's known_hosts and the user's, and the way that a connect takes to them. */
export function hostNamesOf(
  hops: readonly HostSpec[],
  knownHostsFiles: readonly string[],
  clock: Pick<Clock, 'now'>,
): HostNames {
  // Read anew each time: ssh adds a host key at first contact, just before it asks for the signature.
  const knownHosts = () => knownHostsFiles.map(textOf).join('\n');
  return {
    nameHost: (hostKey) => hostNamesFor(knownHosts(), hostKey, hops, clock.now())[0],
    isKnownHost: (hostKey) => isKnownKey(knownHosts(), hostKey),
    routeTo(hostKey) {
      const text = knownHosts();
      const at = hops.findIndex(({ host, port }) => isKeyOf(text, host, port ?? SSH_PORT, hostKey, clock.now()));
      return hops.slice(0, Math.max(at, 0)).map(({ host }) => host);
    },
  };
}

/** The plan leaves ssh its system-wide known_hosts too, from which it copies nothing: a key that is known there counts. */
export const SYSTEM_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

function expectedHops(
  hops: readonly HostSpec[],
  knownHostsFiles: readonly string[],
  pinned: PinnedHostKeys,
  clock: Pick<Clock, 'now'>,
): readonly ForwardedHop[] {
  return hops.map(({ user, host, port = SSH_PORT }) => {
    const { files, isPinned } = hostKeysFor(host, port, pinned, knownHostsFiles);
    // Read anew each time: ssh adds a host key at first contact, just before it asks for the signature.
    const knownHosts = () => (isPinned ? files : [...files, ...SYSTEM_KNOWN_HOSTS]).map(textOf).join('\n');
    return {
      user: user ?? userInfo().username,
      isHostKey: (hostKey) => isKeyOf(knownHosts(), host, port, hostKey, clock.now()),
      isAnyKeyKnown: () => knownHostEntries(knownHosts(), host, port).some(({ marker }) => marker !== 'revoked'),
    };
  });
}

/** `Logging in to alice@10.0.0.7 through ops@192.0.2.10: one PIN, 2 touches.` */
function sentenceFor(kind: WayKind, device: HostSpec, jumps: readonly HostSpec[], windowsAsks: boolean): string {
  const where = shownHostSpec(device);
  const through = jumps.map(shownHostSpec).join(', then ');
  const touched = kind === 'password' ? jumps.length : jumps.length + 1;
  const touches = touchesOf(touched, windowsAsks);
  const way = jumps.length === 0 ? ' directly, without a jump host' : ` through ${through}`;
  if (kind === 'jump') return `Logging in to ${where}${way}: ${touches}.`;
  if (kind === 'forwarded') {
    return `Logging in to ${through}, which gets the agent, and from there to ${where} with the ssh of that host: ${touches}.`;
  }
  if (kind === 'console') {
    return `Logging in to the VM console ${where}${way}: ${touches}. A session that somebody else has on it ends.`;
  }
  const keys = jumps.length === 0 ? '' : ` The jump hosts are logged in to by the key: ${touches}.`;
  return `The last resort (Method D v1.5): logging in to ${where}${way} with the password of an account that others share. ssh asks for it itself; Glasskey never sees it.${keys}`;
}

function touchesOf(count: number, windowsAsks: boolean): string {
  if (count === 1) return 'one PIN, one touch';
  return windowsAsks ? `${count} times PIN and touch` : `one PIN, ${count} touches`;
}

/**
 * A bare word like a saved name is more likely a slip than a host: said before the PIN is typed for a stranger. `command`: what
 * is to be given the name. Throws `TARGET_UNKNOWN`.
 */
export function assertNotMistyped(target: string, saved: readonly Target[], command: 'connect' | 'drill'): void {
  if (!/^[\p{L}\p{N}_-]+$/u.test(target)) return;
  const close = saved.find(({ name }) => isLikelyMeant(name, target));
  if (close === undefined) return;
  throw new GlasskeyError({
    code: 'TARGET_UNKNOWN',
    message: `There is no saved target ${target}.`,
    remedy: `Did you mean glasskey ${command} ${close.name}? A host of that name is USER@${target}.`,
    detail: { close: close.name },
  });
}

/** A console's user is the access id of its VM, and a shared account is nobody's own: neither is guessed. */
function userFor({ kind, device }: ResolvedWay, account: string | undefined): HostSpec {
  if (device.user === undefined && (kind === 'console' || kind === 'password')) throw withoutUser(kind, device);
  return withUser(device, account);
}

/** On fabric devices the user is named after the Entra user: the part before the '@' unless said otherwise (azure.md 8). */
export function withUser(device: HostSpec, account: string | undefined): HostSpec {
  if (device.user !== undefined) return device;
  const [localPart] = account?.split('@') ?? [];
  return { ...device, user: parseUserName(localPart ?? userInfo().username) };
}

function withoutUser(kind: 'console' | 'password', device: HostSpec): GlasskeyError {
  const what = kind === 'console' ? 'the access id of the VM' : 'the shared account';
  return new GlasskeyError({
    code: 'TARGET_INVALID',
    message: `The target ${formatHostSpec(device)} has no user, and this way needs ${what} there.`,
    remedy: `Write it as ${kind === 'console' ? 'ACCESS-ID' : 'ACCOUNT'}@${formatHostSpec(device)}.`,
  });
}

/** Undefined: nothing was ever published here. */
export function lastAccount(written: readonly WrittenEnrollment[]): string | undefined {
  const published = written.filter((one) => one.state === 'published');
  return published.toSorted((a, b) => b.publication.publishedAt - a.publication.publishedAt)[0]?.publication.account;
}

/** Before anybody types a PIN for a login that could then not be remembered. */
function assertMaySave(name: string, route: Route, present: Target | undefined, find: FindTarget): void {
  assertTargetName(name);
  if (present === undefined || present.ways.some((way) => isSameRoute(routeOf(present, way, find), route))) return;
  const [{ jumps }] = present.ways;
  throw new GlasskeyError({
    code: 'TARGET_EXISTS',
    message: `${name} already stands for another target: ${present.device}${jumps.length === 0 ? '' : ` through ${jumps.join(', ')}`}.`,
    remedy: 'Choose another name for --save.',
    detail: { name },
  });
}

interface Route {
  readonly device: string;
  readonly jumps: readonly string[];
}

/** Undefined: it leads nowhere, because a jump host is not saved any more. */
function routeOf(target: Target, way: Way, find: FindTarget): Route | undefined {
  try {
    const { device, jumps } = resolveWay(target, way, find);
    return { device: formatHostSpec(device), jumps: jumps.map(formatHostSpec) };
  } catch {
    return undefined;
  }
}

function isSameRoute(a: Route | undefined, b: Route): boolean {
  return a?.device === b.device && a.jumps.join(' ') === b.jumps.join(' ');
}

/**
 * The keys that a login offers, best first: the one published last, then the others of the same model, because devices take a
 * new key only at their next reconciliation, and until then an older one is the way in. Keys of another model are left out, because
 * one login has one PIN, unless one is to take the place of the other: then both are the way in until the rotation is at its end.
 * `pluggedIn`: the models that are there now, where somebody has looked. The best key on one of those comes first, and where none is
 * there, all are offered, for whichever is plugged in.
 */
export function keysForLogin(
  written: readonly [WrittenEnrollment, ...WrittenEnrollment[]],
  pluggedIn?: readonly string[],
): readonly [WrittenEnrollment, ...WrittenEnrollment[]] {
  const publishedAt = (one: WrittenEnrollment) => (one.state === 'published' ? one.publication.publishedAt : 0);
  const order = written.toSorted((a, b) => publishedAt(b) - publishedAt(a) || b.createdAt - a.createdAt);
  const [best = written[0], ...rest] = order;
  if (pluggedIn === undefined) return [best, ...rest.filter((one) => goTogether(one, best))];
  const isThere = ({ credential: { aaguid } }: WrittenEnrollment) => aaguid === undefined || pluggedIn.includes(aaguid);
  const first = order.find(isThere);
  if (first === undefined) return [best, ...rest];
  return [first, ...order.filter((one) => one !== first && goTogether(one, first))];
}

function goTogether(a: WrittenEnrollment, b: WrittenEnrollment): boolean {
  return isSameModel(a, b) || areOfOneRotation(a, b);
}

/** Whether the enrollments are on security keys of more than one model, as far as is known. */
export function areOnSeveralModels(written: readonly WrittenEnrollment[]): boolean {
  const [first] = written;
  return first !== undefined && written.some((one) => !isSameModel(one, first));
}

/** Of two keys whose model is not known nobody knows that they are on one. */
function isSameModel(a: WrittenEnrollment, b: WrittenEnrollment): boolean {
  return a.credential.aaguid === b.credential.aaguid && (a.credential.aaguid !== undefined || a.id === b.id);
}

/** A hashed line may be any host's. */
function mayName(knownHosts: string, name: string): boolean {
  return knownHosts.toLowerCase().includes(name.toLowerCase()) || knownHosts.includes('|1|');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not there: no names
  }
}
