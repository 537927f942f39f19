/** Sessions of the desktop app against the lab: real ssh on real pseudo-terminals, through the jump host, in one process. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseHostSpec, shownHostSpec } from '../../main/connect/host-spec.ts';
import { copyableCommand } from '../../main/connect/plan.ts';
import { connectTo } from '../../main/glasskey-sessions.ts';
import { plainTarget } from '../../main/storage/target-store.ts';
import { cutShells } from '../lab/fabric/cut-shells.ts';
import { type Lab, startLab } from '../lab/world.ts';
import { type SessionDesk, startSessionDesk } from './session-desk.ts';

const run = promisify(execFile);
const PROMPT = 'ce1-rack4>';

let lab: Lab;
let desk: SessionDesk;
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 200 });
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
  const saver = startSessionDesk(lab);
  await saver.glasskey.saveTarget({ ...plainTarget('leaf1', lab.device, [lab.jump]), replaces: undefined });
  await saver.close();
  // Where ssh's configurations go, and by which its processes are known.
  vi.stubEnv('TMPDIR', join(lab.folder, 'tmp'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await lab?.close();
});
beforeEach(() => {
  desk = startSessionDesk(lab);
  lab.authenticator.setTouch('at-once');
});
afterEach(async () => {
  await desk?.close();
  expect(processesOfSessions()).toEqual([]);
  expect(readdirSync(join(lab.folder, 'data', 'connect')).filter((name) => name.includes('.sock'))).toEqual([]);
  expect(readdirSync(join(lab.folder, 'tmp'))).toEqual([]);
});

/** The command lines of every ssh that runs with a configuration of this lab's temporary folder. */
function processesOfSessions(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return ''; // ended just now
      }
    })
    .filter((line) => line.includes(join(lab.folder, 'tmp')));
}

/** Ends the shells that this lab's device has given. */
async function cutByHost(): Promise<void> {
  expect(await cutShells(lab.fabric.device.user)).toBeGreaterThan(0);
}

/** As sentences have it. */
const shown = (spec: string) => shownHostSpec(parseHostSpec(spec));

