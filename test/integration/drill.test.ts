/** `glasskey drill` against the lab's real daemons: what each step says, and that nothing is run on a device. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../main/storage/database.ts';
import type { DrillRecord, DrillStep } from '../../main/storage/drill-store.ts';
import { observationStore } from '../../main/storage/observation-store.ts';
import { plainTarget, type TargetEntry, targetStore } from '../../main/storage/target-store.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';

let lab: Lab;
let knownHosts: string;
const second = () => lab.fabric.machine('leaf2');
const spec = ({ user, host, port }: { user: string; host: string; port: number }) => `${user}@${host}:${port}`;

beforeAll(async () => {
  lab = await startLab({
    fabric: 'loopback',
    reconcileEveryMs: 200,
    topology: {
      further: [
        { name: 'leaf2', kind: 'device', accounts: [{ user: 'alice', upn: UPN }] },
        { name: 'leaf3', kind: 'device', accounts: [{ user: 'bob', upn: 'bob@lab.example' }] },
      ],
    },
  });
  knownHosts = join(lab.folder, 'data', 'known_hosts');
  const enrolled = await script(['enroll']);
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  await lab.fabric.reconcile();
  for (const [name, device] of [
    ['leaf1', lab.device],
    ['leaf2', spec(second())],
  ] as const) {
    const words = ['connect', device, '--jump', lab.jump, '--save', name];
    const saved = await lab.glasskeyScript([...words, '--pin-stdin', '--', 'show hostname'], { stdin: `${lab.pin}\n` });
    expect(saved.exitCode, saved.stderr).toBe(0);
  }
});
afterAll(() => lab?.close());

const script = (words: readonly string[], pin = lab.pin) =>
  lab.glasskeyScript([...words, '--pin-stdin'], { stdin: `${pin}\n` });

interface Drilled {
  readonly exitCode: number;
  readonly drills: readonly DrillRecord[];
  readonly stderr: string;
}

async function drill(words: readonly string[], pin?: string): Promise<Drilled> {
  const { exitCode, stdout, stderr } = await script(['drill', ...words, '--json'], pin);
  const answer = JSON.parse(stdout) as { drills?: readonly DrillRecord[] };
  return { exitCode, drills: answer.drills ?? [], stderr: `${stdout}${stderr}` };
}

/** `step state code` for each, the hop left out. */
const said = ({ steps }: Pick<DrillRecord, 'steps'>) =>
  steps.map(({ step, state, code }: DrillStep) => [step, state, code].filter(Boolean).join(' '));

const KEY_PASSED = [
  'key passed',
  'pin passed',
  'credential passed',
  'profile passed',
  'agent passed',
  'app-agent skipped',
];
const HOP_PASSED = ['reach passed', 'host-key passed', 'login passed'];

describe('a drill of two targets behind one jump host', () => {
  it('passes with one PIN and three touches, times each step, and opens no session anywhere', async () => {
    const logsBefore = [await lab.fabric.jumpLog(), await lab.fabric.deviceLog(), await second().log()].map(
      ({ length }) => length,
    );
    lab.authenticator.counters.reset();
    const { exitCode, drills, stderr } = await drill(['leaf1', 'leaf2', '--verbose']);
    expect(exitCode, stderr).toBe(0);
    expect(drills.map(({ target, verdict }) => [target, verdict])).toEqual([
      ['leaf1', 'passed'],
      ['leaf2', 'passed'],
    ]);
    for (const one of drills) expect(said(one)).toEqual([...KEY_PASSED, ...HOP_PASSED, ...HOP_PASSED]);
    expect(stderr).toMatch(/The profile holds this key \(0 ms\)\. As of \d{4}-\d\d-\d\d\./);
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 3 });
    const logs = [await lab.fabric.jumpLog(), await lab.fabric.deviceLog(), await second().log()];
    const [jump = '', ...devices] = logs.map((log, index) => log.slice(logsBefore[index]));
    expect(jump.match(/Accepted publickey/g)).toHaveLength(1);
    for (const log of devices) expect(log.match(/Accepted publickey/g)).toHaveLength(1);
    for (const log of [jump, ...devices])
      expect(log).not.toMatch(/Starting session|session-new|server_input_channel_open: ctype session|auth-agent-req/);
  });

  it('is not begun for a word much like a saved name', async () => {
    const { exitCode, stderr } = await drill(['leaf11']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Did you mean glasskey drill leaf1? A host of that name is USER@leaf11.');
  });

  it('is noted, and tells of the key and the targets that they are proven', async () => {
    const { stdout } = await lab.glasskeyScript(['drill', '--list', '--json']);
    const { drills } = JSON.parse(stdout) as { drills: readonly DrillRecord[] };
    expect(drills.map(({ target }) => target)).toEqual(['leaf2', 'leaf1']);
    const status = JSON.parse((await lab.glasskeyScript(['status', '--json'])).stdout);
    expect(status).toMatchObject({ lastDrill: { target: 'leaf2', verdict: 'passed' }, neverProven: [] });
    expect(status.enrollments[0].lastProven).toMatchObject({ by: 'drill' });
    expect((await lab.glasskeyScript(['status'])).stdout).toContain('Last drill leaf2 passed');
  });

  it.each([[['bastion', 'leaf1']], [['leaf1', 'bastion']]])(
    'logs in once to a jump host that is a target as well: %s',
    async (names) => {
      if (names[0] === 'bastion') save('bastion', lab.jump, [], { role: 'jump-host' });
      const before = (await lab.fabric.jumpLog()).length;
      lab.authenticator.counters.reset();
      const { exitCode, drills, stderr } = await drill(names);
      expect(exitCode, stderr).toBe(0);
      expect(drills.map(({ target }) => target)).toEqual(names);
      expect(drills.find(({ target }) => target === 'bastion')?.steps.map(({ step }) => step)).toEqual([
        ...KEY_PASSED.map((step) => step.split(' ')[0]),
        ...['reach', 'host-key', 'login'],
      ]);
      expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2 });
      expect((await lab.fabric.jumpLog()).slice(before).match(/Accepted publickey/g)).toHaveLength(1);
      const status = JSON.parse((await lab.glasskeyScript(['status', '--json'])).stdout);
      expect(status.enrollments[0].lastProven).toMatchObject({ by: 'drill' });
    },
  );
});

