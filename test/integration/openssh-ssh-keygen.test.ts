/**
 * main/openssh and the machine's ssh-keygen read each other's files. Keys are made here from Node's own; no
 * authenticator is needed, because ssh-keygen asks for one only to sign.
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintLine } from '../../main/openssh/fingerprint.ts';
import { decryptKeyFile, encryptKeyFile, formatKeyFile, parseKeyFileHead } from '../../main/openssh/key-file.ts';
import { formatPublicLine, parsePublicLine } from '../../main/openssh/public-line.ts';
import { randomart } from '../../main/openssh/randomart.ts';
import { parseSkCertificate } from '../../main/openssh/sk-certificate.ts';
import { SK_ECDSA, SK_ED25519, SkFlag, type SkPrivateKey, type SkPublicKey } from '../../main/openssh/sk-key.ts';
import { formatSkSignature, skSignatureFromAssertion } from '../../main/openssh/sk-signature.ts';
import { formatSshsig, parseSshsig, type SshsigHash, sshsigMessage, verifySshsig } from '../../main/openssh/sshsig.ts';
import { SshWriter } from '../../main/openssh/wire.ts';

const run = promisify(execFile);
const installed = isInstalled();
if (!installed) console.warn('SKIPPED: ssh-keygen against main/openssh, because ssh-keygen is not installed');

/** Throw-away; given in an argument list because nothing else takes one without a terminal. */
const PASSPHRASE = 'throw-away';
const COMMENT = 'NexusIdentitySSHKey';

interface SoftKey {
  readonly name: string;
  readonly key: SkPrivateKey;
  readonly secret: KeyObject;
}

const KEYS: readonly SoftKey[] = [ed25519Key(), ecdsaKey()];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glasskey-keygen-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!installed).each(KEYS)('ssh-keygen and Glasskey, with an $name key:', ({ name, key, secret }) => {
  const line = formatPublicLine({ publicKey: key.publicKey, comment: COMMENT });

  it('ssh-keygen -y prints the public line of a plain file that Glasskey wrote', async () => {
    const file = await written(`${name}-plain`, formatKeyFile(key, random));
    expect(await keygen('-y', '-f', file)).toBe(`${line}\n`);
  });

  it('ssh-keygen -y opens a file that Glasskey encrypted, with its passphrase only', async () => {
    const file = await written(`${name}-encrypted`, await encryptKeyFile(key, utf8(PASSPHRASE), random));
    expect(await keygen('-y', '-P', PASSPHRASE, '-f', file)).toBe(`${line}\n`);
    await expect(keygen('-y', '-P', 'wrong', '-f', file)).rejects.toThrow(/incorrect passphrase/);
  });

  it('ssh-keygen -l and -lv print the fingerprint and the picture that Glasskey computes', async () => {
    const file = await written(`${name}.pub`, utf8(`${line}\n`));
    const printed = fingerprintLine(key.publicKey, COMMENT);
    expect(await keygen('-l', '-f', file)).toBe(`${printed}\n`);
    expect(await keygen('-l', '-v', '-f', file)).toBe(`${printed}\n${randomart(key.publicKey)}\n`);
  });

  it.each([
    ['aes256-ctr', 24],
    ['aes128-ctr', 1],
    ['aes192-ctr', 1],
    ['aes128-cbc', 1],
    ['aes192-cbc', 1],
    ['aes256-cbc', 2],
    ['aes128-gcm@openssh.com', 2],
    ['aes256-gcm@openssh.com', 3],
    ['chacha20-poly1305@openssh.com', 3],
  ])('Glasskey reads what ssh-keygen -p encrypts by %s with %i rounds', async (cipher, rounds) => {
    const file = await written(`${name}-${cipher}`, formatKeyFile(key, random));
    await keygen('-p', '-P', '', '-N', PASSPHRASE, '-Z', cipher, '-a', String(rounds), '-f', file);
    const encrypted = new Uint8Array(await readFile(file));
    expect(parseKeyFileHead(encrypted)).toMatchObject({ encrypted: true, cipherName: cipher });
    expect(await decryptKeyFile(encrypted, utf8(PASSPHRASE))).toStrictEqual(key);
  });

  it('ssh-keygen -p takes the passphrase off again, and Glasskey reads the same key', async () => {
    const file = await written(`${name}-off`, await encryptKeyFile(key, utf8(PASSPHRASE), random));
    await keygen('-p', '-P', PASSPHRASE, '-N', '', '-f', file);
    expect(await decryptKeyFile(new Uint8Array(await readFile(file)), utf8(''))).toStrictEqual(key);
  });

  it.each<SshsigHash>(['sha512', 'sha256'])('ssh-keygen -Y verify accepts a signature over %s', async (hash) => {
    const data = utf8('an order to the fabric\n');
    const signature = await written(`${name}-${hash}.sig`, utf8(signed(key.publicKey, secret, data, hash)));
    const signers = await written(`${name}-${hash}.signers`, utf8(`me@glasskey ${line}\n`));
    const verify = ['-Y', 'verify', '-f', signers, '-I', 'me@glasskey', '-n', 'file', '-s', signature];
    expect(await keygenWithInput(data, ...verify)).toContain('Good "file" signature for me@glasskey');
    await expect(keygenWithInput(utf8('another order\n'), ...verify)).rejects.toThrow(/incorrect signature/);
    const expected = { publicKey: key.publicKey, namespace: 'file', requireTouch: true, requireUserVerification: true };
    const sshsig = parseSshsig(await readFile(signature, 'utf8'));
    expect(verifySshsig(sshsig, data, expected)).toMatchObject({ valid: true, userVerified: true });
  });

  it('Glasskey reads the certificate that ssh-keygen -s makes of the key', async () => {
    const authority = join(folder, `${name}-ca`);
    await keygen('-q', '-t', 'ed25519', '-N', '', '-f', authority);
    const file = await written(`${name}-for-cert.pub`, utf8(`${line}\n`));
    await keygen('-q', '-s', authority, '-I', 'a-name', '-n', 'root,admin', '-z', '42', '-V', 'always:forever', file);
    const [, base64 = ''] = (await readFile(join(folder, `${name}-for-cert-cert.pub`), 'utf8')).split(' ');
    const certificate = parseSkCertificate(new Uint8Array(Buffer.from(base64, 'base64')));
    expect(certificate).toMatchObject({ publicKey: key.publicKey, keyId: 'a-name', serial: 42n, use: 'user' });
    expect(certificate.principals).toStrictEqual(['root', 'admin']);
  });

  it('ssh-keygen refuses a file whose private part Glasskey refuses', async () => {
    const text = new TextDecoder().decode(formatKeyFile(key, random));
    const file = await written(`${name}-cut`, utf8(text.replace(/.{8}\n-----END/, '\n-----END')));
    await expect(keygen('-y', '-P', '', '-f', file)).rejects.toThrow();
    await expect(decryptKeyFile(new Uint8Array(await readFile(file)), utf8(''))).rejects.toThrow(/damaged/);
  });

  it('its public line is read from what ssh-keygen -y prints', async () => {
    const file = await written(`${name}-line`, formatKeyFile(key, random));
    expect(parsePublicLine(await keygen('-y', '-f', file))).toStrictEqual({
      publicKey: key.publicKey,
      comment: COMMENT,
    });
  });
});

