/** `glasskey attest` upon a key that `glasskey enroll` made on a lab key, as scripts and people run it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labFidoRootPem } from '../../../lab/authenticator/attestation-certificates.ts';
import type { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { labKey, PIN } from '../../security-keys/key-desk.ts';
import { runInProcess } from '../run-in-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-attest-command-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keyFile = () => join(folder, '.ssh', 'id_ed25519_sk');

function run(words: readonly string[], lab?: LabAuthenticator) {
  return runInProcess(words, {
    hid: async () => ({ list: async () => (lab === undefined ? [] : lab.bus.list()) }),
    environment: { GLASSKEY_HOME: join(folder, 'data') },
    homeFolder: folder,
    stdin: `${PIN}\n`,
  });
}

/** An administrator's settings.json names the lab's root, and asks for it. */
function trustLab(): void {
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700, recursive: true });
  writeFileSync(join(folder, 'root.pem'), labFidoRootPem());
  const settings = JSON.stringify({
    'attestation.roots': [join(folder, 'root.pem')],
    'attestation.require': 'genuine',
  });
  writeFileSync(join(data, 'settings.json'), settings, { mode: 0o600 });
}

async function enrolled({ trustsLab }: { readonly trustsLab: boolean }): Promise<void> {
  if (trustsLab) trustLab();
  const words = ['enroll', '--no-publish', '--file', keyFile(), '--pin-stdin'];
  const { exitCode, stderr } = await run(words, labKey('yubikey-5.7'));
  expect(exitCode, stderr).toBe(0);
}

it('show tells people who made the key; verify ends with 0 where that is proven', async () => {
  await enrolled({ trustsLab: true });
  const { exitCode, stdout } = await run(['attest', 'show']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^SHA256:\S+ {2}\S+id_ed25519_sk\n/);
  expect(stdout).toContain('is genuine: its certificate ends at a root that your settings trust');
  expect(stdout).toContain('model            YubiKey 5 Series\n');
  expect(stdout).toContain('proven firmware  5.7.1\n');
  const verified = await run(['attest', 'verify', keyFile(), '--json']);
  expect(verified.exitCode).toBe(0);
  expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'genuine', root: join(folder, 'root.pem') });
});

it('verify ends with 3 where the maker is not proven', async () => {
  await enrolled({ trustsLab: false });
  expect((await run(['attest', 'show'])).exitCode).toBe(0);
  const { exitCode, stdout } = await run(['attest', 'verify', '--json']);
  expect(exitCode).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'unknown-issuer', because: 'no-known-root' });
});

it('verify finds a root that the settings name since, and what reminders noted of the maker is gone', async () => {
  await enrolled({ trustsLab: false });
  const notes = async () => {
    const { open } = JSON.parse((await run(['reminders', '--json'])).stdout);
    return open.flatMap(({ rule, severity, command }: Record<string, unknown>) => {
      return rule === 'unknown-maker' ? [{ severity, command }] : [];
    });
  };
  const command = ['glasskey', 'attest', 'verify', expect.stringMatching(/^SHA256:/)];
  expect(await notes()).toEqual([{ severity: 'note', command }]);
  trustLab();
  // It is asked for now, and was not shown when the key was made.
  expect(await notes()).toEqual([{ severity: 'soon', command }]);
  expect((await run(['attest', 'verify'])).exitCode).toBe(0);
  expect(await notes()).toEqual([]);
});

it('export writes what verify then takes as files, and replaces nothing', async () => {
  await enrolled({ trustsLab: true });
  const { exitCode, stdout } = await run(['attest', 'export', '--json']);
  expect(exitCode).toBe(0);
  const { attestation, challenge } = JSON.parse(stdout);
  expect([attestation, challenge]).toEqual([`${keyFile()}.attest`, `${keyFile()}.attest.challenge`]);
  expect(readFileSync(attestation).toString('latin1')).toContain('ssh-sk-attest-v01');
  const files = ['--attestation', attestation, '--challenge', challenge, '--public', `${keyFile()}.pub`];
  const verified = await run(['attest', 'verify', ...files, '--json']);
  expect(verified.exitCode).toBe(0);
  expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'genuine' });
  expect((await run(['attest', 'export'])).exitCode).toBe(0);
  writeFileSync(attestation, 'something else');
  const again = await run(['attest', 'export', '--json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'FILE_EXISTS' } });
  const elsewhere = join(folder, 'mine.attest');
  expect((await run(['attest', 'export', keyFile(), '--output', elsewhere])).exitCode).toBe(0);
  expect(existsSync(`${elsewhere}.challenge`)).toBe(true);
});

it.each([
  [[], 'show, verify or export is missing'],
  [['prove'], 'none of show, verify, export'],
  [['show', '--attestation', 'x'], '--attestation is for verify'],
  [['verify', '--attestation', 'x'], 'together'],
  [['verify', '--output', 'x'], '--output is for export'],
  [['show', 'a', 'b'], 'one word too many'],
])('%j is refused for what is wrong with it', async (words, fault) => {
  const { exitCode, stderr } = await run(['attest', ...words]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(fault);
});

it('says that nothing is enrolled, or nothing of that name', async () => {
  expect((await run(['attest', 'show'])).stderr).toContain('No key is enrolled');
  await enrolled({ trustsLab: false });
  const { exitCode, stderr } = await run(['attest', 'show', 'SHA256:nobody']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('No key that is enrolled here is called that.');
});
