/** sshd_config(5) of the lab's jump host and device. */

export interface SshdSettings {
  readonly listenAddress: string;
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
  /** The sshd's version, for options that older ones stumble over. */
  readonly version: { readonly major: number; readonly minor: number };
}

export function sshdConfig(settings: SshdSettings): string {
  const { version } = settings;
  const lines = [
    `ListenAddress ${settings.listenAddress}`,
    `Port ${settings.port}`,
    `HostKey ${quoted(settings.hostKeyFile)}`,
    'PidFile none',
    'LogLevel DEBUG3',

    // Break-glass accounts have a key that was touched and unlocked with a PIN, and nothing else.
    'AuthenticationMethods publickey',
    'PubkeyAuthentication yes',
    'PubkeyAuthOptions verify-required',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'ExposeAuthInfo yes',
    `PermitRootLogin ${settings.rootMayLogIn ? 'prohibit-password' : 'no'}`,
    `AuthorizedKeysFile ${quoted(settings.authorizedKeysFile)}`,
    `StrictModes ${settings.strictModes ? 'yes' : 'no'}`,

    `PermitTTY ${settings.permitTty ? 'yes' : 'no'}`,
    'AllowAgentForwarding yes',
    'X11Forwarding no',
    'AllowStreamLocalForwarding no',
    ...(settings.permitOpen === undefined
      ? ['AllowTcpForwarding no']
      : ['AllowTcpForwarding local', `PermitOpen ${settings.permitOpen.join(' ')}`]),
    ...(settings.forceCommand === undefined ? [] : [`ForceCommand ${settings.forceCommand}`]),
    `Banner ${quoted(settings.bannerFile)}`,
    'PrintMotd no',
    'PrintLastLog no',

    // Tests log in many times at once, and on purpose with keys that are refused.
    'MaxStartups 100',
    ...(version.major > 9 || (version.major === 9 && version.minor >= 8) ? ['PerSourcePenalties no'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A path in double quotes; `%` tokens stay what they are. */
function quoted(path: string): string {
  return `"${path}"`;
}
