/** CTAPHID numbers (CTAP 2.1, section 11.2). Constants only: the lab's authenticator shares this file and no code. */

export const BROADCAST_CHANNEL = 0xffffffff;

/** Commands, without the initialization bit 0x80 (11.2.9). */
export const Command = {
  PING: 0x01,
  MSG: 0x03,
  LOCK: 0x04,
  INIT: 0x06,
  WINK: 0x08,
  CBOR: 0x10,
  CANCEL: 0x11,
  KEEPALIVE: 0x3b,
  ERROR: 0x3f,
} as const;
export type Command = (typeof Command)[keyof typeof Command];

/** Error codes in a CTAPHID_ERROR reply (11.2.9.1.6). */
export const ErrorByte = {
  INVALID_CMD: 0x01,
  INVALID_PAR: 0x02,
  INVALID_LEN: 0x03,
  INVALID_SEQ: 0x04,
  MSG_TIMEOUT: 0x05,
  CHANNEL_BUSY: 0x06,
  LOCK_REQUIRED: 0x0a,
  INVALID_CHANNEL: 0x0b,
  OTHER: 0x7f,
} as const;

/** Status byte of a KEEPALIVE (11.2.9.1.7). */
export const KeepaliveByte = { PROCESSING: 0x01, UPNEEDED: 0x02 } as const;

/** Capability bits in an INIT reply (11.2.9.1.3). */
export const Capability = { WINK: 0x01, CBOR: 0x04, NMSG: 0x08 } as const;

/** Largest message: 57 bytes in the first report and 128 continuation reports of 59. */
export const MAX_MESSAGE = 57 + 128 * 59;
