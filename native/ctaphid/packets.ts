/**
 * CTAPHID packets (CTAP 2.1, 11.2.4): one initialization packet and up to 128 continuation packets make a message.
 *
 *     initialization   cid 4 | 0x80+cmd 1 | length 2 | data 57
 *     continuation     cid 4 | seq 1 (0..127)        | data 59
 *
 * Integers are big-endian, packets are padded with zeros to the report size.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { REPORT_SIZE } from '../hid/transport.ts';
import { MAX_MESSAGE } from './constants.ts';

const INIT_HEAD = 7;
const CONT_HEAD = 5;

export interface Message {
  readonly channel: number;
  /** Without the initialization bit. */
  readonly command: number;
  readonly payload: Uint8Array;
}

/** The reports that carry a message, in order. Throws `CTAPHID_TOO_LONG` above 7609 bytes. */
export function toPackets(message: Message): Uint8Array[] {
  const { channel, command, payload } = message;
  if (payload.length > MAX_MESSAGE) {
    throw new GlasskeyError({
      code: 'CTAPHID_TOO_LONG',
      message: `A message of ${payload.length} bytes is longer than CTAPHID can carry (${MAX_MESSAGE}).`,
      remedy: 'This is a fault in Glasskey: please report it.',
      kind: 'bug',
    });
  }
  const first = packet(channel);
  first[4] = 0x80 | command;
  first[5] = payload.length >> 8;
  first[6] = payload.length & 0xff;
  first.set(payload.subarray(0, REPORT_SIZE - INIT_HEAD), INIT_HEAD);
  const packets = [first];
  let sequence = 0;
  for (let at = REPORT_SIZE - INIT_HEAD; at < payload.length; at += REPORT_SIZE - CONT_HEAD) {
    const next = packet(channel);
    next[4] = sequence++;
    next.set(payload.subarray(at, at + REPORT_SIZE - CONT_HEAD), CONT_HEAD);
    packets.push(next);
  }
  return packets;
}

function packet(channel: number): Uint8Array {
  const bytes = new Uint8Array(REPORT_SIZE);
  new DataView(bytes.buffer).setUint32(0, channel);
  return bytes;
}

/** What one report meant to the assembler of a channel. */
export type Assembled =
  | { readonly kind: 'message'; readonly message: Message }
  /** Part of a message that is not yet whole. */
  | { readonly kind: 'partial' }
  /** Another program's traffic: every report reaches every open handle. */
  | { readonly kind: 'foreign'; readonly channel: number }
  /** Nothing we wait for: a continuation with no message begun, or a report of another size. */
  | { readonly kind: 'stray' }
  /** The message begun cannot be finished: a continuation packet is missing. It was discarded. */
  | { readonly kind: 'broken'; readonly expected: number; readonly got: number };

/** Reassembles the messages that arrive on one channel (11.2.4; client rules: ctap.md 1.5). Never throws. */
export class MessageAssembler {
  #channel: number;
  #begun: { command: number; payload: Uint8Array; filled: number; sequence: number } | undefined;

  constructor(channel: number) {
    this.#channel = channel;
  }

  /** Listens on another channel from now on; a message begun is forgotten. */
  listenOn(channel: number): void {
    this.#channel = channel;
    this.#begun = undefined;
  }

  accept(report: Uint8Array): Assembled {
    if (report.length !== REPORT_SIZE) return { kind: 'stray' };
    const view = new DataView(report.buffer, report.byteOffset, report.byteLength);
    const channel = view.getUint32(0);
    if (channel !== this.#channel) return { kind: 'foreign', channel };
    const head = view.getUint8(4);
    return head & 0x80
      ? this.#initialization(head & 0x7f, view.getUint16(5), report)
      : this.#continuation(head, report);
  }

  #initialization(command: number, length: number, report: Uint8Array): Assembled {
    // It replaces a message begun: a device that gives up half-way says so with ERROR.
    this.#begun = undefined;
    if (length > MAX_MESSAGE) return { kind: 'stray' };
    const payload = new Uint8Array(length);
    const here = report.subarray(INIT_HEAD, INIT_HEAD + length);
    payload.set(here);
    if (here.length === length) return { kind: 'message', message: { channel: this.#channel, command, payload } };
    this.#begun = { command, payload, filled: here.length, sequence: 0 };
    return { kind: 'partial' };
  }

  #continuation(sequence: number, report: Uint8Array): Assembled {
    const begun = this.#begun;
    if (begun === undefined) return { kind: 'stray' };
    if (sequence !== begun.sequence) {
      this.#begun = undefined;
      return { kind: 'broken', expected: begun.sequence, got: sequence };
    }
    const here = report.subarray(CONT_HEAD, CONT_HEAD + begun.payload.length - begun.filled);
    begun.payload.set(here, begun.filled);
    begun.filled += here.length;
    begun.sequence += 1;
    if (begun.filled < begun.payload.length) return { kind: 'partial' };
    this.#begun = undefined;
    return {
      kind: 'message',
      message: { channel: this.#channel, command: begun.command, payload: begun.payload },
    };
  }
}
