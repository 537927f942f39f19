/**
 * The keyring of a connect, whose PIN is held: each request is judged (agent-rules.ts) before the key is bothered. What needs a
 * person is asked where somebody can be asked; what is refused is told, because somebody else wanted to use the key.
 */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import {
  type AskReason,
  type Expectations,
  type PolicyOf,
  type RefuseReason,
  type Ruling,
  ruleOn,
  type Unasked,
} from './agent-rules.ts';
import { describeSigning, type NameHost, type SigningFacts, signingFacts } from './describe-signing.ts';
import type { Client, Identity, Keyring, SignRequest } from './keyring.ts';

/** What somebody is asked before a signature that the plan does not cover. */
export interface UnplannedQuestion {
  readonly reason: AskReason;
  /** The whole sentence, with the chain. */
  readonly purpose: string;
  readonly facts: SigningFacts;
  readonly client: Client;
}

export interface RuledPeople {
  /** False: denied, or silent for too long. Absent: nobody can be asked, as while ssh has the terminal. */
  readonly approveUnplanned?: (question: UnplannedQuestion, signal: AbortSignal) => Promise<boolean>;
  remark(text: string): void;
}

export interface RuledKeyringParts {
  readonly keyring: Keyring;
  /** Read anew for each request: another way may be tried by then. */
  readonly expected: () => Expectations;
  readonly policyOf: PolicyOf;
  readonly isKnownHost: (hostKeyBlob: Uint8Array) => boolean;
  readonly nameHost: NameHost;
  readonly people: RuledPeople;
  readonly log: Log;
}

export class RuledKeyring implements Keyring {
  readonly #parts: RuledKeyringParts;
  #unasked: readonly Unasked[] = [];
  /** What was told of refusals: a host that asks again and again must not fill the terminal. */
  readonly #told = new Set<string>();

  constructor(parts: RuledKeyringParts) {
    this.#parts = parts;
  }

  identities(): Promise<readonly Identity[]> {
    return this.#parts.keyring.identities();
  }

  /**
   * Rejects with `AGENT_REQUEST_UNEXPECTED`, `AGENT_FORWARDED_UNASKED` and `AGENT_FORWARDED_REFUSED`, with `CANCELLED` where it was denied, and
   * with what signing rejects with.
   */
  async sign(request: SignRequest, signal: AbortSignal): Promise<Uint8Array> {
    const { keyring, expected, policyOf, isKnownHost, people, log } = this.#parts;
    // A key that is not held is none of the rules' business: the keyring says so.
    const isHeld = (await keyring.identities()).some(({ blob }) => Buffer.compare(blob, request.keyBlob) === 0);
    if (!isHeld) return keyring.sign(request, signal);
    const policy = policyOf(request.keyBlob);
    const ruling = ruleOn(request, { expected: expected(), isKnownHost, policy, unasked: this.#unasked });
    const { verdict, reason } = ruling;
    log(verdict === 'sign' ? 'info' : 'warn', 'agent.rule', {
      verdict,
      reason,
      key: sha256Fingerprint(request.keyBlob),
      ...chainOf(request),
    });
    if (ruling.verdict === 'sign') return this.#signOnce(request, signal, ruling.unasked);
    if (ruling.verdict === 'refuse' || people.approveUnplanned === undefined) throw this.#refused(request, ruling);
    const { nameHost } = this.#parts;
    const about = { purpose: describeSigning(request, nameHost), facts: signingFacts(request, nameHost) };
    const question = { reason: ruling.reason, ...about, client: request.client ?? {} };
    request.onAsked?.();
    if (!(await people.approveUnplanned(question, signal)) || signal.aborted) throw cancelled('The signature');
    return keyring.sign(request, signal);
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

  #refused(request: SignRequest, ruling: Exclude<Ruling, { verdict: 'sign' }>): GlasskeyError {
    const { nameHost, people } = this.#parts;
    const error = refusal(describeSigning(request, nameHost), ruling.reason);
    if (!this.#told.has(error.message) && this.#told.size < MOST_TOLD) {
      this.#told.add(error.message);
      people.remark(`${error.message} ${error.remedy}`);
    }
    return error;
  }
}

const MOST_TOLD = 16;

/** For the log, where no name may be wrong: keys only. */
function chainOf({ purpose, forwardedThrough, throughUnverifiedHost, client }: SignRequest) {
  const about =
    purpose.kind === 'login'
      ? { user: purpose.user, host: purpose.hostKey && sha256Fingerprint(purpose.hostKey) }
      : { namespace: purpose.namespace };
  const through = forwardedThrough.map(sha256Fingerprint).join(' ');
  return { purpose: purpose.kind, ...about, through, throughUnverifiedHost, program: client?.program };
}

type RefusedReason = AskReason | RefuseReason;

/** `purpose`: the sentence of describe-signing.ts. */
function refusal(purpose: string, reason: RefusedReason): GlasskeyError {
  const detail = { reason };
  switch (reason) {
    case 'local':
    case 'not-planned':
      return new GlasskeyError({
        code: 'AGENT_REQUEST_UNEXPECTED',
        message: `The agent of this connect was asked for a signature that does not belong to the planned login, and gave none: ${purpose}.`,
        remedy: 'If it was you, use glasskey agent for it; else find out which program asked.',
        detail,
      });
    case 'planned-again':
      return new GlasskeyError({
        code: 'AGENT_REQUEST_UNEXPECTED',
        message: `The agent of this connect was asked a second time for one login, and refused: ${purpose}.`,
        remedy: 'If it was you, begin a connect of its own for it; else find out which program asked.',
        detail,
      });
    case 'forwarded-known-host':
      return new GlasskeyError({
        code: 'AGENT_FORWARDED_UNASKED',
        message: `A host that the agent is forwarded to wanted a login that was not planned, and got none: ${purpose}.`,
        remedy: 'If it was you, connect again with --onward USER@HOST; else that host is not to be trusted.',
        detail,
      });
    case 'forwarded-way-new-host-key':
      return new GlasskeyError({
        code: 'AGENT_FORWARDED_UNASKED',
        message: `The key of the device at the end of this way is not known here, so nothing was signed for it: ${purpose}.`,
        remedy: 'Compare the fingerprint; if it is right, put the key in known_hosts here, then connect again.',
        detail,
      });
    case 'forwarded-unknown-host':
      return refusedForward(
        `a login to a host whose key is not known here: ${purpose}`,
        'If it was you, log in to that host from here once, or put its key in known_hosts; else do not trust the host that asked.',
        detail,
      );
    case 'chain-unproven':
      return refusedForward(
        `a signature, and the way of that request is not proven: ${purpose}`,
        'If it was you, use OpenSSH 8.9 or newer on each host of the way; else do not trust the host that asked.',
        detail,
      );
    case 'forwarded-signature':
      return refusedForward(
        `a signature that is no login: ${purpose}`,
        'If it was you, sign on this computer; else do not trust the host that asked.',
        detail,
      );
    case 'forwarded-refused-by-policy':
      return refusedForward(
        `a signature of a key that is never used through other hosts: ${purpose}`,
        'If it was you, change the policy of this key; else do not trust the host that asked.',
        detail,
      );
    default:
      return reason satisfies never;
  }
}

function refusedForward(what: string, remedy: string, detail: Readonly<Record<string, string>>): GlasskeyError {
  const message = `A host that the agent is forwarded to was refused ${what}.`;
  return new GlasskeyError({ code: 'AGENT_FORWARDED_REFUSED', message, remedy, detail });
}
