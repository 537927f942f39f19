import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { parsePublishedLine } from '../../../main/entra/published-line.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { sampleLine } from '../../lab/entra/sample-line.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

function lineOf(algorithm: string, blob: Uint8Array, rest = ' c\n'): string {
  return `${algorithm} ${Buffer.from(blob).toString('base64')}${rest}`;
}

function ecdsaBlob(pointLength: number): Uint8Array {
  return new SshWriter()
    .text('sk-ecdsa-sha2-nistp256@openssh.com')
    .text('nistp256')
    .string(new Uint8Array(pointLength).fill(4))
    .text('ssh:')
    .toBytes();
}

describe('a line for the profile', () => {
  it('has the length that azure.md 1.2 computes for an ed25519-sk key', () => {
    expect(parsePublishedLine(sampleLine(1))).toHaveLength(148);
  });

  it('may be an ecdsa-sk key, of 228 bytes', () => {
    const line = lineOf('sk-ecdsa-sha2-nistp256@openssh.com', ecdsaBlob(65), ' NexusIdentitySSHKey\n');
    expect(parsePublishedLine(line)).toHaveLength(228);
  });

  it.each([
    ['no line feed', sampleLine(1).trimEnd()],
    ['CR LF', sampleLine(1).replace('\n', '\r\n')],
    ['two lines', sampleLine(1) + sampleLine(2)],
    ['options before the key', `no-touch-required ${sampleLine(1)}`],
    ['a control character in the comment', sampleLine(1).replace('Nexus', 'Ne\u001bus')],
    ['an algorithm without a security key', lineOf('ssh-ed25519', utf8('x'))],
    ['a blob of another algorithm', lineOf('sk-ssh-ed25519@openssh.com', ecdsaBlob(65))],
    ['a point of the wrong size', lineOf('sk-ecdsa-sha2-nistp256@openssh.com', ecdsaBlob(64))],
    ['a comment that makes it too long', sampleLine(1).replace('\n', `${'x'.repeat(2048)}\n`)],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['nothing', ''],
  ])('is refused with %s', (_what, text) => {
    expect(() => parsePublishedLine(text)).toThrow(expect.objectContaining({ code: 'PROFILE_LINE_INVALID' }));
  });

  it('is a value or a typed error for any text, and never quotes the text', () => {
    const nearMiss = fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.string())
      .map(([blob, comment]) => lineOf('sk-ssh-ed25519@openssh.com', blob, ` ${comment}\n`));
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearMiss), (text) => {
        try {
          parsePublishedLine(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GlasskeyError);
          expect((thrown as GlasskeyError).detail).toEqual({});
        }
      }),
    );
  });
});