/** Saves a target as the store does it, without a login to it. */
function save(
  name: string,
  device: string,
  jumps: readonly string[] = [lab.jump],
  more: Partial<TargetEntry> = {},
): void {
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  try {
    targetStore(database).add({ ...plainTarget(name, device, jumps), ...more });
  } finally {
    database.close();
  }
}

/** A port of this computer on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const KEY_MISSING = 'key failed KEY_MISSING';
/** What is left where the key cannot sign: the way as far as no login is needed. */
const NO_LOGIN = [
  'reach passed',
  'host-key passed',
  'login skipped',
  'reach skipped',
  'host-key skipped',
  'login skipped',
];

describe('what goes wrong with the security key', () => {
  it('is told where it is not plugged in, and the way is looked at as far as no key is needed', async () => {
    await lab.authenticator.unplug();
    try {
      const { exitCode, drills } = await drill(['leaf1']);
      expect(exitCode).toBe(1);
      expect(drills.map(said)).toEqual([
        [
          KEY_MISSING,
          'pin skipped',
          'credential skipped',
          'profile passed',
          'agent passed',
          'app-agent skipped',
          ...NO_LOGIN,
        ],
      ]);
    } finally {
      await lab.authenticator.replug();
    }
  });

  it('is told of a wrong PIN, which costs one try and is sent once', async () => {
    const { exitCode, drills } = await drill(['leaf1', 'leaf2'], '00000000');
    expect(exitCode).toBe(1);
    expect(said(drills[0] ?? { steps: [] }).slice(0, 3)).toEqual([
      'key passed',
      'pin failed PIN_WRONG',
      'credential skipped',
    ]);
    expect(said(drills[1] ?? { steps: [] }).slice(-6)).toEqual(NO_LOGIN);
    expect(drills[0]?.steps[1]?.message).toBe('Wrong PIN; 7 tries left.');
    expect(lab.authenticator.pinRetries).toBe(7);
    expect((await drill(['leaf1'])).exitCode).toBe(0);
    expect(lab.authenticator.pinRetries).toBe(8);
  });

  it('is not that nobody is there to give the PIN: nothing is rehearsed, and nothing noted', async () => {
    const listed = async () => (await lab.glasskeyScript(['drill', '--list', '--json'])).stdout;
    const before = await listed();
    const nobody = await lab.glasskeyScript(['drill', 'leaf1', '--json']);
    expect(nobody.exitCode).toBe(1);
    expect(JSON.parse(nobody.stdout)).toMatchObject({ error: { code: 'NO_TERMINAL' } });
    const empty = await lab.glasskeyScript(['drill', 'leaf1', '--pin-stdin', '--json'], { stdin: '' });
    expect(JSON.parse(empty.stdout)).toMatchObject({ error: { code: 'NO_PIN_ON_STDIN' } });
    expect(await listed()).toBe(before);
  });

  it('is told of a blocked PIN, and the key is sent none', async () => {
    lab.authenticator.setPinState({ pinRetries: 0 });
    lab.authenticator.counters.reset();
    try {
      const { exitCode, drills } = await drill(['leaf1']);
      expect(exitCode).toBe(1);
      expect(said(drills[0] ?? { steps: [] })[1]).toBe('pin failed PIN_BLOCKED');
      expect(lab.authenticator.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
    } finally {
      lab.authenticator.setPinState({ pinRetries: 8 });
    }
  });
});

describe('what the profile held when somebody last looked', () => {
  it('fails the drill where it was another key, and the way is gone all the same', async () => {
    const status = JSON.parse((await lab.glasskeyScript(['status', '--json'])).stdout);
    const { account, fingerprint } = status.enrollments[0];
    const see = (held: string | null, at: number) => {
      const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
      try {
        observationStore(database).note('profile', account, { fingerprint: held }, at);
      } finally {
        database.close();
      }
    };
    const other = `SHA256:${'b'.repeat(43)}`;
    see(other, Date.now());
    const { exitCode, drills } = await drill(['leaf1']);
    see(null, Date.now());
    const without = await drill(['leaf1']);
    see(fingerprint, Date.now());
    expect(exitCode).toBe(1);
    expect(said(drills[0] ?? { steps: [] })).toEqual([
      ...KEY_PASSED.map((step) => (step === 'profile passed' ? 'profile failed DRILL_PROFILE_DIFFERS' : step)),
      ...HOP_PASSED,
      ...HOP_PASSED,
    ]);
    expect(drills[0]?.steps[3]?.message).toContain(`another key, ${other},`);
    expect(without.drills[0]?.steps[3]?.message).toContain('held no SSH key of a security key');
    expect((await drill(['leaf1'])).exitCode).toBe(0);
  });
});

describe('what goes wrong on the way', () => {
  it('is told of a device that does not know the key yet, and the other targets go on', async () => {
    save('leaf3', spec(lab.fabric.machine('leaf3')));
    const { exitCode, drills } = await drill(['leaf3', 'leaf1']);
    expect(exitCode).toBe(1);
    expect(drills.map(({ verdict }) => verdict)).toEqual(['failed', 'passed']);
    const last = drills[0]?.steps.at(-1);
    expect(last).toMatchObject({
      step: 'login',
      state: 'failed',
      code: expect.stringMatching(/^CONNECT_(PERMISSION_DENIED|ACCOUNT_OR_KEY_UNKNOWN|KEY_NOT_THERE_YET)$/),
    });
    expect(last?.remedy).toBeTruthy();
  });

  it('is told of a device that is down, by the name of the device', async () => {
    save('down', `alice@127.0.0.1:${await closedPort()}`);
    const { exitCode, drills } = await drill(['down']);
    expect(exitCode).toBe(1);
    expect(said(drills[0] ?? { steps: [] }).slice(-6)).toEqual([
      ...HOP_PASSED,
      expect.stringMatching(/^reach failed CONNECT_(REFUSED|UNREACHABLE|FORWARDING_DENIED)$/),
      'host-key skipped',
      'login skipped',
    ]);
    expect(drills[0]?.steps.find(({ state }) => state === 'failed')?.message).toMatch(/the device alice@/);
  });

  it('is told of a jump host that is down, once for all the targets behind it', async () => {
    const jump = `jumper@127.0.0.1:${await closedPort()}`;
    save('cut1', lab.device, [jump]);
    save('cut2', spec(second()), [jump]);
    const { exitCode, drills } = await drill(['cut1', 'cut2']);
    expect(exitCode).toBe(1);
    for (const one of drills) {
      expect(said(one).slice(-6)).toEqual([
        'reach failed CONNECT_REFUSED',
        'host-key skipped',
        'login skipped',
        ...['reach skipped', 'host-key skipped', 'login skipped'],
      ]);
    }
  });

  it('tries a jump host once that is written with ssh’s own port and without', async () => {
    save('port1', lab.device, ['jumper@127.0.0.9:22']);
    save('port2', spec(second()), ['jumper@127.0.0.9']);
    const { stderr } = await script(['drill', 'port1', 'port2']);
    expect(stderr.split('\n').filter((line) => line.includes('Logging in to jumper@127.0.0.9'))).toHaveLength(1);
  });

  it('names at each touch the hop of the way that is rehearsed then, not one that was given up before', async () => {
    save('cut3', lab.device, [`jumper@127.0.0.2:${await closedPort()}`]);
    const { exitCode, stderr } = await script(['drill', 'cut3', 'leaf1']);
    expect(exitCode).toBe(1);
    const touches = stderr.split('\n').filter((line) => line.includes('Touch the security key'));
    expect(touches).toHaveLength(2);
    expect(touches[1]).toMatch(/Log in as \S+ on \S+ \(SHA256:\S+\) through 127\.0\.0\.1$/);
    const [told, ...again] = stderr.split('\n').filter((line) => line.includes('Logging in to jumper@127.0.0.2'));
    expect([told, again]).toEqual([expect.any(String), []]);
    expect(stderr).toMatch(/Failed: jumper@127\.0\.0\.2:\d+ answers \((\d+ ms|\d+\.\d s)\)\. /);
  });

  it('accepts no host key that is not known, and shows it to compare', async () => {
    const before = readFileSync(knownHosts, 'utf8');
    const [jumpLine = ''] = before.split('\n');
    writeFileSync(knownHosts, `${jumpLine}\n`);
    try {
      const { exitCode, drills } = await drill(['leaf1']);
      expect(exitCode).toBe(1);
      const step = drills[0]?.steps.find(({ state }) => state === 'failed');
      expect(step).toMatchObject({ step: 'host-key', code: 'CONNECT_HOST_KEY_UNKNOWN' });
      expect(step?.message).toMatch(/ED25519 SHA256:[A-Za-z0-9+/]{43}/);
      expect(step?.remedy).toContain('glasskey connect leaf1');
      expect(readFileSync(knownHosts, 'utf8')).toBe(`${jumpLine}\n`);
    } finally {
      writeFileSync(knownHosts, before);
    }
  });

  it('stops at a host key that has changed, and touches nothing', async () => {
    const before = readFileSync(knownHosts, 'utf8');
    const [jumpLine = '', ...others] = before.split('\n');
    const [otherKey = ''] = others.filter((line) => line !== '').map((line) => line.split(' ').slice(1).join(' '));
    writeFileSync(knownHosts, [`${jumpLine.split(' ')[0]} ${otherKey}`, ...others].join('\n'));
    lab.authenticator.counters.reset();
    try {
      const { exitCode, drills } = await drill(['leaf1']);
      expect(exitCode).toBe(1);
      expect(said(drills[0] ?? { steps: [] }).slice(6, 9)).toEqual([
        'reach passed',
        'host-key failed CONNECT_HOST_KEY_CHANGED',
        'login skipped',
      ]);
      expect(lab.authenticator.counters.read()).toMatchObject({ touches: 0 });
    } finally {
      writeFileSync(knownHosts, before);
    }
  });

  it('does not rehearse a console or a password, and says why', async () => {
    save('many', lab.device, [lab.jump], {
      ways: [
        { kind: 'jump', jumps: [lab.jump] },
        { kind: 'console', jumps: [] },
        { kind: 'password', jumps: [lab.jump] },
      ],
    });
    const { exitCode, drills } = await drill(['many', '--every-way']);
    expect(exitCode).toBe(0);
    expect(drills.map(({ verdict }) => verdict)).toEqual(['passed', 'not-tried', 'not-tried']);
    expect(drills[1]?.steps).toMatchObject([
      { step: 'way', state: 'skipped', message: expect.stringContaining('somebody else') },
    ]);
    expect((await drill(['many', '--way', 'console'])).exitCode).toBe(3);
    expect((await drill(['many', '--way', '3'])).drills.map(({ way }) => way.kind)).toEqual(['password']);
    expect((await drill(['many', '--way', '4'])).stderr).toContain('CONNECT_NO_WAY');
  });

  it('says of a way that is not gone to its end why it is not, and by which way each was', async () => {
    save('onward', lab.device, [], { ways: [{ kind: 'forwarded', jumps: [lab.jump] }] });
    const { exitCode, stdout } = await script(['drill', 'onward']);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^onward {2}not tried {2}forwarded {2}.*\n {2}From the jump host its own ssh goes on/);
    const listed = await lab.glasskeyScript(['drill', '--list', 'onward']);
    expect(listed.stdout).toMatch(/^onward {2}not tried {2}forwarded {2}\d\d:\d\d\n$/);
  });
});

describe('with Entra and Graph gone', () => {
  it('passes all the same', async () => {
    await lab.entra.close();
    const { exitCode, drills, stderr } = await drill(['leaf1']);
    expect(exitCode, stderr).toBe(0);
    expect(drills[0]?.steps.find(({ step }) => step === 'profile')?.message).toMatch(/^As of \d{4}-\d\d-\d\d\.$/);
  });
});
