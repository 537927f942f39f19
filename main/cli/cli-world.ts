/** What the command line stands on. The lab replaces the HID bus, tests the streams; the rest is the machine's own. */
import { homedir, hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { HidBus } from '../../native/hid/transport.ts';
import type { WindowsAccess } from '../../native/webauthn/windows-access.ts';
import type { Clock } from '../../time/clock.ts';
import { systemClock } from '../../time/clock.ts';
import type { BegunLogin } from './head-start.ts';

export interface CliWorld {
  /** Loaded on first use: it is a native module, and most commands need no authenticator. */
  readonly hid: () => Promise<HidBus>;
  /** On Windows alone. */
  readonly windows?: (() => Promise<WindowsAccess>) | undefined;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly owner: string;
  /** By which this command line was started, without its own words: for whoever is to start it again. */
  readonly command: readonly [string, ...string[]];
  /** What bin/glasskey.js has done of a login already; its `end` is called when the command is done. */
  readonly begunLogin?: BegunLogin | undefined;
  /** Read from by its descriptor, byte by byte: a remote command gets what is left. */
  readonly stdin: { readonly fd: number };
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function systemCliWorld(): CliWorld {
  return {
    hid: async () => (await import('../../native/hid/node-hid-bus.ts')).nodeHidBus(),
    windows: process.platform === 'win32' ? throughWindows : undefined,
    clock: systemClock,
    environment: process.env,
    homeFolder: homedir(),
    owner: `${userInfo().username}@${hostname()}`,
    command: [process.execPath, ...process.execArgv, resolve(process.argv[1] ?? '')],
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
}

async function throughWindows(): Promise<WindowsAccess> {
  return (await import('../../native/webauthn/windows-access.ts')).windowsAccess(systemClock);
}
