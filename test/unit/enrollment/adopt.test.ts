import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { skPublicKey } from '../../../main/enrollment/key-files.ts';
import { encryptKeyFile, formatKeyFile } from '../../../main/openssh/key-file.ts';
import { formatPublicLine } from '../../../main/openssh/public-line.ts';
import type { SkPrivateKey } from '../../../main/openssh/sk-key.ts';
import { Authenticator } from '../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ACCOUNT, Computer, OTHER_LINE, PIN } from './enrollment-world.ts';
import { adoptOn, recoverOn, ScriptedRecoveryPeople } from './recovery-world.ts';

const PASSPHRASE = 'correct horse';
const utf8 = (text: string) => new TextEncoder().encode(text);
const zeros = (length: number) => new Uint8Array(length);

let computer: Computer;
let people: ScriptedRecoveryPeople;
let keyFile: string;

beforeEach(async () => {
  computer = await Computer.start({ authenticator: { profile: 'yubikey-5.4' } });
  people = new ScriptedRecoveryPeople();
  keyFile = join(computer.keyFolder, 'id_ecdsa_sk');
  await mkdir(computer.keyFolder, { recursive: true });
});

afterEach(() => computer.close());

/** As `ssh-keygen -t ecdsa-sk` makes it: not resident, a touch is enough. */
async function touchOnlyKey(application = 'ssh:'): Promise<SkPrivateKey> {
  const [device] = await computer.bus.list();
  if (device === undefined) throw new Error('no key is plugged in');
  const key = await Authenticator.open(device, computer.channel);
  try {
    const user = { id: new Uint8Array(32), name: 'openssh' };
    const common = { clientDataHash: new Uint8Array(32), user, algorithm: CoseAlgorithm.ES256, residentKey: false };
    const made = await key.makeCredential({ ...common, rpId: application }, new Pin(utf8(PIN)));
    const { publicKey, credentialId } = made.authData.attested;
    return {
      publicKey: skPublicKey(publicKey, application),
      flags: 0x01,
      keyHandle: credentialId,
      reserved: new Uint8Array(),
      comment: 'alice@laptop',
    };
  } finally {
    await key.close();
  }
}

async function written(key: SkPrivateKey, privateFile: Uint8Array, comment = key.comment): Promise<void> {
  await writeFile(keyFile, privateFile);
  await writeFile(`${keyFile}.pub`, `${formatPublicLine({ publicKey: key.publicKey, comment })}\n`);
}