describe('a session', () => {
  it('goes from starting over the PIN and one touch per hop to open, and to its exit code', async () => {
    const id = await desk.open('leaf1');
    expect(desk.state(id)).toMatchObject({
      target: 'leaf1',
      name: 'leaf1',
      device: shown(lab.device),
      user: lab.fabric.device.user,
      jumps: [shown(lab.jump)],
      state: 'starting',
    });
    await desk.shows(id, PROMPT);
    const open = await desk.reaches(id, 'open');
    expect(open.openedAt).toBeGreaterThanOrEqual(open.startedAt);
    expect(open.waitsFor).toBeUndefined();
    desk.type(id, 'show version\r');
    await desk.shows(id, 'Software image version: 4.31.5M');
    desk.type(id, 'exit\r');
    const ended = await desk.reaches(id, 'ended');
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.error).toBeUndefined();
    const waits = desk.states
      .map(({ waitsFor }) => waitsFor?.what ?? '-')
      .filter((one, at, all) => one !== all[at - 1]);
    expect(waits).toEqual(['-', 'pin', '-', 'touch', '-', 'touch', '-']);
    const sentences = desk.states.flatMap(({ waitsFor }) => (waitsFor?.what === 'touch' ? [waitsFor.sentence] : []));
    expect(sentences[0]).toContain(`Log in as ${lab.fabric.jump.user} on`);
    expect(sentences.at(-1)).toContain(`Log in as ${lab.fabric.device.user} on`);
    const hops = desk.states.flatMap(({ waitsFor }) => (waitsFor?.what === 'touch' ? [waitsFor.hop] : []));
    expect(hops[0]).toEqual({ at: 1, of: 2, host: shown(lab.jump).split('@').at(-1) });
    expect(hops.at(-1)).toEqual({ at: 2, of: 2, host: 'leaf1' });
    expect(desk.screen(id)).toMatch(/^Logging in to .*: one PIN, 2 touches\.\r\n/);
    // What ssh is made to say so that the state is known is not shown.
    expect(desk.screen(id)).not.toMatch(/Authenticated to|Transferred|Bytes per second/);
  });

  it('stands in the list until it is dismissed', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    desk.sessions.end(id);
    const ended = await desk.reaches(id, 'ended');
    expect(ended.error).toBeUndefined();
    desk.sessions.end(id);
    expect(desk.sessions.list()).toEqual([]);
    expect(() => desk.sessions.attach(id)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }));
  });

  it('that was typed and not saved goes its way too, and a target that is none begins nothing', async () => {
    await expect(desk.open('alice@host;x')).rejects.toMatchObject({ code: 'TARGET_INVALID' });
    expect(desk.sessions.list()).toEqual([]);
    const id = await desk.open(lab.jump);
    expect(desk.state(id)).toMatchObject({ target: lab.jump, device: shown(lab.jump), jumps: [] });
    desk.sessions.end(id);
    await desk.reaches(id, 'ended');
  });

  it('has the size of its window, and takes a new one', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    if (!lab.fabric.givesTerminals) return console.warn('sessions: sshd cannot give terminals here');
    desk.type(id, 'bash stty size\r');
    await desk.shows(id, '30 100');
    desk.sessions.resize(id, { columns: 77, rows: 22 });
    desk.type(id, 'bash stty size\r');
    await desk.shows(id, '22 77');
  });

  it('forwards the agent to the device', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    desk.type(id, 'bash ssh-add -L\r');
    const [, base64 = 'none'] = readFileSync(`${lab.keyFile}.pub`, 'utf8').split(' ');
    await desk.shows(id, /sk-ssh-ed25519@openssh\.com/);
    expect(desk.screen(id).replaceAll(/\s/g, '')).toContain(base64);
  });

  it('runs beside another in the same process, each with an agent of its own', async () => {
    const [one, other] = await Promise.all([desk.open('leaf1'), desk.open('leaf1')]);
    await Promise.all([one, other].map((id) => desk.shows(id, PROMPT)));
    const sockets = readdirSync(join(lab.folder, 'data', 'connect')).filter((name) => name.endsWith('.sock'));
    expect(new Set(sockets).size).toBe(2);
    desk.type(one, 'show version\r');
    desk.type(other, 'show privilege\r');
    await desk.shows(one, 'Software image version');
    await desk.shows(other, 'Current privilege level');
    expect(desk.screen(other)).not.toContain('Software image');
    desk.type(one, 'exit\r');
    await desk.reaches(one, 'ended');
    desk.type(other, 'show hostname\r');
    await desk.shows(other, 'Hostname: ce1-rack4');
  });

  it('gives a window that attaches later what was written, and then what comes', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    desk.sessions.detach(id);
    desk.type(id, 'show version\r');
    const seen = () => Buffer.from(desk.sessions.attach(id)).toString();
    await expect.poll(seen).toMatch(/Logging in to[\s\S]*Software image version[\s\S]*Free memory/);
    desk.type(id, 'show privilege\r');
    await desk.shows(id, 'Current privilege level');
  });

  it('asks about an unknown host key on its terminal', async () => {
    const knownHosts = join(lab.folder, 'data', 'known_hosts');
    writeFileSync(knownHosts, '');
    try {
      const id = await desk.open('leaf1');
      await desk.shows(id, /\(yes\/no\/\[fingerprint\]\)\? $/);
      desk.type(id, 'yes\r');
      await desk.shows(id, /(authenticity of host[\s\S]*){2}\(yes\/no\/\[fingerprint\]\)\? $/);
      desk.type(id, 'yes\r');
      await desk.shows(id, PROMPT);
      await desk.reaches(id, 'open');
    } finally {
      writeFileSync(knownHosts, lab.fabric.knownHosts);
    }
  });
});

describe('a session that is recorded', () => {
  it('has in its file what was shown, and in no byte what was typed without an echo, nor the PIN', async () => {
    if (!lab.fabric.givesTerminals) return console.warn('sessions: sshd cannot give terminals here');
    await desk.glasskey.setSetting('sessions.record', 'always');
    try {
      const secret = 'c0rrect-h0rse';
      const id = await desk.open('leaf1');
      await desk.shows(id, PROMPT);
      desk.sessions.resize(id, { columns: 90, rows: 25 });
      desk.type(id, 'bash read -s\r');
      await desk.shows(id, /Secret: $/);
      desk.type(id, `${secret}\r`);
      await desk.shows(id, `${secret.length} characters.`);
      expect(desk.state(id)).toMatchObject({ isRecorded: true, recording: { state: 'running' } });
      desk.type(id, 'exit\r');
      const { recording } = await desk.reaches(id, 'ended');
      expect(recording).toMatchObject({ state: 'stopped' });
      const file = readFileSync(recording?.file ?? '', 'utf8');
      const [listed] = desk.recordings.list();
      expect(listed).toMatchObject({ file: recording?.file, subject: { target: 'leaf1', device: shown(lab.device) } });
      const { events, header, isWhole } = desk.recordings.read(listed?.name ?? '');
      expect({ size: header.size, isWhole }).toEqual({ size: { columns: 100, rows: 30 }, isWhole: true });
      expect(events.filter(({ code }) => code === 'r').map(({ data }) => data)).toEqual(['90x25']);
      expect(events.map(({ code }) => code)).not.toContain('i');
      const output = events.flatMap(({ code, data }) => (code === 'o' ? [data] : [])).join('');
      expect(output).toMatch(/Logging in to [\s\S]*Secret: [\s\S]*characters[\s\S]*The recording ends\./);
      for (const part of [secret, secret.slice(0, 4), secret.slice(-4), lab.pin]) expect(file).not.toContain(part);
    } finally {
      await desk.glasskey.resetSetting('sessions.record');
    }
  });
});

