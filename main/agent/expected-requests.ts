/**
 * What the agent of one connect signs with the PIN that it holds: the logins that were planned, and the logins of the device
 * that it is forwarded to. Whatever else reaches its socket while the session lasts was never asked for by who gave the PIN.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { plainHostKey } from '../openssh/agent-host-key.ts';
import type { SigningPurpose, SignRequest } from './keyring.ts';

/** Whether a request that was not forwarded is one that was planned. */
export type Expected = (purpose: SigningPurpose) => boolean;

/** One hop of a planned way. */
export interface ExpectedHop {
  readonly user: string;
  /** Whether this is the host's key, as ssh would accept it for this hop. Asked for a certificate and for the key inside it. */
  readonly isHostKey: (hostKeyBlob: Uint8Array) => boolean;
}

/**
 * Expects the logins of the planned user at each hop, and nothing else. A login that names no host (`hostKey` absent: a client
 * before OpenSSH 8.9) is good for any host; it is expected only with `unnamedHosts: 'accepted'`, and for a planned user.
 */
export function expectLoginsTo(
  hops: readonly ExpectedHop[],
  { unnamedHosts }: { readonly unnamedHosts: 'refused' | 'accepted' } = { unnamedHosts: 'refused' },
): Expected {
  return (purpose) => {
    if (purpose.kind !== 'login') return false;
    const { user, hostKey } = purpose;
    const ofUser = hops.filter((hop) => hop.user === user);
    if (hostKey === undefined) return unnamedHosts === 'accepted' && ofUser.length > 0;
    const keys = [hostKey, ...keyInside(hostKey)];
    return ofUser.some((hop) => keys.some((key) => hop.isHostKey(key)));
  };
}

/** None where the blob is no certificate that can be read: on a connection that is not bound, it is only what a client wrote. */
function keyInside(hostKey: Uint8Array): readonly Uint8Array[] {
  try {
    return [plainHostKey(hostKey)];
  } catch (error) {
    if (error instanceof GlasskeyError) return [];
    throw error;
  }
}

/**
 * Throws `AGENT_REQUEST_UNEXPECTED`. A request that was forwarded, or may have been, is never of the plan: a login among them is
 * what the agent is forwarded for, and the notice says through which host it comes; anything else is refused.
 */
export function assertExpected(request: SignRequest, expected: Expected): void {
  const { purpose, forwardedThrough, throughUnverifiedHost } = request;
  const isRemote = forwardedThrough.length > 0 || throughUnverifiedHost;
  if (isRemote ? purpose.kind === 'login' : expected(purpose)) return;
  throw new GlasskeyError({
    code: 'AGENT_REQUEST_UNEXPECTED',
    message: 'The agent of this connect was asked for a signature that does not belong to the planned login.',
    remedy: 'If it was you, use glasskey agent for it; else find out which program asked.',
    detail: { purpose: purpose.kind, isRemote },
  });
}
