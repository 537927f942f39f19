/**
 * 100,000 random and mutated calls from the windows' side, against the whole app upon the lab: nothing may crash, nothing may be
 * left unhandled, and nothing may be done that a call was not allowed to do. FUZZ_SEED repeats a run.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CALLS, type CallInput, type CallName } from '../../main/ipc/contract.ts';
import { CtapCommand } from '../../native/ctap2/constants.ts';
import { type LabDesktop, startDesktop } from '../lab/desktop-app.ts';
import { startLab } from '../lab/world.ts';
import { type FuzzPlan, type FuzzResult, randomCalls } from './random-calls.ts';

const SIZE = { columns: 80, rows: 24 };
/** A new call of the contract needs a line here. `key`: the path of the security key that is plugged in. */
const corpusOn = (key: string): { readonly [N in CallName]: readonly CallInput<N>[] } => ({
  'app.start': [{}],
  'app.copy': [{ text: 'x' }],
  'readiness.get': [{}],
  'enroll.look': [{}],
  'enroll.run': [
    { algorithm: 'ed25519-sk', publish: true, fresh: false, overwrite: true },
    { algorithm: 'ed25519-sk', publish: false, fresh: false, overwrite: true, backup: true },
  ],
  'publish.run': [{}, { enrollment: 'ab12' }],
  'keys.list': [{}],
  'keys.open-settings': [{}],
  'keys.wink': [{ key }],
  'keys.configure': [
    { key, change: { alwaysUv: true } },
    { key, change: { minPinLength: 8 } },
  ],
  'keys.reset': [{ key }],
  // The right word. What is left then is to unplug the key, plug it in and touch it, which no window can.
  'keys.agree': [{ key, consent: 'reset' }],
  'pin.set': [{ key }],
  'pin.change': [{ key }],
  'credentials.list': [{ key }],
  'credentials.rename': [{ key, credential: 'ab12', name: 'x' }],
  'credentials.delete': [{ key, credential: 'ab12', consent: 'delete' }],
  'fingerprints.list': [{ key }],
  'fingerprints.enroll': [{ key, name: 'x' }],
  'fingerprints.rename': [{ key, fingerprint: '0101', name: 'x' }],
  'fingerprints.remove': [{ key, fingerprint: '0101' }],
  'rotation.get': [{}],
  'rotation.run': [{ step: 'next', device: key }, { step: 'give-up' }],
  'recovery.run': [{ key, looksAtProfile: false }],
  'recovery.choose': [{ ids: ['x'] }],
  'drill.list': [{}],
  'drill.run': [
    { targets: ['leaf1'], everyWay: true },
    { targets: [], also: 'all', everyWay: false },
  ],
  'targets.list': [{}],
  'targets.save': [
    {
      name: 'a',
      role: 'ce',
      device: 'alice@10.0.0.1',
      ways: [{ kind: 'jump', jumps: ['ops@jump'] }],
      tags: [],
      notes: '',
    },
    {
      name: 'b',
      role: 'jump-host',
      device: 'alice@10.0.0.2:22',
      ways: [
        { kind: 'forwarded', jumps: ['ops@jump', 'b'] },
        { kind: 'console', jumps: [], device: 'id@10.0.0.3:2222' },
        { kind: 'password', jumps: ['a'], device: 'telco@10.0.0.2' },
      ],
      tags: ['rack4'],
      notes: 'line\nline',
      replaces: 'a',
    },
  ],
  'targets.remove': [{ name: 'a' }, { name: 'b', evenIfUsed: true }],
  'targets.command': [{ target: 'a' }],
  'targets.favourite': [{ name: 'a', isFavourite: true }],
  'targets.look-at-file': [
    { which: 'chosen', update: false },
    { which: 'ssh-config', update: true },
    { which: 'again', update: true },
  ],
  'targets.import': [{ id: 'import-1' }],
  'targets.export': [{ format: 'csv' }, { format: 'ssh-config' }],
  'targets.host-keys': [{ name: 'a' }],
  'targets.forget-host-keys': [{ name: 'a' }],
  'sessions.open': [
    { target: 'a', ...SIZE },
    { target: 'a', way: 2, ...SIZE },
    { target: 'a', way: 'password', ...SIZE },
  ],
  'sessions.list': [{}],
  'sessions.attach': [{ id: 'x' }],
  'sessions.write': [{ id: 'x', text: 'rm -rf /\r' }],
  'sessions.drawn': [{ id: 'x', bytes: 1 }],
  'sessions.resize': [{ id: 'x', ...SIZE }],
  'sessions.end': [{ id: 'x' }],
  'sessions.reconnect': [{ id: 'x' }],
  'sessions.record': [
    { id: 'x', isOn: true },
    { id: 'x', isOn: false },
  ],
  'recordings.list': [{}],
  'recordings.read': [{ name: '2026-11-30T05-40-12Z-a.cast', from: 0 }],
  'recordings.remove': [{ name: '2026-11-30T05-40-12Z-a.cast' }],
  // Of a recording that is not there no dialog is shown.
  'recordings.export': [{ name: '2026-11-30T05-40-12Z-a.cast' }],
  'reminders.list': [{}],
  'reminders.snooze': [{ id: 'no-backup', days: 7 }],
  'reminders.dismiss': [{ id: 'no-backup', because: 'x' }],
  'reminders.restore': [{ id: 'no-backup' }],
  'reminders.export-calendar': [{}],
  // The other steps would reach the systemd of whoever runs this.
  'reminders.schedule': [{ step: 'look' }],
  'settings.list': [{}],
  'settings.set': [
    { key: 'terminal.fontSize', value: 16 },
    { key: 'connect.defaultJump', value: 'ops@jump' },
    { key: 'ssh.keyFile', value: '~/.ssh/other' },
  ],
  'settings.reset': [{ key: 'terminal.fontSize' }],
  'agent.status': [{}],
  'agent.activity': [{ limit: 20 }],
  'agent.policies': [{}],
  'agent.pass-through': [{}],
  'agent.set-policy': [{ key: 'SHA256:none', ask: 'always', forwarded: null }],
  'ssh-config.get': [{}],
  'ssh-config.entries': [{}],
  'ssh-config.install': [{}],
  'ssh-config.remove': [{}],
  'prompts.show': [{}],
  // No PIN that a key could take for one: an answer with one is what this window is for.
  'prompts.answer': [
    { id: 'prompt-1', answer: { kind: 'allow', keep: 'once' } },
    { id: 'prompt-2', answer: { kind: 'allow', keep: 'session', pin: new Uint8Array([49]) } },
    { id: 'prompt-3', answer: { kind: 'deny' } },
  ],
  'prompts.fit': [{ height: 300 }],
});

