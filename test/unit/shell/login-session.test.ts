import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../diagnostics/log.ts';
import { lockedHintIn, sessionPath, watchLoginSession } from '../../../main/shell/login-session.ts';
import { systemClock } from '../../../time/clock.ts';

const PATH = '/org/freedesktop/login1/session/_32';
const changedTo = (value: string, path = PATH) =>
  `${path}: org.freedesktop.DBus.Properties.PropertiesChanged ('org.freedesktop.login1.Session', {'LockedHint': <${value}>}, @as [])`;
const AT_ONCE = {
  now: () => 0,
  after(_ms: number, run: () => void) {
    queueMicrotask(run);
    return () => {};
  },
};

describe('the login session', () => {
  // sd_bus_path_encode(3), and what loginctl and gdbus show of sessions 2, c1 and 15.
  it.each([
    ['2', '_32'],
    ['c1', 'c1'],
    ['15', '_315'],
    ['a-b', 'a_2db'],
  ])('%s has the object path …/%s', (id, name) => {
    expect(sessionPath(id)).toBe(`/org/freedesktop/login1/session/${name}`);
  });

  it('says by LockedHint whether the screen is locked, and by nothing else', () => {
    expect(lockedHintIn(changedTo('true'), PATH)).toBe(true);
    expect(lockedHintIn(changedTo('false'), PATH)).toBe(false);
    expect(lockedHintIn(changedTo('true', `${PATH}5`), PATH)).toBeUndefined();
    expect(lockedHintIn(`${PATH}: org.freedesktop.login1.Session.Lock ()`, PATH)).toBeUndefined();
    expect(lockedHintIn('The name org.freedesktop.login1 is owned by :1.2', PATH)).toBeUndefined();
  });
});

describe('watching it', () => {
  let folder: string;
  let gdbus: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gk-gdbus-'));
    gdbus = join(folder, 'gdbus');
    const lines = [changedTo('true'), changedTo('false')].map((line) => `echo "${line}"`).join('\n');
    writeFileSync(gdbus, `#!/bin/sh\necho "$*" > ${folder}/words\n${lines}\nexec sleep 60\n`);
    chmodSync(gdbus, 0o700);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells each change until it is stopped, and leaves no process behind', async () => {
    const stop = new AbortController();
    const told: boolean[] = [];
    const changed = (isLocked: boolean) => {
      told.push(isLocked);
      if (told.length === 2) stop.abort();
    };
    const environment = { XDG_SESSION_ID: '2' };
    await watchLoginSession({ environment, clock: systemClock, log: () => {}, changed, gdbus }, stop.signal);
    expect(told).toEqual([true, false]);
  });

  it.each([
    ['outside a login session', {}, '/nonexistent/gdbus', 'this is no login session'],
    ['without gdbus', { XDG_SESSION_ID: '2' }, '/nonexistent/gdbus', 'gdbus or systemd-logind does not answer'],
    ['without logind', { XDG_SESSION_ID: '2' }, '/bin/false', 'gdbus or systemd-logind does not answer'],
  ])('%s says so once and gives up', async (_, environment, program, why) => {
    const lines: unknown[] = [];
    const log: Log = (_level, event, facts) => void lines.push([event, facts?.why]);
    const changed = () => expect.unreachable();
    const world = { environment, clock: AT_ONCE, log, changed, gdbus: program };
    await watchLoginSession(world, new AbortController().signal);
    expect(lines).toEqual([['lock.unwatched', why]]);
  });
});
