/**
 * The plan of a login: which program, with which arguments, configuration and environment. Pure data, so that it can be
 * shown, tested and compared; run-ssh.ts runs it.
 *
 * Everything that matters stands in one generated configuration file. Every hop is an ssh of its own, and an option on
 * the command line would hold for the device alone (reference openssh-sk.md, section 10). Each host gets a block under
 * an alias of its own, because a jump host and a device may share an address (a port forward) and must not share
 * settings.
 *
 * The hops are ProxyCommands that say what `ssh -J` would, and one thing more: `-E`, a log file for each ssh. On stderr
 * an ssh's own messages cannot be told from a host's banner or the remote command's words, which may be forged.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { WayKind } from '../storage/target-store.ts';
import { formatHostSpec, type HostName, type HostSpec, type Port } from './host-spec.ts';
import { hostKeysFor, type PinnedHostKeys } from './pinned-host-keys.ts';
import { type ForwardedLogin, forwardedCommand, forwardedSsh } from './plan-forwarded.ts';
import { powerShellWord, shellWord } from './shell-word.ts';
import { type ConfigBlock, configText, hasControlCharacter, quotePath, unusablePath } from './ssh-config-text.ts';

/** The device, and under which name its host key is kept when it is not known by the address. */
export interface DeviceSpec extends HostSpec {
  readonly hostKeyAlias?: HostName;
}

export type HostKeyPolicy = 'ask' | 'accept-new' | 'yes';

export interface ConnectRequest {
  readonly device: DeviceSpec;
  /** How the device is reached over the jump hosts (`WayKind` says what each is). Default `jump`. */
  readonly way?: WayKind;
  /** The jump hosts in the order they are passed through; none means a direct login. A `forwarded` way needs one. */
  readonly jump: readonly HostSpec[];
  /** What the device's shell is to run; absent for an interactive session. The words reach the shell joined by spaces. */
  readonly command?: readonly string[];
  /** The agent that signs, on every hop; the device gets it forwarded. Absolute path of a Unix socket, or a named pipe. */
  readonly agentSocket: string;
  /** The `.pub` files of the keys that are offered, in this order. A server that does not know one costs no touch: ssh asks first. */
  readonly publicKeyFiles: readonly [string, ...string[]];
  /** Where host keys are looked up: the first is also written to. At least one. */
  readonly knownHostsFiles: readonly [string, ...string[]];
  /** What a team has pinned: of the hosts named there only these keys count, whatever `hostKeys` says. Default: nothing. */
  readonly pinnedHostKeys?: PinnedHostKeys;
  /** Where run-ssh.ts will put the configuration; see newConfigFile there. */
  readonly configFile: string;
  /** Whether the device gives a terminal: `auto` as ssh does it (one for a session, none for a command). Default `auto`. */
  readonly tty?: 'auto' | 'always' | 'never';
  /** What happens at a host key not seen before. Default `ask`. A changed one is refused by all three. */
  readonly hostKeys?: HostKeyPolicy;
  /** Whether the agent is forwarded to the device. Default true. */
  readonly forwardAgent?: boolean;
  /** Default: KEEP_ALIVE. */
  readonly keepAlive?: KeepAlive;
  /** A login that ends with itself: no shell, no command. Default: a session. */
  readonly rehearsal?: Rehearsal;
  /** How long a host may take for its first words, once it can be reached at all. Default 15. */
  readonly waitSeconds?: number;
  /** Default: the platform this runs on. */
  readonly platform?: NodeJS.Platform;
}

/** How ssh finds out that a host is gone, on every hop: `ServerAliveInterval` and `ServerAliveCountMax` of ssh_config(5). */
export interface KeepAlive {
  /** 0: it is never asked. */
  readonly everySeconds: number;
  /** So many without an answer end the connection. */
  readonly count: number;
}

export const KEEP_ALIVE: KeepAlive = { everySeconds: 15, count: 3 };