const of = (kind: 'main' | 'prompt', key: string) =>
  Object.fromEntries(Object.entries(corpusOn(key)).filter(([name]) => CALLS[name as CallName].from === kind));
const HEAVY = [
  'drill.run',
  'enroll.look',
  'enroll.run',
  'keys.list',
  'keys.reset',
  'keys.wink',
  'pin.set',
  'publish.run',
  'readiness.get',
  'recovery.run',
  'rotation.run',
  'sessions.open',
  'ssh-config.entries',
  'ssh-config.get',
  'ssh-config.install',
  'ssh-config.remove',
  'targets.command',
];
/** What changes something on a key for good, or lists what is on it. */
const GRAVE: readonly number[] = [
  CtapCommand.RESET,
  CtapCommand.CREDENTIAL_MANAGEMENT,
  CtapCommand.BIO_ENROLLMENT,
  CtapCommand.CONFIG,
  CtapCommand.BIO_ENROLLMENT_PREVIEW,
  CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW,
];
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));

async function fuzz(desktop: LabDesktop, kind: 'main' | 'prompt', count: number, key: string): Promise<FuzzResult> {
  const page = kind === 'main' ? desktop.window : await desktop.promptDocument();
  const foreign = Object.keys(of(kind === 'main' ? 'prompt' : 'main', key));
  const plan: FuzzPlan = {
    seed: SEED,
    count,
    corpus: of(kind, key),
    heavy: HEAVY,
    foreign: [...foreign, 'toString', '__proto__'],
  };
  return page.evaluate(randomCalls, plan);
}

/** Its path, as the window knows it. */
async function pluggedIn(desktop: LabDesktop): Promise<string> {
  return desktop.window.evaluate(async () => {
    const { glasskey } = globalThis as unknown as {
      glasskey: { call(id: number, name: string, input: object): Promise<{ output: { keys: { path: string }[] } }> };
    };
    const { output } = await glasskey.call(1_000_000, 'keys.list', {});
    return output.keys[0]?.path ?? '';
  });
}

