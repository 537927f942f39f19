/**
 * The keyring of the resident agent, whose clients are other people's programs: what the rules do not refuse (agent-rules.ts) is
 * approved by a person before the PIN is asked for and the key is bothered. "Once" is one signature; "this session" covers what
 * session-grants.ts says. While the screen is locked nothing is signed.
 */
import { asGlasskeyError, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Pin } from '../../native/ctap2/pin.ts';
import type { AuthenticatorKeyring, EnrolledKey, Notices, PinQuestion, PinSource } from './authenticator-keyring.ts';
import { type SigningFacts, signingFacts } from './describe-signing.ts';
import type { Client, Identity, Keyring, SignRequest } from './keyring.ts';
import { MOST_REQUESTS, tooManyRequests } from './question-limits.ts';
import { RequestJudge, type RequestJudgeParts } from './request-judge.ts';
import { grantFor, type SessionGrants } from './session-grants.ts';

/** One request, for who is asked. */
export interface ApprovalRequest {
  readonly facts: SigningFacts;
  readonly client: Client;
  /** Whether "this session" may be offered. */
  readonly mayKeep: boolean;
}

/** Who is asked and told about one request, from its beginning to its end. */
export interface RequestPeople extends Notices {
  /** Undefined: denied. */
  approve(signal: AbortSignal): Promise<'once' | 'session' | undefined>;
  /** Undefined: declined. Whoever asked owns the PIN. */
  signingPin(
    question: Pick<PinQuestion, 'why' | 'credentialId' | 'triesLeft'>,
    signal: AbortSignal,
  ): Promise<Pin | undefined>;
  keyBusy(): void;
  end(how: 'signed' | GlasskeyError): void;
}

export interface ApprovalPeople {
  /** `cancel` ends the request. */
  begin(request: ApprovalRequest, cancel: () => void): RequestPeople;
}

export interface ApprovingKeyringParts extends Omit<RequestJudgeParts, 'expected'> {
  readonly keyring: Pick<AuthenticatorKeyring<Pin>, 'identities' | 'sign'>;
  readonly keys: () => Promise<readonly EnrolledKey[]>;
  readonly grants: SessionGrants;
  readonly people: ApprovalPeople;
  readonly pinTriesLeft: (signal: AbortSignal) => Promise<number | undefined>;
}

export class ApprovingKeyring implements Keyring {
  readonly #parts: ApprovingKeyringParts;
  readonly #judge: RequestJudge;
  #untilLocked = new AbortController();
  /** Requests that have not ended. */
  #running = 0;
  #current: RequestPeople | undefined;

  constructor(parts: ApprovingKeyringParts) {
    this.#parts = parts;
    this.#judge = new RequestJudge({ ...parts, expected: () => undefined });
  }

  /** Everything that waits ends, nothing is signed until `unlock`, and what was allowed is forgotten. */
  lock(): void {
    this.#untilLocked.abort(agentLocked());
    this.#parts.grants.forget();
  }

  unlock(): void {
    if (this.#untilLocked.signal.aborted) this.#untilLocked = new AbortController();
  }

  /** Another program uses the key: whoever waits for a signature is told. */
  keyBusy(): void {
    this.#current?.keyBusy();
  }

  /**
   * Also while it is locked: public keys are no secret, and a program that found none then would say that there is no key, and
   * not that it has to wait. (ssh-agent's own lock hides them: it guards an unlocked screen. This one begins with a locked screen.)
   */
  identities(): Promise<readonly Identity[]> {
    return this.#parts.keyring.identities();
  }

  /**
   * Rejects with `AGENT_LOCKED`, `AGENT_KEY_UNKNOWN`, `AGENT_FORWARDED_REFUSED` by the rules, `AGENT_TOO_MANY_REQUESTS`, `CANCELLED`
   * when denied, and what signing rejects with.
   */
  async sign(request: SignRequest, signal: AbortSignal): Promise<Uint8Array> {
    const untilLocked = this.#untilLocked.signal;
    if (untilLocked.aborted) throw agentLocked();
    const keys = await this.#parts.keys();
    if (!keys.some(({ publicBlob }) => Buffer.compare(publicBlob, request.keyBlob) === 0)) {
      return this.#parts.keyring.sign(request, signal); // which says why not
    }
    const judgement = this.#judge.judge(request, true);
    if (judgement.verdict === 'refuse') throw judgement.error;
    if (this.#running >= MOST_REQUESTS) throw tooManyRequests();
    this.#running += 1;
    const stop = new AbortController();
    const grant = judgement.policy.ask === 'always' ? undefined : grantFor(request);
    const facts = signingFacts(request, this.#parts.nameHost);
    const about = { facts, client: request.client ?? {}, mayKeep: grant !== undefined };
    const people = this.#parts.people.begin(about, () => stop.abort());
    try {
      const signature = await this.#approved(
        request,
        grant,
        people,
        AbortSignal.any([signal, untilLocked, stop.signal]),
      );
      people.end('signed');
      return signature;
    } catch (error) {
      people.end(asGlasskeyError(error));
      throw untilLocked.aborted ? cancelled('The signature', untilLocked.reason) : error;
    } finally {
      this.#running -= 1;
    }
  }

  async #approved(
    request: SignRequest,
    grant: string | undefined,
    people: RequestPeople,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { grants, keyring } = this.#parts;
    const isGranted = grants.has(grant);
    if (!isGranted) request.onAsked?.();
    const keep = isGranted ? 'session' : await people.approve(signal);
    if (keep === undefined || signal.aborted) throw cancelled('The signature');
    let given: { readonly pin: Pin; readonly model: string } | undefined;
    const pins: PinSource<Pin> = {
      request: async (question, asking) => {
        this.#current = people;
        if (question.why !== 'needed') {
          given?.pin.wipe();
          given = undefined;
          // What was kept is wrong now, or may be: the key was reset, or is another one.
          if (isGranted) grants.forget();
        }
        // Another program, or another purpose, is not what the PIN was given for, even if it may now be kept for that too.
        const kept = isGranted ? grants.pinFor(question.model) : undefined;
        if (kept !== undefined) return kept;
        const pin = await this.#ask(question, people, asking);
        given = pin && { pin, model: question.model };
        return pin;
      },
    };
    try {
      const signature = await keyring.sign(request, signal, { pins, notices: people });
      if (keep === 'session' && grant !== undefined && !signal.aborted) {
        if (given !== undefined) grants.keep(grant, given.pin, given.model);
        given = undefined;
        grants.used();
      }
      return signature;
    } finally {
      given?.pin.wipe();
      if (this.#current === people) this.#current = undefined;
    }
  }

  async #ask(question: PinQuestion, people: RequestPeople, signal: AbortSignal): Promise<Pin | undefined> {
    const { why, credentialId } = question;
    const triesLeft = question.triesLeft ?? (await this.#parts.pinTriesLeft(signal));
    const tries = triesLeft === undefined ? {} : { triesLeft };
    return people.signingPin({ why, credentialId, ...tries }, signal);
  }
}

/** Why a request that comes while the screen is locked is refused, and the cause of the `CANCELLED` of one that waited when it was locked. */
export function agentLocked(): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_LOCKED',
    message: 'A program asked for a signature while the screen is locked, and got none.',
    remedy: 'Unlock the screen, then run the program again.',
  });
}
