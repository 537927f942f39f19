import { describe, expect, it } from 'vitest';
import { type AuthenticatorInfo, parseInfo } from '../../../../native/ctap2/get-info.ts';
import { Pin } from '../../../../native/ctap2/pin.ts';
import { assertNewPin, brokenPinRule, pinRules } from '../../../../native/ctap2/pin-rules.ts';
import { pinState } from '../../../../native/ctap2/pin-state.ts';
import { pin, plugIn } from './plugged-in.ts';

const info = (change: Partial<AuthenticatorInfo> = {}): AuthenticatorInfo => ({
  ...parseInfo(new Map([[0x03, new Uint8Array(16)]])),
  ...change,
});

describe('a new PIN', () => {
  it.each([
    ['1234', { minPinLength: 4 }, undefined],
    ['12345', { minPinLength: 6 }, 'too-short'],
    ['🔑🔑🔑🔑', { minPinLength: 4 }, undefined], // 4 code points, 16 bytes
    ['🔑🔑🔑🔑', { minPinLength: 5 }, 'too-short'],
    // In NFC á and ć are one code point each, b́ and d́ two.
    ['a\u0301b\u0301c\u0301d\u0301', { minPinLength: 6 }, undefined],
    ['a\u0301b\u0301c\u0301d\u0301', { minPinLength: 7 }, 'too-short'],
    ['1234567890', { maxPinLength: 8 }, 'too-long'],
    ['1111', {}, undefined],
    ['1111', { pinComplexityPolicy: true }, 'one-character'],
    ['🔑🔑🔑🔑', { pinComplexityPolicy: true }, 'one-character'],
    ['1112', { pinComplexityPolicy: true }, undefined],
    ['271828', {}, 'unchanged'],
  ] as const)('%s on a key with %j breaks: %s', (text, change, rule) => {
    expect(brokenPinRule(pin(text), pinRules(info(change)), pin('271828'))).toBe(rule);
  });

  it('is held to the bytes and the NUL whatever the key says', () => {
    for (const text of ['é'.repeat(32), '12\u000034', '123']) {
      expect(() => new Pin(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'PIN_FORM' }));
    }
    expect(pinRules(info({ maxPinLength: 200 }))).toMatchObject({ maxLength: 63, maxBytes: 63 });
  });

  it('that breaks a rule is refused with the rule in words', () => {
    const refused = () => assertNewPin(pin('12345'), info({ minPinLength: 6 }));
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'PIN_POLICY',
        message: 'The new PIN is shorter than the 6 characters that this key asks for.',
        detail: { rule: 'too-short' },
      }),
    );
  });

  it('that breaks a rule is not sent, neither as the first nor in the place of another', async () => {
    const { lab, key } = await plugIn({ pin: null });
    lab.setPinState({ minPinLength: 6 });
    await expect(key.setPin(pin('12345'))).rejects.toMatchObject({ code: 'PIN_POLICY' });
    await key.setPin(pin());
    for (const refused of ['12345', '271828']) {
      await expect(key.changePin(pin(), pin(refused))).rejects.toMatchObject({ code: 'PIN_POLICY' });
    }
    expect(lab.counters.read().pinChecks).toBe(0);
    const sent = lab.counters.read().commands.map(({ subCommand }) => subCommand);
    expect(sent.filter((subCommand) => subCommand === 3 || subCommand === 4)).toEqual([3]);
    await key.close();
  });

  it('that only the key refuses is refused with what the key says of its rules', async () => {
    const { lab, key } = await plugIn();
    lab.faults.set({ statusReplies: [{ command: 0x06, subCommand: 4, status: 0x37 }] });
    await expect(key.changePin(pin(), pin('31415926'))).rejects.toMatchObject({
      code: 'PIN_POLICY',
      remedy: 'Choose one of at least 4 characters, other than the current one.',
    });
    await key.close();
  });
});

describe('where a PIN stands', () => {
  const withPin = (clientPin: boolean | undefined, forcePinChange = false) =>
    info({ options: new Map(clientPin === undefined ? [] : [['clientPin', clientPin]]), forcePinChange });

  it.each([
    [withPin(undefined), undefined, { kind: 'unsupported' }],
    [withPin(false), undefined, { kind: 'not-set' }],
    [withPin(true), { left: 8, replugNeeded: false }, { kind: 'usable', left: 8 }],
    [withPin(true), { left: 5, replugNeeded: true }, { kind: 'replug-needed', left: 5 }],
    [withPin(true), { left: 0, replugNeeded: true }, { kind: 'blocked' }],
    [withPin(true, true), { left: 3, replugNeeded: false }, { kind: 'change-forced', left: 3 }],
    [withPin(true, true), { left: 3, replugNeeded: true }, { kind: 'replug-needed', left: 3 }],
    [withPin(true), undefined, { kind: 'blocked' }],
  ] as const)('case %#', (said, retries, expected) => {
    expect(pinState(said, retries)).toEqual(expected);
  });

  it('is read with one question, and not asked again while nothing happened', async () => {
    const { lab, key } = await plugIn();
    expect(await key.pinState()).toEqual({ kind: 'usable', left: 8 });
    lab.counters.reset();
    expect(await key.pinState()).toEqual({ kind: 'usable', left: 8 });
    expect(lab.counters.read().commands).toEqual([]);
    await key.close();
  });
});

describe('where a key publishes its rules', () => {
  const told = (text: string) =>
    pinRules(
      parseInfo(
        new Map([
          [0x03, new Uint8Array(16)],
          [0x1c, new TextEncoder().encode(text)],
        ]),
      ),
    ).complexityUrl;

  it('is a URL', () => {
    expect(told('https://keys.example/rules?of=5.7')).toBe('https://keys.example/rules?of=5.7');
  });

  it.each(['', 'a b', 'https://x\u001b[2J', 'https://x/\u202egnp.exe', `https://x/${'y'.repeat(2048)}`])(
    'is left out where it could mislead whoever reads it: case %#',
    (text) => {
      expect(told(text)).toBeUndefined();
    },
  );
});
