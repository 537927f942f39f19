/**
 * Every status byte on every profile of the lab, answered to a real command through the real channel: the code, sentence and
 * remedy that a person gets, written out here, and how often a PIN was sent.
 */
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../../../native/ctap2/authenticator.ts';
import { ClientPin, CtapCommand, Permission } from '../../../../native/ctap2/constants.ts';
import { type ProfileName, profileNames } from '../../../lab/authenticator/profiles.ts';
import { pin, plugIn, residentCredential } from './plugged-in.ts';

interface Told {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const FAULT = 'This is a fault in Glasskey or in the key: repeat the command, and report it if it happens again.';
const ENROLL_OTHER =
  'Enroll with --algorithm ecdsa-sk, or use a key that knows Ed25519 (YubiKey firmware 5.2.3 or later).';

const told = (code: string, message: string, remedy: string): Told => ({ code, message, remedy });

const BUSY = told(
  'KEY_BUSY',
  'The key is busy with something else.',
  'Finish or close what else uses it (a browser asking for a touch, ssh-keygen), then repeat the command.',
);
const NO_TOUCH = told(
  'CTAP_NO_TOUCH',
  'The key was not touched within its time limit.',
  'Repeat the command and touch the key when it blinks.',
);
const NO_CREDENTIALS = told(
  'CTAP_NO_CREDENTIALS',
  'The credential is not on this key.',
  'Plug in the key that was enrolled; glasskey keys says which one that is.',
);

/** What a key without a function helps itself with, by what is known of the model. */
const NEWER: Readonly<Record<ProfileName, string>> = {
  'yubikey-5.1': 'Use a key with newer firmware: this one has 5.1.2, and YubiKeys have it from 5.2.3.',
  'yubikey-5.4': 'Use another key: this one has firmware 5.4.3, which cannot be updated.',
  'yubikey-5.7': 'Use another key: this one has firmware 5.7.1, which cannot be updated.',
  'yubikey-bio': 'Use another key: this one has firmware 5.5.6, which cannot be updated.',
  'plain-ctap20': 'Use another key, or look whether the maker of this one has newer firmware for it.',
};

const unsupported = (profile: ProfileName) =>
  told('CTAP_UNSUPPORTED', 'This key does not support this function.', NEWER[profile]);

const MANAGES: readonly ProfileName[] = ['yubikey-5.4', 'yubikey-5.7', 'yubikey-bio'];

/** All but the ones that have no sentence of their own (`numbered`). */
const TABLE: Readonly<Record<number, Told | ((profile: ProfileName) => Told)>> = {
  // No error, and no reply either: what must be in it is missing.
  0: told(
    'CTAP_MALFORMED',
    'The security key sent a getAssertion reply that lacks member 2.',
    'Repeat the command; if it happens again, try another key and report this one.',
  ),
  1: unsupported,
  5: told('CTAP_TIMEOUT', 'The key did not answer in time.', 'Repeat the command.'),
  6: BUSY,
  10: BUSY,
  21: told('CTAP_LIMIT', 'Too many entries for this key.', FAULT),
  22: (profile) =>
    told(
      'CTAP_UNSUPPORTED_EXTENSION',
      'This key cannot protect the credential with its PIN (no credProtect).',
      NEWER[profile],
    ),
  23: told('CTAP_FINGERPRINTS_FULL', 'The key has no room for more fingerprints.', 'Remove one first.'),
  24: told('CTAP_LARGE_BLOBS_FULL', 'The key has no room for more data.', 'Remove what you no longer need from it.'),
  25: told('CTAP_EXCLUDED', 'This key already holds such a credential.', 'Use the one it holds, or another key.'),
  33: BUSY,
  34: NO_CREDENTIALS,
  35: BUSY,
  36: BUSY,
  38: (profile) =>
    told(
      'CTAP_NO_EDDSA',
      profile === 'yubikey-5.1'
        ? 'This key cannot make Ed25519 keys: its firmware is 5.1.2, and they came with 5.2.3.'
        : 'This key cannot make keys of the algorithm asked for.',
      ENROLL_OTHER,
    ),
  39: (profile) =>
    told(
      'CTAP_DENIED',
      'The request was declined on the key.',
      profile === 'yubikey-bio'
        ? 'Repeat the command and touch the key, with an enrolled finger, when it blinks.'
        : 'Repeat the command and touch the key when it blinks.',
    ),
  40: (profile) =>
    told(
      'CTAP_KEY_STORE_FULL',
      'The key has no free slot for another resident credential.',
      MANAGES.includes(profile)
        ? 'See what is on it with glasskey credentials list, delete one that you no longer need, then repeat the command.'
        : 'Use another key: this one cannot delete single credentials, and a reset deletes everything on it.',
    ),
  43: told(
    'CTAP_UNSUPPORTED_OPTION',
    'This key cannot store resident credentials or verify its user.',
    'Use a FIDO2 key that has a PIN and resident credentials.',
  ),
  45: told('CANCELLED', 'Signing was cancelled.', 'Nothing was lost; run it again when you are ready.'),
  46: NO_CREDENTIALS,
  47: NO_TOUCH,
  48: told(
    'CTAP_NOT_ALLOWED',
    'The key does not allow this now.',
    'Unplug the key, plug it in again, and repeat the command.',
  ),
  49: told(
    'PIN_WRONG',
    'Wrong PIN.',
    'Type the PIN of this security key; after 8 wrong ones in all it is blocked for good.',
  ),
  50: told(
    'PIN_BLOCKED',
    'The PIN of this key is blocked for good.',
    'Use another key. Only a reset makes this one usable again, and it deletes everything on it.',
  ),
  51: told('PIN_TOKEN_REFUSED', 'The key refused the proof that the PIN was given.', 'Repeat the command.'),
  52: told(
    'PIN_REPLUG_NEEDED',
    'Three wrong PINs in a row: the key takes no more until it is plugged in again.',
    'Unplug the key, plug it in again, and repeat the command with the right PIN.',
  ),
  53: told(
    'PIN_NOT_SET',
    'This key has no PIN yet.',
    'Set one first: glasskey pin set; glasskey enroll does it on the way.',
  ),
  54: told('PIN_REQUIRED', 'The key wants its PIN for this.', 'Repeat the command and give the PIN.'),
  55: told(
    'PIN_POLICY',
    'The key does not take this PIN: it is too short, or breaks a rule of this key.',
    'Choose one of at least 4 characters, other than the current one.',
  ),
  56: told(
    'PIN_TOKEN_EXPIRED',
    'What the key gave out for the PIN is no longer valid.',
    'Repeat the command and give the PIN again.',
  ),
  57: told('CTAP_REQUEST_TOO_LARGE', 'The request was too large for this key.', FAULT),
  58: NO_TOUCH,
  59: told(
    'CTAP_TOUCH_REQUIRED',
    'The key wants a touch for this.',
    'Repeat the command and touch the key when it blinks.',
  ),
  60: told(
    'UV_BLOCKED',
    'The fingerprint reader is blocked after too many tries.',
    'Give the PIN instead; that unblocks it.',
  ),
  61: told('CTAP_INTEGRITY', 'Data stored on the key is damaged.', FAULT),
  62: unsupported,
  63: told('UV_INVALID', 'The fingerprint was not recognized.', 'Try again, or give the PIN instead.'),
  64: (profile) =>
    told(
      'CTAP_PERMISSION',
      'The key does not grant this with its PIN.',
      profile === 'yubikey-bio' ? 'Use the fingerprint instead, or another key.' : NEWER[profile],
    ),
  127: told(
    'CTAP_OTHER',
    'The key reported an error without a reason.',
    'Unplug it, plug it in again, and repeat the command.',
  ),
};

/** Known numbers that can only be a fault on one side: shown by name. */
const NAMED: Readonly<Record<number, string>> = {
  2: 'INVALID_PARAMETER',
  3: 'INVALID_LENGTH',
  4: 'INVALID_SEQ',
  11: 'INVALID_CHANNEL',
  17: 'CBOR_UNEXPECTED_TYPE',
  18: 'INVALID_CBOR',
  20: 'MISSING_PARAMETER',
  37: 'NO_OPERATIONS',
  44: 'INVALID_OPTION',
};

function numbered(status: number): Told {
  const hex = `0x${status.toString(16).padStart(2, '0')}`;
  if (status >= 0xf0) {
    return told(
      'CTAP_STATUS',
      `The key answered with status ${hex}, which its maker alone gives a meaning.`,
      'Unplug it, plug it in again, and repeat the command; else ask its maker what that status means.',
    );
  }
  const name = NAMED[status];
  return told('CTAP_STATUS', `The key answered with status ${hex}${name === undefined ? '' : ` (${name})`}.`, FAULT);
}

function expected(status: number, profile: ProfileName): Told {
  const entry = TABLE[status] ?? numbered(status);
  return typeof entry === 'function' ? entry(profile) : entry;
}

const ALL_STATUSES = Array.from({ length: 256 }, (_, status) => status);

async function refusal(run: () => Promise<unknown>): Promise<Told> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof GlasskeyError)) throw error;
    return told(error.code, error.message, error.remedy);
  }
  throw new Error('it was not refused');
}

