import { describe, expect, it } from 'vitest';
import { agentLine, remindersLine, trayLook } from '../../../main/shell/tray-look.ts';
import { textsFor } from '../../../main/texts/texts.ts';

const texts = textsFor(['en-GB'], 'Europe/Berlin');
const ready = { verdict: 'ready', next: { action: 'connect' } } as const;
const calm = {
  readiness: ready,
  agent: { state: 'listening' },
  remindersDue: 0,
  isAsking: false,
  isLocked: false,
} as const;

describe('the look of the tray', () => {
  it('is the worst of what is known', () => {
    const icons = [
      calm,
      { ...calm, readiness: undefined },
      { ...calm, readiness: { verdict: 'not-enrolled', next: { action: 'enroll' } } },
      { ...calm, agent: { state: 'failed' } },
      { ...calm, remindersDue: 2 },
      { ...calm, isAsking: true },
      { ...calm, isAsking: true, isLocked: true },
    ] as const;
    expect(icons.map((facts) => trayLook(facts, texts).icon)).toEqual([
      'ready',
      'waiting',
      'attention',
      'attention',
      'attention',
      'attention',
      'locked',
    ]);
  });

  it('says until when devices take the key, as this region writes it', () => {
    const until = Date.UTC(2026, 10, 23, 22, 15);
    const readiness = { verdict: 'waiting-for-devices', next: { action: 'wait', until } } as const;
    const { sentence } = trayLook({ ...calm, readiness }, texts);
    expect(sentence).toBe('Glasskey: your devices have the new key by 23:15 on 23 Nov 2026');
  });
});

describe('what is due', () => {
  it('is told where a login would work, and does not hide why none would', () => {
    const sentenceOf = (facts: Parameters<typeof trayLook>[0]) => trayLook(facts, texts).sentence;
    expect(sentenceOf({ ...calm, remindersDue: 1 })).toBe('Glasskey: 1 thing needs attention');
    const unenrolled = { verdict: 'not-enrolled', next: { action: 'enroll' } } as const;
    expect(sentenceOf({ ...calm, readiness: unenrolled, remindersDue: 1 })).toBe('Glasskey: no key is enrolled yet');
    expect([0, 2].map((count) => remindersLine(count, texts))).toEqual([
      'Reminders: nothing is due',
      'Reminders: 2 are due',
    ]);
  });
});

describe('the agent’s line', () => {
  it('counts its keys', () => {
    const lines = [0, 1, 2].map((keys) => agentLine({ state: 'listening', keys }, texts));
    expect(lines).toEqual(['Agent: on, no key yet', 'Agent: on, 1 key', 'Agent: on, 2 keys']);
    expect(agentLine({ state: 'failed', keys: 0 }, texts)).toBe('Agent: could not start');
    expect(agentLine(undefined, texts)).toBe('Agent: off');
  });
});
