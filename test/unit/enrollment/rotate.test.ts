import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { cancelled, type GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { Enrollment, EnrollmentJournal } from '../../../main/enrollment/enrollment.ts';
import { keyFilePair, skPrivateKey } from '../../../main/enrollment/key-files.ts';
import { rotationIn, rotationStanding } from '../../../main/enrollment/rotation.ts';
import { rotate } from '../../../main/glasskey-rotation.ts';
import { Authenticator } from '../../../native/ctap2/authenticator.ts';
import { Permission } from '../../../native/ctap2/constants.ts';
import { deleteCredential } from '../../../native/ctap2/credential-management.ts';
import { formatAaguid } from '../../../native/ctap2/get-info.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import { ACCOUNT, OTHER_LINE, PIN } from './enrollment-world.ts';
import { FOUR_HOURS, Rotating, userIdOf } from './rotation-world.ts';

const NEVER = new AbortController().signal;
let rotating: Rotating | undefined;
afterEach(async () => {
  await rotating?.computer.close();
  rotating = undefined;
});

async function start(options: Parameters<typeof Rotating.start>[0] = {}): Promise<Rotating> {
  rotating = await Rotating.start(options);
  return rotating;
}

function stage({ computer, clock }: Rotating) {
  const enrollments = computer.journal.list();
  const rotation = rotationIn(enrollments);
  const facts = { enrollments, proofs: computer.journal.lastProofs(), now: clock.now(), reconcileEveryMs: FOUR_HOURS };
  return rotation && rotationStanding(rotation, facts);
}

async function onKey<T>({ computer }: Rotating, use: (key: Authenticator) => Promise<T>): Promise<T> {
  const [device] = await computer.bus.list();
  if (device === undefined) throw new Error('no key is plugged in');
  const key = await Authenticator.open(device, computer.channel);
  try {
    return await use(key);
  } finally {
    await key.close();
  }
}

/** As another program does rotation. */
function deleteOnKey(rotation: Rotating, enrollment: Rotating['old']): Promise<void> {
  const pin = new Pin(new TextEncoder().encode(PIN));
  const { keyHandle } = skPrivateKey(enrollment);
  return onKey(rotation, (key) =>
    key.withToken(pin, Permission.CM, {}, (token) => deleteCredential(key, token, keyHandle)),
  );
}

describe('a rotation', () => {
  it('makes the new key beside the old one and publishes it, and touches neither the old files nor its credential', async () => {
    const rotation = await start();
    const { computer } = rotation;
    const before = await readFile(computer.keyFile);
    const [credential] = computer.authenticator.credentials();
    expect(await rotation.rotate()).toBe('published');
    expect(await readFile(computer.keyFile)).toEqual(before);
    expect(await computer.keyFiles()).toEqual([
      'id_ed25519_sk',
      'id_ed25519_sk.new',
      'id_ed25519_sk.new.pub',
      'id_ed25519_sk.pub',
    ]);
    expect(computer.authenticator.credentials().at(-1)).toEqual(credential);
    expect(rotation.credentials).toEqual([userIdOf(rotation.old), userIdOf(rotation.replacement)]);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(rotation.replacement.files.publicLine);
    expect(rotation.replacement).toMatchObject({
      state: 'published',
      plan: { replaces: rotation.old.id, keyFile: `${computer.keyFile}.new` },
      publication: { previousLine: rotation.old.files.publicLine },
    });
    // To ask for a rotation was to agree that the new key takes the place of the old one.
    expect(rotation.people.conflicts).toEqual([]);
    expect(rotation.people.rotationEvents.map(({ kind }) => kind)).toEqual(['replacing']);
  });

  it('waits for the devices, then for a login with the new key, then for its owner, and says each', async () => {
    const rotation = await start();
    await rotation.rotate();
    expect(stage(rotation)).toMatchObject({ stage: 'waiting', leaving: 'old', proven: false });
    expect(stage(rotation)?.next).toMatch(/^Wait until the devices have reconciled, then prove the new key/);
    expect(await rotation.rotate()).toBe('nothing');
    await expect(rotation.retire()).rejects.toMatchObject({ code: 'ROTATION_TOO_EARLY' });
    rotation.reconcile();
    expect(stage(rotation)).toMatchObject({ stage: 'to-prove', proven: false });
    expect(await rotation.rotate()).toBe('nothing');
    await expect(rotation.retire()).rejects.toMatchObject({ code: 'ROTATION_UNPROVEN' });
    rotation.prove(rotation.old);
    expect(stage(rotation)?.stage).toBe('to-prove');
    rotation.prove(rotation.replacement);
    expect(stage(rotation)).toMatchObject({ stage: 'to-retire', proven: true });
    expect(rotation.people.retireQuestions).toEqual([]);
    expect(rotation.credentials).toHaveLength(2);
  });

  it('is proven by a login before the last device has reconciled, and still waits for that', async () => {
    const rotation = await start();
    await rotation.rotate();
    rotation.prove(rotation.replacement);
    expect(stage(rotation)).toMatchObject({ stage: 'waiting', proven: true });
    rotation.reconcile();
    expect(stage(rotation)?.stage).toBe('to-retire');
  });

  it('ends with the old credential deleted, that one alone, and the new files in the old place, the old ones kept', async () => {
    const rotation = await start();
    const { computer } = rotation;
    await computer.enroll({ fresh: true, keyFile: `${computer.keyFile}_lab`, publish: false });
    const [, other] = computer.journal.list();
    if (other === undefined) throw new Error('no other key');
    await rotation.rotateAndProve();
    const pairs = { old: keyFilePair(rotation.old), new: keyFilePair(rotation.replacement) };
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.people.retireQuestions).toMatchObject([
      { which: 'old', fingerprint: pairs.old.fingerprint, keyFile: computer.keyFile, credential: 'delete' },
    ]);
    expect(rotation.credentials).toEqual([userIdOf(other), userIdOf(rotation.replacement)]);
    expect(new Uint8Array(await readFile(computer.keyFile))).toEqual(pairs.new.privateFile);
    const names = await computer.keyFiles();
    expect(names.filter((name) => name.includes('.new'))).toEqual([]);
    const kept = names.filter((name) => /^id_ed25519_sk\.old-\w+$/.test(name));
    expect(kept).toHaveLength(1);
    expect(new Uint8Array(await readFile(`${computer.keyFolder}/${kept[0]}`))).toEqual(pairs.old.privateFile);
    expect(rotation.old).toMatchObject({
      state: 'retired',
      retirement: { by: rotation.replacement.id, credential: 'deleted' },
    });
    expect(rotation.replacement.plan.keyFile).toBe(computer.keyFile);
    expect(stage(rotation)).toBeUndefined();
    await expect(rotation.retire()).rejects.toMatchObject({ code: 'ROTATION_NONE' });
  });

  it('can be followed by another one', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    await rotation.rotate();
    const first = rotation.replacement;
    expect(await rotation.rotate()).toBe('published');
    const [, , second] = rotation.computer.journal.list();
    expect(second?.plan.replaces).toBe(first.id);
    expect(rotation.credentials).toHaveLength(2);
  });

  it('does nothing to the old key without consent, and asks again at the next run', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    rotation.people.agrees = false;
    const before = await rotation.computer.keyFiles();
    expect(await rotation.rotate()).toBe('declined');
    expect(await rotation.retire()).toBe('declined');
    expect(rotation.people.retireQuestions).toHaveLength(2);
    expect(rotation.people.pinQuestions).toHaveLength(1);
    expect(await rotation.computer.keyFiles()).toEqual(before);
    expect(rotation.credentials).toHaveLength(2);
    expect(rotation.old.state).toBe('published');
  });

  it('asks a person again after a wrong PIN, sends none twice, and wipes each', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    rotation.people.pins = ['000000', '271828'];
    rotation.people.pinQuestions.length = 0;
    rotation.people.pinsGiven.length = 0;
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.people.pinQuestions.map(({ wasWrong, triesLeft }) => [wasWrong, triesLeft])).toEqual([
      [false, undefined],
      [true, 7],
    ]);
    expect(rotation.people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
    expect(rotation.computer.authenticator.pinRetries).toBe(8);
  });

  it('sends no PIN to a key that is blocked, and nothing changes', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    rotation.people.pinQuestions.length = 0;
    rotation.computer.authenticator.setPinState({ pinRetries: 0 });
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    expect(rotation.people.pinQuestions).toEqual([]);
    expect(rotation.old.state).toBe('published');
    expect(rotation.credentials).toHaveLength(2);
  });

  it('is for a key that is on a profile', async () => {
    const rotation = await start();
    const [old] = rotation.computer.journal.list();
    if (old?.state !== 'published') throw new Error('not published');
    const { publication: _gone, ...written } = old;
    rotation.computer.journal.save({ ...written, state: 'written', plan: { ...old.plan, publish: false } });
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'ROTATION_NOTHING' });
    expect(rotation.people.pinQuestions).toEqual([]);
  });

  it('is begun by nobody who is signed in as somebody else', async () => {
    const rotation = await start();
    rotation.computer.profiles.signedIn = 'bob@lab.example';
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'ROTATION_OTHER_ACCOUNT' });
    expect(rotation.credentials).toHaveLength(1);
  });
});

