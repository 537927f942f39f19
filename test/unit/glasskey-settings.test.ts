import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  resetSetting,
  SETTING_LINE_KEYS,
  setSetting,
  settingLine,
  settingLines,
} from '../../main/glasskey-settings.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings, SETTING_KEYS, type Settings } from '../../main/storage/settings.ts';
import { targetStore, type Way } from '../../main/storage/target-store.ts';

let folder: string;
let database: Database;

const open = (file: object = {}): Settings => {
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
  return openSettings(database, path);
};
const code = (expected: string) => expect.objectContaining({ code: expected });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-settings-'));
  database = openDatabase(join(folder, 'glasskey.db'));
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the settings as lines', () => {
  it('are all there are, each with its standard value when nobody set any', () => {
    const settings = open();
    const lines = settingLines(settings);
    expect(lines.every(({ source }) => source === 'default')).toBe(true);
    for (const { value, standard } of lines) expect(value).toEqual(standard);
    const plain = SETTING_KEYS.filter((key) => key !== 'entra');
    expect(SETTING_LINE_KEYS).toEqual(expect.arrayContaining(plain));
    for (const key of plain) expect(settingLine(settings, key).standard).toEqual(settings.get(key).value);
  });

  it.each([
    ['connect.defaultJump', 'ops@jump.example:2222'],
    ['terminal.fontSize', 18],
    ['app.openAtLogin', true],
    ['app.appearance', 'dark'],
    ['entra.tenant', 'contoso.com'],
    ['entra.clientId', '11111111-2222-3333-4444-55555555555F'],
    ['entra.signInTimeoutSeconds', 60],
  ])('%s can be set, is then the user’s own, and goes back', (key, value) => {
    const settings = open();
    expect(setSetting(settings, key, value)).toMatchObject({ value, source: 'user' });
    expect(settingLine(settings, key)).toMatchObject({ value, source: 'user' });
    const { standard } = settingLine(settings, key);
    expect(resetSetting(settings, key)).toMatchObject({ value: standard, source: 'default' });
  });

  it.each([
    ['connect.defaultJump', 'a b'],
    ['connect.defaultJump', 'banana'],
    ['entra.clientId', 'banana'],
    ['terminal.fontSize', 99],
    ['terminal.fontSize', 'large'],
    ['terminal.fontFamily', 'x; } body { color: red'],
    ['app.appearance', 'mauve'],
    ['app.openAtLogin', 'yes'],
    ['entra.cloud', 'mars'],
    ['entra.loginRoot', 'http://login.example'],
    ['entra.caFile', 'relative.pem'],
    ['ssh.keyFile', null],
    ['ssh.keyFile', 'a\u0000b'],
  ])('%s refuses %j, and keeps what it had', (key, value) => {
    const settings = open();
    const before = settingLine(settings, key);
    expect(() => setSetting(settings, key, value)).toThrow(code('SETTING_INVALID'));
    expect(settingLine(settings, key)).toEqual(before);
  });

  it('take both ends of the range that they tell, every choice, and nothing beyond', () => {
    const settings = open();
    for (const { key, least, most, choices } of settingLines(settings)) {
      for (const end of [least, most]) {
        if (end !== undefined) expect(setSetting(settings, key, end)).toMatchObject({ value: end });
      }
      if (least !== undefined) expect(() => setSetting(settings, key, least - 1)).toThrow(code('SETTING_INVALID'));
      if (most !== undefined) expect(() => setSetting(settings, key, most + 1)).toThrow(code('SETTING_INVALID'));
      for (const choice of choices ?? []) expect(setSetting(settings, key, choice)).toMatchObject({ value: choice });
    }
  });

  it('take the name of a saved jump host for the jump host, and say of another word how to write it', () => {
    const targets = targetStore(database);
    const way: Way = { kind: 'jump', jumps: [] };
    const plain = { ways: [way] as const, tags: [], notes: '', isFavourite: false };
    targets.add({ ...plain, name: 'bastion', role: 'jump-host', device: 'ops@192.0.2.10' });
    targets.add({ ...plain, name: 'leaf1', role: 'tor', device: 'admin@192.0.2.11' });
    const settings = open();
    const key = 'connect.defaultJump';
    expect(setSetting(settings, key, 'bastion', targets.get)).toMatchObject({ value: 'bastion', source: 'user' });
    expect(() => setSetting(settings, key, 'banana', targets.get)).toThrow(
      expect.objectContaining({
        code: 'SETTING_INVALID',
        message: 'connect.defaultJump cannot be set to that: banana is no saved jump host.',
        remedy: 'Save banana with the role jump-host first, or write the host as USER@banana.',
      }),
    );
    expect(() => setSetting(settings, key, 'leaf1', targets.get)).toThrow(code('SETTING_INVALID'));
    expect(settingLine(settings, key)).toMatchObject({ value: 'bastion' });
  });

  it('know no others', () => {
    for (const key of ['nosuch', 'entra', 'entra.knownAuthorities', '__proto__', 'constructor']) {
      expect(() => setSetting(open(), key, 'x')).toThrow(code('SETTING_UNKNOWN'));
    }
  });

  it('take empty text for none', () => {
    const settings = open();
    setSetting(settings, 'connect.defaultJump', 'ops@jump');
    expect(setSetting(settings, 'connect.defaultJump', '  ')).toMatchObject({ value: null, source: 'user' });
  });

  it('of Entra come from the best source one by one', () => {
    const settings = open({ entra: { clientId: 'from-file', tenant: 'file.example' } });
    setSetting(settings, 'entra.tenant', 'mine.example');
    expect(settingLine(settings, 'entra.tenant')).toMatchObject({ value: 'mine.example', source: 'user' });
    expect(settingLine(settings, 'entra.clientId')).toMatchObject({ value: 'from-file', source: 'file' });
    expect(settings.get('entra').value).toEqual({ clientId: 'from-file', tenant: 'mine.example' });
    resetSetting(settings, 'entra.tenant');
    expect(settingLine(settings, 'entra.tenant')).toMatchObject({ value: 'file.example', source: 'file' });
  });

  it('of a policy are decided by settings.json, whatever the user has set', () => {
    const before = open();
    setSetting(before, 'attestation.require', 'off');
    setSetting(before, 'attestation.minimumFirmware', '5.2');
    const settings = open({ 'attestation.require': 'genuine' });
    expect(settingLine(settings, 'attestation.require')).toMatchObject({
      value: 'genuine',
      source: 'file',
      fixed: true,
    });
    expect(() => setSetting(settings, 'attestation.require', 'off')).toThrow(code('SETTING_FIXED'));
    const minimum = settingLine(settings, 'attestation.minimumFirmware');
    expect(minimum).toMatchObject({ value: '5.2', source: 'user' });
    expect(minimum).not.toHaveProperty('fixed');
  });

  it('that are lists take items with commas or line feeds between, or an array', () => {
    const settings = open();
    for (const given of ['/a.pem, /b c.pem,', '/a.pem\n/b c.pem\n', ['/a.pem', ' /b c.pem ']]) {
      expect(setSetting(settings, 'attestation.roots', given).value).toEqual(['/a.pem', '/b c.pem']);
    }
    expect(setSetting(settings, 'attestation.roots', '').value).toEqual([]);
    expect(() => setSetting(settings, 'attestation.allowedAaguids', 'yubikey')).toThrow(/must be AAGUIDs/);
    expect(() => setSetting(settings, 'attestation.minimumFirmware', 'new')).toThrow(/must be a version/);
  });

  it('say which stored value is not used, and can be mended one at a time', () => {
    const settings = open({ 'terminal.fontSize': 3, entra: { cloud: 'mars', tenant: 'a b' } });
    expect(settingLine(settings, 'terminal.fontSize')).toMatchObject({ value: 14, problem: expect.any(String) });
    expect(settingLine(settings, 'entra.cloud').problem).toBeTruthy();
    setSetting(settings, 'entra.tenant', 'contoso.com');
    expect(settingLine(settings, 'entra.tenant').problem).toBeUndefined();
  });
});