/** How a drill logs in (drill.ts): every ssh says to its log what it does. */
export interface Rehearsal {
  /** False: as far as the host key, and no key is offered. */
  readonly logsIn: boolean;
  /** What the last host is: a jump host is rehearsed by itself. */
  readonly lastIs: PlannedHop['role'];
  /** A socket by which others may pass through this login to hosts behind it (ControlMaster), while its ssh runs. */
  readonly opens?: string;
  /** The socket of a login to the host before the first one, which runs already: nobody logs in to that one again. */
  readonly through?: string;
}

export interface PlannedHop {
  readonly role: 'jump host' | 'device';
  /** The name of its block in the configuration. */
  readonly alias: string;
  readonly spec: HostSpec;
  /** Where the ssh that logs in to it writes its own messages, and nothing that the host wrote to stderr. */
  readonly logFile: string;
  /** Whether the session is open once this host has let the user in: the device, or on a `forwarded` way the last jump host. */
  readonly opensSession: boolean;
}

export interface ConnectPlan {
  readonly way: WayKind;
  readonly program: 'ssh';
  readonly arguments: readonly string[];
  readonly configFile: string;
  readonly configText: string;
  /** Added to the environment that ssh inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** The way to the device, in order; the device is the last. */
  readonly hops: readonly PlannedHop[];
  readonly command?: readonly string[];
  /** For a `forwarded` way: the login that the last jump host makes. */
  readonly onward?: ForwardedLogin;
  readonly agentSocket: string;
  readonly keepAlive: KeepAlive;
  /** How long each host on the way may take for its first words. */
  readonly waitSeconds: number;
  readonly platform: NodeJS.Platform;
}

const WAIT_SECONDS = 15;
/**
 * The device's clock starts when ssh starts the jump host's login, and that one waits for a PIN and a touch: sshd's
 * LoginGraceTime (120 s) bounds it, so the device's own limit grows by that for every hop before it.
 */
const LOGIN_GRACE_SECONDS = 120;

/** sun_path of sockaddr_un, with its closing NUL. ssh cuts what is longer, silently, and then finds no agent. */
const SOCKET_PATH_BYTES: Partial<Record<NodeJS.Platform, number>> = { linux: 108, darwin: 104 };

/**
 * Plans the login.
 * @throws GlasskeyError CONNECT_SOCKET_TOO_LONG, CONNECT_PATH_UNUSABLE, COMMAND_INVALID, TARGET_INVALID (`forwarded` without a jump host)
 */
export function planConnect(request: ConnectRequest): ConnectPlan {
  const platform = platformOf(request);
  assertSocketPathFits(request.agentSocket, platform);
  assertConfigPathFits(request.configFile, platform);
  const hops = planHops(request);
  const isForwarded = request.way === 'forwarded';
  // The device's own ssh runs on the jump host then.
  const own = isForwarded ? hops.slice(0, -1) : hops;
  const main = own.at(-1);
  if (main === undefined) throw withoutJumpHost();
  const onward = isForwarded ? onwardLogin(request) : undefined;
  return {
    way: request.way ?? 'jump',
    program: 'ssh',
    arguments: [
      ...['-F', request.configFile],
      ...['-E', main.logFile],
      ...(request.rehearsal === undefined ? [] : ['-N']),
      main.alias,
      ...(onward === undefined ? commandArguments(request.command) : ['--', forwardedCommand(onward)]),
    ],
    configFile: request.configFile,
    configText: configText([
      ...own.map((hop, index) => blockFor(hop, own.slice(0, index), request)),
      ...(request.rehearsal?.through === undefined ? [] : [OPEN_HOP]),
    ]),
    environment: {
      SSH_AUTH_SOCK: request.agentSocket,
      // ssh starts the hops through $SHELL, and an account without a login shell (nologin, git-shell) would refuse it.
      ...(platform !== 'win32' && { SHELL: '/bin/sh' }),
    },
    hops,
    ...(request.command !== undefined && { command: request.command }),
    ...(onward !== undefined && { onward }),
    agentSocket: request.agentSocket,
    keepAlive: request.keepAlive ?? KEEP_ALIVE,
    waitSeconds: request.waitSeconds ?? WAIT_SECONDS,
    platform,
  };
}

/** Whether an ssh of it writes down a host key that nobody was asked about. */
export function acceptsHostKeys({ configText }: Pick<ConnectPlan, 'configText'>): boolean {
  return /^ *StrictHostKeyChecking accept-new$/m.test(configText);
}

