/** `glasskey connect`: where to, through whom, and what is refused before anything is started. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../lab/world.ts';
import { runInProcess } from '../unit/cli/run-in-process.ts';

let lab: Lab;
let knownHosts: string;
beforeAll(async () => {
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 200 });
  knownHosts = join(lab.folder, 'data', 'known_hosts');
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
});
afterAll(() => lab?.close());

const connect = (...words: string[]) =>
  lab.glasskeyScript(['connect', '--pin-stdin', ...words, '--', 'show hostname'], { stdin: `${lab.pin}\n` });
const route = () => [lab.device, '--jump', lab.jump];

/** In this process: nothing is asked and nothing started. */
const quick = (...words: string[]) =>
  runInProcess(['connect', '--json', ...words], {
    environment: lab.environment,
    homeFolder: join(lab.folder, 'home'),
    hid: async () => lab.authenticator.bus,
  });

async function planned(...words: string[]): Promise<string[]> {
  const { exitCode, stdout } = await quick('--dry-run', ...words);
  expect(exitCode, stdout).toBe(0);
  const plan = JSON.parse(stdout) as { hops: { spec: { user: string; host: string; port: number } }[] };
  return plan.hops.map(({ spec }) => `${spec.user}@${spec.host}:${spec.port}`);
}

describe('a saved target', () => {
  it('is used by its name alone, and status shows the very command', async () => {
    const first = await connect(...route(), '--save', 'leaf1');
    expect(first.exitCode, first.stderr).toBe(0);
    const again = await connect('leaf1');
    expect(again.exitCode, again.stderr).toBe(0);
    const status = await lab.glasskeyScript(['status']);
    expect(status.stdout).toContain('Log in with: glasskey connect leaf1\n');
    expect(status.stdout).toMatch(
      new RegExp(`^ {4}glasskey connect leaf1 {2}${lab.device} through ${lab.jump}, last used \\d\\d:\\d\\d$`, 'm'),
    );
  });

  it('keeps its way, whatever the default jump host becomes later', async () => {
    expect(await planned('leaf1')).toEqual([lab.jump, lab.device]);
    expect(await planned('leaf1', '--direct')).toEqual([lab.device]);
    expect(await planned('leaf1', '--jump', 'ops@192.0.2.9:22')).toEqual(['ops@192.0.2.9:22', lab.device]);
  });

  it('is not given another meaning, nor a name that is none, and neither costs a PIN', async () => {
    lab.authenticator.counters.reset();
    const taken = await quick('bob@192.0.2.1', '--direct', '--save', 'leaf1', '--', 'true');
    expect(JSON.parse(taken.stdout)).toMatchObject({ error: { code: 'TARGET_EXISTS' } });
    for (const name of ['-x', 'a b', '../x', '']) {
      const bad = await quick(...route(), `--save=${name}`, '--', 'true');
      expect(JSON.parse(bad.stdout), name).toMatchObject({ error: { code: 'TARGET_NAME_INVALID' } });
      expect(bad.exitCode).toBe(1);
    }
    expect(lab.authenticator.counters.read().commands).toEqual([]);
  });
});

