import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyFilePair } from '../../../main/enrollment/key-files.ts';
import { parseKeyFile } from '../../../main/openssh/key-file.ts';
import { CoseAlgorithm, CtapCommand } from '../../../native/ctap2/constants.ts';
import { CredProtect } from '../../../native/ctap2/make-credential.ts';
import { ACCOUNT, Computer, OTHER_LINE, PIN } from './enrollment-world.ts';
import { recoverOn, residentCredential, ScriptedRecoveryPeople, secondComputer } from './recovery-world.ts';

let computers: Computer[];
let people: ScriptedRecoveryPeople;

async function started(computer: Promise<Computer>): Promise<Computer> {
  computers.push(await computer);
  return computer;
}

beforeEach(() => {
  computers = [];
  people = new ScriptedRecoveryPeople();
});

afterEach(async () => {
  for (const computer of computers) await computer.close();
});

describe('recovery on a second computer', () => {
  it('rebuilds the very files of the enrollment, and knows that the profile holds the key', async () => {
    const first = await started(Computer.start());
    const enrolled = await first.enroll();
    const second = await started(secondComputer(first));
    const { profile, keys, unusable } = await recoverOn(second, people);
    const { privateFile, publicLine, fingerprint } = keyFilePair(enrolled);
    expect(new Uint8Array(await readFile(second.keyFile))).toEqual(privateFile);
    expect(await readFile(`${second.keyFile}.pub`, 'utf8')).toBe(publicLine);
    expect(profile).toMatchObject({ account: ACCOUNT, line: publicLine });
    expect(keys).toMatchObject([
      { fingerprint, onProfile: true, verifyRequired: true, outcome: 'recovered', keyFile: second.keyFile },
    ]);
    expect(unusable).toEqual([]);
    expect(people.choices).toEqual([]);
    expect(second.journal.list()).toMatchObject([
      {
        state: 'published',
        plan: { publish: false, comment: 'NexusIdentitySSHKey', userName: enrolled.plan.userName },
        credential: { origin: 'found', flags: 0x25 },
        publication: { account: ACCOUNT, found: true },
      },
    ]);
  });

  it('changes nothing when it is run again', async () => {
    const first = await started(Computer.start());
    await first.enroll();
    const second = await started(secondComputer(first));
    await recoverOn(second, people);
    const before = [second.journal.list(), await second.keyFiles(), first.authenticator.credentials()];
    const { keys } = await recoverOn(second, people);
    expect(keys).toMatchObject([{ outcome: 'unchanged', enrolled: true, keyFile: second.keyFile }]);
    expect([second.journal.list(), await second.keyFiles(), first.authenticator.credentials()]).toEqual(before);
  });

  it('works offline, says that it does not know the profile, and learns of it when it is run again', async () => {
    const first = await started(Computer.start());
    await first.enroll();
    const second = await started(secondComputer(first));
    second.profiles.fault = 'read';
    const { profile, keys } = await recoverOn(second, people);
    expect({ profile, keys }).toMatchObject({
      profile: undefined,
      keys: [{ onProfile: undefined, outcome: 'recovered' }],
    });
    expect(people.events.at(-2)).toMatchObject({ kind: 'profile-unknown', error: { code: 'GRAPH_UNREACHABLE' } });
    expect(second.journal.list()).toMatchObject([{ state: 'written', profilesBefore: [] }]);
    await recoverOn(second, people);
    expect(second.journal.list()).toMatchObject([{ state: 'published', publication: { found: true } }]);
  });

  it('signs in nowhere when it is not to look at the profile', async () => {
    const first = await started(Computer.start());
    await first.enroll();
    const second = await started(secondComputer(first));
    second.profiles.onRead = async () => expect.unreachable();
    await recoverOn(second, people, { looksAtProfile: false });
    expect(second.journal.list()).toMatchObject([{ state: 'written', profilesBefore: [] }]);
  });

  it.each([
    ['another key', OTHER_LINE],
    ['nothing', undefined],
    ['something that is no key', 'hello'],
  ])('notes that the profile holds %s', async (_what, line) => {
    const first = await started(Computer.start());
    await first.enroll({ publish: false });
    const second = await started(secondComputer(first));
    if (line !== undefined) second.profiles.set(ACCOUNT, line);
    expect((await recoverOn(second, people)).keys).toMatchObject([{ onProfile: false, outcome: 'recovered' }]);
    const noted = [{ account: ACCOUNT, line: line ?? null }];
    expect(second.journal.list()).toMatchObject([{ state: 'written', profilesBefore: noted }]);
  });

  it('writes files that are gone again, where they were', async () => {
    const computer = await started(Computer.start());
    const enrolled = await computer.enroll();
    const { rm } = await import('node:fs/promises');
    await rm(computer.keyFile);
    await rm(`${computer.keyFile}.pub`);
    expect((await recoverOn(computer, people)).keys).toMatchObject([
      { outcome: 'restored', keyFile: computer.keyFile },
    ]);
    expect(new Uint8Array(await readFile(computer.keyFile))).toEqual(keyFilePair(enrolled).privateFile);
    expect(computer.journal.list()).toEqual([enrolled]);
  });

  it('says so where another key’s files lie in the place of those that were enrolled', async () => {
    const computer = await started(Computer.start());
    await computer.enroll();
    const other = await started(Computer.start());
    await other.enroll();
    for (const half of ['', '.pub']) await copyFile(`${other.keyFile}${half}`, `${computer.keyFile}${half}`);
    const { keys } = await recoverOn(computer, people);
    expect(keys).toMatchObject([{ outcome: 'unchanged', inTheWay: computer.keyFile }]);
    expect(await readFile(computer.keyFile)).toEqual(await readFile(other.keyFile));
  });
});

