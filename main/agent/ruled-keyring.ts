/**
 * The keyring of an agent without a window: of a connect, whose PIN is held, and of the command line. Each request is judged
 * (agent-rules.ts) before the key is bothered. What needs a person is asked where somebody can be asked; what is refused is told,
 * because somebody else wanted to use the key.
 */
import {
  asGlasskeyError,
  assertNotCancelled,
  cancelled,
  type GlasskeyError,
} from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import type { AskReason, Unasked } from './agent-rules.ts';
import { describeClient, describeSigning, type SigningFacts, signingFacts } from './describe-signing.ts';
import type { Client, Identity, Keyring, SignRequest } from './keyring.ts';
import { MOST_REQUESTS, tooManyRequests } from './question-limits.ts';
import { type Judgement, RequestJudge, type RequestJudgeParts } from './request-judge.ts';
import { SignQueue } from './sign-queue.ts';

/** What somebody is asked before a signature that the plan does not cover. */
export interface UnplannedQuestion {
  readonly reason: AskReason;
  /** The whole sentence, with the chain. */
  readonly purpose: string;
  readonly facts: SigningFacts;
  readonly client: Client;
  /** Requests that wait for this one's end: only where they are asked in turn. */
  readonly waiting: number;
}

export interface RuledPeople {
  /** False: denied, or silent for too long. Absent: nobody can be asked, as while ssh has the terminal. */
  readonly approveUnplanned?: (question: UnplannedQuestion, signal: AbortSignal) => Promise<boolean>;
  /** One place for all questions, a terminal: no question stands between another one and its PIN. */
  readonly asksInTurn?: boolean;
  /** The request that was approved last is at its end, however it ended. */
  readonly approvedEnded?: () => void;
  remark(text: string): void;
}

export interface RuledKeyringParts extends RequestJudgeParts {
  readonly keyring: Keyring;
  readonly people: RuledPeople;
  readonly clock: Clock;
  /** What came of a request that is one of the planned logins, each time. */
  readonly onPlanned?: (outcome: 'signed' | GlasskeyError) => void;
  /** The jump host of a `forwarded` way asked, as the device's user, for a login to a host with that key, which is not the device's. */
  readonly onOtherDevice?: (hostKey: Uint8Array) => void;
}

export class RuledKeyring implements Keyring {
  readonly #parts: RuledKeyringParts;
  readonly #judge: RequestJudge;
  readonly #inTurn: SignQueue;
  #unasked: readonly Unasked[] = [];
  /** Questions that stand beside one another. */
  #asking = 0;
  /** What was told of refusals, and when: a host that asks again and again must not fill the terminal. */
  readonly #told = new Map<string, number>();

  constructor(parts: RuledKeyringParts) {
    this.#parts = parts;
    this.#judge = new RequestJudge(parts);
    this.#inTurn = new SignQueue(parts.clock);
  }

  identities(): Promise<readonly Identity[]> {
    return this.#parts.keyring.identities();
  }

  /**
   * Rejects with `AGENT_REQUEST_UNEXPECTED`, `AGENT_FORWARDED_UNASKED`, `AGENT_FORWARDED_REFUSED` and `AGENT_TOO_MANY_REQUESTS`, with
   * `CANCELLED` where it was denied, and with what signing rejects with.
   */
  async sign(request: SignRequest, signal: AbortSignal): Promise<Uint8Array> {
    const { keyring, people } = this.#parts;
    // A key that is not held is none of the rules' business: the keyring says so.
    const isHeld = (await keyring.identities()).some(({ blob }) => Buffer.compare(blob, request.keyBlob) === 0);
    if (!isHeld) return keyring.sign(request, signal);
    const judgement = this.#judge.judge(request, people.approveUnplanned !== undefined, this.#unasked);
    if (judgement.otherDeviceKey !== undefined) this.#parts.onOtherDevice?.(judgement.otherDeviceKey);
    const told = judgement.isOfPlan ? this.#parts.onPlanned : undefined;
    try {
      const signature = await this.#signJudged(request, judgement, signal);
      told?.('signed');
      return signature;
    } catch (error) {
      // Who has gone meanwhile knows why nothing was signed.
      if (!signal.aborted) told?.(asGlasskeyError(error));
      throw error;
    }
  }

  async #signJudged(request: SignRequest, judgement: Judgement, signal: AbortSignal): Promise<Uint8Array> {
    switch (judgement.verdict) {
      case 'sign':
        return this.#signOnce(request, signal, judgement.unasked);
      case 'ask': {
        const { reason } = judgement;
        if (this.#parts.people.asksInTurn !== true) return this.#signBesideOthers(request, reason, signal);
        if (this.#inTurn.length >= MOST_REQUESTS) throw tooManyRequests();
        return this.#inTurn.run((running) => this.#signApproved(request, reason, running), signal);
      }
      case 'refuse': {
        const { error } = judgement;
        // What another host asks for comes by the ssh that it is reached with.
        const client = error.code === 'AGENT_REQUEST_UNEXPECTED' ? await request.findClient?.() : undefined;
        this.#tell(error, client);
        throw error;
      }
      default:
        return judgement satisfies never;
    }
  }

  async #signBesideOthers(request: SignRequest, reason: AskReason, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#asking >= MOST_REQUESTS) throw tooManyRequests();
    this.#asking += 1;
    try {
      return await this.#signApproved(request, reason, signal);
    } finally {
      this.#asking -= 1;
    }
  }

  async #signApproved(request: SignRequest, reason: AskReason, signal: AbortSignal): Promise<Uint8Array> {
    const { keyring, people, nameHost } = this.#parts;
    const about = { purpose: describeSigning(request, nameHost), facts: signingFacts(request, nameHost) };
    const waiting = Math.max(this.#inTurn.length - 1, 0);
    const question = { reason, ...about, client: request.client ?? {}, waiting };
    request.onAsked?.();
    const isApproved = await people.approveUnplanned?.(question, signal);
    if (isApproved !== true) throw cancelled('The signature');
    try {
      assertNotCancelled(signal, 'The signature');
      return await keyring.sign(request, signal);
    } finally {
      people.approvedEnded?.();
    }
  }

  /** One that was not made counts for nothing: ssh may ask for it again. */
  async #signOnce(request: SignRequest, signal: AbortSignal, unasked: Unasked): Promise<Uint8Array> {
    this.#unasked = [...this.#unasked, unasked];
    try {
      return await this.#parts.keyring.sign(request, signal);
    } catch (error) {
      this.#unasked = this.#unasked.filter((one) => one !== unasked);
      throw error;
    }
  }

  #tell({ message, remedy }: GlasskeyError, client: Client = {}): void {
    const { people, clock } = this.#parts;
    const now = clock.now();
    for (const [told, at] of this.#told) if (now - at >= TOLD_AGAIN_AFTER_MS) this.#told.delete(told);
    if (this.#told.has(message) || this.#told.size >= MOST_TOLD) return;
    this.#told.set(message, now);
    const asker = describeClient(client);
    people.remark(`${message}${asker === undefined ? '' : ` It was asked by ${asker}.`} ${remedy}`);
  }
}

/** Of refusals that are not alike, within `TOLD_AGAIN_AFTER_MS`. */
const MOST_TOLD = 16;
const TOLD_AGAIN_AFTER_MS = 60_000;