describe('a PIN on standard input, for which ssh does not wait', () => {
  const withStdin = (stdin: string, ...words: string[]) =>
    lab.glasskeyScript(['connect', '--pin-stdin', ...route(), '--', ...words], { stdin });
  /** Nothing of it lies around, and nobody on the way saw anybody log in. */
  async function expectCleared(deviceBefore: number) {
    expect(readdirSync(join(lab.folder, 'tmp'))).toEqual([]);
    expect(readdirSync(join(lab.folder, 'data', 'connect')).filter((name) => name.includes('.sock'))).toEqual([]);
    expect((await lab.fabric.deviceLog()).slice(deviceBefore)).not.toContain('Accepted publickey');
  }

  it('is its first line, and the rest is the command’s', async () => {
    const stdin = `${lab.pin}\nthe rest\n`;
    const words = ['connect', '--pin-stdin', lab.jump, '--direct', '--', 'cat'];
    const { exitCode, stdout, stderr } = await lab.glasskeyScript(words, { stdin });
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: 'the rest\n' });
  });

  it('that is wrong costs one try, is told, and ends ssh', async () => {
    const before = (await lab.fabric.deviceLog()).length;
    const { exitCode, stderr } = await withStdin('000000\n', 'show hostname');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('[PIN_WRONG]');
    expect(stderr).toContain('7 tries left');
    expect(stderr).not.toContain('agent refused operation');
    await expectCleared(before);
    const { exitCode: again } = await connect(...route());
    expect(again).toBe(0);
  });

  it('does not hide that the key is not plugged in: ssh is ended, and says nothing of its end', async () => {
    const before = (await lab.fabric.deviceLog()).length;
    await lab.authenticator.unplug();
    try {
      const { exitCode, stdout, stderr } = await withStdin(`${lab.pin}\n`, 'show hostname');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toContain('[KEY_MISSING]');
      expect(stderr).not.toMatch(/Killed|closed|CONNECT_|Touch/);
    } finally {
      await lab.authenticator.replug();
    }
    await expectCleared(before);
  });

  it('is not read from an empty input, and nothing is started', async () => {
    const before = (await lab.fabric.jumpLog()).length;
    const { exitCode, stderr } = await withStdin('', 'show hostname');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('[NO_PIN_ON_STDIN]');
    expect((await lab.fabric.jumpLog()).slice(before)).not.toContain('Connection from');
  });
});

describe('the default jump host', () => {
  it('is passed where none is named, and remembered with a target that is saved then', async () => {
    const settings = join(lab.folder, 'data', 'settings.json');
    const before = readFileSync(settings, 'utf8');
    await writeFile(settings, JSON.stringify({ ...JSON.parse(before), 'connect.defaultJump': lab.jump }));
    try {
      expect(await planned(lab.device)).toEqual([lab.jump, lab.device]);
      expect(await planned(lab.device, '--direct')).toEqual([lab.device]);
      const saved = await connect(lab.device, '--save', 'leaf2');
      expect(saved.exitCode, saved.stderr).toBe(0);
    } finally {
      await writeFile(settings, before);
    }
    expect(await planned('leaf2')).toEqual([lab.jump, lab.device]);
  });
});

describe('a target that could mean something else to ssh or a shell', () => {
  it.each([
    '-oProxyCommand=touch pwned',
    'alice@-oProxyCommand=x',
    '-l@host',
    'alice@host;touch pwned',
    'alice@$(touch pwned)',
    'alice@`touch pwned`',
    'alice@host|x',
    'alice@%h',
    'a%n@host',
    'alice@ho\nst',
    'alice@ho\tst',
    'alice@host\u0007',
    'alice@host:0',
    'alice@host:22:22',
    'ftp://host',
    'alice@',
    '',
  ])('%j is refused with TARGET_INVALID, as device and as jump host, and nothing is started', async (text) => {
    lab.authenticator.counters.reset();
    const asJump = await quick('alice@192.0.2.1', `--jump=${text}`, '--', 'true');
    expect(JSON.parse(asJump.stdout)).toMatchObject({ error: { code: 'TARGET_INVALID', remedy: expect.any(String) } });
    const asDevice = await quick(text, '--', 'true');
    // A word that begins with a dash is an option of the command line itself, and none that it has.
    const code = text.startsWith('-') ? 'CLI_USAGE' : 'TARGET_INVALID';
    expect(JSON.parse(asDevice.stdout)).toMatchObject({ error: { code } });
    expect(lab.authenticator.counters.read().commands).toEqual([]);
    expect(readdirSync(join(lab.folder, 'tmp'))).toEqual([]);
    expect(existsSync('pwned')).toBe(false);
  });
});

