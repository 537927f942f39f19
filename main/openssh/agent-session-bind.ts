/**
 * The extension session-bind@openssh.com (OpenSSH's PROTOCOL.agent, section 1.1; reference/openssh-sk.md, 12.2): ssh
 * tells the agent which host a connection will be used for, or forwarded to, and proves it with the host's signature
 * over the session id of the key exchange. A chain of them says through which hosts a request came.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { assertHostSigned } from './agent-host-key.ts';
import { SshReader, SshWriter, type WireFault } from './wire.ts';

export const SESSION_BIND_EXTENSION = 'session-bind@openssh.com';

/** OpenSSH's AGENT_MAX_SID_LEN, in bytes. */
const MAX_SESSION_ID = 128;
/** OpenSSH's AGENT_MAX_SESSION_IDS. */
const MAX_BINDINGS = 16;

/** The body of the extension. */
export interface SessionBind {
  /** The host's public blob or certificate. */
  readonly hostKey: Uint8Array;
  readonly sessionId: Uint8Array;
  /** SSH signature blob of the host key over the session id. */
  readonly signature: Uint8Array;
  /** True: the connection is forwarded to that host. False: it is used to log in to that host. */
  readonly isForwarding: boolean;
}

/** One binding that was verified. */
export interface SessionBinding {
  readonly hostKey: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly isForwarding: boolean;
}

/** What one agent connection is bound to. A value: `bindSession` returns a new one. */
export interface SessionBindings {
  /**
   * A bind was refused, and for good: the host it named may have the agent forwarded to it, so whatever is bound later may be
   * that host's own telling. Never becomes false again.
   */
  readonly hasRefused: boolean;
  /** In the order of the path: forwarding hosts first, at most one login at the end. */
  readonly bindings: readonly SessionBinding[];
}

export const UNBOUND: SessionBindings = { hasRefused: false, bindings: [] };

/** The bindings after an attempt, and why it failed if it did. */
export interface BindOutcome {
  readonly bindings: SessionBindings;
  readonly refusal?: GlasskeyError;
}

const FAULT: WireFault = {
  code: 'SESSION_BIND_MALFORMED',
  remedy: 'Update the ssh that talks to the agent; logins still work, but Glasskey cannot say where they lead.',
};

/** string host key || string session id || string signature || bool is_forwarding. Throws `SESSION_BIND_MALFORMED`. */
export function parseSessionBind(data: Uint8Array): SessionBind {
  const reader = new SshReader(data, 'a session binding', FAULT);
  const bind = {
    hostKey: reader.string(),
    sessionId: reader.string(),
    signature: reader.string(),
    isForwarding: reader.boolean(),
  };
  reader.end();
  if (bind.sessionId.length > MAX_SESSION_ID)
    throw reader.malformed(`has a session id of over ${MAX_SESSION_ID} bytes`);
  return bind;
}

/** The inverse of `parseSessionBind`: what follows the extension's name. */
export function encodeSessionBind(bind: SessionBind): Uint8Array {
  return new SshWriter()
    .string(bind.hostKey)
    .string(bind.sessionId)
    .string(bind.signature)
    .boolean(bind.isForwarding)
    .toBytes();
}

/**
 * Applies one session-bind message to a connection: parse, verify, record. Never throws: a bad message changes nothing
 * but that a bind was refused, and comes back as `refusal`. Rules as in ssh-agent's process_ext_session_bind.
 */
export function bindSession(before: SessionBindings, data: Uint8Array): BindOutcome {
  try {
    const bind = parseSessionBind(data);
    assertHostSigned(bind.hostKey, bind.sessionId, bind.signature);
    if (isRecorded(before.bindings, bind)) return { bindings: before };
    return { bindings: { ...before, bindings: [...before.bindings, ownCopy(bind)] } };
  } catch (thrown) {
    if (!(thrown instanceof GlasskeyError)) throw thrown;
    return { bindings: { ...before, hasRefused: true }, refusal: thrown };
  }
}

/** Whether the same binding is there already; throws `SESSION_BIND_REFUSED` where it may not be added. */
function isRecorded(bindings: readonly SessionBinding[], bind: SessionBind): boolean {
  for (const known of bindings) {
    if (!known.isForwarding) throw refused('the connection is already bound to a login and cannot lead further');
    if (!isSame(known.sessionId, bind.sessionId)) continue;
    if (isSame(known.hostKey, bind.hostKey)) return true;
    throw refused('the session is already bound to another host key');
  }
  if (bindings.length >= MAX_BINDINGS) throw refused(`the path is longer than ${MAX_BINDINGS} hosts`);
  return false;
}

/** The message that the fields are views on is not kept: it may be 256 KiB. */
function ownCopy(bind: SessionBind): SessionBinding {
  return { hostKey: bind.hostKey.slice(), sessionId: bind.sessionId.slice(), isForwarding: bind.isForwarding };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function refused(why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_BIND_REFUSED',
    message: `A session binding was refused: ${why}.`,
    remedy: 'Close the ssh session that forwards the agent and connect again.',
  });
}
