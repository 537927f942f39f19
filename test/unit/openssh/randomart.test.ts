import { describe, expect, it } from 'vitest';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import { randomart } from '../../../main/openssh/randomart.ts';
import { ECDSA_LINE, ECDSA_RANDOMART, ED25519_LINE, ED25519_RANDOMART } from './known-answers.ts';

describe('randomart', () => {
  it.each([
    ['ed25519-sk', ED25519_LINE, ED25519_RANDOMART],
    ['ecdsa-sk', ECDSA_LINE, ECDSA_RANDOMART],
  ])('of %s is the picture that ssh-keygen -lv draws', (_name, line, picture) => {
    expect(randomart(parsePublicLine(line).publicKey)).toBe(picture);
  });
});