describe('adoption of key files', () => {
  it('enrolls them as they are, with their flags, and notes the model that shows the credential', async () => {
    const key = await touchOnlyKey();
    await written(key, formatKeyFile(key, zeros), 'another comment');
    const before = [await readFile(keyFile), await readFile(`${keyFile}.pub`)];
    const { product, keys } = await adoptOn(computer, people, keyFile);
    expect(keys).toMatchObject([{ outcome: 'recovered', verifyRequired: false, onProfile: undefined, keyFile }]);
    expect(product).toMatch(/YubiKey/);
    expect(computer.journal.list()).toMatchObject([
      {
        state: 'written',
        plan: { keyFile, algorithm: 'ecdsa-sk', comment: 'another comment', publish: false },
        credential: { origin: 'found', flags: 0x01, keyHandle: key.keyHandle, aaguid: expect.any(String) },
        profilesBefore: [],
      },
    ]);
    expect([await readFile(keyFile), await readFile(`${keyFile}.pub`)]).toEqual(before);
    expect(people.events).toEqual([]);
  });

  it('changes nothing when it is done again', async () => {
    const key = await touchOnlyKey();
    await written(key, formatKeyFile(key, zeros));
    await adoptOn(computer, people, keyFile);
    const before = computer.journal.list();
    expect((await adoptOn(computer, people, keyFile)).keys).toMatchObject([{ outcome: 'unchanged' }]);
    expect(computer.journal.list()).toEqual(before);
  });

  it('asks for the passphrase until it opens the file, and wipes what was typed', async () => {
    const key = await touchOnlyKey();
    await written(key, await encryptKeyFile(key, utf8(PASSPHRASE), zeros, { rounds: 1 }));
    const before = await readFile(keyFile);
    people.passphrases = ['wrong', PASSPHRASE];
    expect((await adoptOn(computer, people, keyFile)).keys).toMatchObject([{ outcome: 'recovered' }]);
    expect(people.passphraseQuestions).toEqual([
      { keyFile, wasWrong: false },
      { keyFile, wasWrong: true },
    ]);
    expect(people.given).toEqual([new Uint8Array(5), new Uint8Array(PASSPHRASE.length)]);
    expect(await readFile(keyFile)).toEqual(before);
    expect(JSON.stringify(computer.journal.list())).not.toContain(PASSPHRASE);
  });

  it('needs no security key, and learns its model when it is recovered from it', async () => {
    const enrolled = await computer.enroll({ keyFile, publish: false });
    const laptop = await Computer.start();
    try {
      laptop.bus = { list: async () => [] };
      expect((await adoptOn(laptop, people, keyFile)).keys).toMatchObject([
        { outcome: 'recovered', verifyRequired: true },
      ]);
      const [unknown] = laptop.journal.list();
      expect(unknown).not.toHaveProperty('credential.aaguid');
      laptop.bus = computer.bus;
      expect((await recoverOn(laptop, people)).keys).toMatchObject([{ outcome: 'unchanged' }]);
      const { product, aaguid } = enrolled.credential;
      expect(laptop.journal.list()).toMatchObject([{ id: unknown?.id, credential: { product, aaguid } }]);
    } finally {
      await laptop.close();
    }
  });

  it('sees that the profile holds it, and publishes it where it does not', async () => {
    const key = await touchOnlyKey();
    await written(key, formatKeyFile(key, zeros));
    computer.profiles.set(ACCOUNT, OTHER_LINE);
    expect((await adoptOn(computer, people, keyFile, true)).keys).toMatchObject([{ onProfile: false }]);
    const [adopted] = computer.journal.list();
    if (adopted?.state !== 'written') throw new Error('not written');
    computer.people.mayReplace = true;
    await computer.publish(adopted);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(await readFile(`${keyFile}.pub`, 'utf8'));
    expect((await adoptOn(computer, people, keyFile, true)).keys).toMatchObject([
      { onProfile: true, outcome: 'unchanged' },
    ]);
  });

  it('writes the public half where it is missing, and touches the private one not', async () => {
    const key = await touchOnlyKey();
    await written(key, formatKeyFile(key, zeros));
    const [before, line] = [await readFile(keyFile), await readFile(`${keyFile}.pub`, 'utf8')];
    await rm(`${keyFile}.pub`);
    await adoptOn(computer, people, keyFile);
    expect(await readFile(`${keyFile}.pub`, 'utf8')).toBe(line);
    expect(await readFile(keyFile)).toEqual(before);
    // The public half in its place is no damaged private one.
    const given = adoptOn(computer, people, `${keyFile}.pub`);
    await expect(given).rejects.toMatchObject({
      code: 'KEY_FILE_MISSING',
      remedy: expect.stringContaining('without .pub'),
    });
  });

  it.each<[string, string, (key: SkPrivateKey) => Promise<void>]>([
    ['that are not there', 'KEY_FILE_MISSING', async () => {}],
    [
      'of two keys',
      'KEY_FILE_FOREIGN_HALF',
      async (key) => {
        await written(key, formatKeyFile(key, zeros));
        await writeFile(`${keyFile}.pub`, OTHER_LINE);
      },
    ],
    ['that are none', 'KEY_FILE_MALFORMED', () => writeFile(keyFile, 'hello')],
    [
      'of another kind of key',
      'KEY_FILE_NOT_SK',
      () => writeFile(keyFile, '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n'),
    ],
  ])('refuses files %s', async (_what, code, prepare) => {
    await prepare(await touchOnlyKey());
    await expect(adoptOn(computer, people, keyFile)).rejects.toMatchObject({ code });
    expect(computer.journal.list()).toEqual([]);
  });

  it('refuses a key that was made for something else than ssh', async () => {
    const key = await touchOnlyKey('age:');
    await written(key, formatKeyFile(key, zeros));
    await expect(adoptOn(computer, people, keyFile)).rejects.toMatchObject({ code: 'KEY_FILE_NOT_SSH' });
  });
});
