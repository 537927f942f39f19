import { describe, expect, it } from 'vitest';
import { cancelled, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { type AnsweredRequest, activityLog, decisionOf } from '../../../main/agent/activity-log.ts';
import { sha256Fingerprint } from '../../../main/openssh/fingerprint.ts';
import { type AgentRequestRecord, MOST_AGENT_REQUESTS } from '../../../main/storage/agent-activity-store.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { sessionHost } from './session-host.ts';
import { softwareKey } from './software-keyring.ts';

const key = softwareKey();
const device = sessionHost();
const jump = sessionHost();

const signed = (at = 1): AnsweredRequest => ({
  at,
  keyBlob: key.blob,
  request: {
    purpose: { kind: 'login', user: 'alice', hostKey: device.blob, sessionBound: true },
    forwardedThrough: [jump.blob],
    isPathProven: true,
    throughUnverifiedHost: false,
  },
  client: { pid: 7, program: 'ssh', session: '3:99' },
  decision: 'signed',
  asked: true,
});

function logging() {
  const clock = new ManualClock();
  const written: Omit<AgentRequestRecord, 'id'>[] = [];
  const events: string[] = [];
  const refused: Omit<AgentRequestRecord, 'id'>[] = [];
  const store = {
    fault: undefined as Error | undefined,
    add(records: readonly Omit<AgentRequestRecord, 'id'>[]) {
      if (store.fault !== undefined) throw store.fault;
      written.push(...records);
    },
  };
  const nameHost = (blob: Uint8Array) => (blob === device.blob ? 'leaf1' : undefined);
  const log = activityLog({
    store,
    agent: 'app',
    nameHost,
    clock,
    log: (_, event) => void events.push(event),
    onRefused: (record) => void refused.push(record),
  });
  return { clock, written, events, refused, store, log };
}

describe('the log of an agent’s activity', () => {
  it('says who was to be logged in where, through what, and who asked, once the answer has gone out', async () => {
    const { clock, written, log } = logging();
    log.record(signed());
    expect(written).toEqual([]);
    await clock.pass(50);
    expect(written).toEqual([
      expect.objectContaining({
        at: 1,
        agent: 'app',
        key: sha256Fingerprint(key.blob),
        purpose: {
          kind: 'login',
          user: 'alice',
          hostName: 'leaf1',
          hostKeyFingerprint: sha256Fingerprint(device.blob),
        },
        through: [{ name: undefined, fingerprint: sha256Fingerprint(jump.blob) }],
        client: { pid: 7, program: 'ssh', starter: undefined, place: undefined },
        decision: 'signed',
        asked: true,
      }),
    ]);
  });

  it('says at once what was refused, and of nothing else', () => {
    const { refused, written, log } = logging();
    for (const decision of ['signed', 'denied', 'cancelled', 'timed-out', 'failed'] as const) {
      log.record({ ...signed(), decision });
    }
    expect(refused).toEqual([]);
    log.record({ ...signed(), decision: 'refused', reason: 'AGENT_FORWARDED_REFUSED' });
    expect(refused).toMatchObject([{ decision: 'refused', purpose: { user: 'alice', hostName: 'leaf1' } }]);
    expect(written).toEqual([]);
  });

  it('writes later what cannot be written now, in order, and says so once', async () => {
    const { clock, written, events, store, log } = logging();
    store.fault = new Error('disk full');
    log.record(signed(1));
    log.record(signed(2));
    await clock.pass(50);
    await clock.pass(2_000);
    expect(written).toEqual([]);
    expect(events).toEqual(['agent.activity.not-noted']);
    store.fault = undefined;
    await clock.pass(2_000);
    expect(written.map(({ at }) => at)).toEqual([1, 2]);
  });

  it('keeps no more in memory than the store would', async () => {
    const { clock, written, store, log } = logging();
    store.fault = new Error('disk full');
    for (let at = 0; at < MOST_AGENT_REQUESTS + 3; at += 1) log.record(signed(at));
    store.fault = undefined;
    await clock.pass(50);
    expect(written).toHaveLength(MOST_AGENT_REQUESTS);
    expect(written[0]?.at).toBe(3);
  });

  it('writes what is left when it is closed, and nothing after that', async () => {
    const { clock, written, log } = logging();
    log.record(signed());
    log.close();
    await clock.pass(10_000);
    expect(written).toHaveLength(1);
  });
});

describe('what an error means for a request', () => {
  const error = (code: string) => new GlasskeyError({ code, message: 'm', remedy: 'r' });

  it.each([
    ['CTAP_NO_TOUCH', 'timed-out'],
    ['AGENT_REQUEST_UNEXPECTED', 'refused'],
    ['AGENT_LOCKED', 'refused'],
    ['AGENT_SIGNATURE_UNUSABLE', 'failed'],
    ['KEY_MISSING', 'failed'],
  ] as const)('%s: %s', (code, decision) => {
    expect(decisionOf(error(code), false)).toEqual({ decision, reason: code });
  });

  it('is a person’s no, unless the program that asked has gone or the screen was locked', () => {
    expect(decisionOf(cancelled('The signature'), false).decision).toBe('denied');
    expect(decisionOf(cancelled('The signature'), true).decision).toBe('cancelled');
    const locked = cancelled('The signature', error('AGENT_LOCKED'));
    expect(decisionOf(locked, false)).toEqual({ decision: 'cancelled', reason: 'AGENT_LOCKED' });
  });
});
