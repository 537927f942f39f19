/** ssh on a terminal of its own: a program that stands for ssh, on a real pseudo-terminal. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { planConnect } from '../../../main/connect/plan.ts';
import { type Pty, type SpawnPty, spawnPty } from '../../../main/connect/pty.ts';
import { runSsh } from '../../../main/connect/run-ssh.ts';
import { isRestated } from '../../../main/connect/ssh-outcome.ts';
import { runOnTerminal, type SshTerminal } from '../../../main/connect/ssh-terminal.ts';
import { newConfigFile } from '../../../main/connect/start-ssh.ts';
import { fakePtys } from './fake-pty.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-terminal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function fakeSsh(script: string): NodeJS.ProcessEnv {
  const path = join(folder, 'ssh');
  writeFileSync(path, `#!/bin/sh\n[ "$1" = -V ] && { echo OpenSSH_9.2p1 >&2; exit 0; }\n${script}\n`);
  chmodSync(path, 0o755);
  return { ...process.env, PATH: `${folder}:/usr/bin:/bin`, COLUMNS: '3', SSH_ASKPASS_REQUIRE: 'force' };
}

const plan = () =>
  planConnect({
    device: parseHostSpec('alice@10.9.0.4'),
    jump: [parseHostSpec('ops@192.0.2.10')],
    agentSocket: '/tmp/agent.sock',
    publicKeyFiles: ['/tmp/id.pub'],
    knownHostsFiles: ['/tmp/known_hosts'],
    configFile: newConfigFile(),
  });

function screen(spawn: SpawnPty = spawnPty) {
  const pieces: Uint8Array[] = [];
  const seen = { opened: 0, pty: undefined as Pty | undefined };
  const terminal: SshTerminal = {
    spawn,
    size: () => ({ columns: 66, rows: 11 }),
    onStarted(pty) {
      seen.pty = pty;
    },
    onOutput: (bytes) => pieces.push(bytes),
    onOpened() {
      seen.opened += 1;
    },
  };
  return { terminal, seen, text: () => Buffer.concat(pieces).toString() };
}

describe('ssh on a terminal of its own', () => {
  it('has the arguments, the environment and the size of the plan, and reports its exit code', async () => {
    const { terminal, text } = screen();
    const thePlan = plan();
    const environment = fakeSsh('echo "$*"; echo "$SSH_AUTH_SOCK $SSH_ASKPASS_REQUIRE [$COLUMNS]"; stty size; exit 7');
    const { exit } = await runSsh(thePlan, { environment, terminal });
    expect(exit).toEqual({ kind: 'exited', code: 7 });
    expect(text().replaceAll(/\s+/g, ' ')).toContain(`${thePlan.arguments.join(' ')} /tmp/agent.sock never [] 11 66`);
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });

  it('can be typed to', async () => {
    const { terminal, text, seen } = screen();
    const running = runSsh(plan(), { environment: fakeSsh('read line; echo "<$line>"'), terminal });
    await expect.poll(() => seen.pty).toBeDefined();
    seen.pty?.write('show version\r');
    await running;
    expect(text()).toContain('<show version>');
  });

  it('has what it writes to its log shown between, but for what is held back, and nothing in it is obeyed', async () => {
    const { terminal, text, seen } = screen();
    const log = (line: string) => `printf '${line}\\n' >> "$4"`;
    const script = [
      log('Authenticated to 10.9.0.4 (via proxy) using "publickey".'),
      log('something \\033]0;odd\\007'),
      'printf "from the \\033[1mhost"',
      'read line',
      log('Bytes per second: sent 1.5, received 2.5'),
    ].join('\n');
    const running = runSsh(plan(), { environment: fakeSsh(script), terminal, holdBack: isRestated });
    await expect.poll(text).toContain('something \ufffd]0;odd\ufffd\r\n');
    expect(text()).toContain('from the \u001b[1mhost');
    expect(seen.opened).toBe(1);
    seen.pty?.write('\r');
    const { messages } = await running;
    expect(messages.map(({ line }) => line)).toEqual(['something \u001b]0;odd\u0007']);
    expect(text()).not.toMatch(/Authenticated|Bytes per/);
  });

  it('tells which key the device accepted: the last that it knew, and none that a jump host did', async () => {
    const { terminal, text } = screen();
    const thePlan = plan();
    const [refused, accepted, other] = ['a', 'b', 'c'].map((letter) => `SHA256:${letter.repeat(43)}`);
    const known = (fingerprint = '') =>
      `debug1: Server accepts key: /home/a b/1.pub ED25519-SK ${fingerprint} explicit authenticator agent`;
    const login = 'Authenticated to 10.9.0.4 (via proxy) using "publickey".';
    const said = [known(refused), known(accepted), `debug1: Remote: ${known(other).slice(8)}`, login];
    const script = [
      `echo '${known(other)}' >> '${thePlan.hops[0]?.logFile}'`,
      ...said.map((line) => `echo '${line}' >> "$4"`),
    ].join('\n');
    const logins: (string | undefined)[] = [];
    const onDeviceLogin = (fingerprint: string | undefined) => logins.push(fingerprint);
    const { messages, traces } = await runSsh(thePlan, { environment: fakeSsh(script), terminal, onDeviceLogin });
    expect(logins).toEqual([accepted]);
    expect(messages).toEqual([]);
    expect(traces.map(({ keyAccepted }) => keyAccepted)).toEqual([other, accepted]);
    expect(text()).not.toContain('debug1');
  });

  it('is not open because a jump host’s ssh is, or because a host says so', async () => {
    const { terminal, seen } = screen();
    const said = 'Authenticated to 10.9.0.4 (via proxy) using "publickey".';
    const thePlan = plan();
    const [jump] = thePlan.hops;
    const script = `echo '${said}'; echo 'debug: ${said}' >> "$4"; echo '${said}' >> '${jump?.logFile}'`;
    const { messages, traces } = await runSsh(thePlan, { environment: fakeSsh(script), terminal });
    expect(messages.map(({ line }) => line)).toEqual([`debug: ${said}`]);
    expect(traces.map(({ isLoggedIn }) => isLoggedIn)).toEqual([true, false]);
    expect(seen.opened).toBe(0);
  });

  it('reports the signal that ended it', async () => {
    const { terminal } = screen();
    const { exit } = await runSsh(plan(), { environment: fakeSsh('kill -KILL $$'), terminal });
    expect(exit).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  });

  it('ends with what it started when it is cancelled, even where that ignores the end of its terminal', async () => {
    const { terminal, text } = screen();
    const controller = new AbortController();
    const environment = fakeSsh('sh -c \'trap "" TERM HUP; echo "pid $$."; sleep 60\' & wait');
    const thePlan = plan();
    const running = runSsh(thePlan, { environment, terminal, signal: controller.signal });
    await expect.poll(text).toMatch(/pid \d+\./);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    const pid = /pid (\d+)\./.exec(text())?.[1];
    await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false);
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });

  it('is asked to end first, and only killed when it does not', async () => {
    const { terminal, text } = screen();
    const controller = new AbortController();
    const environment = fakeSsh(
      `trap 'echo polite > ${folder}/end; exit 0' HUP; echo ready; while :; do sleep 0.05; done`,
    );
    const running = runSsh(plan(), { environment, terminal, signal: controller.signal });
    await expect.poll(text).toContain('ready');
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(join(folder, 'end'))).toBe(true);
  });

  it('says so where there is no terminal to be had', async () => {
    const { terminal } = screen(() => {
      throw new Error('forkpty(3) failed.');
    });
    const thePlan = plan();
    await expect(runSsh(thePlan, { environment: fakeSsh(''), terminal })).rejects.toMatchObject({
      code: 'SSH_NOT_STARTED',
    });
    expect(existsSync(dirname(thePlan.configFile))).toBe(false);
  });
});

describe('ssh on a terminal on Windows', () => {
  const { platform } = process;
  beforeEach(() => Object.defineProperty(process, 'platform', { value: 'win32' }));
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.restoreAllMocks();
  });

  it('is ended by its own id, where there are no groups, and not after it has ended: the id may be another’s then', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    const { spawn, all } = fakePtys();
    const stop = new AbortController();
    const where = { arguments: [], configFile: join(folder, 'config') };
    const run = runOnTerminal('ssh', where, {}, screen(spawn).terminal, stop.signal);
    const [pty] = all;
    stop.abort();
    expect(kill.mock.calls).toEqual([[pty?.pid]]);
    pty?.exits({ exitCode: 1 });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(kill).toHaveBeenCalledTimes(1);
  });
});