function onwardLogin(request: ConnectRequest): ForwardedLogin {
  const words = commandArguments(request.command).slice(1);
  return {
    device: request.device,
    command: words.length === 0 ? undefined : words.join(' '),
    forwardAgent: request.forwardAgent ?? true,
    isStrict: request.hostKeys === 'yes',
    waitSeconds: request.waitSeconds ?? WAIT_SECONDS,
  };
}

/**
 * The same login as a person would type it, for a terminal of their own while Glasskey's agent runs: plain ssh, without
 * the generated file. The agent is named by SSH_AUTH_SOCK, because that reaches the jump hosts as well. `agentSocket`: of an
 * agent that serves other programs, where there is one; the plan's own is there only while its connect runs.
 */
export function copyableCommand(plan: ConnectPlan, agentSocket: string = plan.agentSocket): string {
  const way = plan.onward === undefined ? plan.hops : plan.hops.slice(0, -1);
  const host = way.at(-1);
  const jumps = way.slice(0, -1).map((hop) => formatHostSpec(hop.spec));
  const { port, ...address } = host?.spec ?? { host: '' as HostName };
  const words = [
    'ssh',
    ...(plan.configText.includes('ForwardAgent "') ? ['-A'] : []),
    ...(plan.onward !== undefined && plan.onward.command === undefined ? ['-t'] : []),
    ...(plan.way === 'password' ? ['-o', 'PreferredAuthentications=keyboard-interactive,password'] : []),
    ...(jumps.length > 0 ? ['-J', jumps.join(',')] : []),
    ...(port !== undefined ? ['-p', String(port)] : []),
    formatHostSpec(address),
    ...(plan.onward === undefined ? commandArguments(plan.command) : ['--', forwardedSsh(plan.onward)]),
  ];
  if (plan.platform === 'win32') {
    return `$env:SSH_AUTH_SOCK=${powerShellWord(agentSocket)}; ${words.map(powerShellWord).join(' ')}`;
  }
  return `SSH_AUTH_SOCK=${shellWord(agentSocket)} ${words.map(shellWord).join(' ')}`;
}

const DEVICE_ALIAS = 'glasskey-device';
const SSH_PORT = 22;

/** A host that a login passes through by the socket of another ssh. Where that one has ended, nobody logs in here in its stead. */
const OPEN_HOP: ConfigBlock = {
  host: 'glasskey-open-hop',
  settings: [
    ['HostName', 'glasskey-open-hop'],
    ['ProxyCommand', 'exit 1'],
  ],
};

function planHops(request: ConnectRequest): PlannedHop[] {
  const opener = request.way === 'forwarded' ? request.jump.length - 1 : request.jump.length;
  const hop = (role: PlannedHop['role'], alias: string, spec: HostSpec, index: number): PlannedHop => {
    return { role, alias, spec, logFile: logFileFor(alias, request), opensSession: index === opener };
  };
  return [
    ...request.jump.map((spec, index) => hop('jump host', `glasskey-hop-${index + 1}`, spec, index)),
    hop(request.rehearsal?.lastIs ?? 'device', DEVICE_ALIAS, atConsole(request), request.jump.length),
  ];
}

/** The VM console service listens there (nexus/vm-console-service.md), and a console needs no other port to be named. */
const CONSOLE_PORT = 2222 as Port;

function atConsole({ way, device }: ConnectRequest): HostSpec {
  return way === 'console' ? { ...device, port: device.port ?? CONSOLE_PORT } : device;
}

/** In the configuration's private folder, which goes when ssh has ended. */
function logFileFor(alias: string, { configFile }: ConnectRequest): string {
  return `${configFile}.${alias}.log`;
}

/**
 * How ssh reaches a host through the one before it. The words are those that `-J` makes in OpenSSH's ssh.c, and `-E`;
 * the quotes are for the shell, to which brackets are a pattern.
 */
function throughHop(hop: PlannedHop, request: ConnectRequest): string {
  return `${hopSsh(request)} -E ${inCommand(hop.logFile, request)} -W "[%h]:%p" ${hop.alias}`;
}

