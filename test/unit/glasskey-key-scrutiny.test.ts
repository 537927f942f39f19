/** What the settings demand of security keys, held at the enrollment of a lab key: before its PIN, or before its publication. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isWritten, type WrittenEnrollment } from '../../main/enrollment/enrollment.ts';
import { keyScrutiny } from '../../main/glasskey-key-scrutiny.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { LAB_ROOT_NAME, labFidoRootPem } from '../lab/authenticator/attestation-certificates.ts';
import { expectOneUsableEnrollment } from './enrollment/enrollment-expectations.ts';
import { ACCOUNT, Computer, type ComputerOptions } from './enrollment/enrollment-world.ts';
import { adoptOn, ScriptedRecoveryPeople } from './enrollment/recovery-world.ts';

const YUBIKEY_57 = '19083c3d-8383-4b18-bc03-8f1c9ab2fd1b';
const ANOTHER = 'd7781e5d-e353-46aa-afe2-3ca49f13332a';
const open: Computer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((computer) => computer.close()));
});

/** A computer whose administrator has written this into settings.json. `root` stands for the lab's root file. */
async function managed(
  policy: Readonly<Record<string, unknown>>,
  { trustsLab = true, ...options }: ComputerOptions & { readonly trustsLab?: boolean } = {},
): Promise<Computer> {
  const computer = await Computer.start(options);
  open.push(computer);
  const root = join(computer.folder, 'lab-root.pem');
  await writeFile(root, labFidoRootPem());
  const file = join(computer.folder, 'settings.json');
  const values = { ...(trustsLab ? { 'attestation.roots': [root] } : {}), ...policy };
  await writeFile(file, JSON.stringify(values), { mode: 0o600 });
  computer.scrutiny = await keyScrutiny(openSettings(computer.database, file), computer.folder);
  return computer;
}

function touched(computer: Computer) {
  const { pinChecks, touches } = computer.authenticator.counters.read();
  return { pinChecks, touches };
}

const NOTHING_ASKED = { pinChecks: 0, touches: 0 };

async function expectUnpublished(computer: Computer): Promise<void> {
  expect(computer.profiles.writes).toBe(0);
  expect(await computer.keyFiles()).toEqual([]);
  expect(computer.journal.list().map(({ state }) => state)).toEqual(['abandoned']);
}

describe('a root of the settings', () => {
  it('makes the keys below it genuine, and says whose word that is', async () => {
    const computer = await managed({});
    await computer.enroll();
    const [told] = computer.people.told('attestation');
    expect(told).toMatchObject({ verdict: 'genuine', root: join(computer.folder, 'lab-root.pem') });
    expect(told?.issuer).toContain(LAB_ROOT_NAME);
    await expectOneUsableEnrollment(computer);
  });

  it('that cannot be read stops the enrollment before the key is opened', async () => {
    await expect(managed({ 'attestation.roots': ['/nonexistent.pem'] })).rejects.toMatchObject({
      code: 'ATTESTATION_ROOT_INVALID',
    });
  });
});

describe('attestation.require', () => {
  it('genuine takes a key whose chain holds', async () => {
    const computer = await managed({ 'attestation.require': 'genuine' });
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it.each(['packed', 'self', 'none'] as const)(
    'genuine refuses attestation %s of nobody knows whom',
    async (attestation) => {
      const options = { trustsLab: false, authenticator: { attestation } };
      const computer = await managed({ 'attestation.require': 'genuine' }, options);
      await expect(computer.enroll()).rejects.toMatchObject({
        code: 'ATTESTATION_INSUFFICIENT',
        remedy: expect.stringContaining('stays on the key, unused: glasskey credentials lists and deletes it'),
      });
      await expectUnpublished(computer);
    },
  );

  it.each([
    ['packed', true],
    ['self', true],
    ['none', false],
  ] as const)('valid-signature of attestation %s: %s', async (attestation, taken) => {
    const options = { trustsLab: false, authenticator: { attestation } };
    const computer = await managed({ 'attestation.require': 'valid-signature' }, options);
    if (taken) {
      await computer.enroll();
      return expectOneUsableEnrollment(computer);
    }
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'ATTESTATION_INSUFFICIENT' });
    await expectUnpublished(computer);
  });
});

