import { REPORT_SIZE } from '../../../native/hid/transport.ts';

/** Payload bytes in an initialization and in a continuation packet of 64 bytes (CTAP 2.1, 11.2.4). */
export const INIT_PAYLOAD = REPORT_SIZE - 7;
export const CONT_PAYLOAD = REPORT_SIZE - 5;

export type Packet =
  | {
      readonly kind: 'init';
      readonly channel: number;
      readonly command: number;
      readonly length: number;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'continuation'; readonly channel: number; readonly sequence: number; readonly data: Uint8Array };

/** Reads one 64-byte report. */
export function parsePacket(report: Uint8Array): Packet {
  const bytes = Buffer.from(report);
  const channel = bytes.readUInt32BE(0);
  const type = bytes.readUInt8(4);
  if (type < 0x80) return { kind: 'continuation', channel, sequence: type, data: bytes.subarray(5) };
  return { kind: 'init', channel, command: type & 0x7f, length: bytes.readUInt16BE(5), data: bytes.subarray(7) };
}

/** Cuts a message into 64-byte reports, padded with zeros. */
export function toReports(channel: number, command: number, payload: Uint8Array): Uint8Array[] {
  const reports = [report(channel, [0x80 | command, payload.length >> 8, payload.length & 0xff], payload)];
  for (let at = INIT_PAYLOAD, sequence = 0; at < payload.length; at += CONT_PAYLOAD, sequence++) {
    reports.push(report(channel, [sequence], payload.subarray(at)));
  }
  return reports;
}

function report(channel: number, header: readonly number[], rest: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(REPORT_SIZE);
  bytes.writeUInt32BE(channel, 0);
  bytes.set(header, 4);
  bytes.set(rest.subarray(0, REPORT_SIZE - 4 - header.length), 4 + header.length);
  return new Uint8Array(bytes);
}
