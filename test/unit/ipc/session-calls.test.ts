import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import type { StartRecording } from '../../../main/connect/connect-session.ts';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { MOST_UNDRAWN_BYTES } from '../../../main/connect/output-flow.ts';
import { planConnect } from '../../../main/connect/plan.ts';
import { Recording } from '../../../main/connect/recording.ts';
import { SessionList } from '../../../main/connect/session-list.ts';
import type { SshTerminal } from '../../../main/connect/ssh-terminal.ts';
import type { ConnectPlace, GlasskeyPeople } from '../../../main/glasskey.ts';
import type { SessionPeople } from '../../../main/glasskey-sessions.ts';
import type { SettingLine } from '../../../main/glasskey-settings.ts';
import { CALLS, EVENTS, type EventName } from '../../../main/ipc/contract.ts';
import { type SessionCallsWorld, sessionCalls } from '../../../main/ipc/session-calls.ts';
import type { WayKind } from '../../../main/storage/target-store.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { fakePtys } from '../connect/fake-pty.ts';
import { ManualClock, settle } from '../lab/authenticator/manual-clock.ts';

const request = {
  device: parseHostSpec('alice@10.9.0.4:2222'),
  jump: [parseHostSpec('ops@192.0.2.10'), parseHostSpec('[2001:db8::1]:22')],
  agentSocket: '/tmp/agent.sock',
  publicKeyFiles: ['/tmp/id.pub'],
  knownHostsFiles: ['/tmp/known_hosts'],
  configFile: '/tmp/x/ssh_config',
} as const;
const plan = planConnect(request);

/** A Glasskey whose connects a test leads by hand. */
function start() {
  const clock = new ManualClock();
  const told: { name: EventName; payload: unknown }[] = [];
  const connects: {
    place: Extract<ConnectPlace, { terminal: SshTerminal }>;
    people: GlasskeyPeople;
    signal: AbortSignal;
    terminal: SshTerminal;
    end: (code: number) => void;
    fail: (error: unknown) => void;
  }[] = [];
  const asked: unknown[] = [];
  const requested: unknown[] = [];
  const kinds: WayKind[] = ['jump', 'console'];
  const recordSetting: SettingLine = {
    key: 'sessions.record',
    kind: 'choice',
    value: 'off',
    standard: 'off',
    source: 'default',
  };
  const recorded: string[] = [];
  const record: StartRecording = ({ target, device, jumps }, size, onEnd) => {
    const file = { path: '/data/recordings/a.cast', append: (text: string) => void recorded.push(text), close() {} };
    return new Recording({ clock, file, size, title: target, subject: { target, device, jumps }, onEnd });
  };
  const peopleLog: string[] = [];
  const people = {
    signingPin: async () => undefined,
    touchWanted: (purpose: string) => peopleLog.push(`touch: ${purpose}`),
    touchDone: () => peopleLog.push('touched'),
    remark: (text: string) => peopleLog.push(`remark: ${text}`),
    end: (how: string) => peopleLog.push(how),
  } as unknown as SessionPeople;
  let windowGone: (windowId: number) => void = () => {};
  const world: SessionCallsWorld = {
    sessions: new SessionList({ clock, spawn: fakePtys().spawn, record }),
    texts: textsFor(['en']),
    tell: (name, payload) => told.push({ name, payload }),
    onWindowGone(listener) {
      windowGone = listener;
    },
    peopleFor(about) {
      asked.push(about);
      return people;
    },
    glasskey: {
      settings: async () => ({ file: '/settings.json', settings: [recordSetting] }),
      planConnect: async ({ target, way }) => {
        requested.push(way);
        if (target === 'nonsense')
          throw new GlasskeyError({ code: 'TARGET_INVALID', message: 'No.', remedy: 'Type it again.' });
        return typeof way === 'number' ? { ...plan, way: kinds[way - 1] ?? 'jump' } : plan;
      },
      connect: (request, its, signal, place?: ConnectPlace) =>
        new Promise((resolve, reject) => {
          requested.push(request.way);
          if (place === undefined || !('terminal' in place)) throw new Error('not on a terminal');
          const { terminal } = place;
          const end = (exitCode: number) => resolve({ exitCode });
          connects.push({ place, people: its, signal, terminal, end, fail: reject });
        }),
    },
  };
  const calls = sessionCalls(world);
  const setting = (line: Partial<SettingLine>) => Object.assign(recordSetting, line);
  const context = (windowId: number) => ({ signal: new AbortController().signal, progress: () => {}, windowId });
  const open = async (way?: number) => {
    const input = { target: 'leaf1', ...(way === undefined ? {} : { way }), columns: 80, rows: 24 };
    const { id } = await calls['sessions.open'](input, context(1));
    const connect = connects.at(-1);
    if (connect === undefined) throw new Error('nothing was connected');
    return { id, ...connect };
  };
  const listed = async () => (await calls['sessions.list']({}, context(1))).sessions;
  return {
    calls,
    context,
    open,
    listed,
    told,
    asked,
    requested,
    kinds,
    peopleLog,
    clock,
    setting,
    recorded,
    windowGone: (id: number) => windowGone(id),
  };
}

