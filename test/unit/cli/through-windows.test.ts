/** What the command line says on Windows, where an ordinary account reaches security keys through the system. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WindowsAccess } from '../../../native/webauthn/windows-access.ts';
import { labKey, PIN } from '../security-keys/key-desk.ts';
import { runInProcess } from './run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-through-windows-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const unused = () => Promise.reject(new Error('no key is asked'));
const ORDINARY: WindowsAccess = {
  isElevated: async () => false,
  open: async () => ({ makeCredential: unused, getAssertion: unused }),
};

interface Computer {
  readonly windows?: WindowsAccess;
  readonly settings?: object;
  readonly hid?: () => Promise<{ list(): Promise<[]> }>;
}

function glasskey(words: readonly string[], { windows = ORDINARY, settings, hid }: Computer = {}) {
  const data = join(folder, 'data');
  if (settings !== undefined) {
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  }
  return runInProcess(words, {
    windows: async () => windows,
    hid: hid ?? unused,
    environment: { GLASSKEY_HOME: data },
    homeFolder: folder,
  });
}

describe('glasskey keys, through Windows', () => {
  it('lists no key, and says which way it is and why, what that cannot do, and where it can be had', async () => {
    const { exitCode, stdout } = await glasskey(['keys']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'Security keys are reached through Windows, whose dialogs ask for PIN and touch: an ordinary account may not open them.',
    );
    expect(stdout).toContain('Windows Settings > Accounts > Sign-in options > Security key');
    expect(stdout).toContain('Everything else: in a terminal that was started as an administrator');
    expect(stdout).toContain('glasskey recover --file PATH');
    expect(stdout).not.toContain('No security key is plugged in');
    expect(JSON.parse((await glasskey(['keys', '--json'])).stdout)).toEqual({
      enrolled: [],
      pluggedIn: null,
      keyWay: { way: 'windows', because: 'not-elevated' },
    });
  });

  it('names the setting where that is the reason', async () => {
    const { stdout } = await glasskey(['keys'], { settings: { 'windows.securityKeys': 'windows' } });
    expect(stdout).toContain('windows.securityKeys says so.');
    expect(stdout).toMatch(/glasskey settings set windows\.securityKeys auto, then\n\s+in a terminal that was started/);
  });

  it('sends nobody to an administrator’s terminal who has one', async () => {
    const windows = { ...ORDINARY, isElevated: async () => true };
    const { stdout } = await glasskey(['keys'], { windows });
    expect(stdout).toContain('they could not be listed, though this account may open them.');
    expect(stdout).toContain('install Glasskey again');
    expect(stdout).not.toContain('started as an administrator');
  });
});

describe('what Windows cannot do', () => {
  it.each([
    [['recover', '--no-profile'], 'Or take in the key files: glasskey recover --file'],
    [['pin', 'change'], 'Do it in Windows Settings > Accounts > Sign-in options > Security key, or start Glasskey'],
    [['credentials', 'list'], 'To do that, start Glasskey, or the terminal that it runs in, as an administrator'],
    [['fingerprints', 'list'], 'Do it in Windows Settings'],
    [['reset'], 'Reset it in Windows Settings'],
    [['keys', 'config', 'always-uv', 'on', '--yes'], 'To do that, start Glasskey'],
    [['keys', 'wink'], 'To look at it, start Glasskey'],
  ])('%j is refused at once, with the next step', async (words, remedy) => {
    const { exitCode, stderr } = await glasskey(words);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('An ordinary account reaches security keys through Windows alone, and Windows cannot');
    expect(stderr).toContain(remedy);
  });
});

describe('what it says can be done instead', () => {
  it('can: key files that were made elsewhere are taken in', async () => {
    const home = join(folder, 'elsewhere');
    const keyFile = join(home, '.ssh', 'id_ed25519_sk');
    const { bus } = labKey('yubikey-5.7');
    const made = await runInProcess(['enroll', '--no-publish', '--pin-stdin', '--json'], {
      hid: async () => bus,
      environment: { GLASSKEY_HOME: join(home, 'data') },
      homeFolder: home,
      stdin: `${PIN}\n`,
    });
    expect(made.exitCode, made.stderr).toBe(0);
    const { exitCode, stdout, stderr } = await glasskey(['recover', '--file', keyFile, '--no-profile', '--json']);
    expect(exitCode, stderr).toBe(0);
    const { fingerprint } = JSON.parse(made.stdout);
    expect(JSON.parse(stdout).keys).toMatchObject([{ fingerprint }]);
    expect((await glasskey(['keys'])).stdout).toContain(fingerprint);
  });
});
