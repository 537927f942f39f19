/**
 * Known answers for credential management, fingerprints and settings: what libfido2 1.12 really sent (each request made again with
 * the recorded token, byte for byte), and what real keys really answered (test/fuzz/corpus names the sources).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONFIG_FORM, configSupport } from '../../../../native/ctap2/authenticator-config.ts';
import {
  BIO_ENROLLMENT_FORM,
  enrollFingerprint,
  fingerprints,
  type Sample,
  sensorInfo,
} from '../../../../native/ctap2/bio-enrollment.ts';
import { type CborMap, type CborValue, cborMap, decodeCbor, encodeCbor } from '../../../../native/ctap2/cbor.ts';
import { CtapCommand } from '../../../../native/ctap2/constants.ts';
import {
  CREDENTIAL_MANAGEMENT_FORM,
  credentialsMetadata,
  credentialsOf,
  relyingParties,
} from '../../../../native/ctap2/credential-management.ts';
import type { CtapCommands } from '../../../../native/ctap2/ctap-commands.ts';
import { parseInfo } from '../../../../native/ctap2/get-info.ts';
import { MemberReader } from '../../../../native/ctap2/member-reader.ts';
import { PinUvAuthToken } from '../../../../native/ctap2/pin-uv-auth-token.ts';
import { type SubCommandForm, subCommandRequest } from '../../../../native/ctap2/subcommand-request.ts';
import { haveVectors, hex, toHex, vectorJson } from '../../shared-vectors.ts';

interface Transcript {
  readonly steps: readonly {
    readonly exchange: readonly {
      readonly to?: 'authenticator' | 'platform';
      readonly hid_command?: number;
      readonly payload?: string;
      readonly secret?: string;
      readonly value?: unknown;
    }[];
  }[];
}

const FORMS: Readonly<Record<number, SubCommandForm>> = {
  [CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW]: CREDENTIAL_MANAGEMENT_FORM,
  [CtapCommand.BIO_ENROLLMENT_PREVIEW]: BIO_ENROLLMENT_FORM,
  [CtapCommand.CONFIG]: CONFIG_FORM,
};

/** The requests of these commands in a transcript, each with the token that was the last one given out. */
function recordedRequests(name: string): { readonly payload: string; readonly token: string }[] {
  let token = '';
  const found: { payload: string; token: string }[] = [];
  for (const event of vectorJson<Transcript>(`generated/ctap/${name}.json`).steps.flatMap(({ exchange }) => exchange)) {
    if (event.secret === 'token' && typeof event.value === 'string') token = event.value;
    const payload = event.to === 'authenticator' && event.hid_command === 0x10 ? event.payload : undefined;
    if (payload !== undefined && FORMS[Number.parseInt(payload.slice(0, 2), 16)]) found.push({ payload, token });
  }
  return found;
}

describe.runIf(haveVectors('generated/ctap/transcript-ctap21-pin2.json'))('the requests that libfido2 sent', () => {
  it.each([
    ['transcript-ctap21-pin2', 30],
    ['transcript-ctap20-pin1', 10],
  ])('in %s are made again byte for byte, their proofs too', (name, expected) => {
    const requests = recordedRequests(name);
    for (const { payload, token } of requests) {
      const bytes = hex(payload);
      const form = FORMS[bytes[0] ?? 0];
      if (form === undefined) throw new Error('no form');
      const members = new MemberReader(decodeCbor(bytes.subarray(1)), 'a recorded request');
      const params = members.optionalMap(form.member.params, 'params');
      const protocol = members.optionalInteger(form.member.protocol);
      const made = subCommandRequest(
        form,
        members.integer(form.member.subCommand),
        params && cborMap(params.entries()),
        protocol === undefined ? undefined : new PinUvAuthToken(protocol === 1 ? 1 : 2, hex(token)),
      );
      expect(toHex(encodeCbor(made))).toBe(payload.slice(2));
    }
    expect(requests.length).toBe(expected);
  });
});

const corpus = JSON.parse(readFileSync(new URL('../../../fuzz/corpus/ctap-replies.json', import.meta.url), 'utf8')) as {
  readonly replies: Readonly<Record<string, readonly string[]>>;
};
const recorded = (kind: string) => (corpus.replies[kind] ?? []).map((reply) => decodeCbor(hex(reply)));

/** A key that answers from a list, and keeps what it was asked. */
function answering(options: readonly string[], replies: readonly CborValue[]) {
  const left = [...replies];
  const asked: { readonly command: number; readonly request: CborMap | undefined }[] = [];
  const info = parseInfo(
    new Map<number, Uint8Array | Map<string, boolean>>([
      [0x03, new Uint8Array(16)],
      [0x04, new Map(options.map((option) => [option, true]))],
    ]),
  );
  const call: CtapCommands['call'] = async (command, request) => {
    asked.push({ command, request });
    const reply = left.shift();
    if (reply === undefined) throw new Error('no reply left');
    return reply;
  };
  const key: CtapCommands = {
    info: async () => info,
    call,
    uninterrupted: (use) => use(call),
    forgetInfo: () => {},
    foreignPackets: 0,
  };
  return { key, asked };
}