describe('sessions.open', () => {
  it('answers with the id of a session that is listed and told, as the contract has it', async () => {
    const { open, listed, told, asked } = start();
    const { id } = await open();
    const route = {
      target: 'leaf1',
      device: 'alice@10.9.0.4:2222',
      user: 'alice',
      name: 'leaf1',
      jumps: ['ops@192.0.2.10', '2001:db8::1'],
      way: 'jump',
      keepAlive: { everySeconds: 15, count: 3 },
    };
    expect(await listed()).toMatchObject([{ id, ...route, state: 'starting' }]);
    expect(asked).toEqual([route]);
    expect(told.map(({ name }) => name)).toEqual(['sessions.changed']);
    for (const { name, payload } of told) EVENTS[name].payload.parse(payload);
    CALLS['sessions.list'].output.parse({ sessions: await listed() });
  });

  it('takes the way that was chosen, also when somebody reconnects, and says of which kind it is', async () => {
    const { calls, context, open, listed, requested } = start();
    const { id, end } = await open(2);
    expect(await listed()).toMatchObject([{ way: 'console' }]);
    end(0);
    await settle();
    await calls['sessions.reconnect']({ id }, context(1));
    expect(requested).toEqual([2, 2, 2, 2]);
    const [session] = await listed();
    expect(session).toMatchObject({ way: 'console', state: 'starting' });
    expect(session).not.toHaveProperty('chosenWay');
  });

  it('does not reconnect where the way of that number has become another', async () => {
    const { calls, context, open, listed, kinds } = start();
    const { id, end } = await open(1);
    end(0);
    await settle();
    kinds[0] = 'password';
    await expect(calls['sessions.reconnect']({ id }, context(1))).rejects.toMatchObject({ code: 'CONNECT_NO_WAY' });
    expect(await listed()).toMatchObject([{ way: 'jump', state: 'ended' }]);
  });

  it('begins nothing for a target that cannot be planned', async () => {
    const { calls, context, listed } = start();
    const call = calls['sessions.open']({ target: 'nonsense', columns: 80, rows: 24 }, context(1));
    await expect(call).rejects.toMatchObject({ code: 'TARGET_INVALID' });
    expect(await listed()).toEqual([]);
  });
});