/**
 * OpenSSH for Windows has no shell do it: it gives the line to CreateProcessW (sshconnect.c and contrib/win32/win32compat/w32fd.c of
 * PowerShell/openssh-portable). One that does not begin with a quotation mark is tried as the name of a single file first, and a path in it
 * ends that for good. The name in quotes is looked for beside the ssh.exe that runs.
 */
function hopSsh(request: ConnectRequest): string {
  const program = platformOf(request) === 'win32' ? '"ssh.exe"' : 'ssh';
  return `${program} -F ${inCommand(request.configFile, request)}`;
}

/** A path as a word of that line, in which ssh expands %. No other quotes than those of Windows: assertConfigPathFits. */
function inCommand(path: string, request: ConnectRequest): string {
  return platformOf(request) === 'win32' ? `"${path.replaceAll('%', '%%')}"` : path;
}

function platformOf({ platform = process.platform }: ConnectRequest): NodeJS.Platform {
  return platform;
}

/** How the first host is reached: straight, or through a login that runs already. */
function throughOpenHop(request: ConnectRequest): readonly (readonly [string, string])[] {
  const through = request.rehearsal?.through;
  if (through === undefined) return [];
  return [['ProxyCommand', `${hopSsh(request)} -S ${inCommand(through, request)} -W "[%h]:%p" ${OPEN_HOP.host}`]];
}

function blockFor(hop: PlannedHop, hopsBefore: readonly PlannedHop[], request: ConnectRequest): ConfigBlock {
  const { role, alias, spec } = hop;
  const previous = hopsBefore.at(-1);
  const isPassword = role === 'device' && request.way === 'password';
  const waitSeconds = Math.ceil(request.waitSeconds ?? WAIT_SECONDS);
  const socket = quotePath(request.agentSocket, 'the agent’s socket');
  const nameOfKey = (role === 'device' ? request.device.hostKeyAlias : undefined) ?? spec.host;
  const hostKeys = hostKeysFor(nameOfKey, spec.port ?? SSH_PORT, request.pinnedHostKeys ?? [], request.knownHostsFiles);
  const { everySeconds, count } = request.keepAlive ?? KEEP_ALIVE;
  return {
    host: alias,
    settings: [
      ['HostName', spec.host],
      ...(spec.port === undefined ? [] : [['Port', String(spec.port)] as const]),
      ...(spec.user === undefined ? [] : [['User', spec.user] as const]),
      ...(role === 'device' && request.device.hostKeyAlias !== undefined
        ? [['HostKeyAlias', request.device.hostKeyAlias] as const]
        : []),
      ...(previous === undefined
        ? throughOpenHop(request)
        : [['ProxyCommand', throughHop(previous, request)] as const]),
      ['IdentityAgent', socket],
      ['IdentitiesOnly', 'yes'],
      ...request.publicKeyFiles.map((file) => ['IdentityFile', quotePath(file, 'the public key')] as const),
      // Without a provider ssh drops every sk key before it asks the agent (section 10); any value will do.
      ['SecurityKeyProvider', 'internal'],
      ['AddKeysToAgent', 'no'],
      ['ForwardAgent', forwardsAgent(hop, request) ? socket : 'no'],
      ['ForwardX11', 'no'],
      ['PreferredAuthentications', isPassword ? 'keyboard-interactive,password' : 'publickey'],
      ['PubkeyAuthentication', isPassword || request.rehearsal?.logsIn === false ? 'no' : 'yes'],
      ['NumberOfPasswordPrompts', isPassword ? '3' : '0'],
      ['StrictHostKeyChecking', hostKeys.isPinned ? 'yes' : hostKeyPolicy(isPassword, request)],
      ['UserKnownHostsFile', hostKeys.files.map((file) => quotePath(file, 'a known hosts file')).join(' ')],
      ...(hostKeys.isPinned ? [['GlobalKnownHostsFile', 'none'] as const] : []),
      ['UpdateHostKeys', 'no'],
      ...controlSettings(alias, request),
      ['PermitLocalCommand', 'no'],
      ['ConnectTimeout', String(waitSeconds + hopsBefore.length * LOGIN_GRACE_SECONDS)],
      ['ServerAliveInterval', String(everySeconds)],
      ['ServerAliveCountMax', String(count)],
      // What each login met on its way (hop-trace.ts); nobody is shown it.
      ['LogLevel', 'DEBUG1'],
      ...(hop.opensSession ? terminalSetting(request) : []),
    ],
  };
}