describe('a key that another computer put back on the profile', () => {
  it('is not retired: devices would know nothing but it', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    const { profiles } = rotation.computer;
    profiles.set(ACCOUNT, rotation.old.files.publicLine);
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'ROTATION_PUT_BACK' });
    await expect(rotation.retire()).rejects.toMatchObject({ code: 'ROTATION_PUT_BACK' });
    expect(rotation.people.retireQuestions).toEqual([]);
    expect(rotation.credentials).toHaveLength(2);
    profiles.set(ACCOUNT, rotation.replacement.files.publicLine);
    expect(await rotation.rotate()).toBe('retired');
  });

  it.each([
    ['the profile cannot be read', 'GRAPH_UNREACHABLE', { fault: 'read' }],
    ['somebody else is signed in', 'ROTATION_OTHER_ACCOUNT', { signedIn: 'bob@lab.example' }],
  ] as const)('may be there where %s, and is not retired', async (_what, code, profiles) => {
    const rotation = await start();
    await rotation.rotateAndProve();
    Object.assign(rotation.computer.profiles, profiles);
    await expect(rotation.retire()).rejects.toMatchObject({ code });
    expect(rotation.credentials).toHaveLength(2);
  });
});

describe('a key that was rotated on another computer', () => {
  it('is not rotated again, before anything is made: the profile tells, and recovery is offered', async () => {
    const rotation = await start();
    rotation.computer.profiles.set(ACCOUNT, OTHER_LINE);
    await expect(rotation.rotate()).rejects.toMatchObject({
      code: 'ROTATION_ELSEWHERE',
      remedy: expect.stringContaining('glasskey recover'),
    });
    expect(rotation.people.conflicts).toHaveLength(1);
    expect(rotation.credentials).toHaveLength(1);
    expect(rotation.computer.profiles.lines.get(ACCOUNT)).toBe(OTHER_LINE);
  });

  it('is rotated where its owner agrees, who is asked once', async () => {
    const rotation = await start();
    rotation.computer.profiles.set(ACCOUNT, OTHER_LINE);
    rotation.people.mayReplace = true;
    expect(await rotation.rotate()).toBe('published');
    expect(rotation.people.conflicts).toHaveLength(1);
    expect(rotation.replacement.state === 'published' && rotation.replacement.publication.previousLine).toBe(
      OTHER_LINE,
    );
  });

  it('is put on the profile again where another took its place meanwhile', async () => {
    const rotation = await start();
    await rotation.rotate();
    rotation.computer.people.mayReplace = true;
    rotation.clock.aheadMs += 1000;
    await rotation.computer.enroll({ fresh: true, keyFile: `${rotation.computer.keyFile}_third` });
    expect(stage(rotation)?.stage).toBe('to-publish');
    rotation.people.mayReplace = true;
    rotation.clock.aheadMs += 1000;
    expect(await rotation.rotate()).toBe('published');
    expect(stage(rotation)?.stage).toBe('waiting');
    expect(rotation.computer.profiles.lines.get(ACCOUNT)).toBe(rotation.replacement.files.publicLine);
  });
});

