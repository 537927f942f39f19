import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import {
  type AssertRequest,
  AuthenticatorKeyring,
  type EnrolledKey,
  type PinQuestion,
} from '../../../main/agent/authenticator-keyring.ts';
import type { SignRequest } from '../../../main/agent/keyring.ts';
import { parseSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { Status } from '../../../native/ctap2/constants.ts';
import { statusError } from '../../../native/ctap2/status.ts';
import { keyReplugged } from '../../../native/hid/which-key.ts';
import { sshsigData } from './session-host.ts';
import { type SoftwareKey, softwareKey, untilAborted } from './software-keyring.ts';

const RIGHT_PIN = '1234';
const MODEL = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
const never = new AbortController().signal;
const pinWrong = () => new GlasskeyError({ code: 'PIN_WRONG', message: 'Wrong PIN.', remedy: 'Type it again.' });

function enrolled(key: SoftwareKey, userVerification = true): EnrolledKey {
  const { blob: publicBlob, comment, application } = key;
  return { publicBlob, comment, application, credentialId: Uint8Array.of(7), model: MODEL, userVerification };
}

function signRequest(key: SoftwareKey): SignRequest {
  const data = sshsigData('git');
  return {
    keyBlob: key.blob,
    data,
    purpose: { kind: 'sshsig', namespace: 'git' },
    forwardedThrough: [],
    isPathProven: true,
    throughUnverifiedHost: false,
  };
}

/** A keyring over one key, with everything that happened outside it in `events`. */
function world(
  key: SoftwareKey,
  options: {
    pins?: (string | undefined)[];
    userVerification?: boolean;
    signer?: SoftwareKey;
    withoutPin?: number;
  } = {},
) {
  const events: string[] = [];
  const questions: PinQuestion[] = [];
  const pins = [...(options.pins ?? [RIGHT_PIN])];
  const touch = { wait: async (_: AbortSignal) => {} };
  let triesLeft = 8;
  const authenticator = {
    async assert(request: AssertRequest<string>, signal: AbortSignal, onTouchWanted: () => void) {
      events.push(`assert ${request.application} pin=${request.pin}`);
      if (request.pin === 'replugged') throw keyReplugged();
      if (request.pin !== undefined && request.pin !== RIGHT_PIN) {
        triesLeft -= 1;
        throw pinWrong();
      }
      if (request.pin === undefined && options.withoutPin !== undefined)
        throw statusError(options.withoutPin, 'Signing');
      onTouchWanted();
      onTouchWanted(); // keep-alives may say it again
      await touch.wait(signal);
      return (options.signer ?? key).assert(request.clientDataHash);
    },
    pinTriesLeft: async () => triesLeft,
  };
  const keyring = new AuthenticatorKeyring<string>({
    keys: { list: async () => [enrolled(key, options.userVerification)] },
    authenticator,
    pins: {
      request: async (question) => {
        questions.push(question);
        events.push(`pin ${question.why}`);
        return pins.shift();
      },
    },
    notices: {
      touchWanted: (purpose) => events.push(`touch wanted: ${purpose}`),
      touchDone: () => events.push('touch done'),
    },
    nameHost: () => undefined,
  });
  return { keyring, events, questions, touch };
}

describe('the keyring of enrolled keys', () => {
  it('lists what is enrolled', async () => {
    const key = softwareKey('NexusIdentitySSHKey');
    expect(await world(key).keyring.identities()).toEqual([{ blob: key.blob, comment: 'NexusIdentitySSHKey' }]);
  });

  it('asks for the PIN, says what the touch is for, and returns a signature that verifies with user verification', async () => {
    const key = softwareKey();
    const { keyring, events } = world(key);
    const request = signRequest(key);
    const blob = await keyring.sign(request, never);
    const policy = { requireTouch: true, requireUserVerification: true };
    expect(verifySkSignature(parseSkPublicBlob(key.blob), request.data, blob, policy)).toMatchObject({ valid: true });
    expect(events).toEqual(['pin needed', 'assert ssh: pin=1234', 'touch wanted: Sign for git', 'touch done']);
  });

  it('asks for no PIN where the key needs none', async () => {
    const key = softwareKey('touch only', 0x01);
    const { keyring, events } = world(key, { userVerification: false });
    await keyring.sign(signRequest(key), never);
    expect(events[0]).toBe('assert ssh: pin=undefined');
  });

  it.each([
    ['takes every signature with the PIN only', Status.PUAT_REQUIRED],
    ['hides the credential without it', Status.NO_CREDENTIALS],
  ])('asks for the PIN all the same where the authenticator %s', async (_what, status) => {
    const key = softwareKey('ssh:', 0x05);
    const { keyring, events } = world(key, { userVerification: false, withoutPin: status });
    await keyring.sign(signRequest(key), never);
    expect(events.slice(0, 3)).toEqual(['assert ssh: pin=undefined', 'pin needed', 'assert ssh: pin=1234']);
  });

  it('asks for no PIN where the authenticator refuses for another reason', async () => {
    const key = softwareKey('touch only', 0x01);
    const { keyring, events } = world(key, { userVerification: false, withoutPin: Status.OPERATION_DENIED });
    await expect(keyring.sign(signRequest(key), never)).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    expect(events).toEqual(['assert ssh: pin=undefined']);
  });

  it('asks again after a wrong PIN, with the tries left, and tries nothing by itself', async () => {
    const key = softwareKey();
    const { keyring, events, questions } = world(key, { pins: ['1111', '2222', RIGHT_PIN] });
    await keyring.sign(signRequest(key), never);
    const facts = { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'known' };
    const about = { purpose: 'Sign for git', facts, model: MODEL, credentialId: Uint8Array.of(7) };
    expect(questions).toEqual([
      { why: 'needed', ...about },
      { why: 'wrong', ...about, triesLeft: 7 },
      { why: 'wrong', ...about, triesLeft: 6 },
    ]);
    expect(events.filter((event) => event.startsWith('assert'))).toEqual([
      'assert ssh: pin=1111',
      'assert ssh: pin=2222',
      'assert ssh: pin=1234',
    ]);
  });

  it('asks again where the key was unplugged after its PIN was given, which was not tried', async () => {
    const key = softwareKey();
    const { keyring, events, questions } = world(key, { pins: ['replugged', RIGHT_PIN] });
    await keyring.sign(signRequest(key), never);
    expect(questions).toMatchObject([{ why: 'needed' }, { why: 'replugged', triesLeft: 8 }]);
    expect(events.filter((event) => event.startsWith('assert'))).toEqual([
      'assert ssh: pin=replugged',
      'assert ssh: pin=1234',
    ]);
  });

  it('refuses when the PIN is declined, also after a wrong one', async () => {
    const key = softwareKey();
    await expect(world(key, { pins: [undefined] }).keyring.sign(signRequest(key), never)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    const second = world(key, { pins: ['1111', undefined] });
    await expect(second.keyring.sign(signRequest(key), never)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(second.events.filter((event) => event.startsWith('assert'))).toHaveLength(1);
  });

  it('never prompts for a second signature while the first waits, and goes on when its client has gone', async () => {
    const key = softwareKey();
    const { keyring, events, touch } = world(key, { pins: [RIGHT_PIN, RIGHT_PIN] });
    touch.wait = untilAborted;
    const client = new AbortController();
    const first = keyring.sign(signRequest(key), client.signal);
    const second = keyring.sign(signRequest(key), never);
    while (!events.includes('touch wanted: Sign for git')) await new Promise(setImmediate);
    expect(events.filter((event) => event === 'pin needed')).toHaveLength(1);
    expect(await keyring.identities()).toHaveLength(1);
    touch.wait = async () => {};
    client.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await second;
    expect(events.indexOf('touch done')).toBeLessThan(events.lastIndexOf('pin needed'));
  });

  it('refuses a key that it does not hold, without asking anybody', async () => {
    const { keyring, events } = world(softwareKey());
    await expect(keyring.sign(signRequest(softwareKey()), never)).rejects.toMatchObject({ code: 'AGENT_KEY_UNKNOWN' });
    expect(events).toEqual([]);
  });

  it.each([
    ['another credential has signed', softwareKey(), 'signature'],
    ['the PIN was not checked', undefined, 'user-verification'],
    ['nobody touched the key', undefined, 'touch'],
  ])('refuses a signature no server would take: %s', async (_, signer, reason) => {
    const flags = { signature: 0x05, 'user-verification': 0x01, touch: 0x04 }[reason] ?? 0;
    const key = softwareKey('key', flags);
    const { keyring } = world(key, signer ? { signer } : {});
    await expect(keyring.sign(signRequest(key), never)).rejects.toMatchObject({
      code: 'AGENT_SIGNATURE_UNUSABLE',
      detail: { reason },
    });
  });

  it('gives the authenticator the hash of exactly the data', async () => {
    const key = softwareKey();
    const hashes: string[] = [];
    const request = signRequest(key);
    const keyring = new AuthenticatorKeyring<string>({
      keys: { list: async () => [enrolled(key, false)] },
      authenticator: {
        assert: async ({ clientDataHash }) => {
          hashes.push(Buffer.from(clientDataHash).toString('hex'));
          return key.assert(clientDataHash);
        },
      },
      pins: { request: async () => undefined },
      notices: { touchWanted() {}, touchDone() {} },
      nameHost: () => undefined,
    });
    await keyring.sign(request, never);
    expect(hashes).toEqual([createHash('sha256').update(request.data).digest('hex')]);
  });
});
