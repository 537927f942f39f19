/**
 * Message boundaries of the SSH agent protocol (draft-ietf-sshm-ssh-agent, section 4): each message is
 * uint32 length || uint8 type || body, on a stream that may cut it anywhere.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** Longest message, without its length field. OpenSSH's AGENT_MAX_LEN; ssh and ssh-agent hang up beyond it. */
export const AGENT_MESSAGE_LIMIT = 256 * 1024;

const LENGTH_FIELD = 4;
const FIRST_CAPACITY = 512;

/**
 * Reassembles messages from stream chunks. One framer serves one direction of one connection.
 *
 * What it holds grows with what has arrived (doubling, so that many small chunks stay cheap), never with what a length
 * field promises: 256 clients that announce 256 KiB and send nothing cost nothing.
 */
export class AgentFramer {
  readonly #lengthField = new Uint8Array(LENGTH_FIELD);
  #lengthHave = 0;
  /** `undefined` while the length field is incomplete. */
  #bodyLength: number | undefined;
  #body = new Uint8Array(0);
  #bodyHave = 0;

  /** True between messages: a connection that ends now ends cleanly. */
  get atBoundary(): boolean {
    return this.#lengthHave === 0;
  }

  /**
   * Takes the next chunk and returns the messages it completes (type byte and body, without the length field), each in
   * a buffer of its own. Throws `AGENT_MESSAGE_TOO_LONG` for a length over 256 KiB, `AGENT_MESSAGE_EMPTY` for length 0;
   * after that the stream has no known boundary any more and must be closed.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      offset += this.#bodyLength === undefined ? this.#takeLength(chunk, offset) : this.#takeBody(chunk, offset);
      const message = this.#completed();
      if (message) messages.push(message);
    }
    return messages;
  }

  #takeLength(chunk: Uint8Array, offset: number): number {
    const piece = chunk.subarray(offset, offset + LENGTH_FIELD - this.#lengthHave);
    this.#lengthField.set(piece, this.#lengthHave);
    this.#lengthHave += piece.length;
    if (this.#lengthHave === LENGTH_FIELD) this.#bodyLength = checkedLength(this.#lengthField);
    return piece.length;
  }

  #takeBody(chunk: Uint8Array, offset: number): number {
    const missing = (this.#bodyLength ?? 0) - this.#bodyHave;
    const piece = chunk.subarray(offset, offset + missing);
    this.#reserve(this.#bodyHave + piece.length);
    this.#body.set(piece, this.#bodyHave);
    this.#bodyHave += piece.length;
    return piece.length;
  }

  #reserve(needed: number): void {
    if (needed <= this.#body.length) return;
    const capacity = Math.min(this.#bodyLength ?? 0, Math.max(needed, 2 * this.#body.length, FIRST_CAPACITY));
    const grown = new Uint8Array(capacity);
    grown.set(this.#body.subarray(0, this.#bodyHave));
    this.#body = grown;
  }

  #completed(): Uint8Array | undefined {
    if (this.#bodyLength === undefined || this.#bodyHave < this.#bodyLength) return undefined;
    const message = this.#body.subarray(0, this.#bodyHave);
    this.#lengthHave = 0;
    this.#bodyLength = undefined;
    this.#body = new Uint8Array(0);
    this.#bodyHave = 0;
    return message;
  }
}

/** Puts the length field before a message (type byte and body). Throws `AGENT_MESSAGE_TOO_LONG` over 256 KiB. */
export function frameAgentMessage(message: Uint8Array): Uint8Array {
  if (message.length > AGENT_MESSAGE_LIMIT) throw tooLong(message.length);
  const framed = new Uint8Array(LENGTH_FIELD + message.length);
  new DataView(framed.buffer).setUint32(0, message.length);
  framed.set(message, LENGTH_FIELD);
  return framed;
}

function checkedLength(field: Uint8Array): number {
  const length = new DataView(field.buffer, field.byteOffset, LENGTH_FIELD).getUint32(0);
  if (length > AGENT_MESSAGE_LIMIT) throw tooLong(length);
  if (length === 0) {
    throw new GlasskeyError({
      code: 'AGENT_MESSAGE_EMPTY',
      message: 'An SSH agent message of length 0 arrived, which has not even a type.',
      remedy: 'Check which program talks to the agent socket; it does not speak the SSH agent protocol.',
    });
  }
  return length;
}

function tooLong(length: number): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_MESSAGE_TOO_LONG',
    message: `An SSH agent message of ${length} bytes is over the limit of ${AGENT_MESSAGE_LIMIT}.`,
    remedy: 'Check which program talks to the agent socket; it does not speak the SSH agent protocol.',
    detail: { length, limit: AGENT_MESSAGE_LIMIT },
  });
}
