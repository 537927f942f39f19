import { describe, expect, it } from 'vitest';
import { formatPublicLine, parsePublicLine } from '../../../main/openssh/public-line.ts';
import { formatSkPublicBlob } from '../../../main/openssh/sk-key.ts';
import { ECDSA_LINE, ED25519_LINE, ED25519_NO_COMMENT_LINE, ED25519_PUBLIC_BLOB } from './known-answers.ts';
import { thrownCode } from './thrown-code.ts';

const [TYPE = '', BASE64 = ''] = ED25519_LINE.split(' ');

describe('a public line', () => {
  it.each([
    ['ed25519-sk', ED25519_LINE],
    ['ecdsa-sk with a UTF-8 comment', ECDSA_LINE],
    ['ed25519-sk without a comment', ED25519_NO_COMMENT_LINE],
  ])('of %s is read and written again as it was', (_name, line) => {
    expect(formatPublicLine(parsePublicLine(line))).toBe(line);
  });

  it('gives key and comment', () => {
    const { publicKey, comment } = parsePublicLine(ED25519_LINE);
    expect(Buffer.from(formatSkPublicBlob(publicKey)).toString('hex')).toBe(ED25519_PUBLIC_BLOB);
    expect(comment).toBe('glasskey ed25519-sk');
  });

  it('is read with CRLF, tabs and blanks around it, and keeps blanks inside the comment', () => {
    expect(parsePublicLine(`  ${TYPE}\t${BASE64}  a  b c \r\n`).comment).toBe('a  b c');
  });

  it.each([
    ['options', `no-touch-required ${ED25519_LINE}`],
    ['a quoted option', `command="echo hi",verify-required ${ED25519_LINE}`],
  ])('with %s before it is refused by name', (_name, line) => {
    expect(thrownCode(() => parsePublicLine(line))).toBe('PUBLIC_LINE_HAS_OPTIONS');
  });

  it.each([
    ['an ordinary key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHWcvAxShaG3ihmHq8nOjnDYnydVCP6jv9zWjr7/r4FH x'],
    ['a certificate', `sk-ssh-ed25519-cert-v01@openssh.com ${BASE64}`],
  ])('of %s is refused by its type', (_name, line) => {
    expect(thrownCode(() => parsePublicLine(line))).toBe('PUBLIC_LINE_NOT_SK');
  });

  it.each([
    ['is empty', ''],
    ['is prose', 'hello world'],
    ['has no data', TYPE],
    ['lacks its base64 padding', `${TYPE} ${BASE64.replace('=', '')}`],
    ['has a character that is not base64', `${TYPE} ${BASE64.replace('A', '-')}`],
    ['has spare bits set in its last character', `${TYPE} ${BASE64.replace('Do=', 'Dp=')}`],
    ['has data behind the key', `${TYPE} ${Buffer.from(`${ED25519_PUBLIC_BLOB}00`, 'hex').toString('base64')}`],
    ['names another type than its data', ED25519_LINE.replace(TYPE, 'sk-ecdsa-sha2-nistp256@openssh.com')],
    ['is two lines', `${ED25519_LINE}\n${ED25519_LINE}`],
    ['has an escape in its comment', `${ED25519_LINE}\u001b[2J`],
    ['is endless', `${ED25519_LINE} ${'x'.repeat(20_000)}`],
  ])('that %s is refused', (_name, line) => {
    expect(thrownCode(() => parsePublicLine(line))).toBe('PUBLIC_LINE_MALFORMED');
  });

  it.each(['a\nb', 'a\rb', 'a\0b', '\u001b]0;x\u0007', 'a\u0085b', 'a\u2028b'])(
    'is never written with %j as its comment',
    (comment) => {
      const { publicKey } = parsePublicLine(ED25519_LINE);
      expect(thrownCode(() => formatPublicLine({ publicKey, comment }))).toBe('PUBLIC_LINE_MALFORMED');
    },
  );
});
