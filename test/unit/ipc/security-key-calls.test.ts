/** The window's calls over the real service, a lab key on the wire, and a person at the prompts. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnrollmentReport } from '../../../main/enrollment/readiness.ts';
import type { KeyWay } from '../../../main/glasskey-key-way.ts';
import { CALLS, type CallName, type EventName, type KeyStep } from '../../../main/ipc/contract.ts';
import { securityKeyCalls } from '../../../main/ipc/security-key-calls.ts';
import type { EnrolledCredential } from '../../../main/security-keys/security-keys-world.ts';
import { CtapCommand } from '../../../native/ctap2/constants.ts';
import type { LabAuthenticator } from '../../lab/authenticator/lab-authenticator.ts';
import { Person, texts } from '../prompts/person.ts';
import { desk, holdCredential, labKey, PIN, pinWasSent, timesSent } from '../security-keys/key-desk.ts';

const KEY = 'lab:key';

let person: Person;
let steps: KeyStep[];
let events: (EventName | 'Windows Settings')[];
let stop: AbortController;

beforeEach(() => {
  person = new Person();
  steps = [];
  events = [];
  stop = new AbortController();
});

const context = () => ({ signal: stop.signal, windowId: 1, progress: (step: KeyStep) => void steps.push(step) });

function callsOn(lab: LabAuthenticator, enrolled: readonly EnrolledCredential[] = [], keyWay?: KeyWay) {
  const { keys } = desk([lab], { enrolled });
  return securityKeyCalls({
    glasskey: {
      securityKeys: async () => keys,
      keyWay: async () => keyWay,
      attestation: async () => ({ fingerprint: 'SHA256:x', verdict: 'genuine', root: 'Yubico' }),
      status: async () => ({
        verdict: 'ready',
        enrollments: enrolled.map(reportOf),
        next: '',
        targets: [],
        lastDrill: undefined,
        lastProven: {},
        neverProven: [],
        rotation: undefined,
      }),
    },
    desk: person.desk,
    texts,
    tell: (name) => void events.push(name),
    openKeySettings: async () => void events.push('Windows Settings'),
  });
}

function reportOf({ enrollment: { id, keyFile, fingerprint, onProfileOf } }: EnrolledCredential): EnrollmentReport {
  return {
    id,
    keyFile,
    fingerprint,
    state: 'published',
    origin: 'made',
    createdAt: 7,
    algorithm: 'ed25519-sk',
    product: undefined,
    filesPresent: true,
    account: onProfileOf,
    publishedAt: 8,
    foundOnProfile: false,
    profileKnown: true,
    reconciledBy: undefined,
    replacedAt: undefined,
    lastProven: undefined,
    backup: false,
  };
}

const yubikey = (over: Parameters<typeof labKey>[1] = {}) => labKey('yubikey-5.7', { path: KEY, ...over });
const bio = () => labKey('yubikey-bio', { path: KEY });

/** Until the prompt asks. */
const asked = () => vi.waitFor(() => expect(person.sees.state).toBe('asking'), { interval: 5, timeout: 10_000 });
const step = (kind: KeyStep['kind']) =>
  vi.waitFor(() => expect(steps.map((one) => one.kind)).toContain(kind), { interval: 5, timeout: 10_000 });

async function typePin(pin = PIN): Promise<void> {
  await asked();
  await person.press('once', pin);
}

function assertAsAgreed<N extends CallName>(name: N, output: unknown): void {
  expect(CALLS[name].output.parse(output)).toEqual(output);
  const shape = CALLS[name];
  if ('progress' in shape) for (const one of steps) expect(shape.progress.parse(one)).toEqual(one);
}