describe('--dry-run', () => {
  it('shows what would be run, and runs nothing', async () => {
    lab.authenticator.counters.reset();
    const before = (await lab.fabric.jumpLog()).length;
    const { exitCode, stdout, stderr } = await lab.glasskeyScript([
      'connect',
      'leaf1',
      '--dry-run',
      '--',
      'show',
      'version',
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^ssh -F \S+ -E \S+ glasskey-device -- show version\n\nHost glasskey-hop-1\n/);
    expect(stdout).toContain('    StrictHostKeyChecking ask\n');
    expect(lab.authenticator.counters.read().commands).toEqual([]);
    expect((await lab.fabric.jumpLog()).slice(before)).not.toContain('Connection from');
    expect(readdirSync(join(lab.folder, 'tmp'))).toEqual([]);
  });

  it('says of the way by password that it is the last resort', async () => {
    const { exitCode, stdout, stderr } = await lab.glasskeyScript([
      'connect',
      'leaf1',
      '--way',
      'password',
      '--dry-run',
    ]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('This way is the last resort (Method D v1.5)');
    expect(stdout).toContain('    PreferredAuthentications keyboard-interactive,password\n');
  });
});

describe('host keys', () => {
  const fingerprintQuestion = /\(yes\/no\/\[fingerprint\]\)\? $/;
  const answers = (word: string) => [lab.typePin(), { when: fingerprintQuestion, type: () => `${word}\r`, times: 2 }];

  it('that are new are asked about, remembered in Glasskey’s own file, and asked about no second time', async () => {
    await writeFile(knownHosts, '');
    const words = ['connect', ...route(), '--', 'show hostname'];
    const first = await lab.glasskey(words, { answers: answers('yes') });
    expect(first.exitCode, first.screen).toBe(0);
    expect(first.screen.match(/authenticity of host/g)).toHaveLength(2);
    // The touch comes after the answer, so it names the host by what is known of it now.
    expect(first.screen).not.toContain('a host not in known_hosts');
    const second = await lab.glasskey(words, { answers: answers('no') });
    expect(second.exitCode, second.screen).toBe(0);
    expect(second.screen).not.toContain('authenticity of host');
  });

  it('that are not accepted end the connect with a remedy, without a touch', async () => {
    await writeFile(knownHosts, '');
    lab.authenticator.counters.reset();
    const { exitCode, screen } = await lab.glasskey(['connect', ...route()], { answers: answers('no') });
    expect(exitCode, screen).toBe(1);
    expect(screen).toContain('[CONNECT_HOST_KEY_UNKNOWN]');
    expect(lab.authenticator.counters.read().touches).toBe(0);
    await writeFile(knownHosts, lab.fabric.knownHosts);
  });

  it('that nobody can be asked about are told by their fingerprint, with a remedy for a script', async () => {
    await writeFile(knownHosts, '');
    const unasked = await connect(...route());
    expect(unasked.exitCode).toBe(1);
    expect(unasked.stderr).toContain('[CONNECT_HOST_KEY_UNKNOWN]');
    expect(unasked.stderr).toMatch(/there is no terminal to ask about it\. It is SHA256:[A-Za-z0-9+/]{43}\./);
    expect(unasked.stderr).toContain('from a terminal, without --pin-stdin');
    const accepted = await connect(...route(), '--host-keys', 'accept-new');
    expect(accepted.exitCode, accepted.stderr).toBe(0);
    await writeFile(knownHosts, lab.fabric.knownHosts);
  });

  it('that have changed stop everything, and the remedy names the command that works', async () => {
    const [jump = '', device = ''] = lab.fabric.knownHosts.split('\n');
    const changed = `${jump.split(' ')[0]} ${device.split(' ').slice(1).join(' ')}\n${device}\n`;
    await writeFile(knownHosts, changed);
    const refused = await connect(...route());
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('[CONNECT_HOST_KEY_CHANGED]');
    const command = /run: (ssh-keygen -f .*?); then connect again/.exec(refused.stderr)?.[1];
    expect(command).toBeDefined();
    const removed = await lab.startInTerminal('sh', ['-c', command ?? 'false']).ended;
    expect(removed.exitCode, removed.screen).toBe(0);
    const again = await connect(...route(), '--host-keys', 'accept-new');
    expect(again.exitCode, again.stderr).toBe(0);
  });
});

describe('without a network', () => {
  it('needs neither Entra nor Graph nor the key files: what a login needs is in the data folder', async () => {
    await lab.entra.close();
    rmSync(lab.keyFile);
    rmSync(`${lab.keyFile}.pub`);
    const { exitCode, stdout, stderr } = await connect('leaf1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(lab.fabric.deviceName);
  });
});
