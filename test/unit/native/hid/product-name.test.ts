import { describe, expect, it } from 'vitest';
import { productName } from '../../../../native/hid/product-name.ts';

const named = (manufacturer: string | undefined, product: string | undefined) => productName({ manufacturer, product });

describe('what a security key is called', () => {
  it.each([
    ['Yubico', 'YubiKey FIDO', 'Yubico YubiKey FIDO'],
    ['SoloKeys', 'SoloKeys Solo 2', 'SoloKeys Solo 2'],
    [undefined, 'Security Key', 'Security Key'],
    ['Yubico', undefined, 'Yubico'],
    [undefined, undefined, 'security key'],
  ])('is its maker and its product, each said once: %s, %s', (manufacturer, product, name) => {
    expect(named(manufacturer, product)).toBe(name);
  });

  it('holds nothing that hides text, turns it round, begins a line or fills a window: a key names itself', () => {
    expect(named('Evil', '\u202eyek\u202c A\r\n\u001b[2Jkey\u200b')).toBe('Evil yek A [2Jkey');
    expect(named('\u0000', '\u2066')).toBe('security key');
    expect([...named('', 'k'.repeat(10_000))]).toHaveLength(65);
  });
});