describe('recovery of keys that others made', () => {
  it.each([
    ['steers a terminal', 'ssh:a\nb\u001b[2J'],
    ['is longer than a file’s name may be', `ssh:${'x'.repeat(400)}`],
  ])('takes all of them, though the application of one %s', async (_what, rpId) => {
    const computer = await started(Computer.start());
    await residentCredential(computer, { user: 'alice' });
    await residentCredential(computer, { rpId, user: 'mallory' });
    const { keys } = await recoverOn(computer, people, { keys: 'all', applications: [rpId] });
    expect(keys.map(({ outcome }) => outcome)).toEqual(['recovered', 'recovered']);
    for (const { keyFile = '' } of keys) {
      expect(keyFile.slice(computer.keyFolder.length)).toMatch(/^[/\\][\w@+=,.-]{1,200}$/);
      expect(parseKeyFile(await readFile(keyFile)).publicKey.application).toMatch(/^ssh:/);
      expect(await readFile(`${keyFile}.pub`, 'utf8')).toMatch(/^\S+ \S+ [\x20-\x7e]+\n$/);
    }
  });

  it('takes those of ssh only, and asks for no credential of another relying party', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    await residentCredential(computer, { rpId: 'example.org', user: 'mail' });
    await residentCredential(computer, { rpId: 'login.example.org', user: 'bank' });
    const before = computer.authenticator.credentials();
    computer.authenticator.counters.reset();
    const { keys } = await recoverOn(computer, people);
    expect(keys).toMatchObject([{ application: 'ssh:', outcome: 'recovered' }]);
    // One token; three relying parties; one credential. (CTAP 2.1, 6.5.5 and 6.8: the numbers of the subcommands.)
    const { commands } = computer.authenticator.counters.read();
    expect(commands.map(({ command, subCommand }) => [command, subCommand])).toEqual([
      [CtapCommand.GET_INFO, undefined],
      [CtapCommand.CLIENT_PIN, 1],
      [CtapCommand.CLIENT_PIN, 2],
      [CtapCommand.CLIENT_PIN, 9],
      [CtapCommand.CREDENTIAL_MANAGEMENT, 2],
      [CtapCommand.CREDENTIAL_MANAGEMENT, 3],
      [CtapCommand.CREDENTIAL_MANAGEMENT, 3],
      [CtapCommand.CREDENTIAL_MANAGEMENT, 4],
    ]);
    expect(computer.authenticator.credentials()).toEqual(before);
  });

  it('offers several for choice, and takes the chosen ones, with names as ssh-keygen -K gives', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    await residentCredential(computer, { user: 'alice' });
    await residentCredential(computer, { rpId: 'ssh:demo', user: 'alice', algorithm: CoseAlgorithm.ES256 });
    people.choose = (keys) => keys.filter(({ userName }) => userName === 'alice').map(({ id }) => id);
    const { keys } = await recoverOn(computer, people);
    expect(people.choices).toHaveLength(1);
    const files = keys.map(({ outcome, keyFile }) => [outcome, keyFile]);
    expect(files.toSorted()).toEqual([
      ['left', undefined],
      ['recovered', join(computer.keyFolder, 'id_ecdsa_sk_rk_demo_alice')],
      ['recovered', join(computer.keyFolder, 'id_ed25519_sk_rk_alice')],
    ]);
    expect(computer.journal.list()).toHaveLength(2);
  });

  it('gives the usual name to the one that the profile holds', async () => {
    const first = await started(Computer.start());
    await residentCredential(first);
    await first.enroll();
    const second = await started(secondComputer(first));
    const { keys } = await recoverOn(second, people, { keys: 'all' });
    expect(keys.find(({ onProfile }) => onProfile)?.keyFile).toBe(second.keyFile);
    expect(keys.find(({ onProfile }) => !onProfile)?.keyFile).toBe(join(second.keyFolder, 'id_ed25519_sk_rk'));
  });

  it.each(['fingerprint', 'credentialId', 'id'] as const)('takes the one that is named by its %s', async (by) => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    await residentCredential(computer, { user: 'alice' });
    const { keys: all } = await recoverOn(computer, people, { keys: 'none' });
    const name = all[1]?.[by].slice(0, 20) ?? '';
    const exact = by === 'credentialId' ? name : (all[1]?.[by] ?? '');
    const { keys } = await recoverOn(computer, people, { keys: [exact] });
    expect(keys.map(({ outcome }) => outcome)).toEqual(['left', 'recovered']);
    await expect(recoverOn(computer, people, { keys: ['SHA256:nothing'] })).rejects.toMatchObject({
      code: 'RESIDENT_KEY_UNKNOWN',
    });
  });

  it('lists without taking anything', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    expect((await recoverOn(computer, people, { keys: 'none' })).keys).toMatchObject([{ outcome: 'left' }]);
    expect([computer.journal.list(), await computer.keyFiles()]).toEqual([[], []]);
  });

  it('notes what the profile was seen to hold of a key that is enrolled, also where it is only listed', async () => {
    const first = await started(Computer.start());
    await first.enroll();
    const second = await started(secondComputer(first));
    await recoverOn(second, people, { looksAtProfile: false });
    await recoverOn(second, people, { keys: 'none' });
    expect(second.journal.list()).toMatchObject([{ state: 'published', publication: { found: true } }]);
  });

  it('makes a key that shows itself without the PIN one that asks for a touch only', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer, { credProtect: CredProtect.OPTIONAL_WITH_CREDENTIAL_ID });
    expect((await recoverOn(computer, people)).keys).toMatchObject([{ verifyRequired: false }]);
    expect(parseKeyFile(await readFile(computer.keyFile)).flags).toBe(0x21);
  });

  it('leaves a file that is in the way as it is, and says which', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    await mkdir(computer.keyFolder, { recursive: true });
    await writeFile(computer.keyFile, 'somebody’s');
    const { keys } = await recoverOn(computer, people);
    const keyFile = join(computer.keyFolder, 'id_ed25519_sk_rk');
    expect(keys).toMatchObject([{ outcome: 'recovered', keyFile, inTheWay: computer.keyFile }]);
    expect(await readFile(computer.keyFile, 'utf8')).toBe('somebody’s');
    expect(existsSync(`${computer.keyFile}.pub`)).toBe(false);
  });

  it('uses files of the same key as they are', async () => {
    const first = await started(Computer.start());
    const enrolled = await first.enroll();
    const second = await started(secondComputer(first));
    await mkdir(second.keyFolder, { recursive: true });
    const { privateFile, publicLine } = keyFilePair(enrolled);
    const commented = publicLine.replace('NexusIdentitySSHKey', 'my key');
    await writeFile(second.keyFile, privateFile);
    await writeFile(`${second.keyFile}.pub`, commented);
    await recoverOn(second, people);
    expect(await readFile(`${second.keyFile}.pub`, 'utf8')).toBe(commented);
    expect(second.journal.list()).toMatchObject([{ plan: { keyFile: second.keyFile, comment: 'my key' } }]);
    expect(people.events.map(({ kind }) => kind)).not.toContain('files-written');
  });

  it('takes a key whose application the key has cut only where its whole name is known', async () => {
    const computer = await started(Computer.start());
    const application = 'ssh:a-name-that-is-longer-than-32-bytes';
    await residentCredential(computer, { rpId: application });
    const cut = recoverOn(computer, people);
    await expect(cut).rejects.toMatchObject({ code: 'NO_RESIDENT_KEYS', detail: { unusable: 1 } });
    const { keys } = await recoverOn(computer, people, { applications: [application] });
    expect(keys).toMatchObject([{ application, outcome: 'recovered' }]);
  });
});

