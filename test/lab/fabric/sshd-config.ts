/** sshd_config(5) of the lab's machines. */

/** In what a machine's sshd differs from the lab's usual ones. */
export interface SshdVariant {
  /** Hardened, or from before 8.2: takes no security key's signature (PubkeyAcceptedAlgorithms without sk-*). */
  readonly takesSecurityKeys?: boolean;
  /** False where a touch without PIN is enough. */
  readonly verifyRequired?: boolean;
  readonly allowsAgentForwarding?: boolean;
  /** False where nothing may go on from here by `-J` or `-W`. */
  readonly allowsTcpForwarding?: boolean;
  readonly maxAuthTries?: number;
}

export interface SshdSettings {
  readonly listenAddresses: readonly string[];
  readonly port: number;
  readonly hostKeyFile: string;
  /** May hold %u. */
  readonly authorizedKeysFile: string;
  /** Whether sshd looks at the owners and modes of that file and the folders above it. */
  readonly strictModes: boolean;
  readonly rootMayLogIn: boolean;
  /** What every login runs in place of a shell, as a command line for /bin/sh. */
  readonly forceCommand?: string;
  /** Each `host:port` to which `ssh -W` and `-J` may go on; absent forbids all forwarding of connections. */
  readonly permitOpen?: readonly string[];
  /** False where sshd could not hand a terminal over to its user: the session then goes on without one. */
  readonly permitTty: boolean;
  /** Shown before the login. sshd reads it each time anew, and shows nothing where there is none. */
  readonly bannerFile: string;
  /** Accounts that a password opens, and no key. */
  readonly passwordUsers?: readonly string[];
  /** The PATH of what a login runs, where it is not to be the system's. */
  readonly path?: string;
  readonly variant?: SshdVariant;
  /** The sshd's version, for options that older ones stumble over. */
  readonly version: { readonly major: number; readonly minor: number };
}

export function sshdConfig(settings: SshdSettings): string {
  const { version, variant = {}, passwordUsers = [] } = settings;
  const permitOpen = variant.allowsTcpForwarding === false ? undefined : settings.permitOpen;
  const lines = [
    ...settings.listenAddresses.map((address) => `ListenAddress ${address}`),
    `Port ${settings.port}`,
    `HostKey ${quoted(settings.hostKeyFile)}`,
    'PidFile none',
    'LogLevel DEBUG3',

    // Break-glass accounts have a key that was touched and unlocked with a PIN, and nothing else.
    'AuthenticationMethods publickey',
    'PubkeyAuthentication yes',
    ...(variant.verifyRequired === false ? [] : ['PubkeyAuthOptions verify-required']),
    ...(variant.takesSecurityKeys === false
      ? [`${isSince(version, 8, 5) ? 'PubkeyAcceptedAlgorithms' : 'PubkeyAcceptedKeyTypes'} -sk-*,webauthn-sk-*`]
      : []),
    ...(variant.maxAuthTries === undefined ? [] : [`MaxAuthTries ${variant.maxAuthTries}`]),
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'ExposeAuthInfo yes',
    `PermitRootLogin ${settings.rootMayLogIn ? 'prohibit-password' : 'no'}`,
    `AuthorizedKeysFile ${quoted(settings.authorizedKeysFile)}`,
    `StrictModes ${settings.strictModes ? 'yes' : 'no'}`,

    `PermitTTY ${settings.permitTty ? 'yes' : 'no'}`,
    `AllowAgentForwarding ${variant.allowsAgentForwarding === false ? 'no' : 'yes'}`,
    'X11Forwarding no',
    'AllowStreamLocalForwarding no',
    ...(permitOpen === undefined
      ? ['AllowTcpForwarding no']
      : ['AllowTcpForwarding local', `PermitOpen ${permitOpen.join(' ')}`]),
    ...(settings.forceCommand === undefined ? [] : [`ForceCommand ${settings.forceCommand}`]),
    ...(settings.path === undefined ? [] : [`SetEnv ${quoted(`PATH=${settings.path}`)}`]),
    `Banner ${quoted(settings.bannerFile)}`,
    // For scp and sftp, where there is a shell.
    'Subsystem sftp internal-sftp',
    'PrintMotd no',
    'PrintLastLog no',

    // Tests log in many times at once, and on purpose with keys that are refused.
    'MaxStartups 100',
    ...(isSince(version, 9, 8) ? ['PerSourcePenalties no'] : []),

    // What follows a Match holds for it alone, so this is last.
    ...(passwordUsers.length === 0
      ? []
      : [
          `Match User ${passwordUsers.join(',')}`,
          'AuthenticationMethods password',
          'PasswordAuthentication yes',
          'PubkeyAuthentication no',
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function isSince(version: SshdSettings['version'], major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** A path in double quotes; `%` tokens stay what they are. */
function quoted(path: string): string {
  return `"${path}"`;
}
