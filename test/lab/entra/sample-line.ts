/** A public line of an ed25519-sk key that nobody holds, as `ssh-keygen -C NexusIdentitySSHKey` would write it. */
import { SshWriter } from '../../../main/openssh/wire.ts';

const ALGORITHM = 'sk-ssh-ed25519@openssh.com';

/** `seed` (0 to 255) tells one key from another. The line ends in LF. */
export function sampleLine(seed: number): string {
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const blob = new SshWriter()
    .string(utf8(ALGORITHM))
    .string(new Uint8Array(32).fill(seed))
    .string(utf8('ssh:'))
    .toBytes();
  return `${ALGORITHM} ${Buffer.from(blob).toString('base64')} NexusIdentitySSHKey\n`;
}