describe('the security key in a rotation', () => {
  it('without a free slot: says so, and which credential must stay; nothing is deleted', async () => {
    const rotation = await start({ authenticator: { profile: 'yubikey-5.4' } });
    const { computer } = rotation;
    for (let count = 1; count < 25; count++) {
      const file = `${computer.keyFile}_${count}`;
      await computer.enroll({ fresh: true, keyFile: file, publish: false });
    }
    const before = rotation.credentials;
    const [, unused] = computer.journal.list();
    if (unused === undefined) throw new Error('no second key');
    const { id, createdAt, plan } = unused;
    const userName = '2026-11-23 given up';
    computer.journal.save({ id, createdAt, plan: { ...plan, userName }, state: 'abandoned' });
    const error = await rotation.rotate().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ROTATION_NO_SLOT' });
    expect(String((error as GlasskeyError).remedy)).toContain(rotation.old.files.fingerprint);
    expect(String((error as GlasskeyError).remedy)).toContain(userName);
    expect(rotation.credentials).toEqual(before);
  });

  it('may be another one: the old credential is deleted from the old key, and the new key is left alone', async () => {
    const rotation = await start();
    const old = { authenticator: rotation.computer.authenticator, bus: rotation.computer.bus };
    rotation.computer.plugInAnother({ authenticator: { profile: 'yubikey-5.4' } });
    await rotation.rotateAndProve();
    await expect(rotation.rotate()).rejects.toMatchObject({
      code: 'KEY_MISSING',
      remedy: expect.stringContaining('--lost'),
    });
    expect(rotation.old.state).toBe('published');
    const fresh = rotation.computer.authenticator;
    rotation.computer.bus = old.bus;
    expect(await rotation.rotate()).toBe('retired');
    expect(old.authenticator.credentials()).toEqual([]);
    expect(fresh.credentials()).toHaveLength(1);
  });

  it('of the same model that does not hold the credential is told from the one that does', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    rotation.computer.plugInAnother();
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'CREDENTIAL_ELSEWHERE' });
    expect(rotation.old.state).toBe('published');
    expect(await rotation.computer.keyFiles()).toContain('id_ed25519_sk.new');
  });

  it('that is lost needs no proof and no deletion: the old key is forgotten with consent', async () => {
    const rotation = await start();
    rotation.computer.plugInAnother({ authenticator: { profile: 'yubikey-5.4' } });
    await rotation.rotate();
    expect(await rotation.retire({ lost: true })).toBe('retired');
    expect(rotation.people.retireQuestions).toMatchObject([{ which: 'old', credential: 'lost' }]);
    expect(rotation.old).toMatchObject({ state: 'retired', retirement: { credential: 'lost' } });
    expect(rotation.replacement.plan.keyFile).toBe(rotation.computer.keyFile);
  });

  it('that cannot delete single credentials keeps it, and its owner is told before', async () => {
    const rotation = await start();
    const plain = { authenticator: { profile: 'plain-ctap20' } } as const;
    await rotation.rotateAndProve();
    rotation.computer.plugInAnother(plain);
    const { old } = rotation;
    if (old.state !== 'published') throw new Error('not published');
    const { publicKey, flags, keyHandle } = skPrivateKey(old);
    const aaguid = await onKey(rotation, async (key) => formatAaguid((await key.info()).aaguid));
    const credential = { origin: 'found', publicKey, flags, keyHandle, product: 'an old key', aaguid } as const;
    rotation.computer.journal.save({ ...old, credential });
    rotation.people.pinQuestions.length = 0;
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.people.retireQuestions).toMatchObject([{ product: 'an old key', credential: 'keep' }]);
    expect(rotation.people.pinQuestions).toEqual([]);
    expect(rotation.old).toMatchObject({ state: 'retired', retirement: { credential: 'kept' } });
  });

  it('from which another program deleted the old credential is known by the new one', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    await deleteOnKey(rotation, rotation.old);
    expect(await rotation.rotate()).toBe('retired');
    expect(rotation.old).toMatchObject({ state: 'retired', retirement: { credential: 'gone' } });
    expect(rotation.people.rotationEvents.map(({ kind }) => kind)).toContain('credential-gone');
    expect(rotation.credentials).toEqual([userIdOf(rotation.replacement)]);
  });
});

