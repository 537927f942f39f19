/** A login that a script repeats, whose ssh starts before Glasskey has been loaded; against real daemons. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeptLogin, keptLogins, keptLoginsFile, withKeptLogin } from '../../main/storage/kept-logins.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';

let lab: Lab;
let program: string;
let log: string;
let kept: string;

beforeAll(async () => {
  lab = await startLab({
    fabric: 'loopback',
    topology: { further: [{ name: 'leaf2', kind: 'jump-host', accounts: [{ user: 'alice', upn: UPN }] }] },
  });
  kept = keptLoginsFile(join(lab.folder, 'data'));
  // Says which configuration each ssh was started with, but for those that only say their version.
  [program, log] = [join(lab.folder, 'bin', 'ssh'), join(lab.folder, 'ssh-started')];
  writeSsh();
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
});
afterAll(() => lab?.close());

/** `first`: lines of a shell, which are done before. */
function writeSsh(first = ''): void {
  writeFileSync(program, `#!/bin/sh\n[ "$1" = -V ] || echo "$@" >> '${log}'\n${first}\nexec /usr/bin/ssh "$@"\n`, {
    mode: 0o700,
  });
}

beforeEach(() => {
  rmSync(kept, { force: true });
  rmSync(log, { force: true });
  lab.authenticator.counters.reset();
});

const words = () => ['connect', lab.device, '--jump', lab.jump, '--pin-stdin'];
const toLeaf2 = () => {
  const { user, host, port } = lab.fabric.machine('leaf2');
  return `${user}@${host}:${port}`;
};

function login(own = words(), command = ['show version'], stdin = `${lab.pin}\n`) {
  return lab.glasskeyScript([...own, '--', ...command], { stdin });
}

let keptOnce: string | undefined;

/** By `words()`, as if just before: the first time really. */
async function haveLoggedIn(): Promise<void> {
  if (keptOnce !== undefined) {
    writeFileSync(kept, keptOnce);
    return;
  }
  const { exitCode, stderr } = await login();
  expect(exitCode, stderr).toBe(0);
  keptOnce = readFileSync(kept, 'utf8');
  rmSync(log);
}

