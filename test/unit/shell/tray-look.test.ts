import { describe, expect, it } from 'vitest';
import { agentLine, trayLook } from '../../../main/shell/tray-look.ts';
import { textsFor } from '../../../main/texts/texts.ts';

const texts = textsFor(['en-GB'], 'Europe/Berlin');
const ready = { verdict: 'ready', next: { action: 'connect' } } as const;
const calm = { readiness: ready, agent: { state: 'listening' }, isAsking: false, isLocked: false } as const;

describe('the look of the tray', () => {
  it('is the worst of what is known', () => {
    const icons = [
      calm,
      { ...calm, readiness: undefined },
      { ...calm, readiness: { verdict: 'not-enrolled', next: { action: 'enroll' } } },
      { ...calm, agent: { state: 'failed' } },
      { ...calm, isAsking: true },
      { ...calm, isAsking: true, isLocked: true },
    ] as const;
    expect(icons.map((facts) => trayLook(facts, texts).icon)).toEqual([
      'ready',
      'waiting',
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

describe('the agent’s line', () => {
  it('counts its keys', () => {
    const lines = [0, 1, 2].map((keys) => agentLine({ state: 'listening', keys }, texts));
    expect(lines).toEqual(['Agent: on, no key yet', 'Agent: on, 1 key', 'Agent: on, 2 keys']);
    expect(agentLine({ state: 'failed', keys: 0 }, texts)).toBe('Agent: could not start');
    expect(agentLine(undefined, texts)).toBe('Agent: off');
  });
});
