/** The command line away from a terminal: in scripts, pipes and timers. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, type ScriptResult, type ScriptRun, startLab } from '../lab/world.ts';

/** Colours and cursor movements. */
const ESCAPE_CODE = '\x1b';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 500 });
});
afterAll(() => lab?.close());

const glasskey = (words: readonly string[], run?: ScriptRun) => lab.glasskeyScript(words, run);
const withPin = (): ScriptRun => ({ stdin: `${lab.pin}\n` });

async function json(words: readonly string[], run?: ScriptRun): Promise<{ exitCode: number; object: unknown }> {
  const { exitCode, stdout, stderr } = await glasskey([...words.slice(0, 1), '--json', ...words.slice(1)], run);
  expect(stdout, stderr).not.toBe('');
  return { exitCode, object: JSON.parse(stdout) };
}

function expectPlain({ stdout, stderr }: ScriptResult): void {
  expect(stdout + stderr).not.toContain(ESCAPE_CODE);
  expect(stdout + stderr).not.toContain('\r');
}

it('tells its version, that of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(await glasskey(['--version'])).toEqual({ exitCode: 0, stdout: `glasskey ${version}\n`, stderr: '' });
});

it('ends with 2 for a command line that cannot be understood', async () => {
  const { exitCode, stdout, stderr } = await glasskey(['enrol']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toBe(
    'Error: There is no command "enrol". [CLI_USAGE]\nDid you mean glasskey enroll? glasskey --help lists all.\n',
  );
});

it('says which settings file it cannot read, and uses none of it', async () => {
  const data = join(lab.folder, 'broken-settings');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, 'settings.json'), '{ "connect.defaultJump": "ops@192.0.2.10", }', { mode: 0o600 });
  const { stderr } = await glasskey(['status'], { environment: { GLASSKEY_HOME: data } });
  expect(stderr).toContain(`${join(data, 'settings.json')} is not used: it is not JSON.`);
});