/** Somebody who closes each dialog for a file, until told to stop. */
function declineDialogs({ standIn }: LabDesktop): () => void {
  let isOver = standIn === undefined;
  void (async () => {
    // Where none comes for a while, it looks again.
    while (!isOver) await standIn?.answerDialog({ canceled: true }).catch(() => {});
  })();
  return () => {
    isOver = true;
  };
}

describe(`the contract under 100,000 random calls (FUZZ_SEED=${SEED})`, () => {
  it('does nothing but what a call may do, and lives on', { timeout: 300_000 }, async () => {
    const lab = await startLab({ authenticator: { touch: 'never' } });
    try {
      await using desktop = await startDesktop(lab);
      const key = await pluggedIn(desktop);
      lab.authenticator.counters.reset();
      const stopDeclining = declineDialogs(desktop);
      const [fromWindow, fromPrompt] = await Promise.all([
        fuzz(desktop, 'main', 85_000, key),
        fuzz(desktop, 'prompt', 15_000, key),
      ]);
      stopDeclining();
      const data = join(lab.folder, 'data');
      // So many refusals fill more than one file.
      const logs = (await readdir(data)).filter((name) => name.startsWith('glasskey.log'));
      const log = (await Promise.all(logs.map((name) => readFile(join(data, name), 'utf8')))).join('');
      expect(log.split('\n').filter((line) => /"level":"error"|unhandled/.test(line))).toEqual([]);
      expect([...fromWindow.odd, ...fromPrompt.odd]).toEqual([]);
      // It reached what it was to reach: calls that were allowed, and refusals of each kind.
      expect(Object.keys(fromWindow.ok)).toEqual(expect.arrayContaining(['app.start', 'targets.save', 'settings.set']));
      for (const { errors } of [fromWindow, fromPrompt]) {
        expect(errors).toMatchObject({
          CALL_FOREIGN: expect.any(Number),
          CALL_MALFORMED: expect.any(Number),
          CALL_UNKNOWN: expect.any(Number),
        });
        expect(errors).not.toHaveProperty('INTERNAL');
      }
      expect(Object.keys(fromWindow.ok).filter((name) => name.startsWith('prompts.'))).toEqual([]);
      expect(Object.keys(fromPrompt.ok).filter((name) => !name.startsWith('prompts.'))).toEqual([]);

      // Nobody typed a PIN: no key was made, tried or signed with, nothing was published, no session was begun.
      const { commands, ...counters } = lab.authenticator.counters.read();
      expect(counters).toMatchObject({ touches: 0, pinChecks: 0 });
      expect(commands.filter(({ command }) => GRAVE.includes(command))).toEqual([]);
      expect(lab.authenticator.credentials()).toEqual([]);
      expect(lab.entra.graph.profileKeys().size).toBe(0);
      const state = await desktop.window.evaluate(async () => {
        const { glasskey } = globalThis as unknown as {
          glasskey: { call(id: number, name: string, input: object): Promise<{ output: never }> };
        };
        const ask = async (id: number, name: string) => (await glasskey.call(id, name, {})).output;
        return {
          sessions: await ask(1, 'sessions.list'),
          settings: await ask(2, 'settings.list'),
          targets: await ask(3, 'targets.list'),
          readiness: await ask(4, 'readiness.get'),
        };
      });
      expect(state.sessions).toEqual({ sessions: [] });
      expect(state.readiness).toMatchObject({ verdict: expect.stringMatching(/not-enrolled|unfinished/) });
      const { settings } = state.settings as { settings: { key: string; problem?: string }[] };
      expect(settings.filter(({ problem }) => problem !== undefined)).toEqual([]);
      // The browser keeps its own two there.
      const home = await readdir(join(lab.folder, 'home'));
      expect(home.filter((name) => name !== '.cache' && name !== '.config')).toEqual([]);
      expect(desktop.errors).toBe('');
      expect((await desktop.standIn?.snapshot())?.unhandledRejections ?? []).toEqual([]);
      expect(await desktop.quit()).toBe(0);
    } finally {
      await lab.close();
    }
  });
});
