/**
 * The key inside "add identity" messages (17, 25): the private form of a key, then its comment
 * (draft-ietf-sshm-ssh-agent, section 5.2; OpenSSH's PROTOCOL.u2f for sk keys).
 */
import { isSkAlgorithm, readSkPrivateFields, type SkPrivateKey, writeSkPrivateFields } from './sk-key.ts';
import type { SshReader, SshWriter } from './wire.ts';

/**
 * A key that a client wants the agent to hold. `other` is any key type whose layout is not ours: where its fields end,
 * and so where its comment and constraints begin, is not known, hence `rest` holds everything after the type name.
 */
export type AddedKey =
  | { readonly kind: 'sk'; readonly key: SkPrivateKey }
  | {
      readonly kind: 'sk-certificate';
      readonly keyType: string;
      /** The whole certificate blob, type included. */
      readonly certificate: Uint8Array;
      readonly application: string;
      readonly flags: number;
      readonly keyHandle: Uint8Array;
      readonly reserved: Uint8Array;
      readonly comment: string;
    }
  | { readonly kind: 'other'; readonly keyType: string; readonly rest: Uint8Array };

const SK_CERTIFICATES: readonly string[] = [
  'sk-ssh-ed25519-cert-v01@openssh.com',
  'sk-ecdsa-sha2-nistp256-cert-v01@openssh.com',
];

/** Reads a key and its comment; for `other` everything to the end of the message. Throws `SSH_MALFORMED`. */
export function readAddedKey(reader: SshReader): AddedKey {
  const keyType = reader.text();
  if (isSkAlgorithm(keyType)) {
    const fields = readSkPrivateFields(reader, keyType);
    return { kind: 'sk', key: { ...fields, comment: reader.text() } };
  }
  if (!SK_CERTIFICATES.includes(keyType)) return { kind: 'other', keyType, rest: reader.rest() };
  return {
    kind: 'sk-certificate',
    keyType,
    certificate: reader.string(),
    application: reader.text(),
    flags: reader.uint8(),
    keyHandle: reader.string(),
    reserved: reader.string(),
    comment: reader.text(),
  };
}

/** Writes what `readAddedKey` reads. */
export function writeAddedKey(writer: SshWriter, added: AddedKey): SshWriter {
  switch (added.kind) {
    case 'sk':
      writeSkPrivateFields(writer.text(added.key.publicKey.algorithm), added.key);
      return writer.text(added.key.comment);
    case 'sk-certificate':
      return writer
        .text(added.keyType)
        .string(added.certificate)
        .text(added.application)
        .uint8(added.flags)
        .string(added.keyHandle)
        .string(added.reserved)
        .text(added.comment);
    case 'other':
      return writer.text(added.keyType).bytes(added.rest);
    default:
      return added satisfies never;
  }
}
