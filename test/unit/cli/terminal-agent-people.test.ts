import { beforeEach, describe, expect, it } from 'vitest';
import { cancelled, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import { DENIED_AFTER_MS } from '../../../main/agent/question-limits.ts';
import type { UnplannedQuestion } from '../../../main/agent/ruled-keyring.ts';
import { Output } from '../../../main/cli/output.ts';
import { terminalAgentPeople } from '../../../main/cli/terminal-agent-people.ts';
import type { GlasskeyPeople } from '../../../main/glasskey.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';
import { CollectedStream } from './run-in-process.ts';

const { signal } = new AbortController();
const login: SigningFacts = {
  purpose: { kind: 'login', user: 'alice', host: { name: 'ce1-rack4', fingerprint: 'SHA256:dev' } },
  through: [{ name: 'jump-east', fingerprint: 'SHA256:jump' }],
  way: 'known',
};

let clock: ManualClock;
let stderr: CollectedStream;
/** What was done with the terminal, in order. */
let done: string[];
/** What is typed; `silence`: nothing, until the question is taken back. */
let typed: 'yes' | 'no' | 'silence' | 'no terminal';
let people: GlasskeyPeople;

function untilTakenBack(asking: AbortSignal): Promise<never> {
  return new Promise((_, reject) => asking.addEventListener('abort', () => reject(cancelled('The prompt'))));
}

beforeEach(() => {
  clock = new ManualClock();
  stderr = new CollectedStream();
  done = [];
  typed = 'yes';
  const output = new Output({ stdout: new CollectedStream(), stderr, environment: {} } as never, {
    json: true,
    verbose: false,
  });
  const prompts = {
    async yesNo(question: string, asking: AbortSignal) {
      done.push(question);
      if (typed === 'silence') return untilTakenBack(asking);
      if (typed === 'no terminal')
        throw new GlasskeyError({ code: 'NO_TERMINAL', message: 'No terminal.', remedy: '' });
      return typed === 'yes';
    },
    hush: () => void done.push('hush'),
    release: () => void done.push('release'),
  };
  const terminal = {
    async signingPin(_: unknown, asking: AbortSignal) {
      done.push('PIN');
      return typed === 'silence' ? untilTakenBack(asking) : new Pin(new TextEncoder().encode('493815'));
    },
  } as unknown as GlasskeyPeople;
  people = terminalAgentPeople(terminal, prompts, output, clock);
});

function approved(over: Partial<UnplannedQuestion> = {}, asking = signal): Promise<boolean> | undefined {
  const client = { program: 'ssh', starter: 'git', place: 'bash', pid: 4711 };
  return people.approveUnplanned?.({ reason: 'local', purpose: '', facts: login, client, waiting: 0, ...over }, asking);
}

describe('glasskey agent at its terminal', () => {
  it('says who asks, for what, and the whole chain, before it asks; with --json too', async () => {
    expect(await approved({ waiting: 2 })).toBe(true);
    expect(stderr.text).toContain(
      'ssh for git in bash (process 4711) wants a signature: log in as alice on ce1-rack4 (SHA256:dev)',
    );
    expect(stderr.text).toContain(
      'this computer → jump-east (SHA256:jump), which has the agent → ce1-rack4 (SHA256:dev) as alice',
    );
    expect(stderr.text).toContain('2 more requests wait.');
    expect(done).toEqual(['Sign it?', 'hush']);
    people.approvedEnded?.();
    expect(done.at(-1)).toBe('release');
  });

  it.each<[string, SigningFacts, string]>([
    [
      'a host that is not known',
      {
        ...login,
        through: [],
        purpose: { ...login.purpose, host: { name: undefined, fingerprint: 'SHA256:x' } } as never,
      },
      'a host not in known_hosts (SHA256:x) as alice',
    ],
    ['a way that nobody can prove', { ...login, through: [], way: 'unknown' }, 'the program is too old to say'],
    ['a host that has proven nothing', { ...login, way: 'unverified' }, 'a host that could not be verified'],
    [
      'a signature over a file',
      { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'known' },
      'sign for git',
    ],
    [
      'one that proves no way',
      { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'unknown' },
      'this computer, as far as can be told',
    ],
  ])('is honest of %s', async (_, facts, text) => {
    await approved({ facts });
    expect(stderr.text).toContain(text);
  });

  it('lets no program’s name steer the terminal, and says of one that it does not know it', async () => {
    await approved({ client: { program: 'ss\u001b[2Jh' } });
    expect(stderr.text).not.toContain('\u001b[2J');
    await approved({ client: {} });
    expect(stderr.text).toContain('A program that is not known wants a signature');
  });

  it('takes anything but a yes for a no, and leaves the terminal as it was', async () => {
    typed = 'no';
    expect(await approved()).toBe(false);
    expect(done).toEqual(['Sign it?']);
  });

  it('denies after a minute of silence, and says so', async () => {
    typed = 'silence';
    const asked = approved();
    await clock.pass(DENIED_AFTER_MS - 1);
    expect(stderr.text).not.toContain('denied');
    await clock.pass(1);
    expect(await asked).toBe(false);
    expect(stderr.text).toContain('Nobody answered for 60 seconds: denied.');
  });

  it('gives no PIN after a minute of silence either', async () => {
    typed = 'silence';
    const asked = people.signingPin({ why: 'needed', product: 'YubiKey' }, signal);
    await clock.pass(DENIED_AFTER_MS);
    expect(await asked).toBeUndefined();
    typed = 'yes';
    const pin = await people.signingPin({ why: 'needed', product: 'YubiKey' }, signal);
    expect(pin).toBeInstanceOf(Pin);
    pin?.wipe();
  });

  it('says nothing of silence where the program has gone', async () => {
    typed = 'silence';
    const gone = new AbortController();
    const asked = approved({}, gone.signal);
    gone.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(stderr.text).not.toContain('denied');
  });

  it('says where there is no terminal to ask at', async () => {
    typed = 'no terminal';
    await expect(approved()).rejects.toMatchObject({ code: 'NO_TERMINAL' });
    expect(stderr.text).toContain('No terminal.');
  });
});
