/** Everything behind the windows, without one: the contract's calls upon the lab, prompts answered as the prompt window would. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { memoryTokenCache } from '../../main/entra/token-cache.ts';
import type { CallContext } from '../../main/ipc/call-server.ts';
import type { CallInput, CallName, CallOutput, CallProgress, SessionView } from '../../main/ipc/contract.ts';
import { type Desktop, startDesktop } from '../../main/ipc/desktop.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { systemClock } from '../../time/clock.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { labHidBus } from '../lab/authenticator/socket-bus.ts';
import { type Lab, startLab } from '../lab/world.ts';

const LEAF1 = { name: 'leaf1', role: 'tor' as const, tags: [], notes: '' };
let lab: Lab;
let desktop: Desktop;
let events: string[];
let output = '';

beforeEach(async () => {
  lab = await startLab({ reconcileEveryMs: 500 });
  desktop = await start();
});
afterEach(async () => {
  await desktop.close();
  await lab.close();
});

async function start(keys = lab.environment.GLASSKEY_LAB_KEY ?? ''): Promise<Desktop> {
  events = [];
  output = '';
  const started = await startDesktop({
    hid: async () => labHidBus(keys),
    clock: systemClock,
    log: silentLog,
    environment: lab.environment,
    homeFolder: lab.environment.HOME ?? '',
    owner: 'alice@lab',
    texts: textsFor(['en-GB']),
    version: '0.0.0',
    check: ['/opt/glasskey', '--check-reminders'],
    platform: process.platform,
    tokens: memoryTokenCache(),
    copy: () => {},
    openKeySettings: async () => {},
    fitPrompt: () => {},
    chooseFile: async () => undefined,
    chooseNewFile: async () => undefined,
  });
  started.onEvent((name, payload) => {
    events.push(name);
    if (name === 'session.output') output += Buffer.from((payload as { data: Uint8Array }).data).toString('utf8');
  });
  return started;
}

async function call<N extends CallName>(
  name: N,
  input: CallInput<N>,
  over: Partial<CallContext<N>> = {},
): Promise<CallOutput<N>> {
  const context = { signal: new AbortController().signal, progress: () => {}, windowId: 1, ...over };
  return desktop.handlers[name](input, context);
}

async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 1500; tries++) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain: ${what}; prompts ${JSON.stringify(desktop.prompts.view().prompts)}`);
}

/** Answers the drawn prompt once it asks and its pause is over. */
async function answer(pin: string | undefined): Promise<void> {
  const { id, pauseMs } = await until('a prompt that asks', () => {
    const [first] = desktop.prompts.view().prompts;
    return first?.state === 'asking' ? first : undefined;
  });
  await new Promise((resolve) => setTimeout(resolve, pauseMs + 20));
  const bytes = pin === undefined ? {} : { pin: new Uint8Array(Buffer.from(pin)) };
  await call('prompts.answer', { id, answer: { kind: 'allow', keep: 'once', ...bytes } });
}

const ENROLL = { algorithm: 'ed25519-sk', publish: true, fresh: false, overwrite: false } as const;

async function enrolled(): Promise<void> {
  const [report] = await Promise.all([call('enroll.run', ENROLL), answer(lab.pin)]);
  expect(report.state).toBe('published');
  await lab.fabric.reconcile();
}

const session = (id: string, isSo: (one: SessionView) => boolean) =>
  until(`session ${id}`, async () =>
    (await call('sessions.list', {})).sessions.find((one) => one.id === id && isSo(one)),
  );

