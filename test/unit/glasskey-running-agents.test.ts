import { describe, expect, it } from 'vitest';
import { RunningAgents } from '../../main/glasskey-running-agents.ts';

function agent() {
  const told: string[] = [];
  return { told, lock: () => void told.push('lock'), unlock: () => void told.push('unlock') };
}

describe('the agents that run', () => {
  it('are locked and unlocked as one, also one that begins behind a locked screen, until they are gone', () => {
    const running = new RunningAgents();
    const [early, late, gone] = [agent(), agent(), agent()];
    running.add(early);
    running.add(gone);
    running.delete(gone);
    expect(early.told).toEqual([]);
    running.lock();
    running.add(late);
    expect([early.told, late.told]).toEqual([['lock'], ['lock']]);
    running.unlock();
    const afterwards = agent();
    running.add(afterwards);
    expect([early.told, late.told, afterwards.told, gone.told]).toEqual([
      ...[['lock', 'unlock'], ['lock', 'unlock'], [], []],
    ]);
  });
});
