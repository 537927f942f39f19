import { describe, expect, it } from 'vitest';
import { fingerprintLine, sha256Fingerprint } from '../../../main/openssh/fingerprint.ts';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import {
  ED25519_FINGERPRINT_LINE,
  ED25519_LINE,
  ED25519_NO_COMMENT_FINGERPRINT,
  ED25519_NO_COMMENT_LINE,
  ED25519_PUBLIC_BLOB,
  hex,
} from './known-answers.ts';

describe('a fingerprint', () => {
  it.each([
    ['with a comment', ED25519_LINE, ED25519_FINGERPRINT_LINE],
    ['without one', ED25519_NO_COMMENT_LINE, ED25519_NO_COMMENT_FINGERPRINT],
  ])('line of a key %s is what ssh-keygen -l prints', (_name, line, printed) => {
    const { publicKey, comment } = parsePublicLine(line);
    expect(fingerprintLine(publicKey, comment)).toBe(printed);
  });

  it('of a blob has no padding', () => {
    expect(sha256Fingerprint(hex(ED25519_PUBLIC_BLOB))).toBe('SHA256:GsJq6DBXTiCXHxPi0Qh6puFebE+pX2ydK0mcmqtR3zs');
  });
});