describe('attestation.allowedAaguids', () => {
  it('lets through the models that it names, in whatever case', async () => {
    const computer = await managed({ 'attestation.allowedAaguids': [ANOTHER, YUBIKEY_57.toUpperCase()] });
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it('refuses all others before PIN and touch', async () => {
    const computer = await managed({ 'attestation.allowedAaguids': [ANOTHER] });
    await expect(computer.enroll()).rejects.toMatchObject({ code: 'KEY_NOT_ALLOWED', detail: { aaguid: YUBIKEY_57 } });
    expect(touched(computer)).toEqual(NOTHING_ASKED);
  });
});

describe('attestation.minimumFirmware', () => {
  it.each(['5.7', '5.7.1'])('%s is met by a key of 5.7.1', async (minimum) => {
    const computer = await managed({ 'attestation.minimumFirmware': minimum });
    await computer.enroll();
    await expectOneUsableEnrollment(computer);
  });

  it.each([
    ['yubikey-5.7', '5.7.2'],
    ['yubikey-5.4', '5.7'],
  ] as const)('is not met by %s where it is %s: refused before PIN and touch', async (profile, minimum) => {
    const computer = await managed({ 'attestation.minimumFirmware': minimum }, { authenticator: { profile } });
    await expect(computer.enroll()).rejects.toMatchObject({
      code: 'KEY_FIRMWARE_TOO_OLD',
      detail: { minimum: expect.any(String) },
    });
    expect(touched(computer)).toEqual(NOTHING_ASKED);
  });
});

describe('a key that was made elsewhere', () => {
  /** On a computer under this policy, taken in from the key files of another. */
  async function adopted(policy: Readonly<Record<string, unknown>>): Promise<[Computer, WrittenEnrollment]> {
    const first = await managed({});
    await first.enroll({ publish: false });
    const computer = await managed(policy);
    computer.bus = first.bus;
    await adoptOn(computer, new ScriptedRecoveryPeople(), first.keyFile);
    const [enrollment] = computer.journal.list().filter(isWritten);
    if (enrollment === undefined) throw new Error('it was not taken in');
    return [computer, enrollment];
  }

  it.each([
    ['ATTESTATION_INSUFFICIENT', { 'attestation.require': 'genuine' }],
    ['ATTESTATION_INSUFFICIENT', { 'attestation.require': 'valid-signature' }],
    ['KEY_NOT_ALLOWED', { 'attestation.allowedAaguids': [ANOTHER] }],
    ['KEY_FIRMWARE_TOO_OLD', { 'attestation.minimumFirmware': '5.7' }],
  ] as const)('is not published where it proves too little: %s', async (code, policy) => {
    const [computer, enrollment] = await adopted(policy);
    await expect(computer.publish(enrollment)).rejects.toMatchObject({ code });
    expect(computer.profiles.writes).toBe(0);
    expect(computer.journal.list()).toMatchObject([{ state: 'written' }]);
  });

  it('is published where nothing is demanded', async () => {
    const [computer, enrollment] = await adopted({});
    await computer.publish(enrollment);
    expect(computer.profiles.writes).toBe(1);
  });

  it('stays what it is where the profile holds it already', async () => {
    const [computer, enrollment] = await adopted({ 'attestation.require': 'genuine' });
    computer.profiles.set(ACCOUNT, enrollment.files.publicLine);
    expect(await computer.publish(enrollment)).toMatchObject({ state: 'published' });
    expect(computer.people.conflicts).toEqual([]);
  });
});

describe('a policy that cannot be understood', () => {
  it.each([
    ['a value of no known kind', { 'attestation.require': 'sometimes' }],
    ['a name that is misspelt', { 'attestation.minimumFirmwares': '5.7' }],
    ['a list that is none', { 'attestation.allowedAaguids': YUBIKEY_57 }],
  ])('is not taken for none: %s', async (_what, policy) => {
    await expect(managed(policy)).rejects.toMatchObject({ code: 'ATTESTATION_POLICY_UNUSABLE' });
  });
});