const token = () => new PinUvAuthToken(2, new Uint8Array(32).fill(1));

describe('what real keys answered', () => {
  it('about their relying parties is read: the total, then one reply for each', async () => {
    const { key, asked } = answering(['credMgmt'], recorded('relyingParty').slice(0, 3));
    const found = await relyingParties(key, token());
    expect(found.map(({ id, idIsCut }) => ({ id, idIsCut }))).toEqual([
      { id: 'yubico.com', idIsCut: false },
      { id: 'yubikey.org', idIsCut: false },
      { id: 'webauthn.dev', idIsCut: false },
    ]);
    expect(asked.map(({ command, request }) => [command, request?.get(1), request?.has(4)])).toEqual([
      [0x0a, 2, true],
      [0x0a, 3, false],
      [0x0a, 3, false],
    ]);
  });

  it.runIf(haveVectors('libfido2/wiredata.json'))('about five credentials is read, of both algorithms', async () => {
    interface WireData {
      readonly entries: readonly {
        readonly name: string;
        readonly messages?: readonly { readonly payload: string }[];
      }[];
    }
    const { entries } = vectorJson<WireData>('libfido2/wiredata.json');
    const entry = entries.find(({ name }) => name === 'WIREDATA_CTAP_CBOR_CREDMAN_RKLIST');
    const replies = (entry?.messages ?? []).map(({ payload }) => decodeCbor(hex(payload).subarray(1)));
    const { key, asked } = answering(['credentialMgmtPreview'], replies);
    const found = await credentialsOf(key, token(), { id: 'yubico.com', idHash: new Uint8Array(32) });
    expect(found.map(({ algorithm, userName, credProtect }) => [algorithm, userName, credProtect])).toEqual([
      [-7, 'bob banana', 1],
      [-8, 'bob banana', 1],
      [-8, 'bob banana', 1],
      [-7, 'bob banana', 1],
      [-7, 'bob banana', 1],
    ]);
    expect(found.map(({ credentialId }) => toHex(credentialId))).toContain('d8274b25ed19ef11afa6897b8450e762');
    expect(found.every(({ publicKey }) => publicKey !== undefined)).toBe(true);
    expect(asked.map(({ command }) => command)).toEqual([0x41, 0x41, 0x41, 0x41, 0x41]);
  });

  it('about their slots is read', async () => {
    const { key } = answering(['credMgmt'], recorded('credentialsMetadata'));
    expect(await credentialsMetadata(key, token())).toEqual({ existing: 0, remaining: 25 });
  });

  it('while a finger was enrolled is read sample by sample', async () => {
    const [first] = recorded('firstSample');
    const next = recorded('sample').slice(0, 2);
    const samples: Sample[] = [];
    const { key } = answering(['bioEnroll'], first === undefined ? [] : [first, ...next]);
    expect(toHex(await enrollFingerprint(key, token(), (sample) => samples.push(sample)))).toBe('6896');
    expect(samples).toEqual([2, 1, 0].map((remaining) => ({ status: 'good', remaining })));
  });

  it('about fingerprints and their reader is read', async () => {
    const list = answering(['bioEnroll'], recorded('fingerprints'));
    expect((await fingerprints(list.key, token())).map(({ name }) => name)).toEqual(['finger1', 'finger2', 'finger3']);
    const reader = answering(['userVerificationMgmtPreview'], recorded('sensorInfo'));
    expect(await sensorInfo(reader.key)).toEqual({ kind: 'touch', samples: 4, maxNameBytes: undefined });
    expect(reader.asked[0]?.command).toBe(0x40);
  });

  it('to getInfo is read with the members of CTAP 2.2 and 2.3', () => {
    const info = parseInfo(recorded('info')[0] ?? new Map());
    expect(info).toMatchObject({
      versions: expect.arrayContaining(['FIDO_2_3']),
      maxCredentialCountInList: 8,
      maxCredentialIdLength: 128,
      transports: ['nfc', 'usb', 'smart-card'],
      maxRpIdsForSetMinPinLength: 1,
      attestationFormats: ['packed'],
      longTouchForReset: true,
      transportsForReset: ['usb', 'smart-card'],
      pinComplexityPolicy: true,
      remainingResidentSlots: 100,
    });
    expect(configSupport(info)).toMatchObject({ alwaysUv: true, minPinLength: true });
  });
});
