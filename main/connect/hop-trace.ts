/**
 * How far the login to one host came, as the ssh that logs in to it tells at debug level 1. Every line is written by that ssh; some
 * quote their host (its version, its key, its algorithms), which can say nothing there but about itself.
 */
import type { PlannedHop } from './plan.ts';

export interface HopFacts {
  /** What the host says that it is, such as `OpenSSH_9.2p1 Debian-2`; undefined until it has said anything. */
  readonly software?: string;
  /** The type and the fingerprint (`SHA256:…`) of the host key that it showed. */
  readonly hostKey?: { readonly type: string; readonly fingerprint: string };
  /** The signature algorithms that it takes, where it says so (RFC 8308, server-sig-algs). */
  readonly signatureAlgorithms?: readonly string[];
  /** The fingerprints of the keys that were offered to it, in order. */
  readonly offered: readonly string[];
  /** The key that it knows: said before that one signs. */
  readonly keyAccepted?: string;
  /** It let the user in. */
  readonly isLoggedIn: boolean;
  /** It holds the key to its entry in authorized_keys, and that entry, or its own settings, forbid it to forward the agent. */
  readonly isAgentForbidden: boolean;
  /** Somebody there has used the forwarded agent. */
  readonly isAgentUsed: boolean;
  /** The ssh that logs in to it had a question, and no terminal to ask it on. */
  readonly isUnasked?: boolean;
}

export interface HopTrace extends HopFacts {
  readonly hop: PlannedHop;
}

export const NOTHING_HEARD: HopFacts = { offered: [], isLoggedIn: false, isAgentForbidden: false, isAgentUsed: false };

/** The trace with one more line of the log of that host's ssh. Lines that say nothing here are passed over. */
export function withLine(trace: HopTrace, line: string): HopTrace {
  if (LOGIN.test(line)) return { ...trace, isLoggedIn: true };
  if (!line.startsWith('debug1: ')) return trace;
  const software = /^debug1: Remote protocol version \S+, remote software version (.*)$/.exec(line)?.[1];
  if (software !== undefined) return { ...trace, software };
  const [, type, hostKey] = /^debug1: Server host key: (\S+) (SHA256:\S+)$/.exec(line) ?? [];
  if (type !== undefined && hostKey !== undefined) return { ...trace, hostKey: { type, fingerprint: hostKey } };
  // A server may send a second list once it knows the user (9.6): the last one counts.
  const algorithms = /^debug1: kex_input_ext_info: server-sig-algs=<(.*)>$/.exec(line);
  if (algorithms?.[1] !== undefined) return { ...trace, signatureAlgorithms: algorithms[1].split(',') };
  const offered = KEY_OFFERED.exec(line)?.[1];
  if (offered !== undefined) return { ...trace, offered: [...trace.offered, offered] };
  const accepted = KEY_KNOWN.exec(line)?.[1];
  if (accepted !== undefined) return { ...trace, keyAccepted: accepted };
  const options = /^debug1: Remote: .*: key options:(.*)$/.exec(line)?.[1];
  if (options !== undefined) return { ...trace, isAgentForbidden: !/ agent-forwarding(?: |$)/.test(options) };
  if (/^debug1: client_input_channel_open: ctype auth-agent/.test(line)) return { ...trace, isAgentUsed: true };
  if (NO_TERMINAL.test(line)) return { ...trace, isUnasked: true };
  return trace;
}

/** What ssh says when the host has let the user in, and how it proved who it is. */
export const LOGIN = /^Authenticated to \S+ \(.*\) using "(?:publickey|password|keyboard-interactive)"\.$/;

/** OpenSSH's readpass.c, read_passphrase. */
const NO_TERMINAL = /^debug1: read_passphrase: can't open \/dev\/tty: /;

/** The file's name comes first, and may hold anything; flags follow (OpenSSH's sshconnect2.c, format_identity). */
const KEY_OFFERED = /^debug1: Offering public key: .* (SHA256:[A-Za-z0-9+/]{43})(?: [a-z]+)*$/;
/** Said before that key signs; after a refused signature ssh goes on to the next, so the last one before `LOGIN` is the one that logged in. */
export const KEY_KNOWN = /^debug1: Server accepts key: .* (SHA256:[A-Za-z0-9+/]{43})(?: [a-z]+)*$/;
