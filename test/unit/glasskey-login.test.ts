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

describe('a login in the window', () => {
  it('waits for no key to be plugged in where keys are reached through Windows, which shows none', async () => {
    const people: SigningPeople = {
      signingPin: () => expect.unreachable(),
      remark() {},
      touchWanted() {},
      touchDone() {},
    };
    let started = 0;
    const terminal = {
      spawn: () => {
        started += 1;
        throw new Error('there is no terminal here');
      },
      size: () => ({ columns: 80, rows: 24 }),
      onStarted() {},
      onOutput() {},
      onOpened() {},
    };
    const unused = () => Promise.reject(new Error('not asked'));
    const login = logIn(
      {
        target: `alice@127.0.0.1:${(host.address() as AddressInfo).port}`,
        jump: [],
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
        agents: new Set(),
        verdict: unused,
      },
    );
    await expect(login).rejects.toMatchObject({ code: 'SSH_NOT_STARTED' });
    expect(started).toBe(1);
  });
});