/** Nobody else's open connection is used, and none is opened to others, but for a drill. */
function controlSettings(alias: string, { rehearsal }: ConnectRequest): readonly (readonly [string, string])[] {
  if (alias !== DEVICE_ALIAS || rehearsal?.opens === undefined)
    return [
      ['ControlMaster', 'no'],
      ['ControlPath', 'none'],
    ];
  return [
    ['ControlMaster', 'yes'],
    ['ControlPath', quotePath(rehearsal.opens, 'the socket of a login')],
    ['ControlPersist', 'no'],
  ];
}

/** To the device, or on a `forwarded` way to the jump host that logs in to it. Not to a console, nor into an account that others share. */
function forwardsAgent(hop: PlannedHop, { way = 'jump', forwardAgent = true }: ConnectRequest): boolean {
  if (way === 'forwarded') return hop.opensSession;
  return way === 'jump' && hop.role === 'device' && forwardAgent;
}

function terminalSetting({ tty = 'auto', way, command = [] }: ConnectRequest): (readonly [string, string])[] {
  // `force` and not `yes`: whoever says "always" means it also when Glasskey's own input is no terminal.
  if (tty !== 'auto') return [['RequestTTY', tty === 'always' ? 'force' : 'no']];
  // The ssh on the jump host is a command to this one, and a session needs a terminal all the same.
  return way === 'forwarded' && command.length === 0 ? [['RequestTTY', 'yes']] : [];
}

/** A password, unlike a signature, is worth something to whoever stands in between: a host key that is not known is always shown. */
function hostKeyPolicy(isPassword: boolean, { hostKeys = 'ask' }: ConnectRequest): HostKeyPolicy {
  return isPassword && hostKeys === 'accept-new' ? 'ask' : hostKeys;
}

/** `--` ends ssh's own options: it reads options after the host name too. */
function commandArguments(command: readonly string[] | undefined): string[] {
  if (command === undefined || command.length === 0) return [];
  if (command.some((word) => word.includes('\0'))) {
    throw new GlasskeyError({
      code: 'COMMAND_INVALID',
      message: 'The command holds a NUL character, which no program can be given.',
      remedy: 'Type the command again.',
    });
  }
  return ['--', ...command];
}

function withoutJumpHost(): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_INVALID',
    message: 'A forwarded way has no jump host from which to go on.',
    remedy: 'Name the jump host that the device is to be reached from.',
  });
}

function assertSocketPathFits(path: string, platform: NodeJS.Platform): void {
  const limit = SOCKET_PATH_BYTES[platform];
  if (limit === undefined) return;
  const length = Buffer.byteLength(path);
  if (length + 1 <= limit) return;
  throw new GlasskeyError({
    code: 'CONNECT_SOCKET_TOO_LONG',
    message: `The path of the agent’s socket is ${length} bytes long, and this system allows ${limit - 1}.`,
    remedy: 'Choose a folder with a shorter path for the agent’s socket.',
    detail: { path, length, limit: limit - 1 },
  });
}

/**
 * The path stands in the command lines of the hops. A shell reads them, and ssh expands % in them: so only characters that mean nothing
 * to either. On Windows no shell does (`hopSsh`), and quotes hold whatever a path there may have.
 */
function assertConfigPathFits(path: string, platform: NodeJS.Platform): void {
  const what = 'the generated configuration';
  if (platform === 'win32') {
    if (/^([A-Za-z]:[\\/]|\\\\)[^"]+$/.test(path) && !hasControlCharacter(path)) return;
    throw unusablePath(path, what, 'is not absolute, or holds a quotation mark');
  }
  if (/^\/[A-Za-z0-9_./:+-]+$/.test(path)) return;
  throw unusablePath(path, what, 'is not absolute, or holds characters that a shell would read');
}