/** clientPIN commands that carry a PIN. */
const PIN_CARRIERS: readonly (number | undefined)[] = [
  ClientPin.SET_PIN,
  ClientPin.CHANGE_PIN,
  ClientPin.GET_PIN_TOKEN,
  ClientPin.GET_TOKEN_USING_PIN,
];

async function prepared(profile: ProfileName) {
  const { lab, key } = await plugIn({ profile });
  const made = await key.makeCredential(residentCredential('ssh:', 1), pin());
  const signature = () =>
    key.getAssertion(
      {
        rpId: 'ssh:',
        clientDataHash: new Uint8Array(32),
        credentialId: made.authData.attested.credentialId,
        userPresence: true,
      },
      pin(),
    );
  const pinsSent = () =>
    lab.counters
      .read()
      .commands.filter(
        ({ command, subCommand }) => command === CtapCommand.CLIENT_PIN && PIN_CARRIERS.includes(subCommand),
      ).length;
  return { lab, key, signature, pinsSent };
}

describe.each(profileNames)('a %s', (profile) => {
  it('that answers a signature with any status byte has it told as the table says, and is sent one PIN', async () => {
    const { lab, key, signature, pinsSent } = await prepared(profile);
    for (const status of ALL_STATUSES) {
      lab.counters.reset();
      lab.faults.set({ statusReplies: [{ command: CtapCommand.GET_ASSERTION, status }] });
      expect([status, await refusal(signature)]).toEqual([status, expected(status, profile)]);
      expect([status, pinsSent()]).toEqual([status, 1]);
    }
    await key.close();
  });

  it('that answers the PIN with any status byte is sent no second one, and not the command after it', async () => {
    const { lab, key, signature, pinsSent } = await prepared(profile);
    const subCommand = profile.startsWith('yubikey-5.7') || profile === 'yubikey-bio' ? 9 : 5;
    for (const status of ALL_STATUSES) {
      lab.counters.reset();
      lab.faults.set({ statusReplies: [{ command: CtapCommand.CLIENT_PIN, subCommand, status }] });
      const { code } = await refusal(signature);
      expect([status, code]).toEqual([status, expected(status, profile).code]);
      expect([status, pinsSent()]).toEqual([status, 1]);
      expect(lab.counters.read().commands.some(({ command }) => command === CtapCommand.GET_ASSERTION)).toBe(false);
    }
    expect(lab.pinRetries).toBe(8);
    await key.close();
  });

  it.each([
    [
      'several commands under one token',
      (key: Authenticator) => key.withToken(pin(), Permission.CM, {}, async () => {}),
    ],
    ['a change of the PIN', (key: Authenticator) => key.changePin(pin(), pin('31415926'))],
  ])('that refuses the PIN for %s is not sent it again', async (_what, run) => {
    const { lab, key, pinsSent } = await prepared(profile);
    for (const status of [0x31, 0x32, 0x33, 0x34]) {
      lab.counters.reset();
      const replies = [4, 5, 9].map((subCommand) => ({ command: CtapCommand.CLIENT_PIN, subCommand, status }));
      lab.faults.set({ statusReplies: replies });
      expect((await refusal(() => run(key))).code).toBe(expected(status, profile).code);
      expect([status, pinsSent()]).toEqual([status, 1]);
    }
    await key.close();
  });
});

