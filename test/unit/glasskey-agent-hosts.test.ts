import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { agentHostNames } from '../../main/glasskey-agent-hosts.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { systemClock } from '../../time/clock.ts';
import { sessionHost } from './agent/session-host.ts';

let folder: string;
let database: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-'));
  mkdirSync(join(folder, 'home', '.ssh'), { recursive: true });
  database = openDatabase(join(folder, 'glasskey.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const lineOf = (name: string, blob: Uint8Array) => `${name} ssh-ed25519 ${Buffer.from(blob).toString('base64')}\n`;

/** hostfile.c, host_hash. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function names() {
  const settings = openSettings(database, join(folder, 'settings.json'));
  const homeFolder = join(folder, 'home');
  return agentHostNames({ settings, database, dataFolder: folder, homeFolder, clock: systemClock, log: silentLog });
}

describe('the hosts that an agent knows', () => {
  it('are those of Glasskey’s known_hosts, of the user’s and of pinned files, by their keys', () => {
    const [own, users, pinned, stranger] = [sessionHost(), sessionHost(), sessionHost(), sessionHost()];
    writeFileSync(join(folder, 'known_hosts'), lineOf('ce1', own.blob));
    writeFileSync(join(folder, 'home', '.ssh', 'known_hosts'), lineOf('[jump-east]:2200', users.blob));
    writeFileSync(join(folder, 'pins'), lineOf('tor1', pinned.blob));
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ 'connect.pinnedHostKeys': [join(folder, 'pins')] }));
    const { nameHost, isKnownHost, routeTo } = names();
    const blobs = [own, users, pinned, stranger].map(({ blob }) => blob);
    expect(blobs.map(isKnownHost)).toEqual([true, true, true, false]);
    expect(blobs.map(nameHost)).toEqual(['ce1', '[jump-east]:2200', 'tor1', undefined]);
    expect(blobs.flatMap(routeTo)).toEqual([]);
  });

  it('are named by the saved targets and jump hosts where known_hosts has the hash of a name only', () => {
    const [device, jump, nobodys] = [sessionHost(), sessionHost(), sessionHost()];
    const lines = [
      lineOf(hashed('10.0.0.7'), device.blob),
      lineOf(hashed('[192.0.2.10]:2200'), jump.blob),
      lineOf(hashed('10.0.0.9'), nobodys.blob),
    ];
    writeFileSync(join(folder, 'known_hosts'), lines.join(''));
    const targets = targetStore(database);
    targets.add({ ...plainTarget('bastion', 'ops@192.0.2.10:2200', []), role: 'jump-host' });
    targets.add(plainTarget('leaf1', 'alice@10.0.0.7', ['bastion']));
    const { nameHost, isKnownHost } = names();
    const blobs = [device, jump, nobodys].map(({ blob }) => blob);
    expect(blobs.map(nameHost)).toEqual(['10.0.0.7', '[192.0.2.10]:2200', undefined]);
    expect(blobs.map(isKnownHost)).toEqual([true, true, true]);
  });

  it('are fewer where a pinned file cannot be read, and an agent still answers', () => {
    const { blob } = sessionHost();
    writeFileSync(join(folder, 'known_hosts'), lineOf('ce1', blob));
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ 'connect.pinnedHostKeys': [join(folder, 'none')] }));
    expect(names().isKnownHost(blob)).toBe(true);
  });
});