describe('keys.list', () => {
  it('asks no key where keys are reached through Windows, and says so; Windows Settings are opened when the window asks', async () => {
    const lab = yubikey();
    const calls = callsOn(lab, [], { way: 'windows', because: 'not-elevated', obstacle: undefined });
    const list = await calls['keys.list']({}, context());
    assertAsAgreed('keys.list', list);
    expect(list).toEqual({ keys: [], keyWay: { way: 'windows', because: 'not-elevated' } });
    expect(lab.counters.read()).toMatchObject({ packetsOut: 0, packetsIn: 0 });
    await calls['keys.open-settings']({}, context());
    expect(events).toEqual(['Windows Settings']);
  });

  it('says what each key is and can, without PIN or touch, as agreed', async () => {
    const lab = yubikey();
    const list = await callsOn(lab)['keys.list']({}, context());
    assertAsAgreed('keys.list', list);
    expect(list.keys).toMatchObject([
      {
        path: KEY,
        isModelKnown: true,
        firmware: '5.7.1',
        pin: { state: 'set', triesLeft: 8, minLength: 4 },
        credentials: { canList: true, canRename: true },
        alwaysUv: false,
        canSetMinPinLength: true,
      },
    ]);
    expect(pinWasSent(lab)).toBe(false);
  });

  it.each([
    ['yubikey-bio', 'sensor'],
    ['yubikey-5.7', 'plain'],
    ['plain-ctap20', 'plain'],
  ] as const)('draws a %s as %s', async (profile, shape) => {
    const list = await callsOn(labKey(profile, { path: KEY }))['keys.list']({}, context());
    expect(list.keys[0]?.shape).toBe(shape);
  });
});

describe('the PIN', () => {
  it('of a key without one is chosen in a prompt, typed twice, and told with its rules', async () => {
    const lab = yubikey({ pin: undefined } as never);
    const calls = callsOn(lab);
    const run = calls['pin.set']({ key: KEY }, context());
    await asked();
    expect(person.sees).toMatchObject({ title: 'Set the PIN of the key', field: { kind: 'new-pin', minLength: 4 } });
    await person.press('once', '493815');
    assertAsAgreed('pin.set', await run);
    expect(steps).toEqual([{ kind: 'pin-wanted', isNew: true }, { kind: 'pin-given' }]);
    expect(person.seesNothing).toBe(true);
    expect(events).toEqual(expect.arrayContaining(['keys.changed', 'readiness.changed']));
    expect((await calls['keys.list']({}, context())).keys[0]?.pin?.state).toBe('set');
  });

  it('is changed with the present one first; a wrong one is told with the tries left, and asked for again', async () => {
    const lab = yubikey();
    const calls = callsOn(lab);
    const run = calls['pin.change']({ key: KEY }, context());
    await typePin('000000');
    await vi.waitFor(() => expect(person.sees.field?.kind).toBe('new-pin'));
    await person.press('once', '604117');
    await vi.waitFor(() => expect(person.sees.problem).toContain('7 tries are left'));
    expect(person.sees.title).toBe('Change the PIN of the key');
    await typePin();
    await vi.waitFor(() => expect(person.sees.field?.kind).toBe('new-pin'));
    await person.press('once', '604117');
    await run;
    expect(person.seesNothing).toBe(true);
    expect(lab.counters.read().pinChecks).toBeGreaterThan(0);
  });

  it('that nobody gives ends the work, with nothing sent to the key', async () => {
    const lab = yubikey();
    const run = Promise.resolve(callsOn(lab)['pin.change']({ key: KEY }, context()));
    const failed = expect(run).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    await asked();
    await person.press('deny');
    await failed;
    expect(person.seesNothing).toBe(true);
    expect(pinWasSent(lab)).toBe(false);
  });
});

