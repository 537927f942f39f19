import { describe, expect, it } from 'vitest';
import { productName } from '../../../main/enrollment/choose-authenticator.ts';
import type { HidDevice } from '../../../native/hid/transport.ts';

const named = (manufacturer: string | undefined, product: string | undefined) =>
  productName({ manufacturer, product } as HidDevice);

describe('what a security key is called', () => {
  it('is its maker and its product, each said once', () => {
    expect(named('Yubico', 'YubiKey OTP+FIDO')).toBe('Yubico YubiKey OTP+FIDO');
    expect(named('Yubico', 'Yubico Key')).toBe('Yubico Key');
    expect(named(undefined, 'A key')).toBe('A key');
    expect(named(undefined, undefined)).toBe('security key');
  });

  it('holds nothing that hides text, turns it round, begins a line or fills a window: a key names itself', () => {
    expect(named('Evil', '\u202eyek\u202c A\r\n\u001b[2Jkey\u200b')).toBe('Evil yek A [2Jkey');
    expect(named('\u0000', '\u2066')).toBe('security key');
    expect([...named('', 'k'.repeat(10_000))]).toHaveLength(65);
  });
});
