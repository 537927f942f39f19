/** bcrypt-pbkdf 1.0.2 ships no types: only what bcrypt-kdf.ts uses of it. */
declare module 'bcrypt-pbkdf' {
  const bcryptPbkdf: {
    /**
     * bcrypt_hash() of OpenBSD's bcrypt_pbkdf.c: 64 bytes of SHA-512 of the passphrase and 64 of the salt give 32 bytes
     * in `out`.
     */
    hash(sha2pass: Uint8Array, sha2salt: Uint8Array, out: Uint8Array): void;
  };
  export = bcryptPbkdf;
}