describe('credentials', () => {
  async function held() {
    const lab = yubikey();
    const mine = await holdCredential(lab, { rpId: 'ssh:', userName: 'alice' });
    const passkey = await holdCredential(lab, { rpId: 'github.com', userName: 'al' });
    const enrollment = { id: 'ab12', keyFile: '/k', fingerprint: 'SHA256:x', onProfileOf: 'alice@lab.example' };
    const calls = callsOn(lab, [{ enrollment, credentialId: mine, aaguid: undefined }]);
    const hex = (id: Uint8Array) => Buffer.from(id).toString('hex');
    return { lab, calls, mine: hex(mine), passkey: hex(passkey) };
  }

  it('have names that end no line and turn no words round, whatever a program wrote on the key', async () => {
    const lab = yubikey();
    await holdCredential(lab, { rpId: 'ssh:\u2066x', userName: '\u202ealice\u001b[2J\u2028' });
    await holdCredential(lab, { rpId: 'github.com', userName: 'Zoë 👩\u200d🚀' });
    const run = callsOn(lab)['credentials.list']({ key: KEY }, context());
    await typePin();
    const { relyingParties } = await run;
    const names = relyingParties.flatMap(({ rpId, credentials }) =>
      credentials.map(({ userName }) => [rpId, userName]),
    );
    expect(names.toSorted()).toEqual([
      ['github.com', 'Zoë 👩\u200d🚀'],
      ['ssh:\ufffdx', '\ufffdalice\ufffd[2J\ufffd'],
    ]);
  });

  it('are listed by relying party after one PIN, an SSH key with what depends on it', async () => {
    const { calls, mine } = await held();
    const run = calls['credentials.list']({ key: KEY }, context());
    await typePin();
    const list = await run;
    assertAsAgreed('credentials.list', list);
    expect(list.used).toBe(2);
    const ssh = list.relyingParties.find(({ rpId }) => rpId === 'ssh:')?.credentials[0];
    expect(ssh).toMatchObject({
      id: mine,
      userName: 'alice',
      ssh: {
        enrollment: {
          onProfileOf: 'alice@lab.example',
          createdAt: 7,
          attestation: { verdict: 'genuine', root: 'Yubico' },
        },
      },
    });
    expect(ssh?.ssh?.fingerprint).toMatch(/^SHA256:/);
  });

  it.each([undefined, '', 'yes', 'reset'])(
    'one that a login depends on stays where the word is %j',
    async (consent) => {
      const { lab, calls, mine } = await held();
      const input = { key: KEY, credential: mine, ...(consent === undefined ? {} : { consent }) };
      const failed = expect(calls['credentials.delete'](input, context())).rejects.toMatchObject({ kind: 'cancelled' });
      await typePin();
      await failed;
      expect(lab.credentials()).toHaveLength(2);
    },
  );

  it('one is deleted with its word, and no other', async () => {
    const { lab, calls, mine } = await held();
    const run = calls['credentials.delete']({ key: KEY, credential: mine, consent: 'Delete ' }, context());
    await typePin();
    assertAsAgreed('credentials.delete', await run);
    expect(lab.credentials().map(({ rpId }) => rpId)).toEqual(['github.com']);
  });

  it('a passkey is deleted without a word, and renamed', async () => {
    const { lab, calls, passkey } = await held();
    const renaming = calls['credentials.rename']({ key: KEY, credential: passkey, name: 'work' }, context());
    await typePin();
    const renamed = await renaming;
    assertAsAgreed('credentials.rename', renamed);
    expect(renamed.credential).toMatchObject({ id: passkey, userName: 'work' });
    const deleting = calls['credentials.delete']({ key: KEY, credential: passkey }, context());
    await typePin();
    await deleting;
    expect(lab.credentials().map(({ rpId }) => rpId)).toEqual(['ssh:']);
  });

  it('one that is not on the key is refused, and nothing is deleted', async () => {
    const { lab, calls } = await held();
    const run = calls['credentials.delete']({ key: KEY, credential: 'ab12', consent: 'delete' }, context());
    const failed = expect(run).rejects.toMatchObject({ code: 'CREDENTIAL_UNKNOWN' });
    await typePin();
    await failed;
    expect(lab.credentials()).toHaveLength(2);
  });
});

describe('fingerprints', () => {
  it('are enrolled sample by sample with no prompt in front, then listed, renamed and removed', async () => {
    const calls = callsOn(bio());
    const enrolling = calls['fingerprints.enroll']({ key: KEY, name: 'left index' }, context());
    await typePin();
    await step('sample');
    expect(person.seesNothing).toBe(true);
    const made = await enrolling;
    assertAsAgreed('fingerprints.enroll', made);
    expect(made.fingerprint.name).toBe('left index');
    expect(steps.filter(({ kind }) => kind === 'sample').length).toBeGreaterThan(1);

    const { id } = made.fingerprint;
    const renaming = calls['fingerprints.rename']({ key: KEY, fingerprint: id, name: 'right' }, context());
    await typePin();
    assertAsAgreed('fingerprints.rename', await renaming);
    const listing = calls['fingerprints.list']({ key: KEY }, context());
    await typePin();
    const list = await listing;
    assertAsAgreed('fingerprints.list', list);
    expect(list.fingerprints).toMatchObject([{ id, name: 'right' }]);
    const removing = calls['fingerprints.remove']({ key: KEY, fingerprint: id }, context());
    await typePin();
    await removing;
    expect((await calls['keys.list']({}, context())).keys[0]?.fingerprints).toEqual({ enrolled: false });
  });
});

