import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { type ConnectPlan, planConnect } from '../../../main/connect/plan.ts';
import { runSsh } from '../../../main/connect/run-ssh.ts';
import { findSsh, parseSshVersion } from '../../../main/connect/ssh-program.ts';
import { newConfigFile } from '../../../main/connect/start-ssh.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program named ssh, whose answer to -V is `version` and whose run is `script`. */
function fakeSsh(version: string, script = ''): NodeJS.ProcessEnv {
  const path = join(folder, 'ssh');
  writeFileSync(path, `#!/bin/sh\n[ "$1" = -V ] && { echo '${version}' >&2; exit 0; }\n${script}\n`);
  chmodSync(path, 0o755);
  return { ...process.env, PATH: `${folder}:/usr/bin:/bin` };
}

function plan(command: string[] = []): ConnectPlan {
  return planConnect({
    device: parseHostSpec('alice@10.9.0.4'),
    jump: [],
    command,
    agentSocket: '/tmp/agent.sock',
    publicKeyFiles: ['/tmp/id.pub'],
    knownHostsFiles: ['/tmp/known_hosts'],
    configFile: newConfigFile(),
    platform: 'linux',
  });
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}

describe('the ssh program', () => {
  it.each([
    ['OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19', { major: 9, minor: 2 }],
    ['OpenSSH_for_Windows_8.9p1, LibreSSL 3.4.3', { major: 8, minor: 9 }],
    ['OpenSSH_10.0p2', { major: 10, minor: 0 }],
    ['Dropbear v2022.83', undefined],
  ])('reads the version in %s', (text, version) => {
    expect(parseSshVersion(text)).toEqual(version);
  });

  it('is missing where the PATH has none, also when the current folder would have', async () => {
    await expect(findSsh({ PATH: `${folder}:.:` })).rejects.toMatchObject({ code: 'SSH_MISSING' });
  });

  it('is too old before 8.2, old before 8.9, and without a remark after', async () => {
    await expect(findSsh(fakeSsh('OpenSSH_8.1p1'))).rejects.toMatchObject({ code: 'SSH_TOO_OLD' });
    expect((await findSsh(fakeSsh('OpenSSH_8.8p1'))).warning).toMatch(/8\.8.*before 8\.9/);
    expect((await findSsh(fakeSsh('OpenSSH_10.0p1'))).warning).toBeUndefined();
  });

  it('is asked for its version once, and again where it gave none', async () => {
    const asked = join(folder, 'asked');
    const answers = join(folder, 'answers');
    const path = join(folder, 'ssh');
    writeFileSync(path, `#!/bin/sh\necho >>${asked}\ncat ${answers} >&2\n`);
    chmodSync(path, 0o755);
    const environment = { ...process.env, PATH: `${folder}:/usr/bin:/bin` };
    writeFileSync(answers, '');
    expect((await findSsh(environment)).warning).toMatch(/does not say that it is OpenSSH/);
    writeFileSync(answers, 'OpenSSH_10.0p1\n');
    for (let times = 0; times < 3; times += 1) expect((await findSsh(environment)).warning).toBeUndefined();
    expect(readFileSync(asked, 'utf8')).toHaveLength(2);
  });
});

describe('the ssh of Windows', () => {
  const GIT = 'C:\\Program Files\\Git\\usr\\bin\\ssh.exe';
  const FEATURE = 'C:\\Windows\\System32\\OpenSSH\\ssh.exe';
  const PACKAGE = 'C:\\Program Files\\OpenSSH\\ssh.exe';
  const environment = { Path: 'relative;C:\\Program Files\\Git\\usr\\bin;C:\\Windows\\System32\\OpenSSH' };
  const find = (programs: Readonly<Record<string, string>>) =>
    findSsh(environment, undefined, 'win32', {
      isThere: async (path) => path in programs,
      said: async (path) => programs[path] ?? '',
    });

  it('is passed over where it is that of Git, which reaches no pipe', async () => {
    const programs = { [GIT]: 'OpenSSH_9.9p1, OpenSSL 3.2.3', [FEATURE]: 'OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2' };
    expect(await find(programs)).toEqual({ path: FEATURE, version: { major: 9, minor: 5 }, namesHosts: true });
    await expect(find({ [GIT]: 'OpenSSH_9.9p1' })).rejects.toMatchObject({
      code: 'SSH_MISSING',
      message: expect.stringContaining(GIT),
    });
    await expect(find({})).rejects.toMatchObject({ code: 'SSH_MISSING' });
  });

  it('is taken from 9.4 on, also where it is not on the PATH', async () => {
    const programs = { [FEATURE]: 'OpenSSH_for_Windows_8.6p1', [PACKAGE]: 'OpenSSH_for_Windows_9.8p1' };
    expect(await find(programs)).toMatchObject({ path: PACKAGE, version: { major: 9, minor: 8 } });
    expect(await find({ [FEATURE]: 'OpenSSH_for_Windows_9.4p1' })).toMatchObject({ path: FEATURE });
    await expect(find({ [FEATURE]: 'OpenSSH_for_Windows_9.2p1' })).rejects.toMatchObject({
      code: 'SSH_TOO_OLD',
      message: expect.stringMatching(/9\.2.*9\.4/),
    });
  });
});

