/**
 * Each way in, over real daemons in networks of their own: two jump hosts on two networks, a third behind them, devices, a console.
 * Where no network namespaces may be made it runs on loopback, without what needs them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Fingerprint } from '../../main/openssh/fingerprint.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, type TargetEntry, targetStore, type Way } from '../../main/storage/target-store.ts';
import type { FabricMachine } from '../lab/fabric/fabric.ts';
import type { RunningTerminal } from '../lab/terminal.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';
import { waitFor } from './fabric-with-plain-ssh.ts';

const IS_ROOT = process.getuid?.() === 0;
const HAS_IPV6 = Object.values(networkInterfaces()).some((found) => found?.some(({ family }) => family === 'IPv6'));
const ACCESS_ID = '4f9e27a8-1d07-4b5e-9c3a-6f2f5c7e8d10';
const PASSWORD = 'Method-D v1.5: shared';
const ALICE = [{ user: 'alice', upn: UPN }] as const;
const JUMPER = [{ user: 'jumper', upn: UPN }] as const;
const WAIT_SECONDS = 2;

let lab: Lab;
let data: string;

beforeAll(async () => {
  lab = await startLab({
    reconcileEveryMs: 4 * 60 * 60 * 1000,
    topology: {
      ipv6: HAS_IPV6,
      further: [
        { name: 'jump-b', kind: 'jump-host', accounts: JUMPER },
        { name: 'jump-inner', kind: 'jump-host', networks: ['fabric', 'inner'], accounts: JUMPER },
        { name: 'ce2-rack4', kind: 'device', accounts: [...ALICE, { user: 'telco', password: PASSWORD }] },
        { name: 'tor1-rack9', kind: 'device', networks: ['inner'], accounts: ALICE },
        { name: 'vm4', kind: 'console', networks: ['edge'], accounts: [{ user: ACCESS_ID, upn: UPN }] },
      ],
    },
  });
  data = join(lab.folder, 'data');
  const settings = join(data, 'settings.json');
  const text = readFileSync(settings, 'utf8');
  writeFileSync(settings, JSON.stringify({ ...JSON.parse(text), 'connect.waitSeconds': WAIT_SECONDS }));
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  save('bastion', at('jump'), [{ kind: 'jump', jumps: [] }], 'jump-host');
  save('inner', at('jump-inner'), [{ kind: 'jump', jumps: ['bastion'] }], 'jump-host');
  save('tor1', at('tor1-rack9'), [{ kind: 'jump', jumps: ['inner'] }]);
}, 60_000);
afterAll(() => lab?.close());

function specOf({ user, host, port }: Pick<FabricMachine, 'user' | 'host' | 'port'>): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const at = (name: string) => specOf(lab.fabric.machine(name));
/** As a sentence names it. */
const shown = (name: string) => at(name).replace(/:22$/, '');

function save(name: string, device: string, ways: readonly [Way, ...Way[]], role: TargetEntry['role'] = 'ce'): void {
  const database = openDatabase(join(data, 'glasskey.db'));
  try {
    targetStore(database).add({ ...plainTarget(name, device, []), role, ways });
  } finally {
    database.close();
  }
}

/** One command on the device, as a script asks for it; with the touches that it cost. */
async function connect(...words: string[]) {
  lab.authenticator.counters.reset();
  const stdin = `${lab.pin}\n`;
  const ended = await lab.glasskeyScript(['connect', '--pin-stdin', ...words, '--', 'show hostname'], { stdin });
  return { ...ended, touches: lab.authenticator.counters.read().touches };
}

/** Every byte of the files below a folder. */
function everythingIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
}

describe('by ssh -J', () => {
  it('leads through either jump host, with a touch for each hop', async () => {
    for (const jump of ['jump', 'jump-b']) {
      const { exitCode, stdout, stderr, touches } = await connect(at('ce2-rack4'), '--jump', at(jump));
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toBe('Hostname: ce2-rack4\nFQDN:     ce2-rack4\n');
      expect(touches).toBe(2);
    }
  });

  it('leads through a jump host behind a jump host, by their saved names', async () => {
    const { exitCode, stdout, stderr, touches } = await connect('tor1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('Hostname: tor1-rack9\n');
    expect(touches).toBe(3);
  });

  it.runIf(HAS_IPV6)('leads over IPv6, with ports', async () => {
    const [jump, device] = ['jump-b', 'ce2-rack4'].map((name) => {
      const machine = lab.fabric.machine(name);
      return specOf({ ...machine, host: machine.host6 ?? 'none' });
    });
    const { exitCode, stdout, stderr, touches } = await connect(device ?? '', '--jump', jump ?? '', '--save', 'six');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('Hostname: ce2-rack4\n');
    expect(touches).toBe(2);
    expect((await connect('six', '--way', 'forwarded')).stdout).toContain('Hostname: ce2-rack4\n');
  });

  it('takes the agent on to a second device that was named, and says the chain', async () => {
    const { user, host, port } = lab.fabric.machine('ce2-rack4');
    lab.authenticator.counters.reset();
    const words = ['connect', lab.device, '--jump', lab.jump, '--onward', at('ce2-rack4'), '--'];
    const onward = ['bash', 'ssh', '-p', `${port}`, `${user}@${host}`, 'show', 'hostname'];
    const { exitCode, screen } = await lab.glasskey([...words, ...onward], { answers: [lab.typePin()] });
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('Hostname: ce2-rack4');
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 3 });
  });
});

