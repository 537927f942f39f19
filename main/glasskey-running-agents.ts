/** The agents that run, of connects and of their own, composed for glasskey.ts: they are locked and unlocked as one. */
import type { KeyAgent } from './glasskey-agent.ts';

export class RunningAgents {
  readonly #agents = new Set<Pick<KeyAgent, 'lock' | 'unlock'>>();
  #isLocked = false;

  /** One that begins behind a locked screen is as locked as those that were there before. */
  add(agent: Pick<KeyAgent, 'lock' | 'unlock'>): void {
    this.#agents.add(agent);
    if (this.#isLocked) agent.lock();
  }

  delete(agent: Pick<KeyAgent, 'lock' | 'unlock'>): void {
    this.#agents.delete(agent);
  }

  lock(): void {
    this.#isLocked = true;
    for (const agent of this.#agents) agent.lock();
  }

  unlock(): void {
    this.#isLocked = false;
    for (const agent of this.#agents) agent.unlock();
  }
}