describe('which login a touch is for', () => {
  const facts = (user: string, name: string, through: SigningFacts['through'] = []): SigningFacts => ({
    purpose: { kind: 'login', user, host: { name, fingerprint: 'SHA256:a' } },
    through,
    way: 'known',
  });
  const hostsOf = (...names: string[]) => names.map((name) => ({ name, fingerprint: undefined }));

  it('is told with its number and its host, by the way that is tried now', async () => {
    const { open, listed } = start();
    const { people, place } = await open();
    const hopAt = async (about: SigningFacts) => {
      people.touchWanted('Log in', about);
      const [session] = await listed();
      people.touchDone('signed');
      return session?.waitsFor?.hop;
    };
    expect(await hopAt(facts('ops', '192.0.2.10'))).toEqual({ at: 1, of: 3, host: '192.0.2.10' });
    const second = facts('dave', 'whatever', hostsOf('192.0.2.10'));
    expect(await hopAt(second)).toEqual({ at: 2, of: 3, host: '2001:db8::1' });
    const device = facts('alice', 'whatever', hostsOf('192.0.2.10', '2001:db8::1'));
    expect(await hopAt(device)).toEqual({ at: 3, of: 3, host: 'leaf1' });

    place.onWay?.(planConnect({ ...request, way: 'password', jump: [parseHostSpec('ops@jump-west:2200')] }));
    expect((await listed())[0]).toMatchObject({ way: 'password', jumps: ['ops@jump-west:2200'] });
    expect(await hopAt(facts('ops', '[jump-west]:2200'))).toEqual({ at: 1, of: 1, host: 'jump-west:2200' });
  });

  it('is not told where it is for another host, another user, or a host that the agent is forwarded to', async () => {
    const { open, listed } = start();
    const { people, place, terminal } = await open();
    const hopAt = async (about: SigningFacts) => {
      people.touchWanted('Log in', about);
      const [session] = await listed();
      people.touchDone('signed');
      return session?.waitsFor?.hop;
    };
    expect(await hopAt(facts('ops', 'elsewhere'))).toBeUndefined();
    expect(await hopAt(facts('mallory', '192.0.2.10'))).toBeUndefined();
    expect(await hopAt({ ...facts('ops', '192.0.2.10'), way: 'unverified' })).toBeUndefined();
    expect(await hopAt({ ...facts('ops', 'a'), purpose: { kind: 'sshsig', namespace: 'git' } })).toBeUndefined();
    const through = [{ name: '192.0.2.10', fingerprint: 'SHA256:jump' }];
    expect(await hopAt(facts('alice', '[10.9.0.4]:2222', through))).toBeUndefined();
    terminal.onOpened();
    expect(await hopAt(facts('ops', '192.0.2.10'))).toBeUndefined();
    expect(await hopAt(facts('alice', '[10.9.0.4]:2222', through))).toBeUndefined();

    // The session is open there once the jump host has let the user in, and the device is still to come.
    place.onWay?.(planConnect({ ...request, way: 'forwarded', jump: [parseHostSpec('ops@192.0.2.10')] }));
    expect(await hopAt(facts('alice', '[10.9.0.4]:2222', through))).toEqual({ at: 2, of: 2, host: 'leaf1' });
    expect(await hopAt(facts('alice', 'leaf2', through))).toBeUndefined();
  });
});

describe('what a session waits for', () => {
  it('is told in a whole sentence while the PIN or the touch is wanted, and the people are asked as well', async () => {
    const { open, listed, peopleLog, calls, context } = start();
    const { id, people, terminal } = await open();
    terminal.onOpened();
    const pin = people.signingPin({ why: 'needed', product: 'YubiKey 5' }, new AbortController().signal);
    expect((await listed())[0]?.waitsFor).toEqual({ what: 'pin', sentence: expect.stringContaining('YubiKey 5') });
    expect(await pin).toBeUndefined();
    expect((await listed())[0]).not.toHaveProperty('waitsFor');
    const facts = { purpose: { kind: 'login', user: 'alice', host: undefined }, through: [], way: 'known' } as const;
    people.touchWanted('Log in as alice on ce1', facts);
    expect((await listed())[0]?.waitsFor).toEqual({
      what: 'touch',
      sentence: expect.stringContaining('Log in as alice on ce1'),
    });
    people.touchDone('signed');
    people.touchWanted('Log in as alice on ce1', { ...facts, systemAsks: true });
    expect((await listed())[0]?.waitsFor).toMatchObject({ what: 'touch', systemAsks: true });
    people.touchDone('signed');
    people.remark('Busy.');
    expect((await listed())[0]).not.toHaveProperty('waitsFor');
    const touch = ['touch: Log in as alice on ce1', 'touched'];
    expect(peopleLog).toEqual(['done', ...touch, ...touch, 'remark: Busy.']);
    expect(Buffer.from((await calls['sessions.attach']({ id }, context(1))).replay).toString()).toBe('Busy.\r\n');
  });

  it('ends the login where the PIN is declined, but not a session that is open', async () => {
    const { open } = start();
    const declined = await open();
    await declined.people.signingPin({ why: 'needed', product: 'K' }, new AbortController().signal);
    expect(declined.signal.aborted).toBe(true);
    const opened = await open();
    opened.terminal.onOpened();
    await opened.people.signingPin({ why: 'needed', product: 'K' }, new AbortController().signal);
    expect(opened.signal.aborted).toBe(false);
  });
});

describe('the end of a session', () => {
  it('crosses with code, sentence and remedy, and nothing else of the error', async () => {
    const { open, listed, peopleLog } = start();
    const { fail } = await open();
    fail(
      new GlasskeyError({
        code: 'CONNECT_REFUSED',
        message: 'No.',
        remedy: 'Check.',
        detail: { hop: 'x' },
        cause: new Error('inside'),
      }),
    );
    await settle();
    const [session] = await listed();
    expect(session).toMatchObject({ state: 'ended' });
    // Whatever still stands in a prompt goes with it.
    expect(peopleLog).toEqual(['failed']);
    expect(session?.error).toEqual({ code: 'CONNECT_REFUSED', message: 'No.', remedy: 'Check.', kind: 'expected' });
  });

  it('comes by sessions.end, which takes it off the list the next time', async () => {
    const { open, listed, calls, context } = start();
    const { id, signal, end } = await open();
    await calls['sessions.end']({ id }, context(1));
    expect(signal.aborted).toBe(true);
    end(0);
    await settle();
    expect(await listed()).toMatchObject([{ state: 'ended', exitCode: 0 }]);
    await calls['sessions.end']({ id }, context(1));
    expect(await listed()).toEqual([]);
  });
});