describe('from the jump host, with the forwarded agent', () => {
  it('leads over a chain of two jump hosts, of which only the last gets the agent', async () => {
    const before = (await lab.fabric.jumpLog()).length;
    const { exitCode, stdout, stderr, touches } = await connect('tor1', '--way', 'forwarded');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('Hostname: tor1-rack9\n');
    expect(touches).toBe(3);
    expect((await lab.fabric.jumpLog()).slice(before)).not.toContain('auth-agent-req');
    expect(await lab.fabric.machine('jump-inner').log()).toContain('auth-agent-req');
  });

  it.runIf(IS_ROOT)('asks on the terminal about a device that is new to the jump host, and shows its key', async () => {
    const restore = rewrite(knownHostsOn('jump-b'), withoutDevice);
    try {
      const refused = await forwarded('no\r');
      expect(refused.exitCode).toBe(1);
      expect(refused.screen).toContain('[CONNECT_HOST_KEY_UNKNOWN]');
      const { screen, exitCode, touches } = await forwarded('yes\r', 'show hostname\r', 'exit\r');
      expect(exitCode, screen).toBe(0);
      expect(screen).toContain(`ED25519 key fingerprint is ${fingerprintOf('ce2-rack4')}.`);
      expect(screen).toContain('Hostname: ce2-rack4');
      expect(touches).toBe(2);
    } finally {
      restore();
    }
  });

  it.runIf(IS_ROOT)(
    'shows nothing of its own script there, and says that a command cannot be asked about it',
    async () => {
      const restore = rewrite(knownHostsOn('jump-b'), withoutDevice);
      try {
        const { exitCode, stderr, touches } = await connect(
          at('ce2-rack4'),
          '--jump',
          at('jump-b'),
          '--way',
          'forwarded',
        );
        expect(exitCode).toBe(1);
        expect(stderr).toContain('[CONNECT_HOST_KEY_UNKNOWN]');
        expect(stderr).not.toMatch(/mktemp|exit \d\d/);
        expect(touches).toBe(1);
      } finally {
        restore();
      }
    },
  );

  it.runIf(IS_ROOT)('signs nothing for a device whose key is known neither there nor here', async () => {
    const restore = [rewrite(knownHostsOn('jump-b'), withoutDevice), rewrite(join(data, 'known_hosts'), withoutDevice)];
    try {
      const { screen, exitCode, touches } = await forwarded('yes\r');
      expect(exitCode).toBe(1);
      expect(screen).toContain('The key of the device at the end of this way is not known here');
      expect(screen).toContain('[AGENT_FORWARDED_UNASKED]');
      expect(touches).toBe(1);
    } finally {
      for (const one of restore) one();
    }
  });

  it.runIf(IS_ROOT)(
    'stops at a key that has changed since the jump host met it, or since it was met here',
    async () => {
      const changed = (text: string) =>
        `${withoutDevice(text)}${lab.fabric.machine('ce2-rack4').host} ${lab.fabric.machine('jump').hostKey}\n`;
      for (const file of [knownHostsOn('jump-b'), join(data, 'known_hosts')]) {
        const restore = rewrite(file, changed);
        try {
          const { screen, exitCode, touches } = await forwarded();
          expect(exitCode).toBe(1);
          expect(screen).toContain('[CONNECT_HOST_KEY_CHANGED]');
          if (file.startsWith(data)) {
            const seen = screen.replaceAll(/\s+/g, ' ');
            expect(seen).toContain(`went on to as ${shown('ce2-rack4')} does not have the key that is known of it`);
            expect(seen).toContain(`It showed ${fingerprintOf('ce2-rack4')}, and nothing was signed for it.`);
            expect(seen).toContain(`Known is ${fingerprintOf('jump')} (in ${file}).`);
            expect(seen).toContain(`ssh-keygen -f "${file}" -R`);
          } else {
            expect(screen).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
            expect(screen).toContain('correct the known_hosts of that jump host');
          }
          expect(touches).toBe(1);
        } finally {
          restore();
        }
      }
    },
  );

  function knownHostsOn(jump: string): string {
    const fabric = join(lab.folder, 'fabric');
    return join(fabric, readdirSync(fabric).at(-1) ?? '', jump, 'home', 'jumper', '.ssh', 'known_hosts');
  }

  function withoutDevice(knownHosts: string): string {
    const { host } = lab.fabric.machine('ce2-rack4');
    const others = knownHosts.split('\n').filter((line) => !line.includes(host));
    return others.join('\n');
  }

  /** The same file changed in place, so that it stays its owner's. Gives what brings it back. */
  function rewrite(file: string, change: (text: string) => string): () => void {
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, change(text));
    return () => writeFileSync(file, text);
  }

  function fingerprintOf(name: string): string {
    const [, blob = ''] = lab.fabric.machine(name).hostKey.split(' ');
    return sha256Fingerprint(Buffer.from(blob, 'base64'));
  }

  /** A session, at which the answers are typed: to the question about the host key, then to the device's prompt. */
  async function forwarded(answer = '', ...typed: readonly string[]) {
    lab.authenticator.counters.reset();
    const answers = [
      lab.typePin(),
      ...(answer === '' ? [] : [{ when: /continue connecting \(yes\/no[^\n]*$/, type: () => answer }]),
      ...typed.map((text) => ({ when: /ce2-rack4>$/, type: () => text })),
    ];
    const words = ['connect', at('ce2-rack4'), '--jump', at('jump-b'), '--way', 'forwarded'];
    const ended = await lab.glasskey(words, { answers });
    return { ...ended, touches: lab.authenticator.counters.read().touches };
  }
});

