/** Where the lab's provider keeps sessions, codes and tokens: in memory, until the lab ends. */
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Stored {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

export class MemoryAdapter implements Adapter {
  readonly #stored = new Map<string, Stored>();

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    this.#stored.set(id, { payload, expiresAt: Date.now() + (expiresIn || 86_400) * 1000 });
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const stored = this.#stored.get(id);
    return stored === undefined || stored.expiresAt < Date.now() ? undefined : stored.payload;
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#firstWhere((payload) => payload.uid === uid);
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#firstWhere((payload) => payload.userCode === userCode);
  }

  async consume(id: string): Promise<void> {
    const stored = this.#stored.get(id);
    if (stored !== undefined) stored.payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id: string): Promise<void> {
    this.#stored.delete(id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [id, { payload }] of this.#stored) if (payload.grantId === grantId) this.#stored.delete(id);
  }

  /** Forgets everything. */
  clear(): void {
    this.#stored.clear();
  }

  #firstWhere(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    return [...this.#stored.values()].find((one) => matches(one.payload))?.payload;
  }
}
