/** Saved targets by their names, in the system's own programs, through the user's own ~/.ssh/config. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import type { RunningTerminal } from '../lab/terminal.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';
import { type ProgramsByName, programsByName } from './programs-by-name.ts';

const run = promisify(execFile);
const MINE = '# what the user has\nHost *\n    ServerAliveInterval 30\n';

let lab: Lab;
let home: string;
let config: string;
let programs: ProgramsByName;
let agent: RunningTerminal;
let screen = '';

beforeAll(async () => {
  lab = await startLab({
    topology: {
      further: [
        { name: 'jump-b', kind: 'jump-host', accounts: [{ user: 'jumper', upn: UPN }] },
        { name: 'server1', kind: 'jump-host', networks: ['fabric'], accounts: [{ user: 'alice', upn: UPN }] },
      ],
    },
  });
  home = join(lab.folder, 'home');
  config = join(home, '.ssh', 'config');
  programs = programsByName(lab);
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  await writeFile(config, MINE, { mode: 0o644 });
  const [jump, leaf, server] = ['jump', 'device', 'server1'].map((name) => spec(name));
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  const targets = targetStore(database);
  targets.add({ ...plainTarget('bastion', jump ?? '', []), role: 'jump-host' });
  targets.add(plainTarget('leaf1', leaf ?? '', ['bastion']));
  // The other jump host is not saved.
  targets.add(plainTarget('server1', server ?? '', [spec('jump-b')]));
  database.close();

  const ready = Promise.withResolvers<void>();
  agent = lab.startGlasskey(['agent'], {
    answers: [{ when: /Sign it\? \[y\/N\] $/, type: () => 'y\r', times: 100 }, lab.typePin(100)],
    timeoutMs: 120_000,
    onOutput: (text) => {
      screen += text;
      if (/export SSH_AUTH_SOCK=\S+/.test(screen)) ready.resolve();
    },
  });
  await Promise.race([ready.promise, agent.ended]);
});
afterAll(() => lab?.close());

function spec(name: string): string {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
}

const asUser: ProgramsByName['run'] = (...what) => programs.run(...what);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('glasskey ssh-config', () => {
  it('shows what ssh does not know yet, and changes nothing', async () => {
    const { stdout, exitCode } = await lab.glasskeyScript(['ssh-config', '--json']);
    expect(exitCode).toBe(0);
    const shown = JSON.parse(stdout) as { state: string; text: string };
    expect(shown).toMatchObject({ state: 'absent', isIncluded: false });
    expect(shown.text).toMatch(/^Host leaf1$/m);
    expect(await readFile(config, 'utf8')).toBe(MINE);
  });

  it('wants a yes for the one line, which it shows', async () => {
    const script = await lab.glasskeyScript(['ssh-config', 'install', '--json']);
    expect(JSON.parse(script.stdout)).toMatchObject({ error: { code: 'CONSENT_NEEDED' } });
    const declined = await lab.glasskey(['ssh-config', 'install'], {
      answers: [{ when: /Add it\?/, type: () => 'n\r' }],
    });
    expect(declined.exitCode).toBe(130);
    expect(declined.screen).toContain(`+ Include "${join(lab.folder, 'data', 'ssh_config')}"`);
    expect(await readFile(config, 'utf8')).toBe(MINE);

    const agreed = await lab.glasskey(['ssh-config', 'install'], {
      answers: [{ when: /Add it\?/, type: () => 'y\r' }],
    });
    expect(agreed.exitCode, agreed.screen).toBe(0);
    expect(agreed.screen).toContain('git config --global gpg.format ssh');
    expect(await readFile(config, 'utf8')).toBe(`Include "${join(lab.folder, 'data', 'ssh_config')}"\n${MINE}`);
  });

  it('lets ssh log in by name, with a touch for each hop', async () => {
    lab.authenticator.counters.reset();
    const { stdout } = await asUser('ssh', ['leaf1', 'show hostname']);
    expect(stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
    expect(screen).toContain(`Log in as ${lab.fabric.device.user} on`);
  });

  it('lets scp and sftp copy through a jump host that is not saved', async () => {
    await writeFile(join(home, 'running-config'), 'hostname server1\n');
    const [there, back] = ['/tmp/gk-lab-running-config', 'copied-back'];
    await asUser('scp', ['running-config', `server1:${there}`]);
    await asUser('sftp', ['-b', '-', 'server1'], `get ${there} ${back}\nrm ${there}\n`);
    expect(await readFile(join(home, back), 'utf8')).toBe('hostname server1\n');
  });

  it('serves what an editor does: a shell by -T, with a forwarded port', async () => {
    const { stdout } = await asUser('ssh', ['-T', '-D', String(await freePort()), 'server1', 'sh'], 'echo "it runs"\n');
    expect(stdout).toBe('it runs\n');
  });

  it('lets git fetch by name, and sign with the key', async () => {
    const { user } = lab.fabric.machine('server1');
    const repository = `/tmp/gk-lab-${user}-${process.pid}.git`;
    const make = `rm -rf ${repository} && git init -q --bare -b main ${repository} && cd $(mktemp -d) && git init -q -b main && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git push -q ${repository} main`;
    await asUser('ssh', ['server1', make]);
    const clone = join(home, 'clone');
    await mkdir(clone);
    await asUser('git', ['init', '-q', '-b', 'main', clone]);
    const inClone = (...words: string[]) => asUser('git', ['-C', 'clone', ...words]);
    await inClone('fetch', '-q', `ssh://server1${repository}`, 'main:refs/remotes/origin/main');
    expect((await inClone('log', '--format=%s', 'origin/main')).stdout).toBe('first\n');

    const shown = JSON.parse((await lab.glasskeyScript(['ssh-config', '--json'])).stdout) as Record<string, string>;
    const line = readFileSync(shown.signingKeyFile ?? '', 'utf8');
    await writeFile(join(home, 'signers'), `${UPN} ${line}`);
    const settings = {
      'user.name': 'Alice',
      'user.email': UPN,
      'gpg.format': 'ssh',
      'user.signingKey': shown.signingKeyFile ?? '',
      'gpg.ssh.allowedSignersFile': join(home, 'signers'),
    };
    const git = (...words: string[]) => {
      const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      const env = { ...lab.environment, SSH_AUTH_SOCK: shown.agentSocket, GIT_CONFIG_GLOBAL: '/dev/null' };
      return run('git', ['-C', clone, ...options, ...words], { env, timeout: 20_000 });
    };
    await git('commit', '-q', '--allow-empty', '-S', '-m', 'signed');
    expect((await git('verify-commit', 'HEAD')).stderr).toContain(`Good "git" signature for ${UPN}`);
  });

  it('follows the targets: one that is saved by a connect has its name at once', async () => {
    const words = ['connect', spec('device'), '--jump', spec('jump'), '--save', 'leaf2', '--', 'show', 'hostname'];
    // The agent's terminal has the key: it lets it go after each signature.
    const saved = await lab.glasskey(words, { answers: [lab.typePin()] });
    expect(saved.exitCode, saved.screen).toBe(0);
    expect((await asUser('ssh', ['leaf2', 'show hostname'])).stdout).toContain('Hostname:');
  });

  it('has had no program ask for a secret by itself, which SSH_ASKPASS would have answered', () => {
    expect(programs.hasAskedForASecret()).toBe(false);
  });

  it('gives back the file as it was, and the names are gone', async () => {
    const removed = await lab.glasskeyScript(['ssh-config', 'remove', '--yes']);
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(await readFile(config, 'utf8')).toBe(MINE);
    const gone = spawn('ssh', ['-F', config, '-G', 'leaf1'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    for await (const chunk of gone.stdout) said += String(chunk);
    expect(said).toMatch(/^hostname leaf1$/m);
  });
});