describe('a VM console', () => {
  const sessions: RunningTerminal[] = [];
  afterAll(async () => {
    for (const one of sessions) one.kill('SIGKILL');
    await Promise.allSettled(sessions.map(({ ended }) => ended));
  });

  function open(): { readonly session: RunningTerminal; readonly screen: () => string } {
    let screen = '';
    const session = lab.startGlasskey(['connect', 'vm4'], {
      answers: [lab.typePin()],
      onOutput: (text) => {
        screen += text;
      },
    });
    sessions.push(session);
    return { session, screen: () => screen };
  }

  it('is opened on port 2222 as its access id, and says that it ends somebody else’s session, which it does', async () => {
    const { user, host, port } = lab.fabric.machine('vm4');
    // In namespaces it has the port of the real one, which is not said; on loopback it has any.
    const device = port === 2222 ? `${user}@${host}` : `${user}@${host}:${port}`;
    save('vm4', device, [{ kind: 'console', jumps: [] }], 'vm');
    const first = open();
    await waitFor(() => first.screen().includes('vm4 login:'));
    expect(first.screen()).toContain('A session that somebody else has on it ends.');
    expect(first.screen()).toContain('one PIN, one touch');
    const second = open();
    await waitFor(() => second.screen().includes('vm4 login:'));
    const { exitCode, screen } = await first.session.ended;
    expect(screen).toContain('another one has taken over the console');
    expect(exitCode).toBe(1);
    second.session.type('exit\r');
    expect((await second.session.ended).exitCode).toBe(0);

    // Even to a console that would take it, the agent is not forwarded.
    const log = await lab.fabric.machine('vm4').log();
    expect(log).toMatch(/Accepted publickey/);
    expect(log.includes('auth-agent-req')).toBe(false);
  });
});

