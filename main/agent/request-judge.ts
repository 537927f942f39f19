/** Rules on the requests of one agent (agent-rules.ts): each ruling goes into the log, and a refusal comes with its words. */
import type { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { sha256Fingerprint } from '../openssh/fingerprint.ts';
import {
  type AskReason,
  type Expectations,
  type KeyPolicy,
  type PolicyOf,
  type RuleWorld,
  type Ruling,
  ruleOn,
  type Unasked,
} from './agent-rules.ts';
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

export type Judgement = {
  /** Of the key that is asked for. */
  readonly policy: KeyPolicy;
  /** One of the logins that were planned: what becomes of it says why the login fails. Another's request says nothing of that. */
  readonly isOfPlan: boolean;
  /** The key of the host that the jump host of a `forwarded` way went on to, where it is another one than is known of the device. */
  readonly otherDeviceKey: Uint8Array | undefined;
} & (
  | { readonly verdict: 'sign'; readonly unasked: Unasked }
  | { readonly verdict: 'ask'; readonly reason: AskReason }
  /** What `refusal` makes, to be thrown. */
  | { readonly verdict: 'refuse'; readonly error: GlasskeyError }
);

export class RequestJudge {
  readonly #parts: RequestJudgeParts;

  constructor(parts: RequestJudgeParts) {
    this.#parts = parts;
  }

  /** `mayAsk` false: nobody can be asked, so that what a person would be asked for is refused. `unasked`: what was signed unasked before. */
  judge(request: SignRequest, mayAsk: boolean, unasked: readonly Unasked[] = []): Judgement {
    const { expected, policyOf, isKnownHost, nameHost, log } = this.#parts;
    const policy = policyOf(request.keyBlob);
    const world = { expected: expected(), isKnownHost, policy, unasked };
    const ruling = ruleOn(request, world);
    const { verdict, reason } = ruling;
    log(verdict === 'sign' || reason === 'local' ? 'info' : 'warn', 'agent.rule', {
      verdict,
      reason,
      key: sha256Fingerprint(request.keyBlob),
      ...chainOf(request),
    });
    const otherDeviceKey = reason === 'forwarded-way-other-host-key' ? hostKeyOf(request) : undefined;
    const about = { policy, isOfPlan: isOfPlan(request, ruling, world), otherDeviceKey };
    if (ruling.verdict === 'sign') return { ...about, verdict: 'sign', unasked: ruling.unasked };
    if (ruling.verdict === 'ask' && mayAsk) return { ...about, verdict: 'ask', reason: ruling.reason };
    return { ...about, verdict: 'refuse', error: refusal(describeSigning(request, nameHost), ruling.reason) };
  }
}

/** By what was proven, never by what a request says of itself: a host on the way could claim anything to be named as the cause. */
function isOfPlan(request: SignRequest, { reason }: Ruling, world: RuleWorld): boolean {
  if (reason === 'forwarded-refused-by-policy') {
    const open = { ...world, policy: { ...world.policy, forwarded: 'ask' } } as const;
    return isOfPlan(request, ruleOn(request, open), open);
  }
  return reason === 'planned' || reason === 'forwarded-way' || reason === 'forwarded-way-new-host-key';
}

function hostKeyOf({ purpose }: SignRequest): Uint8Array | undefined {
  return purpose.kind === 'login' ? purpose.hostKey : undefined;
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
