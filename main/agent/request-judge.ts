/** Rules on the requests of one agent (agent-rules.ts): each ruling goes into the log, and what is refused is thrown. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import { type Expectations, type KeyPolicy, type PolicyOf, type Ruling, ruleOn, type Unasked } from './agent-rules.ts';
import { describeSigning, type NameHost, shown } from './describe-signing.ts';
import type { SignRequest } from './keyring.ts';
import { refusal } from './refusal.ts';

export interface RequestJudgeParts {
  /** Read anew for each request: another way may be tried by then. Undefined: nothing is expected, and nothing signed unasked. */
  readonly expected: () => Expectations | undefined;
  readonly policyOf: PolicyOf;
  readonly isKnownHost: (hostKeyBlob: Uint8Array) => boolean;
  readonly nameHost: NameHost;
  readonly log: Log;
}

/** What may go on. `policy`: of the key that is asked for. */
export type Allowance = Exclude<Ruling, { verdict: 'refuse' }> & { readonly policy: KeyPolicy };

export class RequestJudge {
  readonly #parts: RequestJudgeParts;

  constructor(parts: RequestJudgeParts) {
    this.#parts = parts;
  }

  /**
   * Throws what `refusal` makes: for what is refused, and, where nobody can be asked (`mayAsk` false), for what a person would be
   * asked for. `unasked`: what was signed unasked before.
   */
  judge(request: SignRequest, mayAsk: boolean, unasked: readonly Unasked[] = []): Allowance {
    const { expected, policyOf, isKnownHost, log } = this.#parts;
    const policy = policyOf(request.keyBlob);
    const ruling = ruleOn(request, { expected: expected(), isKnownHost, policy, unasked });
    const { verdict, reason } = ruling;
    log(verdict === 'sign' || reason === 'local' ? 'info' : 'warn', 'agent.rule', {
      verdict,
      reason,
      key: sha256Fingerprint(request.keyBlob),
      ...chainOf(request),
    });
    if (ruling.verdict === 'refuse' || (ruling.verdict === 'ask' && !mayAsk)) throw this.#refusal(request, ruling);
    return { ...ruling, policy };
  }

  #refusal(request: SignRequest, { reason }: Exclude<Ruling, { verdict: 'sign' }>): GlasskeyError {
    return refusal(describeSigning(request, this.#parts.nameHost), reason);
  }
}

/** For the log, where no name of a host may be wrong: keys only. What a client wrote is cut: it must not push older lines out. */
function chainOf({ purpose, forwardedThrough, throughUnverifiedHost, client }: SignRequest) {
  const about =
    purpose.kind === 'login'
      ? { user: shown(purpose.user), host: purpose.hostKey && sha256Fingerprint(purpose.hostKey) }
      : { namespace: shown(purpose.namespace) };
  const through = forwardedThrough.map(sha256Fingerprint).join(' ');
  return { purpose: purpose.kind, ...about, through, throughUnverifiedHost, program: client?.program };
}
