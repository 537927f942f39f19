/** Devices, sessions and settings as the main process tells them, for the tests of the window's screens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setSetting, settingLines } from '../../main/glasskey-settings.ts';
import type { SessionView, SettingView, TargetView } from '../../main/ipc/contract.ts';
import { settingView } from '../../main/ipc/settings-calls.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import type { ScriptedCalls } from './scripted-bridge.ts';

const DAY = 86_400_000;

/** One that nobody has used yet. */
export function sampleTarget(name: string, device: string, jumps: readonly string[]): TargetView {
  return {
    name,
    role: 'other',
    device,
    ways: [{ kind: 'jump', jumps: [...jumps] }],
    tags: [],
    notes: '',
    isFavourite: false,
    lastUsedAt: null,
  };
}

/** A dozen devices as somebody would have them; `now`: when they were last used is counted back from it. */
export function sampleTargets(now: number): TargetView[] {
  const one = (name: string, device: string, jumps: string[], daysAgo: number | null): TargetView => ({
    ...sampleTarget(name, device, jumps),
    lastUsedAt: daysAgo === null ? null : now - daysAgo * DAY,
  });
  const east = ['jumper@jump-east'];
  return [
    one('ce1-rack4', 'admin@ce1-rack4.fab.example', east, 1),
    one('ce2-rack4', 'admin@ce2-rack4.fab.example', east, null),
    one('ce1-rack5', 'admin@ce1-rack5.fab.example:2222', east, 40),
    one('leaf1', 'alice@leaf1', ['jumper@jump-east', 'jumper@jump-inner'], 3),
    one('leaf2', 'alice@leaf2', east, null),
    one('leaf10', 'alice@leaf10', east, 400),
    one('spine1', 'alice@spine1', ['ops@jump-west:2200'], 12),
    one('spine2', 'alice@spine2', ['ops@jump-west:2200'], null),
    one('console', 'root@192.0.2.17', [], 0.2),
    one('npb1', 'admin@[2001:db8::17]:22', east, null),
    one('mgmt-switch-1', 'admin@10.20.30.40', east, null),
    one('tor-a', 'admin@tor-a.fab.example', east, null),
  ];
}

/** So many devices that are nothing but names. */
export function manyTargets(count: number): TargetView[] {
  return Array.from({ length: count }, (_, at) => ({
    ...sampleTarget(
      `ce${at % 7}-rack${Math.floor(at / 7)}`,
      `admin@ce${at % 7}-rack${Math.floor(at / 7)}.site${at % 40}.example`,
      [`jumper@jump-${['east', 'west', 'north'][at % 3]}`],
    ),
    lastUsedAt: at % 9 === 0 ? 1_700_000_000_000 + at : null,
  }));
}

export function sampleSession(session: Partial<SessionView>): SessionView {
  return {
    id: 'session-1',
    target: 'ce1-rack4',
    device: 'admin@ce1-rack4.fab.example',
    user: 'admin',
    jumps: ['jumper@jump-east'],
    way: 'jump',
    state: 'open',
    startedAt: Date.now(),
    reconnects: 0,
    terminals: 0,
    keepAlive: { everySeconds: 15, count: 3 },
    isRecorded: false,
    ...session,
  };
}

/** Where `sampleSettings` would come from. */
export const SETTINGS_FILE = '/home/ada/.local/share/glasskey/settings.json';

/** The settings as the main process tells them: an administrator's file names tenant and app, the user a jump host. */
export function sampleSettings(): SettingView[] {
  const folder = mkdtempSync(join(tmpdir(), 'gk-sample-'));
  const database = openDatabase(join(folder, 'glasskey.db'));
  try {
    const file = join(folder, 'settings.json');
    const entra = { tenant: 'contoso.example', clientId: '5b2c0000-1111-2222-3333-444455556666' };
    writeFileSync(file, JSON.stringify({ entra }), { mode: 0o600 });
    const settings = openSettings(database, file);
    setSetting(settings, 'connect.defaultJump', 'jumper@jump-east');
    return settingLines(settings).map(settingView);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One that a later version may have: no text is there for it. */
export const UNKNOWN_SETTING: SettingView = {
  key: 'later.thing',
  kind: 'text',
  value: 'what no text is there for',
  standard: null,
  source: 'default',
};

/** What the first screen asks for: a computer where nothing has been done yet. */
export const WINDOW_START: ScriptedCalls = {
  'readiness.get': () => ({
    verdict: 'not-enrolled',
    chain: [],
    next: { action: 'enroll' },
    enrollments: [],
    now: Date.now(),
  }),
  'enroll.look': () => ({ pluggedIn: [], enrolled: 0, keyFile: '/home/ada/.ssh/id_ed25519_sk', keyFileTaken: false }),
};