describe('a rotation that was stopped between the new key and its publication', () => {
  /** The profile cannot be read once the new key has its files. */
  async function stopped(): Promise<Rotating> {
    const rotation = await start();
    const { computer } = rotation;
    computer.profiles.onRead = async () => {
      if (stage(rotation) !== undefined) throw new Error('away');
    };
    await expect(rotation.rotate()).rejects.toThrow('away');
    computer.profiles.onRead = async () => {};
    expect(stage(rotation)?.stage).toBe('to-publish');
    return rotation;
  }

  it('goes on where the security key still holds the new key, which it shows with the PIN and without a touch', async () => {
    const rotation = await stopped();
    rotation.computer.authenticator.counters.reset();
    expect(await rotation.rotate()).toBe('published');
    expect(rotation.computer.authenticator.counters.read()).toMatchObject({ touches: 0, pinChecks: 1 });
    expect(rotation.people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
  });

  it('publishes nothing that the security key does not hold any more', async () => {
    const rotation = await stopped();
    const line = rotation.old.files.publicLine;
    await deleteOnKey(rotation, rotation.replacement);
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'ROTATION_CREDENTIAL_GONE' });
    expect(rotation.computer.profiles.lines.get(ACCOUNT)).toBe(line);
    expect(await rotation.giveUp()).toBe('retired');
    expect(rotation.credentials).toEqual([userIdOf(rotation.old)]);
  });

  it('publishes nothing while the security key is not there, and says what to do if it is lost', async () => {
    const rotation = await stopped();
    rotation.computer.plugInAnother({ authenticator: { profile: 'yubikey-5.4' } });
    await expect(rotation.rotate()).rejects.toMatchObject({
      code: 'KEY_MISSING',
      remedy: expect.stringContaining('glasskey rotate --abandon --lost'),
    });
    expect(await rotation.giveUp({ lost: true })).toBe('retired');
    expect(stage(rotation)).toBeUndefined();
    expect(rotation.old.state).toBe('published');
  });

  it('before the new key had files can be given up, and what the security key holds of it is deleted', async () => {
    const rotation = await start();
    const { computer } = rotation;
    const { journal } = rotation.world;
    const dying = { ...journal, save: dyingAt('made', journal) };
    const world = { ...rotation.world, journal: dying };
    await expect(rotate({ algorithm: undefined, device: undefined }, world, NEVER)).rejects.toThrow('power cut');
    expect(stage(rotation)?.stage).toBe('making');
    expect(computer.authenticator.credentials()).toHaveLength(2);
    expect(await rotation.giveUp()).toBe('abandoned');
    expect(rotation.credentials).toEqual([userIdOf(rotation.old)]);
    expect(stage(rotation)).toBeUndefined();
  });
});

