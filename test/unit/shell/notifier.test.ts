import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import { Notifier, SHOWN_WITHIN_MS } from '../../../main/shell/notifier.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const electron = vi.hoisted(() => ({
  made: [] as { emit(event: string, ...words: unknown[]): boolean; closed: number }[],
}));

vi.mock('electron', () => ({
  Notification: class extends EventEmitter {
    static isSupported = () => true;
    closed = 0;
    constructor() {
      super();
      electron.made.push(this);
    }
    show() {}
    close() {
      this.closed += 1;
    }
  },
}));

let clock: ManualClock;
let notifier: Notifier;

beforeEach(() => {
  electron.made.length = 0;
  clock = new ManualClock();
  notifier = new Notifier({
    texts: textsFor(['en']),
    log: silentLog,
    clock,
    isInFront: () => false,
    showPrompt() {},
    showSession() {},
    showReminder() {},
    snoozeReminder() {},
  });
});

describe('a reminder’s notification', () => {
  const notice = { critical: false, reminders: [] };

  it('was given once the system has shown it', async () => {
    const given = notifier.remind(notice);
    electron.made[0]?.emit('show');
    await given;
    await clock.pass(SHOWN_WITHIN_MS);
    expect(electron.made[0]?.closed).toBe(0);
  });

  it('was not given where the system says so', async () => {
    const given = notifier.remind(notice);
    electron.made[0]?.emit('failed', {}, 'no service');
    await expect(given).rejects.toThrow('no service');
  });

  it('was not given where the system says nothing at all, and nothing of it stays', async () => {
    const given = expect(notifier.remind(notice)).rejects.toThrow('neither showed it nor said why not');
    await clock.pass(SHOWN_WITHIN_MS);
    await given;
    expect(electron.made[0]?.closed).toBe(1);
    notifier.close();
    expect(electron.made[0]?.closed).toBe(1);
  });
});
