import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import type { SigningPeople } from '../../main/glasskey-agent.ts';
import { unopenableBus } from '../../main/glasskey-key-way.ts';
import { logIn } from '../../main/glasskey-login.ts';
import { RunningAgents } from '../../main/glasskey-running-agents.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { systemClock } from '../../time/clock.ts';
import { published } from './enrollment/sample-enrollment.ts';

let folder: string;
let database: Database;
let host: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gk-login-'));
  database = openDatabase(join(folder, 'glasskey.db'));
  const ssh = join(folder, 'ssh');
  writeFileSync(ssh, "#!/bin/sh\necho 'OpenSSH_10.0p1' >&2\n");
  chmodSync(ssh, 0o755);
  host = createServer((socket) => socket.end('SSH-2.0-OpenSSH_10.0\r\n').on('error', () => {}));
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await new Promise((resolve) => host.close(resolve));
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const people: SigningPeople = {
  signingPin: () => expect.unreachable(),
  remark() {},
  touchWanted() {},
  touchDone() {},
};

/** To the host of this test, by a terminal whose ssh is not started. `jump` as connect takes it. */
function loggingIn(jump: readonly string[] | undefined, onStart = () => {}) {
  const terminal = {
    spawn: () => {
      onStart();
      throw new Error('there is no terminal here');
    },
    size: () => ({ columns: 80, rows: 24 }),
    onStarted() {},
    onOutput() {},
    onOpened() {},
  };
  const unused = () => Promise.reject(new Error('not asked'));
  return logIn(
    {
      target: `alice@127.0.0.1:${(host.address() as AddressInfo).port}`,
      jump,
      command: undefined,
      save: undefined,
      hostKeys: 'accept-new',
      forwardAgent: false,
    },
    people,
    new AbortController().signal,
    { terminal, keyWanted: () => expect.unreachable() },
    {
      settings: openSettings(database, join(folder, 'settings.json')),
      database,
      journal: storedJournal(database, systemClock),
      enrollments: [published(1_000, 2_000)],
      dataFolder: folder,
      homeFolder: folder,
      environment: { PATH: folder },
      hid: async () => unopenableBus('information', 'not-elevated'),
      windowsKey: async () => ({ makeCredential: unused, getAssertion: unused }),
      channel: async () => systemChannelWorld({ clock: systemClock, log: silentLog }),
      clock: systemClock,
      log: silentLog,
      agents: new RunningAgents(),
      verdict: unused,
    },
  );
}

describe('a login in the window', () => {
  it('waits for no key to be plugged in where keys are reached through Windows, which shows none', async () => {
    let started = 0;
    const login = loggingIn([], () => {
      started += 1;
    });
    await expect(login).rejects.toMatchObject({ code: 'SSH_NOT_STARTED' });
    expect(started).toBe(1);
  });
});

describe('a jump host of the settings that is a name alone, as of a saved one that has gone', () => {
  const failure = (hop: string) => ({ code: 'CONNECT_UNREACHABLE', detail: expect.objectContaining({ hop }) });

  it('is told as that of the setting where it cannot be reached', async () => {
    openSettings(database, join(folder, 'settings.json')).set('connect.defaultJump', 'bastion.invalid');
    await expect(loggingIn(undefined)).rejects.toMatchObject({
      ...failure('bastion.invalid'),
      message: expect.stringMatching(
        /The setting connect\.defaultJump names it as bastion\.invalid: that is no saved jump host, and has no user\.$/,
      ),
      remedy: 'Write it as USER@HOST in the setting connect.defaultJump, or save a jump host of that name.',
    });
  });

  it('is not where another was named for this login, or the setting has the user', async () => {
    const settings = openSettings(database, join(folder, 'settings.json'));
    settings.set('connect.defaultJump', 'bastion.invalid');
    const named = expect.not.stringContaining('connect.defaultJump');
    await expect(loggingIn(['other.invalid'])).rejects.toMatchObject({ ...failure('other.invalid'), message: named });
    settings.set('connect.defaultJump', 'ops@bastion.invalid');
    await expect(loggingIn(undefined)).rejects.toMatchObject({ ...failure('ops@bastion.invalid'), message: named });
  });
});
