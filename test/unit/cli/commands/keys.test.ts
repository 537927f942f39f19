/** The commands over security keys in scripts: JSON, exit codes, and no question that a script could hang on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { holdCredential, labKey, PIN, pinWasSent } from '../../security-keys/key-desk.ts';
import { runInProcess } from '../run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-key-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  labs: readonly LabAuthenticator[],
  words: readonly string[],
  lines: readonly string[] = [],
  beforeLook: () => Promise<void> = async () => {},
) {
  const list = async () => {
    await beforeLook();
    return (await Promise.all(labs.map((lab) => lab.bus.list()))).flat();
  };
  const { exitCode, stdout, stderr } = await runInProcess([...words, '--json'], {
    hid: async () => ({ list }),
    environment: { GLASSKEY_HOME: join(folder, 'data') },
    homeFolder: folder,
    stdin: lines.map((line) => `${line}\n`).join(''),
  });
  return { exitCode, stderr, object: JSON.parse(stdout) };
}

describe('glasskey pin', () => {
  it('says how the PIN stands, without asking for anything', async () => {
    const lab = labKey('yubikey-5.7');
    expect(await run([lab], ['pin'])).toMatchObject({
      exitCode: 0,
      object: { model: 'YubiKey 5 Series', pin: { state: 'set', triesLeft: 8, minLength: 4, maxLength: 63 } },
    });
    expect(lab.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it('set takes the new PIN from standard input; change takes the present and the new one', async () => {
    const lab = labKey('yubikey-5.7');
    lab.setPinState({ pin: null });
    expect(await run([lab], ['pin', 'set', '--pin-stdin'], ['314159'])).toMatchObject({
      exitCode: 0,
      object: { pin: { state: 'set' } },
    });
    const changed = await run([lab], ['pin', 'change', '--pin-stdin'], ['314159', '161803']);
    expect(changed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(lab.pinRetries).toBe(8);
  });

  it('tries a wrong PIN of a script once, and a refused one not again', async () => {
    const lab = labKey('yubikey-5.7');
    const wrong = await run([lab], ['pin', 'change', '--pin-stdin'], ['000000', '161803', PIN]);
    expect(wrong).toMatchObject({ exitCode: 1, object: { error: { code: 'PIN_WRONG' } } });
    expect(lab.pinRetries).toBe(7);
    lab.setPinState({ minPinLength: 8 });
    const short = await run([lab], ['pin', 'change', '--pin-stdin'], [PIN, '161803']);
    expect(short).toMatchObject({ exitCode: 1, object: { error: { code: 'PIN_POLICY' } } });
    expect(JSON.stringify(short.object)).toContain('8 characters');
    expect(lab.pinRetries).toBe(7);
  });

  it('says with a code what is in the way', async () => {
    const lab = labKey('yubikey-5.7');
    expect(await run([lab], ['pin', 'set', '--pin-stdin'], ['1'])).toMatchObject({
      exitCode: 1,
      object: { error: { code: 'PIN_SET_ALREADY' } },
    });
    lab.setPinState({ pinRetries: 0 });
    expect(await run([lab], ['pin', 'change', '--pin-stdin'], [PIN, '161803'])).toMatchObject({
      exitCode: 1,
      object: { error: { code: 'PIN_BLOCKED' } },
    });
    expect(pinWasSent(lab)).toBe(false);
    expect(await run([], ['pin'])).toMatchObject({ exitCode: 1, object: { error: { code: 'KEY_MISSING' } } });
  });
});

describe('glasskey credentials', () => {
  async function filled() {
    const lab = labKey('yubikey-5.7');
    await holdCredential(lab, { rpId: 'github.com', userName: 'alice' });
    const { object } = await run([lab], ['credentials', '--pin-stdin'], [PIN]);
    const [{ credentials }] = object.relyingParties;
    return { lab, object, id: String(credentials[0].id) };
  }

  it('lists them as one object', async () => {
    const { object } = await filled();
    expect(object).toMatchObject({
      key: { model: 'YubiKey 5 Series' },
      used: 1,
      free: 99,
      relyingParties: [{ rpId: 'github.com', credentials: [{ userName: 'alice', algorithm: 'ed25519' }] }],
    });
  });

  it('renames the one that is named', async () => {
    const { lab, id } = await filled();
    expect(await run([lab], ['credentials', 'rename', id, 'old laptop', '--pin-stdin'], [PIN])).toMatchObject({
      exitCode: 0,
      object: { id, userName: 'old laptop' },
    });
  });

  it('deletes nothing without a yes, and asks no question that a script could hang on', async () => {
    const { lab, id } = await filled();
    const words = ['credentials', 'delete', id, '--pin-stdin'];
    expect(await run([lab], words, [PIN])).toMatchObject({
      exitCode: 1,
      object: { error: { code: 'CONSENT_NEEDED' } },
    });
    expect(lab.credentials()).toHaveLength(1);
    expect(await run([lab], [...words, '--yes'], [PIN])).toMatchObject({ exitCode: 0, object: { id } });
    expect(lab.credentials()).toEqual([]);
  });

  it('deletes one that an enrollment uses for its word only: a yes is not enough', async () => {
    const lab = labKey('yubikey-5.7');
    const enrolled = await run([lab], ['enroll', '--no-publish', '--pin-stdin'], [PIN]);
    const words = ['credentials', 'delete', enrolled.object.fingerprint, '--pin-stdin'];
    for (const consent of [['--yes'], ['--confirm', 'yes'], ['--confirm', 'Delete', '--yes']]) {
      expect(await run([lab], [...words, ...consent], [PIN])).toMatchObject({
        exitCode: 1,
        object: { error: { code: 'CONSENT_NEEDED', remedy: expect.stringContaining('--confirm delete') } },
      });
    }
    expect(lab.credentials()).toHaveLength(1);
    expect(await run([lab], [...words, '--confirm', 'delete'], [PIN])).toMatchObject({
      exitCode: 0,
      object: { ssh: { enrollment: { id: enrolled.object.id } } },
    });
    expect(lab.credentials()).toEqual([]);
    // Nothing calls a key ready that is gone.
    expect(await run([], ['status'])).toMatchObject({
      exitCode: 3,
      object: { verdict: 'not-enrolled', enrollments: [] },
    });
  });
});

describe('glasskey fingerprints', () => {
  it('enrolls, lists, renames and removes', async () => {
    const lab = labKey('yubikey-bio');
    const enrolled = await run([lab], ['fingerprints', 'enroll', 'thumb', '--pin-stdin'], [PIN]);
    expect(enrolled).toMatchObject({ exitCode: 0, object: { name: 'thumb' } });
    expect(enrolled.stderr).toContain('Lay the finger on the reader');
    const { id } = enrolled.object;
    await run([lab], ['fingerprints', 'rename', id, 'left thumb', '--pin-stdin'], [PIN]);
    expect(await run([lab], ['fingerprints', '--pin-stdin'], [PIN])).toMatchObject({
      object: {
        fingerprints: [{ id, name: 'left thumb' }],
        longestName: 15,
        key: { fingerprints: { enrolled: true } },
      },
    });
    const words = ['fingerprints', 'remove', 'left thumb', '--pin-stdin'];
    expect(await run([lab], words, [PIN])).toMatchObject({ object: { error: { code: 'CONSENT_NEEDED' } } });
    expect(await run([lab], [...words, '-y'], [PIN])).toMatchObject({ exitCode: 0, object: { id } });
  });

  it('says that a key has no reader before it reads the PIN', async () => {
    expect(await run([labKey('yubikey-5.4')], ['fingerprints', '--pin-stdin'])).toMatchObject({
      exitCode: 1,
      object: { error: { code: 'KEY_NO_FINGERPRINTS' } },
    });
  });
});

describe('glasskey keys', () => {
  it('takes no --device for its list, which it would not heed', async () => {
    const refused = await run([labKey('yubikey-5.7')], ['keys', '--device', '/dev/nope']);
    expect(refused).toMatchObject({ exitCode: 2, object: { error: { code: 'CLI_USAGE' } } });
  });

  it('lists with the word list as without it, and says where no key is plugged in what to do', async () => {
    const lab = labKey('yubikey-5.7');
    expect(await run([lab], ['keys', 'list'])).toMatchObject({
      exitCode: 0,
      object: { pluggedIn: [{ pinSet: true }] },
    });
    const { stdout } = await runInProcess(['keys'], { environment: { GLASSKEY_HOME: join(folder, 'none') } });
    expect(stdout).toMatch(/No security key is plugged in\. Plug yours in\. .*glasskey enroll\n/);
  });

  it('config shows the settings and changes them', async () => {
    const lab = labKey('yubikey-5.7');
    expect(await run([lab], ['keys', 'config'])).toMatchObject({ object: { abilities: { alwaysUv: false } } });
    const on = await run([lab], ['keys', 'config', 'always-uv', 'on', '--pin-stdin'], [PIN]);
    expect(on).toMatchObject({ exitCode: 0, object: { abilities: { alwaysUv: true } } });
    const words = ['keys', 'config', 'min-pin-length', '6', '--pin-stdin'];
    expect(await run([lab], words, [PIN])).toMatchObject({ object: { error: { code: 'CONSENT_NEEDED' } } });
    expect(await run([lab], [...words, '--yes'], [PIN])).toMatchObject({
      object: { pin: { minLength: 6, state: 'set' } },
    });
  });

  it('wink lets one blink', async () => {
    const lab = labKey('yubikey-5.7');
    expect(await run([lab], ['keys', 'wink'])).toMatchObject({ exitCode: 0, object: { firmware: '5.7.1' } });
    expect(lab.counters.read().winks).toBe(1);
  });

  it('with several plugged in does not hang on a touch in a script: --device says which', async () => {
    const labs = [labKey('yubikey-5.7', { path: 'lab:a' }), labKey('yubikey-bio', { path: 'lab:b' })];
    expect(await run(labs, ['pin'])).toMatchObject({ exitCode: 1, object: { error: { code: 'KEY_SEVERAL' } } });
    expect(await run(labs, ['pin', '--device', 'lab:b'])).toMatchObject({ exitCode: 0, object: { path: 'lab:b' } });
  });
});

describe.runIf(process.platform === 'linux')('glasskey keys --udev-rule', () => {
  it('prints the rule, and installs it for a yes only', async () => {
    const { exitCode, object } = await run([], ['keys', '--udev-rule']);
    expect({ exitCode, object }).toMatchObject({
      exitCode: 0,
      object: { path: '/etc/udev/rules.d/70-glasskey-fido.rules', text: expect.stringContaining('TAG+="uaccess"') },
    });
    if (object.installedAt !== undefined) return;
    expect(await run([], ['keys', '--install-udev-rule'])).toMatchObject({
      exitCode: 1,
      object: { error: { code: 'CONSENT_NEEDED' } },
    });
  });
});

describe('glasskey reset', () => {
  it('resets nothing without its word', async () => {
    const lab = labKey('yubikey-5.7');
    for (const consent of [[], ['--confirm', 'yes']]) {
      expect(await run([lab], ['reset', ...consent])).toMatchObject({
        exitCode: 1,
        object: { error: { code: 'CONSENT_NEEDED', remedy: expect.stringContaining('--confirm reset') } },
      });
    }
    expect(pinWasSent(lab)).toBe(false);
  });

  it('from a script wants a person for the replug and the touch alone, and says so on standard error', async () => {
    const lab = labKey('yubikey-5.7');
    let looks = 0;
    const look = async () => {
      looks += 1;
      // The first two looks are for which key is meant and which others are there.
      if (looks === 3) await lab.unplug();
      if (looks === 5) await lab.replug();
    };
    const { exitCode, object, stderr } = await run([lab], ['reset', '--confirm', 'reset'], [], look);
    expect({ exitCode, object }).toMatchObject({ exitCode: 0, object: { pin: { state: 'not-set' } } });
    expect(stderr).toContain('Unplug Yubico YubiKey');
  });
});
