/** What is told of a request that the rules refuse (agent-rules.ts), each reason in its own words. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { AskReason, RefuseReason } from './agent-rules.ts';

/** Also what a person would be asked for, where nobody can be. */
export type RefusedReason = AskReason | RefuseReason;

/** `purpose`: the sentence of describe-signing.ts. `AGENT_REQUEST_UNEXPECTED`, `AGENT_FORWARDED_UNASKED` or `AGENT_FORWARDED_REFUSED`. */
export function refusal(purpose: string, reason: RefusedReason): GlasskeyError {
  const detail = { reason };
  switch (reason) {
    case 'local':
      return new GlasskeyError({
        code: 'AGENT_REQUEST_UNEXPECTED',
        message: `A program asked for a signature where nobody can be asked for approval, and got none: ${purpose}.`,
        remedy: 'If it was you, run glasskey agent in a terminal, or let the app serve its socket.',
        detail,
      });
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
    case 'forwarded-way-other-host-key':
      return new GlasskeyError({
        code: 'AGENT_FORWARDED_REFUSED',
        message: `The jump host went on to a host that does not have the key which is known of the device, so nothing was signed: ${purpose}.`,
        remedy: 'Ask whoever runs the device whether its key was changed; else do not trust the jump host.',
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