describe('a session that is begun anew', () => {
  it('logs in again in its place after it was cut, and keeps what was shown', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    desk.type(id, 'show version\r');
    await desk.shows(id, 'Software image version');
    await desk.reaches(id, 'open');
    await expect(desk.reconnect(id)).rejects.toMatchObject({ code: 'SESSION_STILL_RUNNING' });
    await cutByHost();
    expect(await desk.reaches(id, 'ended')).toMatchObject({ lost: 'cut' });
    await desk.reconnect(id);
    await desk.reaches(id, 'open');
    desk.type(id, 'show privilege\r');
    await desk.shows(id, /Software image version[\s\S]*Logging in again[\s\S]*Current privilege level/);
    expect(desk.questions).toHaveLength(2);
    expect(desk.state(id)).toMatchObject({ reconnects: 1, state: 'open' });
    expect(desk.state(id)).not.toHaveProperty('lost');
    expect(desk.sessions.list()).toHaveLength(1);
    desk.sessions.end(id);
    expect((await desk.reaches(id, 'ended')).error).toBeUndefined();
  });
});

describe('a session that the command line attaches to', () => {
  it('is seen there and in the window, is typed to from both, and goes on when it is let go', async () => {
    const server = await desk.glasskey.serveSessions({ sessions: desk.sessions, reconnect: desk.reconnect });
    try {
      const id = await desk.open('leaf1');
      await desk.shows(id, PROMPT);
      desk.sessions.resize(id, { columns: 150, rows: 30 });
      let isPrivileged = false;
      const terminal = lab.startInTerminal('glasskey', ['sessions', 'attach', 'leaf1'], {
        answers: [
          { when: /ce1-rack4>\s*$/, type: () => 'show version\r' },
          {
            when: /Software image version[\s\S]*ce1-rack4>\s*$/,
            type: () => {
              desk.type(id, 'show privilege\r');
              return '';
            },
          },
          {
            when: /Current privilege level[\s\S]*ce1-rack4>\s*$/,
            type: () => {
              isPrivileged = true;
              return '\x1d';
            },
          },
        ],
      });
      const { exitCode, screen } = await terminal.ended;
      expect(exitCode, screen).toBe(0);
      expect(isPrivileged).toBe(true);
      await desk.shows(id, 'Software image version');
      expect(screen).toMatch(/Logging in to [\s\S]*ce1-rack4>[\s\S]*Let go of leaf1\. The session goes on\./);
      desk.type(id, 'show hostname\r');
      await desk.shows(id, 'Hostname: ce1-rack4');
      await cutByHost();
      expect(await desk.reaches(id, 'ended')).toMatchObject({ lost: 'cut' });
      const again = await lab.glasskeyScript(['sessions', 'reconnect', 'leaf1', '--json']);
      expect(again.exitCode, again.stderr).toBe(0);
      await desk.reaches(id, 'open');
      const listed = JSON.parse((await lab.glasskeyScript(['sessions', '--json'])).stdout);
      expect(listed.sessions).toMatchObject([{ id, state: 'open', reconnects: 1 }]);
      expect((await lab.glasskeyScript(['sessions', 'end', '1'])).exitCode).toBe(0);
      await desk.reaches(id, 'ended');
    } finally {
      await server.close();
    }
  });
});

