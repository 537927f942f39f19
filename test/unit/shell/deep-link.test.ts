import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkAmong, parseDeepLink } from '../../../main/shell/deep-link.ts';

describe('a deep link', () => {
  it.each([
    ['glasskey://connect/ce1-rack4', { kind: 'saved', name: 'ce1-rack4' }],
    ['GLASSKEY://Connect/rack4', { kind: 'saved', name: 'rack4' }],
    ['glasskey://connect/Z%C3%BCrich', { kind: 'saved', name: 'Zürich' }],
    ['glasskey://connect/admin@10.0.0.1', { kind: 'typed', device: 'admin@10.0.0.1' }],
    ['glasskey://connect/a%40b.example@rack4:2222', { kind: 'typed', device: 'a@b.example@rack4:2222' }],
    ['glasskey://connect/admin@[2001:db8::1]:22', { kind: 'typed', device: 'admin@[2001:db8::1]:22' }],
  ])('is understood: %s', (text, link) => {
    expect(parseDeepLink(text)).toEqual(link);
  });

  it.each([
    '',
    'glasskey:',
    'glasskey://connect',
    'glasskey://connect/',
    'glasskey://connect/rack4/',
    'glasskey://connect/rack4/more',
    'glasskey://connect/rack4?jump=evil',
    'glasskey://connect/rack4#part',
    'glasskey://me@connect/rack4',
    'glasskey://connect:1/rack4',
    'glasskey:connect/rack4',
    'glasskey:///connect/rack4',
    'glasskey://enroll/rack4',
    'glasskey://connect/../enroll',
    'glasskey://connect/%2e%2e',
    'glasskey://connect/a%2Fb',
    'glasskey://connect/rack4%00',
    'glasskey://connect/rack4%0a',
    'glasskey://connect/rack4\n',
    ' glasskey://connect/rack4',
    'glasskey://connect/rack 4',
    'glasskey://connect/rack%204',
    'glasskey://connect/%',
    'glasskey://connect/%ff',
    'glasskey://connect/-oProxyCommand=calc',
    'glasskey://connect/admin@-oProxyCommand=calc',
    'glasskey://connect/$(calc)@rack4',
    'glasskey://connect/@rack4',
    'glasskey://connect/admin@',
    'glasskey://connect/admin@rack4:0',
    'glasskey://connect/ssh:%2F%2Fadmin@rack4',
    `glasskey://connect/${'a'.repeat(65)}`,
    `glasskey://connect/a@${'b.'.repeat(600)}c`,
    'https://connect/rack4',
  ])('is refused: %s', (text) => {
    expect(parseDeepLink(text)).toBeUndefined();
  });

  it('of any text is refused or names a target of harmless characters, and never throws', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((end) => `glasskey://connect/${end}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(text, (link) => {
        const parsed = parseDeepLink(link);
        const target = parsed === undefined ? 'a' : parsed.kind === 'saved' ? parsed.name : parsed.device;
        expect(target).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._+@:[\]-]*$|^[.+@][A-Za-z0-9._+@:[\]-]*$/u);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the link among arguments', () => {
  it('is the first that claims to be one, however it is spelled', () => {
    expect(linkAmong(['--hidden', 'GlassKey://connect/a', 'glasskey://connect/b'])).toBe('GlassKey://connect/a');
    expect(linkAmong(['--link=glasskey://connect/a', 'a.txt'])).toBeUndefined();
  });
});