describe('the reset', () => {
  it('tells the losses, waits for the word, and without it erases nothing', async () => {
    const lab = yubikey();
    await holdCredential(lab, { rpId: 'github.com', userName: 'al' });
    const calls = callsOn(lab);
    const failed = expect(calls['keys.reset']({ key: KEY }, context())).rejects.toMatchObject({ kind: 'cancelled' });
    await typePin();
    await step('consent-wanted');
    expect(person.seesNothing).toBe(true);
    const consent = steps.find((one) => one.kind === 'consent-wanted');
    expect(consent).toMatchObject({ windowSeconds: 10, loss: { pinSet: true, credentials: [{ rpId: 'github.com' }] } });
    expect(await calls['keys.agree']({ key: 'lab:other', consent: 'reset' }, context())).toEqual({ taken: false });
    expect(await calls['keys.agree']({ key: KEY, consent: 'rest' }, context())).toEqual({ taken: true });
    await failed;
    expect(timesSent(lab, CtapCommand.RESET)).toBe(0);
    expect(lab.credentials()).toHaveLength(1);
    // It waits no more.
    expect(await calls['keys.agree']({ key: KEY, consent: 'reset' }, context())).toEqual({ taken: false });
  });

  it('goes through: without the PIN, unplugged, plugged in, touched', async () => {
    const lab = yubikey();
    await holdCredential(lab, { rpId: 'github.com', userName: 'al' });
    const calls = callsOn(lab);
    const run = calls['keys.reset']({ key: KEY }, context());
    await asked();
    expect(person.sees.buttons.map(({ label }) => label)).toContain('Without the PIN');
    await person.press('deny');
    await step('consent-wanted');
    const consent = steps.find((one) => one.kind === 'consent-wanted');
    expect(consent).toMatchObject({ loss: { unlisted: 'pin-not-given' } });
    await calls['keys.agree']({ key: KEY, consent: 'reset' }, context());
    await step('unplug-wanted');
    await lab.unplug();
    await step('plug-in-wanted');
    await lab.replug();
    assertAsAgreed('keys.reset', await run);
    expect(steps.map(({ kind }) => kind)).toContain('reset-touch-wanted');
    expect(lab.credentials()).toEqual([]);
    expect(pinWasSent(lab)).toBe(false);
  });

  it('is stopped by the window while it waits for the word', async () => {
    const calls = callsOn(yubikey());
    const failed = expect(calls['keys.reset']({ key: KEY }, context())).rejects.toMatchObject({ kind: 'cancelled' });
    await asked();
    await person.press('deny');
    await step('consent-wanted');
    stop.abort();
    await failed;
    expect(await calls['keys.agree']({ key: KEY, consent: 'reset' }, context())).toEqual({ taken: false });
  });
});

it('does one thing at a time, whatever the window asks for', async () => {
  const calls = callsOn(yubikey());
  const failed = expect(calls['credentials.list']({ key: KEY }, context())).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await asked();
  await expect(calls['keys.reset']({ key: KEY }, context())).rejects.toMatchObject({ code: 'KEY_WORK_UNDER_WAY' });
  expect(person.desk.view().prompts).toHaveLength(1);
  await person.press('deny');
  await failed;
});

it('sets what the key insists on: the wish of the call and nothing else', async () => {
  const calls = callsOn(yubikey());
  const longer = calls['keys.configure']({ key: KEY, change: { minPinLength: 6 } }, context());
  await typePin();
  assertAsAgreed('keys.configure', await longer);
  const always = calls['keys.configure']({ key: KEY, change: { alwaysUv: true } }, context());
  await typePin();
  await always;
  expect((await calls['keys.list']({}, context())).keys[0]).toMatchObject({ alwaysUv: true, pin: { minLength: 6 } });
});