// On loopback sshd takes no passwords.
describe.runIf(IS_ROOT)('the password of a shared account (Method D v1.5)', () => {
  /** What ssh wrote to its log of the try before may come after it has asked again on the terminal. */
  const ASKS_PASSWORD = /'s password: (?:Permission denied, please try again\.\s*)?$/;

  beforeAll(() => {
    const device = at('ce2-rack4').replace('alice@', 'telco@');
    const password = { kind: 'password', jumps: [at('jump')] } as const;
    save('shared', device, [password]);
    save('shared-last', device, [{ kind: 'jump', jumps: ['ops@127.0.0.1:1'] }, password]);
  });

  it('is never tried by itself', async () => {
    const alone = await connect('shared');
    expect(alone).toMatchObject({ exitCode: 1, touches: 0, stderr: expect.stringContaining('[CONNECT_NO_WAY]') });
    const last = await connect('shared-last');
    expect(last).toMatchObject({ exitCode: 1, touches: 0, stderr: expect.stringContaining('[CONNECT_REFUSED]') });
  });

  it('is asked for by ssh on the terminal, with the key for the jump host, and is written down nowhere', async () => {
    const recording = join(lab.folder, 'home', 'shared.cast');
    lab.authenticator.counters.reset();
    const before = (await lab.fabric.machine('ce2-rack4').log()).length;
    const { exitCode, screen } = await lab.glasskey(
      ['connect', 'shared', '--way', 'password', '--record', recording, '--', 'show hostname'],
      {
        answers: [
          lab.typePin(),
          { when: ASKS_PASSWORD, type: () => 'a wrong one, v1.5\r' },
          { when: ASKS_PASSWORD, type: () => `${PASSWORD}\r` },
        ],
      },
    );
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('The last resort (Method D v1.5)');
    expect(screen).toContain('Hostname: ce2-rack4');
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 1 });
    const log = (await lab.fabric.machine('ce2-rack4').log()).slice(before);
    expect(/Accepted \S+ for telco/.exec(log)?.[0]).toBe('Accepted password for telco');
    expect(log.includes('auth-agent-req')).toBe(false);

    expect(readFileSync(recording, 'utf8')).toContain('telco@');
    for (const folder of ['data', 'home', 'tmp']) {
      const found = everythingIn(join(lab.folder, folder));
      for (const secret of [PASSWORD, 'a wrong one, v1.5', lab.pin]) {
        expect(found.includes(secret)).toBe(false);
        expect(found.includes(Buffer.from(secret, 'utf16le'))).toBe(false);
      }
    }
    expect(screen).not.toContain(PASSWORD);
  });

  it('says that a password was refused, and not the key', async () => {
    const { exitCode, screen } = await lab.glasskey(['connect', 'shared', '--way', 'password', '--', 'show hostname'], {
      answers: [lab.typePin(), { when: ASKS_PASSWORD, type: () => 'guessed\r', times: 3 }],
    });
    expect(exitCode).toBe(1);
    expect(screen).toContain('[CONNECT_PERMISSION_DENIED]');
    expect(screen).toContain('what was typed');
  });
});

describe('a host that says nothing', () => {
  it('behind a jump host is waited for as long as was set, is named, and the next way is taken', async () => {
    save('leaf1', at('ce2-rack4'), [
      { kind: 'jump', jumps: [at('jump')] },
      { kind: 'jump', jumps: [at('jump-b')], device: lab.device },
    ]);
    await lab.fabric.machine('ce2-rack4').goSilent();
    try {
      const { exitCode, stdout, stderr, touches } = await connect('leaf1');
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain(`Hostname: ${lab.fabric.deviceName}\n`);
      expect(stderr).toContain(
        `The jump host was reached, but from there the device ${shown('ce2-rack4')} did not answer in time. Trying the next`,
      );
      // The first jump host, the second, and the device.
      expect(touches).toBe(3);
    } finally {
      await lab.fabric.machine('ce2-rack4').comeBack();
    }
  });

  describe('at the edge is waited for as long as was set, and the next jump host is taken', () => {
    beforeAll(async () => {
      save('leaf2', at('ce2-rack4'), [
        { kind: 'jump', jumps: [at('jump')] },
        { kind: 'jump', jumps: ['ops@127.0.0.1:1'] },
        { kind: 'jump', jumps: [at('jump-b')] },
      ]);
      await lab.fabric.machine('jump').goSilent();
    });
    afterAll(() => lab.fabric.machine('jump').comeBack());

    it('before anybody is asked for a PIN', async () => {
      const words = ['connect', 'leaf2', '--', 'show hostname'];
      const { exitCode, screen } = await lab.glasskey(words, { answers: [lab.typePin()] });
      expect(exitCode, screen).toBe(0);
      const seen = screen.replaceAll(/\s+/g, ' ');
      const [silent, refused, pin] = [
        seen.search(new RegExp(`The jump host ${shown('jump')} .* within ${WAIT_SECONDS} s\\. Trying the next way\\.`)),
        seen.indexOf('The jump host ops@127.0.0.1:1 refused the connection'),
        seen.indexOf('PIN of '),
      ] as const;
      expect(silent, screen).toBeGreaterThan(-1);
      expect(refused).toBeGreaterThan(silent);
      expect(pin).toBeGreaterThan(refused);
    });

    it('by ssh itself, where the PIN was given unasked', async () => {
      const { exitCode, stdout, stderr, touches } = await connect('leaf2');
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain('Hostname: ce2-rack4\n');
      const silent = stderr.split('\n').find((line) => line.includes(`The jump host ${shown('jump')} `));
      expect(silent).toMatch(/ (did not answer in time|could not be reached)\. Trying the next way\.$/);
      expect(stderr).toContain('The jump host ops@127.0.0.1:1 refused the connection');
      expect(touches).toBe(2);
    });
  });
});