function ed25519Key(): SoftKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = fromBase64url(publicKey.export({ format: 'jwk' }).x);
  return softKey('ed25519-sk', { algorithm: SK_ED25519, publicKey: bytes, application: 'ssh:' }, privateKey);
}

function ecdsaKey(): SoftKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point = Uint8Array.of(4, ...fromBase64url(x), ...fromBase64url(y));
  return softKey('ecdsa-sk', { algorithm: SK_ECDSA, point, application: 'ssh:demo' }, privateKey);
}

function softKey(name: string, publicKey: SkPublicKey, secret: KeyObject): SoftKey {
  const flags = SkFlag.USER_PRESENCE_REQUIRED | SkFlag.USER_VERIFICATION_REQUIRED | SkFlag.RESIDENT;
  const key = { publicKey, flags, keyHandle: random(64), reserved: new Uint8Array(0), comment: COMMENT };
  return { name, key, secret };
}

/** What an authenticator and then Glasskey do: sign authData ‖ clientDataHash, wrap it. Touch and PIN were given. */
function signed(publicKey: SkPublicKey, secret: KeyObject, data: Uint8Array, hash: SshsigHash): string {
  const message = sshsigMessage(data, 'file', hash);
  const authData = new SshWriter()
    .bytes(sha256(utf8(publicKey.application)))
    .uint8(0x05)
    .uint32(7)
    .toBytes();
  const toSign = Buffer.concat([authData, sha256(message)]);
  const raw = sign(publicKey.algorithm === SK_ED25519 ? null : 'sha256', toSign, secret);
  const assertion = { authData, signature: new Uint8Array(raw) };
  const signature = formatSkSignature(skSignatureFromAssertion(publicKey, assertion));
  return formatSshsig({ publicKey, namespace: 'file', hash, signature });
}

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes, { mode: 0o600 });
  return path;
}

async function keygen(...args: string[]): Promise<string> {
  const { stdout } = await run('ssh-keygen', args, { timeout: 20_000 });
  return stdout;
}

async function keygenWithInput(input: Uint8Array, ...args: string[]): Promise<string> {
  const running = run('ssh-keygen', args, { timeout: 20_000 });
  running.child.stdin?.end(input);
  const { stdout } = await running.catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.stdout ?? ''}${error.stderr ?? ''}`);
  });
  return stdout;
}

function isInstalled(): boolean {
  try {
    execFileSync('ssh-keygen', ['-?'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // ssh-keygen answers -? with its usage and a failure; only a missing program has no exit status.
    return error instanceof Error && 'status' in error && typeof error.status === 'number';
  }
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function fromBase64url(text: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(text ?? '', 'base64url'));
}