describe('what is told of a status', () => {
  it('differs between models where the way out does', () => {
    const remedies = (status: number) => new Set(profileNames.map((profile) => expected(status, profile).remedy));
    expect([0x01, 0x16, 0x27, 0x28, 0x40].filter((status) => remedies(status).size < 2)).toEqual([]);
  });

  it('of an old YubiKey is Ed25519 for a real credential too, not only for a planted status', async () => {
    const { key } = await plugIn({ profile: 'yubikey-5.1' });
    const asked = { ...residentCredential('ssh:', 1), algorithm: -8 };
    const { code, message } = await refusal(() => key.makeCredential(asked, pin()));
    expect({ code, message }).toEqual({
      code: 'CTAP_NO_EDDSA',
      message: 'This key cannot make Ed25519 keys: its firmware is 5.1.2, and they came with 5.2.3.',
    });
    await key.close();
  });

  it('of a full key says what the model can do about it', async () => {
    const { key } = await plugIn({ profile: 'yubikey-5.1' });
    for (let user = 0; user < 25; user += 1) await key.makeCredential(residentCredential('ssh:', user), pin());
    const { code, remedy } = await refusal(() => key.makeCredential(residentCredential('ssh:', 25), pin()));
    expect({ code, remedy }).toEqual({ code: 'CTAP_KEY_STORE_FULL', remedy: expected(0x28, 'yubikey-5.1').remedy });
    await key.close();
  });

  it('of a key that always wants verification is why it wants the PIN', async () => {
    const { key } = await plugIn();
    await key.makeCredential(residentCredential('ssh:', 1), pin());
    const { setAlwaysUv } = await import('../../../../native/ctap2/authenticator-config.ts');
    await key.withToken(pin(), Permission.ACFG, {}, (token) => setAlwaysUv(key, token, true));
    const signed = key.getAssertion(
      { rpId: 'ssh:', clientDataHash: new Uint8Array(32), credentialId: undefined, userPresence: true },
      undefined,
    );
    expect((await refusal(() => signed)).message).toBe('The key is set to want its PIN or fingerprint for everything.');
    await key.close();
  });
});