describe('a session that fails', () => {
  it('is cut by the host: it ends with CONNECT_LOST, and says what ssh said', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    await desk.reaches(id, 'open');
    await cutByHost();
    const ended = await desk.reaches(id, 'ended');
    expect(ended.error).toMatchObject({ code: 'CONNECT_LOST', detail: { role: 'device' } });
    expect(ended.exitCode).toBeUndefined();
  });

  it('whose host answers no more is found lost by its keep-alive, and is begun anew when that is back', async () => {
    await desk.glasskey.setSetting('connect.keepAliveSeconds', 1);
    await desk.glasskey.setSetting('connect.keepAliveCount', 1);
    const device = lab.fabric.machine('device');
    try {
      const id = await desk.open('leaf1');
      await desk.shows(id, PROMPT);
      expect(await desk.reaches(id, 'open')).toMatchObject({ keepAlive: { everySeconds: 1, count: 1 } });
      await device.goSilent();
      const ended = await desk.reaches(id, 'ended');
      expect(ended).toMatchObject({ lost: 'not-answering', error: { code: 'CONNECT_UNREACHABLE' } });
      expect(ended.error?.message).toContain(`the device ${shown(lab.device)} was lost: it no longer answers`);
      await device.comeBack();
      await desk.reconnect(id);
      await desk.reaches(id, 'open');
    } finally {
      await device.comeBack().catch(() => {});
      await desk.glasskey.resetSetting('connect.keepAliveSeconds');
      await desk.glasskey.resetSetting('connect.keepAliveCount');
    }
  });

  it('has the error that the command line has: a wrong PIN is asked for again, and a declined one ends it', async () => {
    const tries = ['000000', undefined];
    desk.typesPin(async () => tries.shift());
    const id = await desk.open('leaf1');
    const ended = await desk.reaches(id, 'ended');
    expect(desk.questions.map(({ why }) => why)).toEqual(['needed', 'wrong']);
    expect(desk.questions[1]?.triesLeft).toBe(7);
    expect(ended.error).toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    desk.typesPin(async () => lab.pin);
    const again = await desk.open('leaf1');
    await desk.shows(again, PROMPT);
  });

  it('ends when the first question for the PIN is declined, and asks no second time', async () => {
    desk.typesPin(async () => undefined);
    const id = await desk.open('leaf1');
    const ended = await desk.reaches(id, 'ended');
    expect(ended.error).toMatchObject({ code: 'CANCELLED' });
    expect(desk.questions).toHaveLength(1);
  });

  it('whose key is unplugged while it blinks ends with the reason', async () => {
    lab.authenticator.setTouch('never');
    const id = await desk.open('leaf1');
    await expect.poll(() => desk.state(id).waitsFor?.what).toBe('touch');
    lab.authenticator.unplug();
    try {
      const ended = await desk.reaches(id, 'ended');
      expect(ended.error).toMatchObject({ code: 'HID_GONE' });
    } finally {
      lab.authenticator.replug();
    }
  });
});

describe('a key that is not plugged in', () => {
  it('is waited for, and the login goes on when it comes', async () => {
    lab.authenticator.unplug();
    try {
      const id = await desk.open('leaf1');
      await expect.poll(() => desk.state(id).waitsFor?.what).toBe('key');
      expect(desk.questions).toEqual([]);
      lab.authenticator.replug();
      await desk.shows(id, PROMPT);
      expect(desk.questions).toHaveLength(1);
    } finally {
      lab.authenticator.replug();
    }
  });

  it('is not waited for once the session was ended', async () => {
    lab.authenticator.unplug();
    try {
      const id = await desk.open('leaf1');
      await expect.poll(() => desk.state(id).waitsFor?.what).toBe('key');
      desk.sessions.end(id);
      expect((await desk.reaches(id, 'ended')).error).toBeUndefined();
    } finally {
      lab.authenticator.replug();
    }
  });
});