/** Of each login, the first ssh: `planned` where the plan was made before, `begun` where it was not. */
function starts(): readonly ('planned' | 'begun')[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('glasskey-device') && line.startsWith('-F'))
    .map((line) => (/\/glasskey-[0-9a-f]{18}\//.test(line) ? 'planned' : 'begun'));
}

/** What is left in the temporary folder and among the sockets, once a login is over. */
function leftOver(): readonly string[] {
  const sockets = readdirSync(join(lab.folder, 'data', 'connect')).filter((name) => name.includes('.sock'));
  return [...sockets, ...readdirSync(join(lab.folder, 'tmp')).filter((name) => name.startsWith('glasskey-'))];
}

function keptOne(): KeptLogin {
  const [one] = keptLogins(kept);
  if (one === undefined) throw new Error('no login was kept');
  return one;
}

describe('a login by the same words as one before', () => {
  it('has its ssh started before its plan, and is the same login', async () => {
    for (const start of ['planned', 'begun', 'begun'] as const) {
      lab.authenticator.counters.reset();
      const { exitCode, stdout, stderr } = await login();
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toMatch(/Software image version/i);
      expect(stderr).toContain('Logging in to');
      expect(lab.authenticator.counters.read().touches).toBe(2);
      expect(starts().at(-1)).toBe(start);
      expect(leftOver()).toEqual([]);
    }
  });

  it('runs another command, which was kept nowhere, and gives it what stands behind the PIN', async () => {
    const own = ['connect', toLeaf2(), '--jump', lab.jump, '--pin-stdin'];
    expect((await login(own, ['echo', 'the-first-command'])).stdout).toBe('the-first-command\n');
    expect(readFileSync(kept, 'utf8')).not.toContain('the-first-command');
    expect(readFileSync(kept, 'utf8')).not.toContain(lab.pin);
    const { exitCode, stdout, stderr } = await login(own, ['cat; exit 7'], `${lab.pin}\nfor the command\n`);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 7, stdout: 'for the command\n' });
    expect(starts()).toEqual(['planned', 'begun']);
  });

  it('goes where its words lead now, with no signature for where they led', async () => {
    const saved = ['connect', 'leaf', '--pin-stdin', '--jump', lab.jump];
    const save = (device: string) => lab.glasskeyScript(['targets', 'add', 'leaf', device, '--jump', lab.jump]);
    expect((await save(lab.device)).exitCode).toBe(0);
    expect((await login(saved)).exitCode).toBe(0);
    await lab.glasskeyScript(['targets', 'remove', 'leaf', '--yes']);
    expect((await save(toLeaf2())).exitCode).toBe(0);
    lab.authenticator.counters.reset();
    const { exitCode, stdout, stderr } = await login(saved, ['echo', 'on', 'leaf2']);
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: 'on leaf2\n' });
    expect(lab.authenticator.counters.read().touches).toBe(2);
    expect(starts()).toEqual(['planned', 'begun', 'planned']);
    expect(leftOver()).toEqual([]);
  });

  it('gives no touch to an ssh of what it had begun that could not be ended', async () => {
    await haveLoggedIn();
    const good = keptOne();
    const configText = good.configText.replaceAll('StrictHostKeyChecking ask', 'StrictHostKeyChecking no');
    writeFileSync(kept, withKeptLogin({ ...good, configText }, []));
    lab.authenticator.counters.reset();
    // A system that does not tell which ssh are of the hops. The first of them is so slow that it asks the agent of the planned login, where
    // it knows that one; the second waits for its end.
    const [ps, stray] = [join(lab.folder, 'bin', 'ps'), join(lab.folder, 'stray')];
    writeFileSync(ps, '#!/bin/sh\nexit 1\n', { mode: 0o700 });
    writeSsh(`case "$*" in
      *' -W '*) if mkdir '${stray}' 2>/dev/null; then
        cp "$2" '${stray}/config'
        until [ "$(grep -c 'glasskey-device --' '${log}')" = 2 ]; do sleep 0.02; done
        shift 2; /usr/bin/ssh -F '${stray}/config' "$@"; touch '${stray}/ended'; exit
      fi
      until [ -e '${stray}/ended' ]; do sleep 0.02; done;;
    esac`);
    try {
      const { exitCode, stderr } = await login();
      expect(exitCode, stderr).toBe(0);
      expect(lab.authenticator.counters.read().touches).toBe(2);
      expect(stderr).not.toContain('refused');
      expect(starts()).toEqual(['begun', 'planned']);
    } finally {
      rmSync(ps);
      writeSsh();
    }
  });

  it('is ended whole by an interrupt that comes before the rest has been loaded', async () => {
    await haveLoggedIn();
    lab.authenticator.counters.reset();
    // Its parent is Glasskey.
    writeSsh('case "$*" in *glasskey-device*) kill -TERM $PPID;; esac');
    try {
      const { exitCode, stderr } = await login(words(), ['echo', 'not', 'to', 'be', 'run']);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('Cancelled.') });
      expect(starts()).toEqual(['begun']);
      expect(leftOver()).toEqual([]);
      expect(lab.authenticator.counters.read().touches).toBe(0);
    } finally {
      writeSsh();
    }
  });

  it('ends what it has begun where no PIN comes, a wrong one, or none that could be one', async () => {
    await haveLoggedIn();
    for (const [stdin, code] of [
      ['\n', 'NO_PIN_ON_STDIN'],
      ['12\n', 'PIN_FORM'],
      ['00000000\n', 'PIN_WRONG'],
    ] as const) {
      const { exitCode, stderr } = await login(words(), ['true'], stdin);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(code) });
      expect(leftOver()).toEqual([]);
    }
    expect(lab.authenticator.pinRetries).toBe(7);
  });

  it('says that the security key is not there, and ends its ssh', async () => {
    await haveLoggedIn();
    lab.authenticator.unplug();
    try {
      const { exitCode, stderr } = await login();
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('KEY_MISSING') });
      expect(starts()).toEqual(['begun']);
      expect(leftOver()).toEqual([]);
    } finally {
      lab.authenticator.replug();
    }
  });

  it('goes by its plan where what was kept is not as it should be', async () => {
    await haveLoggedIn();
    const good = keptOne();
    lab.authenticator.counters.reset();
    const changes: readonly [KeptLogin, ReturnType<typeof starts>][] = [
      [
        { ...good, configText: good.configText.replaceAll('StrictHostKeyChecking ask', 'StrictHostKeyChecking no') },
        ['begun', 'planned'],
      ],
      [{ ...good, environment: { ...good.environment, LC_ALL: 'C' } }, ['begun', 'planned']],
      [{ ...good, program: '/usr/bin/ssh' }, ['planned']],
      [{ ...good, program: '/nowhere/ssh' }, ['planned']],
    ];
    for (const [changed, expected] of changes) {
      rmSync(log, { force: true });
      writeFileSync(kept, withKeptLogin(changed, []));
      const { exitCode, stderr } = await login();
      expect(exitCode, stderr).toBe(0);
      // That of /usr/bin is not heard of: it is not the one that says what it was started with.
      expect(starts()).toEqual(expected);
      expect(lab.authenticator.counters.read().touches).toBe(2);
      lab.authenticator.counters.reset();
      expect(leftOver()).toEqual([]);
      // And it is kept as it was.
      expect(withoutNames(keptOne())).toEqual(withoutNames(good));
    }
  });

  it('is kept anew where it is among those that go next', async () => {
    await haveLoggedIn();
    const newer = Array.from({ length: 15 }, (_, at) => ({ ...keptOne(), words: ['connect', `leaf${at}`] }));
    for (const one of newer) writeFileSync(kept, withKeptLogin(one, keptLogins(kept)));
    expect(keptLogins(kept).at(-1)?.words).toEqual(words());
    expect((await login()).exitCode).toBe(0);
    expect(starts()).toEqual(['begun']);
    expect(keptOne().words).toEqual(words());
  });
});