describe('the whole job in a script', () => {
  it('before it, each command says with a code that nothing is enrolled', async () => {
    expect(await json(['status'])).toMatchObject({ exitCode: 3, object: { verdict: 'not-enrolled', enrollments: [] } });
    expect(await json(['keys'])).toMatchObject({
      exitCode: 0,
      object: { enrolled: [], pluggedIn: [{ pinSet: true }] },
    });
    for (const words of [['publish'], ['agent'], ['connect', 'alice@192.0.2.1', '--dry-run']]) {
      expect(await json(words), words[0]).toMatchObject({ exitCode: 1, object: { error: { code: 'NOT_ENROLLED' } } });
    }
  });

  it('needs the PIN on standard input, and says so', async () => {
    const without = await glasskey(['enroll']);
    expect(without).toMatchObject({ exitCode: 1, stdout: '' });
    expect(without.stderr).toContain('[NO_TERMINAL]');
    expect(without.stderr).toContain('--pin-stdin');
    const empty = await json(['enroll', '--pin-stdin'], { stdin: '' });
    expect(empty).toMatchObject({ exitCode: 1, object: { error: { code: 'NO_PIN_ON_STDIN' } } });
  });

  it('asks a wrong PIN of the key once only', async () => {
    const wrong = await json(['enroll', '--pin-stdin'], { stdin: '00000000\n' });
    expect(wrong).toMatchObject({ exitCode: 1, object: { error: { code: 'PIN_WRONG' } } });
    expect(lab.authenticator.pinRetries).toBe(7);
  });

  it('enrolls in plain lines', async () => {
    const enrolled = await glasskey(['enroll', '--pin-stdin'], withPin());
    expect(enrolled.exitCode, enrolled.stderr).toBe(0);
    expectPlain(enrolled);
    const progress = enrolled.stderr.trimEnd().split('\n');
    expect(progress.every((line) => line.startsWith('- '))).toBe(true);
    expect(progress).toContain('- Touch the security key now: it blinks. This makes your new SSH key.');
    expect(enrolled.stdout).toMatch(/SHA256:\S+ {2}\S+id_ed25519_sk$/m);
  });

  it('says with exit code 3 that the devices have yet to take the key, and with 0 that they have', async () => {
    await lab.glasskeyScript(['status']);
    const report = await json(['status']);
    const { verdict } = report.object as { verdict: string };
    expect(report.exitCode).toBe(verdict === 'ready' ? 0 : 3);
    await lab.fabric.reconcile();
    await expect.poll(async () => (await glasskey(['status'])).exitCode, { timeout: 5_000 }).toBe(0);
    const ready = await glasskey(['status']);
    expect(ready.stdout).toContain('Ready: a login should work now.');
    expectPlain(ready);
  });

  it('gives the public lines, and one object for each command', async () => {
    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    expect(await glasskey(['keys', '--public'])).toEqual({ exitCode: 0, stdout: line, stderr: '' });
    expect(await json(['keys', '--public'])).toEqual({ exitCode: 0, object: { publicLines: [line.trimEnd()] } });
    const keys = await glasskey(['keys']);
    expect(keys.stdout).toContain('firmware 5.7.1, PIN set, 8 tries left');
    expect(await json(['keys'])).toMatchObject({
      exitCode: 0,
      object: { enrolled: [{ state: 'published' }], pluggedIn: [{ pinTriesLeft: 8 }] },
    });
    const again = await glasskey(['publish']);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toContain('nothing was changed');
    expect(await json(['publish'])).toMatchObject({ exitCode: 0, object: { alreadyThere: true } });
    expect((await glasskey(['status'])).exitCode, 'publishing again does not begin the wait anew').toBe(0);
  });

  it('publishes with --replace over another key, and not without', async () => {
    lab.entra.graph.setExtension(lab.upn, { publicKey: 'sk-ssh-ed25519@openssh.com AAAA another', note: 'kept' });
    const kept = await json(['publish']);
    const wayOut = expect.stringMatching(/glasskey publish --key SHA256:\S+ --replace$/);
    expect(kept).toMatchObject({ exitCode: 1, object: { error: { code: 'CONSENT_NEEDED', remedy: wayOut } } });
    const withoutTerminal = await glasskey(['publish']);
    expect(withoutTerminal).toMatchObject({ exitCode: 1, stdout: '' });
    expect(withoutTerminal.stderr).toContain('[CONSENT_NEEDED]');
    expect(withoutTerminal.stderr.trimEnd()).toEqual(wayOut);
    expect(lab.entra.graph.extension(lab.upn)).toMatchObject({
      note: 'kept',
      publicKey: expect.stringContaining('another'),
    });
    const replaced = await json(['publish', '--replace']);
    expect(replaced).toMatchObject({ exitCode: 0, object: { alreadyThere: false, account: lab.upn } });
    expect(lab.entra.graph.extension(lab.upn)).toMatchObject({
      note: 'kept',
      publicKey: readFileSync(`${lab.keyFile}.pub`, 'utf8'),
    });
    await lab.fabric.reconcile();
  });

  it('logs in, and gives the remote command what is left of standard input', async () => {
    const words = [
      'connect',
      lab.device,
      '--jump',
      lab.jump,
      '--save',
      'leaf1',
      '--pin-stdin',
      '--',
      'show',
      'hostname',
    ];
    const login = await glasskey(words, withPin());
    expect(login.exitCode, login.stderr).toBe(0);
    expect(login.stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    expectPlain({ ...login, stderr: login.stderr.replaceAll(/^[^-].*\n/gm, '') });
    expect(login.stderr).toMatch(/^- Touch the security key: Log in as/m);

    const captured = await json(['connect', 'leaf1', '--pin-stdin', '--', 'show hostname'], withPin());
    expect(captured).toMatchObject({
      exitCode: 0,
      object: { target: 'leaf1', exitCode: 0, stdout: login.stdout },
    });
  });

  it('passes the remote command’s exit code on', async () => {
    const failed = await json(['connect', 'leaf1', '--pin-stdin', '--', 'show nonsense'], withPin());
    expect(failed).toMatchObject({
      exitCode: 1,
      object: { exitCode: 1, stdout: expect.stringContaining('% Invalid') },
    });
  });

  it('with --json tells a refused login as one object', async () => {
    const words = [
      'connect',
      `nobody-here@127.0.0.1:${lab.fabric.device.port}`,
      '--direct',
      '--pin-stdin',
      '--',
      'true',
    ];
    expect(await json(words, withPin())).toMatchObject({
      exitCode: 1,
      object: {
        error: { code: 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN', message: expect.any(String), remedy: expect.any(String) },
      },
    });
  });

  it('does not fail over a reader that stops reading', async () => {
    const child = spawn('sh', ['-c', 'glasskey keys --json | true'], {
      env: lab.environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    await once(child, 'close');
    expect(complaint).toBe('');
  });
});

describe('the key files, read by the system’s ssh-keygen', () => {
  const run = promisify(execFile);

  it('have the fingerprint and the public line that Glasskey says', async () => {
    const { object } = await json(['status']);
    const { fingerprint } = (object as { enrollments: { fingerprint: string }[] }).enrollments[0] ?? {};
    for (const file of [lab.keyFile, `${lab.keyFile}.pub`]) {
      const { stdout } = await run('ssh-keygen', ['-lf', file]);
      expect(stdout).toBe(`256 ${fingerprint} NexusIdentitySSHKey (ED25519-SK)\n`);
    }
    const { stdout } = await run('ssh-keygen', ['-yf', lab.keyFile]);
    expect(stdout).toBe(readFileSync(`${lab.keyFile}.pub`, 'utf8'));
  });
});