describe('ending a session', () => {
  it('while the PIN is asked for takes the question back', async () => {
    let takenBack = false;
    desk.typesPin(
      (_question, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            takenBack = true;
            resolve(undefined);
          });
        }),
    );
    const id = await desk.open('leaf1');
    await expect.poll(() => desk.state(id).waitsFor?.what).toBe('pin');
    desk.type(id, '1234'); // nobody to type to: dropped
    desk.sessions.end(id);
    const ended = await desk.reaches(id, 'ended');
    expect({ takenBack, error: ended.error }).toEqual({ takenBack: true, error: undefined });
    expect(desk.screen(id)).not.toContain('1234');
  });

  it('while the key waits for its touch leaves no process behind', async () => {
    lab.authenticator.setTouch('never');
    const id = await desk.open('leaf1');
    await expect.poll(() => desk.state(id).waitsFor?.what).toBe('touch');
    expect(processesOfSessions().length).toBeGreaterThanOrEqual(2);
    desk.sessions.end(id);
    await desk.reaches(id, 'ended');
    expect(processesOfSessions()).toEqual([]);
    expect(desk.state(id).waitsFor).toBeUndefined();
  });

  it('of all, for the app’s end, resolves when none runs any more', async () => {
    const ids = await Promise.all([desk.open('leaf1'), desk.open('leaf1')]);
    await Promise.all(ids.map((id) => desk.shows(id, PROMPT)));
    await desk.sessions.closeAll();
    expect(desk.sessions.list().map(({ state }) => state)).toEqual(['ended', 'ended']);
    expect(processesOfSessions()).toEqual([]);
  });
});

describe('a locked screen', () => {
  it('wipes the PIN of an open session, and the next signature asks for it anew', async () => {
    const id = await desk.open('leaf1');
    await desk.shows(id, PROMPT);
    expect(desk.questions).toHaveLength(1);
    const socket = readdirSync(join(lab.folder, 'data', 'connect')).find((name) => name.endsWith('.sock')) ?? '';
    // Another login to a host of the plan, with the session's own agent.
    const login = () => loginToJumpHost(join(lab.folder, 'data', 'connect', socket));
    await login();
    expect(desk.questions).toHaveLength(1);
    desk.glasskey.lockKeys();
    desk.glasskey.unlockKeys();
    await login();
    expect(desk.questions).toHaveLength(2);
    expect(desk.questions[1]).toMatchObject({ why: 'needed' });
    expect(desk.unplanned.map(({ reason, client }) => [reason, client.program])).toEqual([
      ...[1, 2].map(() => ['planned-again', process.platform === 'linux' ? 'ssh' : undefined]),
    ]);
  });
});

describe('the command to copy', () => {
  it('is planned for saved and for typed targets, with the agent that serves other programs', async () => {
    const { user, host, port } = lab.fabric.device;
    const portWords = port === 22 ? '' : `-p ${port} `;
    for (const [target, jumpWords] of [
      ['leaf1', `-J ${lab.jump} `],
      [lab.device, ''],
    ] as const) {
      const plan = await desk.glasskey.planConnect(connectTo(target));
      expect(copyableCommand(plan, '/run/agent.sock')).toMatch(
        new RegExp(`^SSH_AUTH_SOCK=/run/agent.sock ssh -A ${jumpWords}(-p 22 )?${portWords}${user}@${host}$`),
      );
    }
  });
});

describe('sockets', () => {
  it('that a crash left are removed by the next connect, and those of living processes are not', async () => {
    const folder = join(lab.folder, 'data', 'connect');
    const dead = join(folder, '4194303-001.sock.lock');
    const living = join(folder, `${process.ppid}-001.sock.lock`);
    const foreign = join(folder, '4194303-002.sock');
    writeFileSync(dead, '');
    writeFileSync(living, '');
    writeFileSync(foreign, 'not a socket');
    try {
      const id = await desk.open('leaf1');
      await desk.shows(id, PROMPT);
      expect([dead, living, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
    } finally {
      await run('rm', ['-f', dead, living, foreign]);
    }
  });
});

async function loginToJumpHost(agent: string): Promise<void> {
  const { host, port, user } = lab.fabric.jump;
  const publicKey = readdirSync(join(lab.folder, 'data', 'connect')).find((name) => name.endsWith('.pub')) ?? '';
  const settings = [
    `IdentityAgent=${agent}`,
    `IdentityFile=${join(lab.folder, 'data', 'connect', publicKey)}`,
    'IdentitiesOnly=yes',
    'SecurityKeyProvider=internal',
    `UserKnownHostsFile=${join(lab.folder, 'data', 'known_hosts')}`,
    'PreferredAuthentications=publickey',
    'BatchMode=yes',
    'LogLevel=VERBOSE',
  ];
  const words = [
    '-F',
    'none',
    ...settings.flatMap((one) => ['-o', one]),
    '-p',
    String(port),
    `${user}@${host}`,
    'true',
  ];
  // The jump host gives no shell: that ssh was let in is what counts.
  const said = await run('ssh', words, { env: { ...process.env, HOME: lab.folder } }).then(
    ({ stderr }) => stderr,
    (error: { stderr?: string }) => error.stderr ?? '',
  );
  expect(said).toContain('Authenticated to');
}
