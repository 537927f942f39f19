import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../../lab/authenticator/cbor.ts';
import { toReports } from '../../../lab/authenticator/ctaphid-packets.ts';
import { systemRandom, systemTime } from '../../../lab/authenticator/env.ts';
import { PinProtocol } from '../../../lab/authenticator/pin-protocol.ts';
import { RequestFields } from '../../../lab/authenticator/request-fields.ts';
import { haveVectors, hex, toHex, vectorJson } from '../../shared-vectors.ts';

const FRAMES = 'generated/ctap/ctaphid-frames.json';
const PIN = 'generated/ctap/pin-protocol.json';

interface FrameCase {
  readonly name: string;
  readonly channel: string;
  readonly command: number;
  readonly payload?: string;
  readonly frames?: readonly string[];
  readonly frame_count?: number;
  readonly all_frames_sha256?: string;
}

interface PinVector {
  readonly protocol: 1 | 2;
  readonly authenticator_private: string;
  readonly shared_secret: string;
  readonly platform_cose_key_cbor: string;
  readonly pin_sha256_first16: string;
  readonly set_pin: { readonly padded: string; readonly new_pin_enc: string; readonly pin_uv_auth_param: string };
  readonly change_pin: {
    readonly new_pin_enc: string;
    readonly pin_hash_enc: string;
    readonly pin_uv_auth_param: string;
  };
}

describe('known answers', () => {
  it.runIf(haveVectors(FRAMES))('messages are cut into the computed frames', () => {
    const { cases } = vectorJson<{ cases: FrameCase[] }>(FRAMES);
    for (const { name, channel, command, payload, frames, ...longest } of cases) {
      const bytes = payload === undefined ? new Uint8Array(7609).map((_byte, index) => 7 * index + 3) : hex(payload);
      const reports = toReports(Number.parseInt(channel, 16), command, bytes);
      if (frames !== undefined) expect(reports.map(toHex), name).toEqual(frames);
      if (longest.frame_count === undefined) continue;
      expect(reports).toHaveLength(longest.frame_count);
      expect(createHash('sha256').update(Buffer.concat(reports)).digest('hex')).toBe(longest.all_frames_sha256);
    }
  });

  it.runIf(haveVectors(PIN))('both PIN protocols derive, decrypt and verify what was computed', () => {
    const { vectors } = vectorJson<{ vectors: PinVector[] }>(PIN);
    const presence = { ask: () => () => {} };
    for (const vector of vectors) {
      const protocol = new PinProtocol(vector.protocol, { random: systemRandom, clock: systemTime, presence });
      protocol.useScalar(hex(vector.authenticator_private));
      const secret = protocol.sharedSecret(RequestFields.of(decodeCbor(hex(vector.platform_cose_key_cbor))));
      expect(toHex(secret)).toBe(vector.shared_secret);
      const { set_pin: set, change_pin: change } = vector;
      expect(toHex(protocol.decrypt(secret, hex(set.new_pin_enc)))).toBe(set.padded);
      expect(toHex(protocol.decrypt(secret, hex(change.pin_hash_enc)))).toBe(vector.pin_sha256_first16);
      expect(protocol.verify(secret, hex(set.new_pin_enc), hex(set.pin_uv_auth_param))).toBe(true);
      const changed = hex(change.new_pin_enc + change.pin_hash_enc);
      expect(protocol.verify(secret, changed, hex(change.pin_uv_auth_param))).toBe(true);
      expect(protocol.verify(secret, hex(set.new_pin_enc), hex(change.pin_uv_auth_param))).toBe(false);
    }
  });
});