/** The program ends before that state is on disk. */
function dyingAt(state: Enrollment['state'], journal: EnrollmentJournal): EnrollmentJournal['save'] {
  return (enrollment) => {
    if (enrollment.state === state) throw new Error('power cut');
    journal.save(enrollment);
  };
}

describe('a rotation that is cancelled', () => {
  it('while the PIN of the new key is asked for leaves nothing', async () => {
    const rotation = await start();
    rotation.people.requestPin = () => Promise.reject(cancelled('The enrollment'));
    await expect(rotation.rotate()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(stage(rotation)).toBeUndefined();
    expect(rotation.credentials).toHaveLength(1);
    expect(await rotation.computer.keyFiles()).toEqual(['id_ed25519_sk', 'id_ed25519_sk.pub']);
  });

  it('while the key blinks leaves the old key as it is, and is taken up again', async () => {
    const rotation = await start();
    const { authenticator } = rotation.computer;
    authenticator.setTouch('by-hand');
    const stop = new AbortController();
    rotation.people.onTouchWanted = () => stop.abort();
    await expect(rotation.rotate({}, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(stage(rotation)?.stage).toBe('making');
    expect(rotation.credentials).toHaveLength(1);
    authenticator.setTouch('at-once');
    rotation.people.onTouchWanted = () => {};
    expect(await rotation.rotate()).toBe('published');
    expect(rotation.credentials).toHaveLength(2);
  });

  it('at the question or at the PIN before the old key goes changes nothing', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    for (const wait of ['onRetire', 'onPin'] as const) {
      const stop = new AbortController();
      rotation.people[wait] = () => stop.abort();
      await expect(rotation.rotate({}, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
      rotation.people[wait] = () => {};
    }
    expect(stage(rotation)?.stage).toBe('to-retire');
    expect(rotation.credentials).toHaveLength(2);
    expect(await rotation.computer.keyFiles()).toContain('id_ed25519_sk.new');
    expect(rotation.people.pinsGiven.every((pin) => pin.isWiped)).toBe(true);
  });
});

describe('a rotation that is given up', () => {
  it('puts the old key back on the profile, and deletes the new one once no device can know it alone', async () => {
    const rotation = await start();
    await rotation.rotate();
    const { computer } = rotation;
    const line = rotation.old.files.publicLine;
    expect(await rotation.giveUp()).toBe('turned-back');
    expect(rotation.people.giveUpQuestions).toMatchObject([{ putsBack: true }]);
    expect(computer.profiles.lines.get(ACCOUNT)).toBe(line);
    expect(stage(rotation)).toMatchObject({ stage: 'waiting', leaving: 'new', proven: false });
    expect(rotation.credentials).toHaveLength(2);
    expect(await rotation.rotate()).toBe('turned-back');
    rotation.reconcile();
    expect(stage(rotation)?.stage).toBe('to-prove');
    rotation.prove(rotation.old);
    expect(await rotation.giveUp()).toBe('retired');
    expect(rotation.credentials).toEqual([userIdOf(rotation.old)]);
    expect(rotation.old.state).toBe('published');
    expect(await computer.keyFiles()).toContain('id_ed25519_sk');
    expect((await computer.keyFiles()).filter((name) => /\.new(\.pub)?$/.test(name))).toEqual([]);
    expect(stage(rotation)).toBeUndefined();
  });

  it('before its publication leaves the profile alone and is at its end at once', async () => {
    const rotation = await start();
    const { computer } = rotation;
    computer.profiles.onRead = async () => {
      if (computer.journal.list().some(({ state, plan }) => state === 'written' && plan.replaces))
        throw new Error('away');
    };
    await expect(rotation.rotate()).rejects.toThrow('away');
    expect(stage(rotation)?.stage).toBe('to-publish');
    expect(await rotation.giveUp()).toBe('retired');
    expect(rotation.people.giveUpQuestions).toMatchObject([{ putsBack: false }]);
    expect(rotation.credentials).toEqual([userIdOf(rotation.old)]);
    expect(computer.profiles.writes).toBe(1);
  });

  it('is not begun without consent', async () => {
    const rotation = await start();
    await rotation.rotate();
    rotation.people.agrees = false;
    expect(await rotation.giveUp()).toBe('declined');
    expect(stage(rotation)).toMatchObject({ stage: 'waiting', leaving: 'old' });
    expect(rotation.computer.profiles.lines.get(ACCOUNT)).toBe(rotation.replacement.files.publicLine);
  });

  it('whose new key is lost keeps nothing of it', async () => {
    const rotation = await start();
    await rotation.rotate();
    expect(await rotation.giveUp({ lost: true })).toBe('retired');
    expect(rotation.credentials).toHaveLength(2);
    expect(rotation.old.state).toBe('published');
  });

  it('is not possible any more once the old key is going', async () => {
    const rotation = await start();
    await rotation.rotateAndProve();
    const { old, replacement } = rotation;
    if (old.state !== 'published') throw new Error('not published');
    const retirement = { by: replacement.id, begunAt: 1, credential: 'to-delete' } as const;
    rotation.computer.journal.save({ ...old, state: 'retiring', retirement });
    await expect(rotation.giveUp()).rejects.toMatchObject({ code: 'ROTATION_RETIRING' });
  });
});

it('keeps files as their owner changed them when it moves them', async () => {
  const rotation = await start();
  await rotation.rotateAndProve();
  const publicFile = `${rotation.replacement.plan.keyFile}.pub`;
  const mine = `${rotation.replacement.files.publicLine.trimEnd()} mine\n`;
  await writeFile(publicFile, mine);
  await rotation.rotate();
  expect(await readFile(`${rotation.computer.keyFile}.pub`, 'utf8')).toBe(mine);
});
