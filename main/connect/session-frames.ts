/**
 * The frames of the sessions socket, in both directions: length (uint32, big-endian, of what follows it), kind (one byte: 0 a JSON
 * message in UTF-8, 1 bytes of a terminal), content. Whoever sends more than the other side takes is cut off.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export type SessionFrame =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

const LENGTH_BYTES = 4;
const MESSAGE = 0;
const BYTES = 1;
/** From a client: a request, or what is typed. */
export const MOST_ASKED_BYTES = 64 * 1024;
/** From the app: the list of all sessions is the largest. */
export const MOST_TOLD_BYTES = 1024 * 1024;

export function messageFrame(message: object): Uint8Array<ArrayBuffer> {
  return frame(MESSAGE, new TextEncoder().encode(JSON.stringify(message)));
}

export function bytesFrame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(BYTES, bytes);
}

function frame(kind: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(LENGTH_BYTES + 1 + content.length);
  new DataView(whole.buffer).setUint32(0, content.length + 1);
  whole[LENGTH_BYTES] = kind;
  whole.set(content, LENGTH_BYTES + 1);
  return whole;
}

/** Puts frames together from what a socket gives, in pieces of any size. */
export class SessionFrameReader {
  readonly #mostBytes: number;
  #pieces: Uint8Array[] = [];
  #held = 0;

  /** `mostBytes`: of one frame's content. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The frames that are whole now. Throws `SESSIONS_FRAME_MALFORMED`; nothing that follows can be read then. */
  push(piece: Uint8Array): readonly SessionFrame[] {
    this.#pieces.push(piece);
    this.#held += piece.length;
    const frames: SessionFrame[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) frames.push(next);
    return frames;
  }

  #next(): SessionFrame | undefined {
    if (this.#held < LENGTH_BYTES) return undefined;
    const all = this.#joined();
    const length = new DataView(all.buffer, all.byteOffset, all.byteLength).getUint32(0);
    if (length === 0) throw malformed('it is empty');
    if (length - 1 > this.#mostBytes)
      throw malformed(`it has ${length - 1} bytes, and ${this.#mostBytes} are the most`);
    if (this.#held < LENGTH_BYTES + length) return undefined;
    const content = all.slice(LENGTH_BYTES + 1, LENGTH_BYTES + length);
    const rest = all.subarray(LENGTH_BYTES + length);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
    return frameOf(all[LENGTH_BYTES], content);
  }

  #joined(): Uint8Array {
    const [first] = this.#pieces;
    if (first !== undefined && this.#pieces.length === 1) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}

function frameOf(kind: number | undefined, content: Uint8Array): SessionFrame {
  if (kind === BYTES) return { kind: 'bytes', bytes: content };
  if (kind !== MESSAGE) throw malformed(`it is of kind ${kind}`);
  try {
    return { kind: 'message', text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    throw malformed('it is no text');
  }
}

function malformed(why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_FRAME_MALFORMED',
    message: `A message on the sessions socket cannot be read: ${why}.`,
    remedy: 'Use the command line and the app of the same version.',
  });
}