describe('recovery from a key that', () => {
  it('holds no SSH key says so', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer, { rpId: 'example.org' });
    for (const keys of ['ask', 'none'] as const) {
      await expect(recoverOn(computer, people, { keys })).rejects.toMatchObject({ code: 'NO_RESIDENT_KEYS' });
    }
  });

  it('cannot list its credentials says so before anybody types a PIN', async () => {
    const computer = await started(Computer.start({ authenticator: { profile: 'plain-ctap20' } }));
    await expect(recoverOn(computer, people)).rejects.toMatchObject({ code: 'KEY_NO_CREDENTIAL_MANAGEMENT' });
    expect(people.pinQuestions).toEqual([]);
  });

  it('has no PIN is not asked for one', async () => {
    const computer = await started(Computer.start({ withoutPin: true }));
    await expect(recoverOn(computer, people)).rejects.toMatchObject({ code: 'PIN_NOT_SET' });
    expect(people.pinQuestions).toEqual([]);
  });

  it('has the preview commands only gives its keys too', async () => {
    const first = await started(Computer.start({ authenticator: { profile: 'yubikey-5.4' } }));
    await residentCredential(first, { algorithm: CoseAlgorithm.ES256 });
    expect((await recoverOn(first, people)).keys).toMatchObject([
      { algorithm: 'ecdsa-sk', outcome: 'recovered', keyFile: join(first.keyFolder, 'id_ecdsa_sk') },
    ]);
  });

  it.each([
    ['PIN_CHANGE_FORCED', { forcePinChange: true }],
    ['PIN_BLOCKED', { pinRetries: 0 }],
  ] as const)('would take no PIN has nobody asked for one: %s', async (code, state) => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    computer.authenticator.counters.reset();
    computer.authenticator.setPinState(state);
    await expect(recoverOn(computer, people)).rejects.toMatchObject({ code });
    expect(people.pinQuestions).toEqual([]);
    expect(computer.authenticator.counters.read().pinChecks).toBe(0);
  });

  it('refuses the PIN has a person asked again, with the tries left, and every PIN is wiped', async () => {
    const computer = await started(Computer.start());
    await residentCredential(computer);
    people.pins = ['1111', PIN];
    await recoverOn(computer, people);
    expect(people.pinQuestions.map(({ wasWrong, triesLeft }) => [wasWrong, triesLeft])).toEqual([
      [false, undefined],
      [true, 7],
    ]);
    expect(people.given.every((pin) => 'isWiped' in pin && pin.isWiped)).toBe(true);
  });
});
