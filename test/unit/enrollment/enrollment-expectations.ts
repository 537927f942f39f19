/** What must hold of a computer after an enrollment, however it went. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { WrittenEnrollment } from '../../../main/enrollment/enrollment.ts';
import { keyFilePair } from '../../../main/enrollment/key-files.ts';
import { parseKeyFile } from '../../../main/openssh/key-file.ts';
import { parsePublicLine } from '../../../main/openssh/public-line.ts';
import { formatSkSignature, skSignatureFromAssertion, verifySkSignature } from '../../../main/openssh/sk-signature.ts';
import { Authenticator } from '../../../native/ctap2/authenticator.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ACCOUNT, type Computer, PIN } from './enrollment-world.ts';

/** Neither file, or both and whole, and nothing beside them. */
export async function expectNoHalfWrittenFile(computer: Computer): Promise<void> {
  const names = await computer.keyFiles();
  if (names.length > 0) await expectWholePair(computer);
  expect(names).toEqual(names.length === 0 ? [] : ['id_ed25519_sk', 'id_ed25519_sk.pub']);
}

export async function expectWholePair(computer: Computer): Promise<void> {
  const { publicKey } = parseKeyFile(await readFile(computer.keyFile));
  expect(parsePublicLine(await readFile(`${computer.keyFile}.pub`, 'utf8')).publicKey).toEqual(publicKey);
}

/** Exactly one enrollment, one credential of its own on the authenticator, both files, and the key signs with PIN and touch. */
export async function expectOneUsableEnrollment(
  computer: Computer,
  state: WrittenEnrollment['state'] = 'published',
): Promise<void> {
  const enrollments = computer.journal.list();
  expect(enrollments.map((one) => one.state)).toEqual([state]);
  const [enrollment] = enrollments;
  if (enrollment === undefined || !('files' in enrollment)) throw new Error('the enrollment has no files');
  const userId = Buffer.from(enrollment.plan.userId).toString('hex');
  expect(computer.authenticator.credentials().map((one) => one.userId)).toEqual([userId]);
  const pair = keyFilePair(enrollment);
  expect(new Uint8Array(await readFile(computer.keyFile))).toEqual(pair.privateFile);
  expect(await readFile(`${computer.keyFile}.pub`, 'utf8')).toBe(pair.publicLine);
  if (state === 'published') expect(computer.profiles.lines.get(ACCOUNT)).toBe(pair.publicLine);
  await expectKeySigns(computer);
}

export async function expectKeySigns(computer: Computer): Promise<void> {
  const message = new TextEncoder().encode('show version');
  const { keyHandle } = parseKeyFile(await readFile(computer.keyFile));
  const { publicKey } = parsePublicLine(await readFile(`${computer.keyFile}.pub`, 'utf8'));
  const [device] = await computer.bus.list();
  if (device === undefined) throw new Error('no key is plugged in');
  const key = await Authenticator.open(device, computer.channel);
  try {
    const clientDataHash = new Uint8Array(createHash('sha256').update(message).digest());
    const request = { rpId: 'ssh:', clientDataHash, credentialId: keyHandle, userPresence: true };
    const { authDataBytes, signature } = await key.getAssertion(request, new Pin(new TextEncoder().encode(PIN)));
    const blob = formatSkSignature(skSignatureFromAssertion(publicKey, { authData: authDataBytes, signature }));
    const policy = { requireTouch: true, requireUserVerification: true };
    expect(verifySkSignature(publicKey, message, blob, policy)).toMatchObject({ valid: true });
  } finally {
    await key.close();
  }
}
