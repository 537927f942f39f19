import { describe, expect, it } from 'vitest';
import { type cborMap, decodeCbor, encodeCbor } from '../../../../native/ctap2/cbor.ts';
import { changePinRequest, parseToken, setPinRequest, tokenRequest } from '../../../../native/ctap2/client-pin.ts';
import { Pin } from '../../../../native/ctap2/pin.ts';
import {
  authenticateWithToken,
  choosePinProtocol,
  exchange,
  type PinProtocolVersion,
} from '../../../../native/ctap2/pin-protocol.ts';
import { haveVectors, hex, toHex, vectorJson } from '../../shared-vectors.ts';

const FILE = 'generated/ctap/pin-protocol.json';

interface Vector {
  protocol: PinProtocolVersion;
  platform_private: string;
  authenticator_public_x: string;
  authenticator_public_y: string;
  pin: string;
  new_pin: string;
  ivs_in_order_of_use: string[];
  set_pin: { request_cbor: string };
  change_pin: { request_cbor: string };
  get_token_legacy: { request_cbor: string };
  get_token_with_permissions: { permissions: number; rp_id: string; request_cbor: string };
  token: string;
  response_cbor: string;
  pin_uv_auth_param: Record<string, string>;
}

const pin = (text: string) => new Pin(new TextEncoder().encode(text));
const request = (members: ReturnType<typeof cborMap>) => `06${toHex(encodeCbor(members))}`;

describe('the PIN/UV auth protocols', () => {
  it.each([
    [[2, 1], 2],
    [[1, 2], 2],
    [[1], 1],
    [[], 1],
  ] as const)('of %j choose %i', (offered, chosen) => {
    expect(choosePinProtocol(offered)).toBe(chosen);
  });

  it('refuse a key that speaks none we know', () => {
    expect(() => choosePinProtocol([9])).toThrow(expect.objectContaining({ code: 'PIN_PROTOCOL_UNKNOWN' }));
  });

  it('refuse a point that is not on the curve, before a PIN goes anywhere', () => {
    const offCurve = Uint8Array.of(4, ...new Uint8Array(64).fill(1));
    expect(() => exchange(2, offCurve, { bytes: (n) => new Uint8Array(n) })).toThrow(
      expect.objectContaining({ code: 'CTAP_MALFORMED' }),
    );
  });

  it.each([1, 2] as const)('%i encrypts what it can decrypt, and refuses other lengths', (version) => {
    // The base point of P-256 stands for the authenticator's key.
    const base = hex(
      '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
        '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
    );
    const secret = exchange(version, base, { bytes: (n) => new Uint8Array(n).fill(3) });
    const plaintext = new Uint8Array(64).fill(9);
    expect(toHex(secret.decrypt(secret.encrypt(plaintext)))).toBe(toHex(plaintext));
    expect(() => secret.decrypt(new Uint8Array(17))).toThrow(expect.objectContaining({ code: 'CTAP_MALFORMED' }));
    expect(secret.authenticate(plaintext)).toHaveLength(version === 1 ? 16 : 32);
  });

  it.runIf(haveVectors(FILE))('send the known answers, byte for byte', () => {
    const { vectors } = vectorJson<{ vectors: Vector[] }>(FILE);
    expect(new Set(vectors.map(({ protocol }) => protocol))).toEqual(new Set([1, 2]));
    for (const vector of vectors) {
      // Four of ours: both token requests were computed with the fourth; the fifth is the authenticator's.
      const ivs = vector.ivs_in_order_of_use.map(hex);
      let used = 0;
      const point = hex(`04${vector.authenticator_public_x}${vector.authenticator_public_y}`);
      const secret = exchange(vector.protocol, point, {
        privateKey: () => hex(vector.platform_private),
        bytes: () => ivs[Math.min(used++, 3)] ?? new Uint8Array(),
      });
      expect(request(setPinRequest(secret, pin(vector.pin)))).toBe(vector.set_pin.request_cbor);
      expect(request(changePinRequest(secret, pin(vector.pin), pin(vector.new_pin)))).toBe(
        vector.change_pin.request_cbor,
      );
      const { permissions, rp_id: rpId, request_cbor: scoped } = vector.get_token_with_permissions;
      const legacy = request(tokenRequest(secret, pin(vector.pin), undefined));
      expect(legacy).toBe(vector.get_token_legacy.request_cbor);
      const withScope = request(tokenRequest(secret, pin(vector.pin), { permissions, rpId }));
      expect(withScope).toBe(scoped);
      const token = parseToken(secret, decodeCbor(hex(vector.response_cbor).subarray(1)));
      expect(toHex(token)).toBe(vector.token);
      const { client_data_hash: hash = '', make_credential_or_get_assertion: param } = vector.pin_uv_auth_param;
      expect(toHex(authenticateWithToken(vector.protocol, token, hex(hash)))).toBe(param);
    }
  });
});

describe('a PIN', () => {
  it.each([
    ['1234', 4],
    ['pässwörd', 8],
    ['🔑🔑🔑🔑', 4],
  ])('%s counts code points', (text, length) => {
    expect(pin(text).codePoints).toBe(length);
  });

  it('is normalized to form C before it is hashed', () => {
    expect(pin('pa\u0308ss').equals(pin('p\u00e4ss'))).toBe(true);
  });

  it.each([
    ['empty', new Uint8Array()],
    ['shorter than any key takes', Uint8Array.of(0x31, 0x32, 0x33)],
    ['longer than 63 bytes', new Uint8Array(64).fill(0x31)],
    ['with a NUL', Uint8Array.of(0x31, 0, 0x31, 0x31)],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc)],
  ])('is refused when %s, and what was typed is wiped', (_, typed) => {
    expect(() => new Pin(typed)).toThrow(expect.objectContaining({ code: 'PIN_FORM' }));
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('leaves nothing behind once wiped', () => {
    const typed = new TextEncoder().encode('123456');
    const owned = new Pin(typed);
    owned.wipe();
    expect(owned.isWiped).toBe(true);
    // Sent all the same, it would cost the key one of its tries.
    expect(() => owned.leftHash()).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    expect(() => owned.padded()).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
    expect(typed.every((byte) => byte === 0)).toBe(true);
  });

  it('shows itself in no string', () => {
    const owned = pin('271828');
    expect(`${JSON.stringify(owned)}${String(owned)}`).not.toContain('271828');
  });
});