describe('the desktop without a window', () => {
  it('does the main job: enrolls, publishes, logs in, and reads what the device answers', async () => {
    expect(await call('readiness.get', {})).toMatchObject({ verdict: 'not-enrolled', next: { action: 'enroll' } });
    expect(await call('agent.status', {})).toMatchObject({ state: 'listening', keys: 0 });
    const steps: CallProgress<'enroll.run'>['kind'][] = [];
    await Promise.all([call('enroll.run', ENROLL, { progress: ({ kind }) => steps.push(kind) }), answer(lab.pin)]);
    expect(steps).toEqual([
      'key-found',
      'pin-wanted',
      'pin-given',
      'touch-wanted',
      'touched',
      'credential-made',
      'attestation',
      'files-written',
      'sign-in-wanted',
      'publishing',
      'published',
    ]);
    await lab.fabric.reconcile();
    await until('the agent’s key', async () => ((await call('agent.status', {})).keys === 1 ? true : undefined));
    await until('readiness', async () => ((await call('readiness.get', {})).verdict === 'ready' ? true : undefined));

    await call('targets.save', { ...LEAF1, device: lab.device, ways: [{ kind: 'jump', jumps: [lab.jump] }] });
    expect((await call('targets.command', { target: 'leaf1' })).command).toContain(`-J ${lab.jump}`);
    lab.authenticator.counters.reset();
    const { id } = await call('sessions.open', { target: 'leaf1', columns: 100, rows: 30 });
    await call('sessions.attach', { id });
    await answer(lab.pin);
    await session(id, ({ state }) => state === 'open');
    await call('sessions.write', { id, text: 'show version\r' });
    await until('the answer', () => (/Software image version/i.test(output) ? true : undefined));
    expect(lab.authenticator.counters.read()).toMatchObject({ touches: 2, pinChecks: 2 });
    expect((await call('readiness.get', {})).chain.map(({ state }) => state)).toEqual(Array(5).fill('good'));
    await call('sessions.write', { id, text: 'exit\r' });
    expect(await session(id, ({ state }) => state === 'ended')).toMatchObject({ exitCode: 0 });
    expect(new Set(events)).toEqual(
      new Set([
        'readiness.changed',
        'agent.changed',
        'prompts.changed',
        'targets.changed',
        'sessions.changed',
        'session.output',
      ]),
    );
  });

  it('logs in with Entra and Graph gone', async () => {
    await enrolled();
    await desktop.close();
    await lab.entra.close();
    desktop = await start();
    await call('targets.save', { ...LEAF1, device: lab.device, ways: [{ kind: 'jump', jumps: [lab.jump] }] });
    const { id } = await call('sessions.open', { target: 'leaf1', columns: 80, rows: 24 });
    await answer(lab.pin);
    await session(id, ({ state }) => state === 'open');
  });

  it('prepares a backup on another security key, and puts it on the profile when its owner allows that', async () => {
    await enrolled();
    const prepare = () =>
      Promise.all([call('enroll.run', { ...ENROLL, publish: false, backup: true }), answer(lab.pin)]);
    await expect(prepare()).rejects.toMatchObject({ code: 'BACKUP_NEEDS_ANOTHER_KEY' });
    expect(lab.authenticator.credentials()).toHaveLength(1);

    const socket = join(lab.folder, 'backup.sock');
    const other = new LabAuthenticator({ profile: 'yubikey-5.4', pin: lab.pin });
    const served = await other.serve(socket);
    try {
      await desktop.close();
      desktop = await start(socket);
      const file = `${lab.keyFile}_backup`;
      const { backup } = await call('enroll.look', {});
      expect(backup).toMatchObject({ keyFile: file, keyFileTaken: false, isPrepared: false });
      const [made] = await prepare();
      expect(made).toMatchObject({ state: 'written', keyFile: file });
      expect((await call('enroll.look', {})).backup).toMatchObject({ keyFileTaken: true, isPrepared: true });
      const onProfile = async () =>
        (await call('readiness.get', {})).enrollments.map((one) => [one.backup, one.account, one.canBePublished]);
      expect(await onProfile()).toEqual([
        [true, undefined, true],
        [false, lab.upn, false],
      ]);

      const [report] = await Promise.all([call('publish.run', { enrollment: made.id }), answer(undefined)]);
      expect(report).toMatchObject({ fingerprint: made.fingerprint, alreadyThere: false });
      expect(await onProfile()).toEqual([
        [true, lab.upn, false],
        [false, lab.upn, true],
      ]);
      await lab.fabric.reconcile();
      await call('targets.save', { ...LEAF1, device: lab.device, ways: [{ kind: 'jump', jumps: [lab.jump] }] });
      const { id } = await call('sessions.open', { target: 'leaf1', columns: 80, rows: 24 });
      await answer(lab.pin);
      await session(id, ({ state }) => state === 'open');
      await expect(call('publish.run', { enrollment: 'none-of-that-id' })).rejects.toMatchObject({
        code: 'ENROLLED_KEY_UNKNOWN',
      });
    } finally {
      await other.unplug();
      await served.close();
    }
  });

  it('wipes and asks anew when the screen was locked with a session open, and ends all when it is closed', async () => {
    await enrolled();
    await call('targets.save', { ...LEAF1, device: lab.device, ways: [{ kind: 'jump', jumps: [lab.jump] }] });
    const { id } = await call('sessions.open', { target: 'leaf1', columns: 80, rows: 24 });
    await answer(lab.pin);
    await session(id, ({ state }) => state === 'open');
    desktop.agent.lock();
    expect((await call('agent.status', {})).state).toBe('locked');
    desktop.agent.unlock();
    expect((await call('agent.status', {})).state).toBe('listening');
    await desktop.close();
    const { exitCode } = await lab.glasskeyScript(['status', '--json']);
    expect(exitCode).toBe(0);
  });
});
