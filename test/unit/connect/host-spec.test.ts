import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { formatHostSpec, parseHostSpec, shownHostSpec } from '../../../main/connect/host-spec.ts';

function faultOf(text: string): string {
  try {
    parseHostSpec(text);
  } catch (error) {
    if (error instanceof GlasskeyError && error.code === 'TARGET_INVALID') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a target as a person types it', () => {
  it.each([
    ['ce1-rack4', { host: 'ce1-rack4' }],
    ['10.1.2.3:2222', { host: '10.1.2.3', port: 2222 }],
    ['alice@10.1.2.3', { user: 'alice', host: '10.1.2.3' }],
    ['alice@contoso.com@ce1.fabric.example:22', { user: 'alice@contoso.com', host: 'ce1.fabric.example', port: 22 }],
    ['alice@[2001:db8::7]:2022', { user: 'alice', host: '2001:db8::7', port: 2022 }],
    ['[2001:db8::7]', { host: '2001:db8::7' }],
    ['alice@2001:db8::7', { user: 'alice', host: '2001:db8::7' }],
    ['ssh://alice@contoso.com@ce1:2222/', { user: 'alice@contoso.com', host: 'ce1', port: 2222 }],
    ['SSH://ce1', { host: 'ce1' }],
  ])('reads %s', (text, spec) => {
    expect(parseHostSpec(text)).toEqual(spec);
  });

  it.each([
    ['', /names no host/],
    ['alice@', /names no host/],
    ['@ce1', /empty user name/],
    ['-oProxyCommand=x', /begins with '-'/],
    ['-lroot@ce1', /user name that begins with '-'/],
    ['alice@-ce1', /host name that begins with '-'/],
    ['ce1\n', /a control character \(U\+000A\)/],
    ['al\0ice@ce1', /a control character \(U\+0000\)/],
    ['alice bob@ce1', /whitespace/],
    ['ce\u00a01', /whitespace/],
    ['ce1;reboot', /the character ;/],
    ['$(id)@ce1', /the character \$/],
    ['`id`@ce1', /a quotation mark \(`\)/],
    ["o'neil@ce1", /a quotation mark \('\)/],
    ['CONTOSO\\alice@ce1', /a backslash/],
    ['%h', /a '%'/],
    ['alice@fe80::1%eth0', /more than one colon|a '%'/],
    ['[fe80::1%eth0]:22', /no IPv6 address/],
    ['[10.0.0.1]:22', /no IPv6 address/],
    ['[::1', /brackets/],
    ['ce1:0', /port/],
    ['ce1:65536', /port/],
    ['ce1:', /port/],
    ['ce1:22x', /port/],
    ['ce1:+22', /port/],
    ['ce1:22:22', /more than one colon/],
    ['http://ce1', /scheme 'http'/],
    ['ssh://ce1/etc', /the character \//],
    ['ce1..fabric', /empty part/],
    ['c\u00e91', /U\+00E9/],
    ['a'.repeat(254), /longer than 253/],
    [`${'a'.repeat(129)}@ce1`, /longer than 128/],
  ])('refuses %j and says why', (text, fault) => {
    expect(faultOf(text)).toMatch(fault);
  });

  it('never shows a control character in its message', () => {
    expect(faultOf('ce1\u001b]0;owned\u0007')).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    ['alice@198.18.17.118:22', 'alice@198.18.17.118'],
    ['ssh://jump-east:22', 'jump-east'],
    ['admin@[2001:db8::17]:22', 'admin@2001:db8::17'],
    ['admin@[2001:db8::17]:2222', 'admin@[2001:db8::17]:2222'],
    ['alice@ce1:2222', 'alice@ce1:2222'],
    ['alice@ce1', 'alice@ce1'],
  ])('%s is shown as %s: ssh’s own port says nothing', (typed, shown) => {
    expect(shownHostSpec(parseHostSpec(typed))).toBe(shown);
    expect(shownHostSpec(parseHostSpec(shown))).toBe(shown);
  });

  it('gives a value that means the same when written and read again, or TARGET_INVALID, for any text', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'ab1.-_@:[]%/$ \\') }),
      fc
        .tuple(fc.constantFrom('', 'a@', 'a@b.c@'), fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        if (faultOf(text) !== 'accepted') return;
        const spec = parseHostSpec(text);
        expect(parseHostSpec(formatHostSpec(spec))).toEqual(spec);
        expect(spec.host).toMatch(/^[A-Za-z0-9._:][A-Za-z0-9._:-]*$/);
        expect(spec.user ?? 'a').toMatch(/^[A-Za-z0-9._+@][A-Za-z0-9._+@-]*$/);
      }),
      { numRuns: 500 },
    );
  });
});
