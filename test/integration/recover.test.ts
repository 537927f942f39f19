/** A new laptop: what Glasskey or the system's ssh-keygen made on a security key is taken in, and logs in to the real daemons. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecoverReport } from '../../main/glasskey-recovery.ts';
import { PtyBridge } from '../lab/authenticator/pty-bridge.ts';
import { hasSshKeygen, systemSshKeygen } from '../lab/authenticator/system-ssh-keygen.ts';
import { type SecondComputer, secondComputer } from '../lab/second-computer.ts';
import { type Lab, startLab } from '../lab/world.ts';

const run = promisify(execFile);
if (!hasSshKeygen) console.warn('SKIPPED: no ssh-keygen with ssh-sk-helper here; nothing that it made is recovered');

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 4 * 60 * 60 * 1000 });
});
afterAll(() => lab?.close());

/** As a script does it, with the lab's PIN. */
async function recovered({ environment }: SecondComputer, ...words: string[]): Promise<RecoverReport> {
  const { exitCode, stdout, stderr } = await lab.glasskeyScript(['recover', '--json', '--pin-stdin', ...words], {
    stdin: `${lab.pin}\n`,
    environment,
  });
  expect(exitCode, stdout + stderr).toBe(0);
  return JSON.parse(stdout) as RecoverReport;
}

async function logsIn({ environment }: Pick<SecondComputer, 'environment'>): Promise<void> {
  const words = ['connect', lab.device, '--jump', lab.jump, '--', 'show version'];
  const { exitCode, screen } = await lab.glasskey(words, { answers: [lab.typePin()], environment });
  expect(screen).toContain('Software image version');
  expect(exitCode, screen).toBe(0);
}

async function status({ environment }: SecondComputer) {
  const { stdout } = await lab.glasskeyScript(['status', '--json'], { environment });
  return JSON.parse(stdout) as { verdict: string; enrollments: readonly Record<string, unknown>[] };
}

describe('a key that Glasskey made', { timeout: 60_000 }, () => {
  it('is recovered on a new laptop by its owner, with the files as they were, and logs in from there', async () => {
    expect((await lab.glasskey(['enroll'], { answers: [lab.typePin()] })).exitCode).toBe(0);
    await lab.fabric.reconcile();
    const laptop = await secondComputer(lab);
    const { exitCode, screen } = await lab.glasskey(['recover'], {
      answers: [lab.typePin()],
      environment: laptop.environment,
    });
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain(`The profile of ${lab.upn} holds SHA256:`);
    const rebuilt = join(laptop.keyFolder, 'id_ed25519_sk');
    expect(await readFile(rebuilt)).toEqual(await readFile(lab.keyFile));
    expect(await readFile(`${rebuilt}.pub`)).toEqual(await readFile(`${lab.keyFile}.pub`));
    expect((await status(laptop)).verdict).toBe('unproven');

    await logsIn(laptop);
    expect((await status(laptop)).verdict).toBe('ready');
  });

  it('is recovered with nothing online, and logs in without that anybody knew the profile', async () => {
    const laptop = await secondComputer(lab, 'offline');
    const report = await recovered(laptop, '--no-profile');
    expect(report).toMatchObject({ keys: [{ outcome: 'recovered' }] });
    expect(report.profile).toBeUndefined();
    expect(await status(laptop)).toMatchObject({ verdict: 'unproven', enrollments: [{ profileKnown: false }] });
    await logsIn(laptop);
  });
});

describe.skipIf(!hasSshKeygen)('a key that ssh-keygen made', { timeout: 60_000 }, () => {
  /** ssh-keygen upon the security key of the lab. */
  async function sshKeygen(...args: string[]): Promise<void> {
    const bridge = await PtyBridge.open(lab.authenticator.bus);
    try {
      const device = ['-O', `device=${bridge.devicePath}`];
      const { code, said } = await systemSshKeygen([...args, ...device], { folder: lab.folder, pin: lab.pin });
      expect(code, said).toBe(0);
    } finally {
      await bridge.close();
    }
  }

  const made = (file: string) => join(lab.folder, file);
  const GEN_KEYS = ['-O', 'resident', '-O', 'verify-required', '-C', 'NexusIdentitySSHKey'];

  it('is recovered beside the one of Glasskey, accepted by ssh-keygen -lf and -yf, published and used', async () => {
    // As az nexusidentity gen-keys calls it (azure.md 1.4).
    await sshKeygen('-t', 'ed25519-sk', ...GEN_KEYS, '-N', '', '-f', made('gen-keys'));
    const fingerprint = (await run('ssh-keygen', ['-lf', made('gen-keys.pub')])).stdout.split(' ')[1] ?? '';
    const laptop = await secondComputer(lab, 'takes-over');
    const { keys } = await recovered(laptop, '--credential', fingerprint);
    const key = keys.find((one) => one.fingerprint === fingerprint);
    expect(keys.map(({ outcome }) => outcome).toSorted()).toEqual(['left', 'recovered']);
    expect(key).toMatchObject({ onProfile: false, verifyRequired: true });
    const file = key?.keyFile ?? '';
    expect(file).toBe(join(laptop.keyFolder, 'id_ed25519_sk_rk'));
    expect((await run('ssh-keygen', ['-lf', file])).stdout).toContain(fingerprint);
    expect((await run('ssh-keygen', ['-yf', file])).stdout).toBe(await readFile(`${file}.pub`, 'utf8'));
    expect(await readFile(`${file}.pub`, 'utf8')).toBe(await readFile(made('gen-keys.pub'), 'utf8'));

    const { environment } = laptop;
    const published = await lab.glasskeyScript(['publish', '--replace', '--json'], { environment });
    expect(published.exitCode, published.stdout).toBe(0);
    await lab.fabric.reconcile();
    await logsIn(laptop);
  });

  it('is adopted with its files, which have a passphrase, and logs in', async () => {
    await sshKeygen('-t', 'ecdsa-sk', ...GEN_KEYS, '-O', 'user=bob', '-N', 'correct horse', '-f', made('id_ecdsa_sk'));
    const before = await Promise.all(['id_ecdsa_sk', 'id_ecdsa_sk.pub'].map((file) => readFile(made(file))));
    const laptop = await secondComputer(lab, 'adopts');
    const { environment } = laptop;
    const { exitCode, screen } = await lab.glasskey(['recover', '--no-profile', '--file', made('id_ecdsa_sk')], {
      answers: [{ when: /Passphrase of [^\n]*: $/, type: () => 'correct horse\r' }],
      environment,
    });
    expect(exitCode, screen).toBe(0);
    expect(screen).not.toContain('correct horse');
    const after = await Promise.all(['id_ecdsa_sk', 'id_ecdsa_sk.pub'].map((file) => readFile(made(file))));
    expect(after).toEqual(before);
    const published = await lab.glasskeyScript(['publish', '--replace', '--json'], { environment });
    expect(published.exitCode, published.stdout).toBe(0);
    await lab.fabric.reconcile();
    await logsIn(laptop);
  });
});
