import { beforeEach, describe, expect, it } from 'vitest';
import type { RefusedRequestView } from '../../../main/ipc/agent-calls.ts';
import { REFUSALS_TOLD_EVERY_MS, RefusalNotices } from '../../../main/shell/refusal-notices.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const login: RefusedRequestView = {
  at: 0,
  agent: 'app',
  purpose: { kind: 'login', user: 'root', host: 'SHA256:stranger' },
  through: ['jump-east'],
  program: 'ssh',
  decision: 'refused',
  reason: 'AGENT_FORWARDED_REFUSED',
  asked: false,
};

let clock: ManualClock;
let told: { readonly title: string; readonly body: string }[];
let notices: RefusalNotices;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  const tell = (title: string, body: string) => void told.push({ title, body });
  notices = new RefusalNotices({ clock, texts: textsFor(['en']), tell });
});

describe('refused requests', () => {
  it('are told at once, with what was wanted and through which host', () => {
    notices.refused(login);
    expect(told).toEqual([
      {
        title: 'A request for a signature was refused',
        body: expect.stringMatching(
          /^It was to log in as root on SHA256:stranger, through jump-east\. If that was not you/,
        ),
      },
    ]);
  });

  it('are counted for a minute after that, and told together', async () => {
    notices.refused(login);
    for (let times = 0; times < 3; times += 1) notices.refused({ ...login, purpose: { kind: 'other' } });
    await clock.pass(REFUSALS_TOLD_EVERY_MS - 1);
    expect(told).toHaveLength(1);
    await clock.pass(1);
    expect(told[1]).toMatchObject({
      title: '3 requests for signatures were refused',
      body: expect.stringContaining('The last was to sign what is neither a login nor a file, through jump-east.'),
    });
    await clock.pass(10 * REFUSALS_TOLD_EVERY_MS);
    expect(told).toHaveLength(2);
    notices.refused({ ...login, through: [], purpose: { kind: 'sshsig', namespace: 'git' } });
    expect(told[2]?.body).toMatch(/^It was to sign for git\. /);
  });

  it('make no more than one notice a minute, however many there are', async () => {
    for (let second = 0; second < 180; second += 1) {
      for (let times = 0; times < 10; times += 1) notices.refused(login);
      await clock.pass(1_000);
    }
    expect(told.map(({ title }) => title)).toEqual([
      'A request for a signature was refused',
      expect.stringMatching(/^\d{3} requests/),
      expect.stringMatching(/^\d{3} requests/),
      expect.stringMatching(/^\d{3} requests/),
    ]);
  });

  it('are not told of where the screen was locked or the key is not held: the program says that itself', () => {
    for (const reason of ['AGENT_LOCKED', 'AGENT_KEY_UNKNOWN']) notices.refused({ ...login, reason });
    expect(told).toEqual([]);
  });

  it('are told no more after the end', async () => {
    notices.refused(login);
    notices.refused(login);
    notices.close();
    await clock.pass(REFUSALS_TOLD_EVERY_MS);
    expect(told).toHaveLength(1);
  });
});
