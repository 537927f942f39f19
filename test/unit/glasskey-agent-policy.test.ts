import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { policyOf, policyOfKey, setPolicyOfKey } from '../../main/glasskey-agent-policy.ts';
import { sha256Fingerprint } from '../../main/openssh/fingerprint.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { keyPolicyStore } from '../../main/storage/key-policy-store.ts';
import { openSettings } from '../../main/storage/settings.ts';

let folder: string;
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-policy-'));
  database = openDatabase(join(folder, 'glasskey.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

const blob = Uint8Array.of(1, 2, 3);
const key = sha256Fingerprint(blob);

function world(file: object = {}) {
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  return { settings: openSettings(database, path), store: keyPolicyStore(database) };
}

describe('the policy of a key', () => {
  it('is that of the settings, until its owner says otherwise of it, and again once that is taken back', () => {
    const it = world();
    expect(policyOfKey(key, it)).toEqual({
      ask: 'once-per-session',
      forwarded: 'ask',
      source: { ask: 'settings', forwarded: 'settings' },
    });
    it.settings.set('agent.forwarded', 'refuse');
    setPolicyOfKey(key, { ask: 'always' }, it);
    expect(policyOfKey(key, it)).toEqual({
      ask: 'always',
      forwarded: 'refuse',
      source: { ask: 'key', forwarded: 'settings' },
    });
    expect(policyOfKey('SHA256:another', it)).toMatchObject({ ask: 'once-per-session', forwarded: 'refuse' });
    setPolicyOfKey(key, { ask: undefined }, it);
    expect(policyOfKey(key, it)).toMatchObject({ ask: 'once-per-session', source: { ask: 'settings' } });
  });

  it('is what settings.json fixes, whatever was said before, and cannot be changed then', () => {
    setPolicyOfKey(key, { ask: 'once-per-session', forwarded: 'ask' }, world());
    const it = world({ 'agent.ask': 'always' });
    it.settings.set('agent.ask', 'once-per-session');
    expect(policyOfKey(key, it)).toEqual({
      ask: 'always',
      forwarded: 'ask',
      source: { ask: 'settings.json', forwarded: 'key' },
    });
    const change = { ask: 'once-per-session', forwarded: 'refuse' } as const;
    expect(() => setPolicyOfKey(key, change, it)).toThrow(expect.objectContaining({ code: 'SETTING_FIXED' }));
    expect(policyOfKey(key, it)).toMatchObject({ forwarded: 'ask' });
  });

  it('is the strictest one where it cannot be read', () => {
    const it = world();
    const policy = policyOf(it, silentLog);
    expect(policy(blob)).toEqual({ ask: 'once-per-session', forwarded: 'ask' });
    database.sqlite.exec('DROP TABLE key_policies');
    expect(policy(blob)).toEqual({ ask: 'always', forwarded: 'refuse' });
  });
});
