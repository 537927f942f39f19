/** The agent of the app with all the programs that use it: by saved names through ~/.ssh/config, and by SSH_AUTH_SOCK. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { Glasskey } from '../../main/glasskey.ts';
import { agentRequestPrompts } from '../../main/prompts/agent-request-prompts.ts';
import { PromptDesk } from '../../main/prompts/prompt-desk.ts';
import { PAUSE_MS } from '../../main/prompts/prompt-entry.ts';
import type { ResidentAgent } from '../../main/resident-agent.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { systemClock } from '../../time/clock.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';
import { type ProgramsByName, programsByName } from './programs-by-name.ts';

const texts = textsFor(['en']);

let lab: Lab;
let home: string;
let glasskey: Glasskey;
let agent: ResidentAgent;
let programs: ProgramsByName;
/** What the person was asked, each question once. */
let asked: Map<string, string>;

beforeAll(async () => {
  lab = await startLab({
    topology: {
      further: [{ name: 'server1', kind: 'jump-host', networks: ['fabric'], accounts: [{ user: 'alice', upn: UPN }] }],
    },
  });
  home = join(lab.folder, 'home');
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  const { user, host, port } = lab.fabric.machine('server1');
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  targetStore(database).add({ ...plainTarget('bastion', lab.jump, []), role: 'jump-host' });
  targetStore(database).add(plainTarget('leaf1', lab.device, ['bastion']));
  targetStore(database).add(plainTarget('server1', `${user}@${host}:${port}`, ['bastion']));
  database.close();
  const installed = await lab.glasskeyScript(['ssh-config', 'install', '--yes']);
  expect(installed.exitCode, installed.stderr).toBe(0);
  programs = programsByName(lab);

  glasskey = new Glasskey({
    hid: async () => lab.authenticator.bus,
    clock: systemClock,
    log: silentLog,
    environment: lab.environment,
    homeFolder: home,
    owner: 'alice@computer',
  });
  asked = new Map();
  const desk = new PromptDesk({ clock: systemClock, texts });
  desk.onChange(() => answer(desk));
  agent = await glasskey.startResidentAgent((productOf) => agentRequestPrompts(desk, texts, productOf));
}, 60_000);

afterAll(async () => {
  await agent?.close();
  await glasskey?.close();
  await lab?.close();
});

/** The person: allows once, and types the PIN. */
function answer(desk: PromptDesk): void {
  const [prompt] = desk.view().prompts;
  const question = `${prompt?.id} ${prompt?.field === undefined ? 'approval' : 'pin'}`;
  if (prompt?.state !== 'asking' || asked.has(question)) return;
  asked.set(question, prompt.sentences.join(' '));
  const pin = prompt.field === undefined ? {} : { pin: new TextEncoder().encode(lab.pin) };
  setTimeout(() => desk.answer(prompt.id, { kind: 'allow', keep: 'once', ...pin }), PAUSE_MS + 20);
}

async function withAgent(program: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(program, words, {
    env: { ...lab.environment, SSH_AUTH_SOCK: agent.status().socketPath, GIT_CONFIG_GLOBAL: '/dev/null' },
    cwd: home,
    timeout: 30_000,
  });
}

describe('with the agent of the app', { timeout: 60_000 }, () => {
  it('ssh logs in by name, asked about and touched for at each hop', async () => {
    lab.authenticator.counters.reset();
    const { stdout } = await programs.run('ssh', ['leaf1', 'show hostname']);
    expect(stdout).toContain(`Hostname: ${lab.fabric.deviceName}`);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
    expect([...asked.values()].filter((sentence) => /^Log in as \S+ on .*, asked by ssh/.test(sentence))).toHaveLength(
      4,
    );
  });

  it('scp and sftp copy there and back', async () => {
    await writeFile(join(home, 'running-config'), 'hostname server1\n');
    const [there, back] = [`/tmp/gk-app-${process.pid}`, 'copied-back'];
    await programs.run('scp', ['running-config', `server1:${there}`]);
    await programs.run('sftp', ['-b', '-', 'server1'], `get ${there} ${back}\nrm ${there}\n`);
    expect(await readFile(join(home, back), 'utf8')).toBe('hostname server1\n');
  });

  it('git fetches by name', async () => {
    const repository = `/tmp/gk-app-${process.pid}.git`;
    const make = `rm -rf ${repository} && git init -q --bare -b main ${repository} && cd $(mktemp -d) && git init -q -b main && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m first && git push -q ${repository} main`;
    await programs.run('ssh', ['server1', make]);
    await mkdir(join(home, 'clone'));
    await programs.run('git', ['init', '-q', '-b', 'main', join(home, 'clone')]);
    const inClone = (...words: string[]) => programs.run('git', ['-C', 'clone', ...words]);
    await inClone('fetch', '-q', `ssh://server1${repository}`, 'main:refs/remotes/origin/main');
    expect((await inClone('log', '--format=%s', 'origin/main')).stdout).toBe('first\n');
  });

  it('ssh-add lists the key, and ssh-keygen signs a file, which it verifies, and a commit', async () => {
    const line = await readFile(`${lab.keyFile}.pub`, 'utf8');
    expect((await withAgent('ssh-add', '-L')).stdout).toBe(line);
    expect((await withAgent('ssh-add', '-l')).stdout).toBe(
      (await withAgent('ssh-keygen', '-lf', `${lab.keyFile}.pub`)).stdout,
    );
    await writeFile(join(home, 'release.txt'), 'a release\n');
    await writeFile(join(home, 'signers'), `${UPN} ${line}`);
    await withAgent('ssh-keygen', '-Y', 'sign', '-f', `${lab.keyFile}.pub`, '-n', 'file', 'release.txt');
    const verify = `ssh-keygen -Y verify -f signers -I ${UPN} -n file -s release.txt.sig < release.txt`;
    expect((await withAgent('sh', '-c', verify)).stdout).toContain(`Good "file" signature for ${UPN}`);

    const settings = {
      'user.name': 'Alice',
      'user.email': UPN,
      'gpg.format': 'ssh',
      'user.signingKey': `${lab.keyFile}.pub`,
      'gpg.ssh.allowedSignersFile': join(home, 'signers'),
    };
    const git = (...words: string[]) => {
      const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
      return withAgent('git', '-C', join(home, 'clone'), ...options, ...words);
    };
    await git('commit', '-q', '--allow-empty', '-S', '-m', 'signed');
    expect((await git('verify-commit', 'HEAD')).stderr).toContain(`Good "git" signature for ${UPN}`);
    expect([...asked.values()]).toContainEqual(expect.stringMatching(/^Sign for git, asked by ssh-keygen/));
  });

  it('no program asks for a secret by itself, though SSH_ASKPASS would have answered', () => {
    expect(programs.hasAskedForASecret()).toBe(false);
  });
});