describe('session.output', () => {
  const output = (told: readonly { name: EventName; payload: unknown }[]) =>
    told.flatMap(({ name, payload }) => {
      if (name !== 'session.output') return [];
      return [Buffer.from(EVENTS['session.output'].payload.parse(payload).data).toString()];
    });

  it('is told from the moment a window attaches until it is gone', async () => {
    const { open, calls, context, told, windowGone } = start();
    const { id, terminal } = await open();
    const says = (text: string) => terminal.onOutput(new TextEncoder().encode(text));
    says('before');
    expect(output(told)).toEqual([]);
    expect((await calls['sessions.attach']({ id }, context(7))).replay).toEqual(new TextEncoder().encode('before'));
    says('now');
    windowGone(8);
    windowGone(7);
    says('after');
    expect(output(told)).toEqual(['now']);
  });

  it('is held back while the window that attached does not draw, whatever another one says', async () => {
    const { open, calls, context, told, clock } = start();
    const { id, terminal } = await open();
    await calls['sessions.attach']({ id }, context(7));
    terminal.onOutput(new Uint8Array(MOST_UNDRAWN_BYTES + 1000));
    await clock.pass(100);
    const sent = () => output(told).join('').length;
    expect(sent()).toBe(MOST_UNDRAWN_BYTES);
    await calls['sessions.drawn']({ id, bytes: MOST_UNDRAWN_BYTES }, context(8));
    expect(sent()).toBe(MOST_UNDRAWN_BYTES);
    await calls['sessions.drawn']({ id, bytes: MOST_UNDRAWN_BYTES }, context(7));
    expect(sent()).toBe(MOST_UNDRAWN_BYTES + 1000);
  });
});

describe('sessions.reconnect', () => {
  it('plans the target anew, asks its people anew, and is for one that has ended', async () => {
    const { calls, context, open, listed, asked } = start();
    const { id, end } = await open();
    await expect(calls['sessions.reconnect']({ id }, context(1))).rejects.toMatchObject({
      code: 'SESSION_STILL_RUNNING',
    });
    await expect(calls['sessions.reconnect']({ id: 'x' }, context(1))).rejects.toMatchObject({
      code: 'SESSION_UNKNOWN',
    });
    expect(asked).toHaveLength(1);
    end(0);
    await settle();
    await calls['sessions.reconnect']({ id }, context(1));
    expect(asked).toHaveLength(2);
    expect(await listed()).toMatchObject([{ id, state: 'starting', reconnects: 1, target: 'leaf1' }]);
    CALLS['sessions.list'].output.parse({ sessions: await listed() });
  });
});

describe('sessions.record', () => {
  it('begins and ends the recording of one session', async () => {
    const { calls, context, open, listed, recorded } = start();
    const { id } = await open();
    expect((await listed())[0]).toMatchObject({ isRecorded: false });
    await calls['sessions.record']({ id, isOn: true }, context(1));
    expect((await listed())[0]).toMatchObject({ isRecorded: true, recording: { name: 'a.cast', state: 'running' } });
    expect(recorded[0]).toContain('"glasskey":{"target":"leaf1"');
    await calls['sessions.record']({ id, isOn: false }, context(1));
    expect((await listed())[0]).toMatchObject({ isRecorded: false, recording: { state: 'stopped' } });
    CALLS['sessions.list'].output.parse({ sessions: await listed() });
  });

  it('is on from the beginning where the settings say always, and not to be ended where settings.json does', async () => {
    const { calls, context, open, listed, setting } = start();
    setting({ value: 'always', source: 'user' });
    const { id } = await open();
    expect((await listed())[0]).toMatchObject({ isRecorded: true });
    setting({ source: 'file', fixed: true });
    const ending = calls['sessions.record']({ id, isOn: false }, context(1));
    await expect(ending).rejects.toMatchObject({ code: 'RECORDING_REQUIRED' });
    expect((await listed())[0]).toMatchObject({ isRecorded: true });
  });
});