describe('a run of ssh', () => {
  it('hands on arguments as they are, its output as it comes, and its exit code', async () => {
    const out = collect();
    const err = collect();
    const environment = fakeSsh(
      'OpenSSH_9.2p1',
      'for a; do echo "[$a]"; done; echo "sock $SSH_AUTH_SOCK"; echo oops >&2; exit 7',
    );
    const run = await runSsh(plan(['echo', '$(id); "x"']), {
      environment,
      streams: { stdout: out.stream, stderr: err.stream },
    });
    expect(run).toMatchObject({ exit: { kind: 'exited', code: 7 }, messages: [], traces: [{ isLoggedIn: false }] });
    expect(out.text()).toContain('[glasskey-device]\n[--]\n[echo]\n[$(id); "x"]\nsock /tmp/agent.sock\n');
    expect(err.text()).toBe('oops\n');
  });

  it('keeps its configuration to its user, and removes it afterwards', async () => {
    const out = collect();
    const environment = fakeSsh('OpenSSH_9.2p1', 'stat -c %a "$2" "$(dirname "$2")"; cp "$2" "$(dirname "$0")/seen"');
    const thePlan = plan();
    await runSsh(thePlan, { environment, streams: { stdout: out.stream, stderr: out.stream } });
    expect(out.text()).toBe('600\n700\n');
    expect(readFileSync(join(folder, 'seen'), 'utf8')).toBe(thePlan.configText);
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });

  it('uses no folder that was there before', async () => {
    const environment = fakeSsh('OpenSSH_9.2p1', 'echo ran');
    const out = collect();
    const thePlan = { ...plan(), configFile: join(folder, 'ssh_config') };
    await expect(
      runSsh(thePlan, { environment, streams: { stdout: out.stream, stderr: out.stream } }),
    ).rejects.toMatchObject({ code: 'CONNECT_CONFIG_UNWRITABLE' });
    expect(out.text()).toBe('');
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('leaves no folder behind where the configuration cannot be written into it', async () => {
    const environment = fakeSsh('OpenSSH_9.2p1', 'echo started');
    const out = collect();
    const thePlan = { ...plan(), configFile: join(folder, 'new', 'x'.repeat(300)) };
    await expect(
      runSsh(thePlan, { environment, streams: { stdout: out.stream, stderr: out.stream } }),
    ).rejects.toMatchObject({ code: 'CONNECT_CONFIG_UNWRITABLE' });
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  it('ends ssh and what ssh started when it is cancelled', async () => {
    const out = collect();
    const controller = new AbortController();
    // The hop ignores the request to end, as one that waits for an agent does.
    const environment = fakeSsh('OpenSSH_9.2p1', 'sh -c \'trap "" TERM HUP; echo $$; sleep 60\' & wait');
    const thePlan = plan();
    const running = runSsh(thePlan, {
      environment,
      signal: controller.signal,
      streams: { stdout: out.stream, stderr: out.stream },
    });
    await expect.poll(() => out.text()).toMatch(/\d+\n/);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    const isThere = () => existsSync(`/proc/${out.text().trim()}/exe`);
    await expect.poll(isThere).toBe(false);
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });

  it('shows what ssh writes to its log while it runs, and keeps that apart from what stands on stderr', async () => {
    const err = collect();
    const script =
      'echo "Host key for 10.9.0.4 has changed" >&2; printf "hello\\r\\nlast" >> "$4"; read line; exit 255';
    const environment = fakeSsh('OpenSSH_9.2p1', script);
    const thePlan = plan();
    const stdin = new PassThrough();
    const streams = { stdin, stdout: new PassThrough(), stderr: err.stream };
    const running = runSsh(thePlan, { environment, streams });
    await expect.poll(err.text).toBe('Host key for 10.9.0.4 has changed\nhello\r\n');
    stdin.end('go on\n');
    const { messages } = await running;
    expect(messages).toEqual(['hello', 'last'].map((line) => ({ hop: thePlan.hops[0], line })));
    expect(err.text()).toMatch(/hello\r\nlast\r\n$/);
  });

  it('takes the lines of a command, which ssh writes to its log, for nothing that ssh says', async () => {
    const told: string[] = [];
    const lines = [
      'debug1: Sending command: show version',
      '',
      'Authenticated to 10.9.0.4 ([10.9.0.4]:22) using "publickey".',
      'the end\r',
      'debug1: Sending env LANG\r',
      'noise\r',
      '',
    ];
    const { traces } = await runSsh(plan(), {
      environment: fakeSsh('OpenSSH_9.2p1', `cat >> "$4" <<'END'\n${lines.join('\n')}END`),
      streams: { stdout: new PassThrough(), stderr: collect().stream },
      onMessage: ({ line }) => told.push(line),
    });
    expect(told).toEqual(['noise']);
    expect(traces.some(({ isLoggedIn }) => isLoggedIn)).toBe(false);
  });

  it('keeps the log of a host that has ssh write without end from filling the disk, and follows it on', async () => {
    const told: string[] = [];
    const thePlan = plan();
    const script = [
      'flood() { yes "debug1: Remote: nothing at all" | head -n 200000 >> "$1"; }',
      'flood "$4"; until [ "$(wc -c < "$4")" -lt 100 ]; do sleep 0.05; done',
      'printf "the end\\r\\n" >> "$4"',
    ];
    await runSsh(thePlan, {
      environment: fakeSsh('OpenSSH_9.2p1', script.join('\n')),
      streams: { stdout: new PassThrough(), stderr: collect().stream },
      onMessage: ({ line }) => told.push(line),
      lookEveryMs: 20,
    });
    expect(told).toEqual(['the end']);
  });

  it('gives its messages to who asks for them, instead of writing them', async () => {
    const err = collect();
    const told: string[] = [];
    await runSsh(plan(), {
      environment: fakeSsh('OpenSSH_9.2p1', 'echo noise >> "$4"'),
      streams: { stdout: new PassThrough(), stderr: err.stream },
      onMessage: ({ hop, line }) => told.push(`${hop.alias}: ${line}`),
    });
    expect({ told, written: err.text() }).toEqual({ told: ['glasskey-device: noise'], written: '' });
  });

  it('gives ssh a PATH with its own folder first and without the current one', async () => {
    const out = collect();
    const environment = {
      ...fakeSsh('OpenSSH_9.2p1', 'echo "$PATH"'),
      PATH: `:.:bin:/nowhere:${folder}:/usr/bin:/bin:`,
    };
    await runSsh(plan(), { environment, streams: { stdout: out.stream, stderr: out.stream } });
    expect(out.text()).toBe(`${folder}:/nowhere:${folder}:/usr/bin:/bin\n`);
  });

  it('reports the signal that ended ssh', async () => {
    const environment = fakeSsh('OpenSSH_9.2p1', 'kill -KILL $$');
    const out = collect();
    const run = await runSsh(plan(), { environment, streams: { stdout: out.stream, stderr: out.stream } });
    expect(run.exit).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  it('feeds what it is given to ssh', async () => {
    const environment = fakeSsh('OpenSSH_9.2p1', 'tr a-z A-Z');
    const out = collect();
    const stdin = new PassThrough();
    stdin.end('hello');
    await runSsh(plan(), { environment, streams: { stdin, stdout: out.stream, stderr: out.stream } });
    expect(out.text()).toBe('HELLO');
  });

  it('puts its configuration where ssh can read it when the temporary folder has a space in its path', () => {
    expect(newConfigFile('/home/al ice/tmp')).toMatch(/^\/tmp\/glasskey-[0-9a-f]{18}\/ssh_config$/);
    expect(newConfigFile('/var/tmp')).toMatch(/^\/var\/tmp\/glasskey-/);
  });
});