/** Without what each login has of its own: the names of its folder and its socket. */
function withoutNames(one: KeptLogin): unknown {
  const [folder, socket] = [basename(dirname(one.configFile)), basename(one.agentSocket)];
  return JSON.parse(JSON.stringify(one).replaceAll(folder, 'FOLDER').replaceAll(socket, 'SOCKET'));
}

describe('a login that nobody may repeat so', () => {
  it('is not kept: one whose PIN is typed, one whose output becomes JSON, one that accepts host keys unasked, one that was refused', async () => {
    const typed = await lab.glasskey(['connect', lab.device, '--jump', lab.jump, '--', 'show version'], {
      answers: [lab.typePin()],
    });
    expect(typed.exitCode, typed.screen).toBe(0);
    expect((await login([...words(), '--json'])).exitCode).toBe(0);
    expect((await login([...words(), '--host-keys', 'accept-new'])).exitCode).toBe(0);
    const stranger = ['connect', lab.device.replace(/^[^@]+/, 'mallory'), '--jump', lab.jump, '--pin-stdin'];
    expect((await login(stranger)).exitCode).toBe(1);
    expect(keptLogins(kept)).toEqual([]);
  });

  it('is not kept where a device lets in whoever comes: there a guess would run the command, with nothing signed', async () => {
    // Its second pair of words is the log.
    writeSsh(
      `case "$*" in *glasskey-device*) echo 'Authenticated to 127.0.0.1 ([127.0.0.1]:22) using "none".' > "$4"; exit 0;; esac`,
    );
    try {
      const { exitCode, stderr } = await login();
      expect(exitCode, stderr).toBe(0);
      expect(keptLogins(kept)).toEqual([]);
    } finally {
      writeSsh();
    }
  });
});