describe('a drill', () => {
  interface Drilled {
    readonly target: string;
    readonly way: { readonly kind: string; readonly hops: readonly string[] };
    readonly verdict: string;
    readonly steps: readonly {
      readonly step: string;
      readonly hop?: string;
      readonly state: string;
      readonly message?: string;
      readonly ms: number;
    }[];
  }

  async function drill(...words: string[]) {
    lab.authenticator.counters.reset();
    const stdin = `${lab.pin}\n`;
    const { stdout, exitCode } = await lab.glasskeyScript(['drill', '--pin-stdin', '--json', ...words], { stdin });
    const drills = (JSON.parse(stdout) as { drills: readonly Drilled[] }).drills;
    return { exitCode, drills, ...lab.authenticator.counters.read() };
  }

  const loginsOf = ({ steps }: Drilled) => steps.filter(({ step }) => step === 'login').map(({ state }) => state);

  it('of several targets on two networks asks for one PIN, and logs in to each host once', async () => {
    save('ce2', at('ce2-rack4'), [{ kind: 'jump', jumps: ['bastion'] }]);
    save('ce1', lab.device, [{ kind: 'jump', jumps: ['bastion'] }]);
    const { exitCode, drills, touches } = await drill('ce2', 'tor1', 'ce1');
    expect(exitCode, JSON.stringify(drills)).toBe(0);
    expect(drills.map(({ target, verdict }) => [target, verdict])).toEqual([
      ['ce2', 'passed'],
      ['tor1', 'passed'],
      ['ce1', 'passed'],
    ]);
    expect(drills.map(loginsOf)).toEqual([
      ['passed', 'passed'],
      ['passed', 'passed', 'passed'],
      ['passed', 'passed'],
    ]);
    // The outer jump host, the inner one, and three devices.
    expect(touches).toBe(5);
  });

  it('of every way tells how far each can be rehearsed, and does not go on to what it must not', async () => {
    save('all', at('ce2-rack4'), [
      { kind: 'jump', jumps: ['bastion'] },
      { kind: 'forwarded', jumps: [at('jump-b')] },
      { kind: 'console', jumps: [], device: at('vm4') },
      { kind: 'password', jumps: [at('jump')], device: at('ce2-rack4').replace('alice@', 'telco@') },
    ]);
    const console = (await lab.fabric.machine('vm4').log()).length;
    const { drills } = await drill('all', '--every-way');
    expect(drills.map(({ way, verdict }) => [way.kind, verdict])).toEqual([
      ['jump', 'passed'],
      ['forwarded', expect.stringMatching(/^(passed|not-tried)$/)],
      ['console', 'not-tried'],
      ['password', 'not-tried'],
    ]);
    const forwarded = drills[1]?.steps.filter(({ hop }) => hop !== undefined) ?? [];
    expect(forwarded.map(({ step, state }) => `${step} ${state}`)).toContain('login passed');
    expect(forwarded.find(({ state }) => state === 'skipped')?.message).toContain('its own ssh goes on to the device');
    expect((await lab.fabric.machine('vm4').log()).length).toBe(console);
  });

  it('waits as long as was set for a jump host and a device that are silent, names them, and goes on', async () => {
    save('behind-b', at('ce2-rack4'), [{ kind: 'jump', jumps: [at('jump-b')] }]);
    save('silent', at('ce2-rack4'), [{ kind: 'jump', jumps: ['bastion'] }]);
    const machines = ['jump-b', 'ce2-rack4'].map((name) => lab.fabric.machine(name));
    for (const machine of machines) await machine.goSilent();
    try {
      const { exitCode, drills } = await drill('behind-b', 'silent', 'tor1');
      expect(exitCode).toBe(1);
      expect(drills.map(({ verdict }) => verdict)).toEqual(['failed', 'failed', 'passed']);
      for (const [at, name] of ['jump-b', 'ce2-rack4'].entries()) {
        const failed = drills[at]?.steps.find(({ state }) => state === 'failed');
        expect(failed).toMatchObject({ step: 'reach', hop: shown(name), code: 'CONNECT_UNREACHABLE' });
        // And not the 15 seconds that ssh would have.
        expect(failed?.ms).toBeLessThan(12_000);
      }
    } finally {
      for (const machine of machines) await machine.comeBack();
    }
  });
});
