import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../../diagnostics/log.ts';
import { PluggedInAuthenticator } from '../../../main/agent/plugged-in-authenticator.ts';
import { Authenticator, systemChannelWorld } from '../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../../native/ctap2/constants.ts';
import { formatAaguid } from '../../../native/ctap2/get-info.ts';
import { CredProtect } from '../../../native/ctap2/make-credential.ts';
import { Pin } from '../../../native/ctap2/pin.ts';
import type { HidBus } from '../../../native/hid/transport.ts';
import { systemClock } from '../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../lab/authenticator/lab-authenticator.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const PIN = '493815';
const world = systemChannelWorld({ clock: systemClock, log: silentLog });
const { signal } = new AbortController();
const pin = (text = PIN) => new Pin(new TextEncoder().encode(text));
const labKey = (profile: LabAuthenticatorOptions['profile'] = 'yubikey-5.7') =>
  new LabAuthenticator({ profile, pin: PIN });

/** All of them plugged into one computer. */
function busOf(...keys: readonly LabAuthenticator[]): HidBus {
  return { list: async () => (await Promise.all(keys.map(({ bus }) => bus.list()))).flat() };
}

/** Makes a credential as an enrollment does; returns what it notes. */
async function enrolledOn(key: LabAuthenticator): Promise<{ credentialId: Uint8Array; aaguid: string }> {
  const [device] = await key.bus.list();
  if (device === undefined) throw new Error('the key is unplugged');
  const authenticator = await Authenticator.open(device, world);
  try {
    const { authData } = await authenticator.makeCredential(
      {
        clientDataHash: new Uint8Array(32),
        rpId: 'ssh:',
        user: { id: new Uint8Array(32).fill(1), name: 'alice' },
        algorithm: CoseAlgorithm.EDDSA,
        residentKey: true,
        credProtect: CredProtect.REQUIRED,
      },
      pin(),
    );
    const { credentialId, aaguid } = authData.attested;
    return { credentialId, aaguid: formatAaguid(aaguid) };
  } finally {
    await authenticator.close();
  }
}

function over(bus: HidBus, aaguid: string | undefined): PluggedInAuthenticator {
  return new PluggedInAuthenticator(
    async () => bus,
    world,
    () => aaguid,
  );
}

async function sign(authenticator: PluggedInAuthenticator, credentialId: Uint8Array, typed = pin()): Promise<string> {
  const clientData = new Uint8Array(8);
  const clientDataHash = new Uint8Array(32).fill(9);
  const request = { application: 'ssh:', credentialId, clientData, clientDataHash, userVerification: true, pin: typed };
  try {
    const { signature } = await authenticator.assert(request, signal, () => {});
    return `${signature.length} bytes`;
  } catch (error) {
    if (error instanceof GlasskeyError) return error.code;
    throw error;
  } finally {
    await authenticator.close();
  }
}

describe('the authenticator that signs', () => {
  it('is the only one that is plugged in, whatever its model', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    expect(await sign(over(busOf(key), undefined), credentialId)).toBe('64 bytes');
  });

  it('is the one of the enrolled model among several, and no other is asked for a touch or given the PIN', async () => {
    const [other, key] = [labKey('yubikey-5.4'), labKey()];
    const { credentialId, aaguid } = await enrolledOn(key);
    other.counters.reset();
    expect(await sign(over(busOf(other, key), aaguid), credentialId)).toBe('64 bytes');
    expect(other.counters.read()).toMatchObject({ pinChecks: 0, touches: 0 });
  });

  it('is none where two of the same model could be it: a PIN tried on the wrong one would cost a try', async () => {
    const keys = [labKey(), labKey()] as const;
    const { credentialId, aaguid } = await enrolledOn(keys[0]);
    for (const key of keys) key.counters.reset();
    expect(await sign(over(busOf(...keys), aaguid), credentialId)).toBe('KEY_SEVERAL');
    for (const key of keys) expect(key.counters.read().pinChecks).toBe(0);
  });

  it('is missing where none is plugged in, or none of its model', async () => {
    const key = labKey();
    const { credentialId, aaguid } = await enrolledOn(key);
    expect(await sign(over(busOf(), aaguid), credentialId)).toBe('KEY_MISSING');
    const others = busOf(labKey('yubikey-5.4'), labKey('yubikey-5.4'));
    expect(await sign(over(others, aaguid), credentialId)).toBe('KEY_MISSING');
  });

  it('is another one where the next signature is with a credential of another model, and each gets its own PIN only', async () => {
    const [a, b] = [labKey('yubikey-5.4'), labKey()];
    const [onA, onB] = [await enrolledOn(a), await enrolledOn(b)];
    const models = new Map(
      [onA, onB].map(({ credentialId, aaguid }) => [Buffer.from(credentialId).toString('hex'), aaguid]),
    );
    const authenticator = new PluggedInAuthenticator(
      async () => busOf(a, b),
      world,
      (credentialId) => models.get(Buffer.from(credentialId).toString('hex')),
    );
    await authenticator.ready(onA.credentialId, signal);
    for (const key of [a, b]) key.counters.reset();
    expect(await sign(authenticator, onB.credentialId)).toBe('64 bytes');
    expect(a.counters.read().pinChecks).toBe(0);
    expect(b.counters.read().pinChecks).toBe(1);
  });

  it('is missing where the only key plugged in is of another model: no PIN is tried on it', async () => {
    const [enrolled, other] = [labKey(), labKey('yubikey-5.4')];
    const { credentialId, aaguid } = await enrolledOn(enrolled);
    expect(await sign(over(busOf(other), aaguid), credentialId)).toBe('KEY_MISSING');
    expect(other.counters.read().pinChecks).toBe(0);
  });

  it('is found again after it was unplugged in between', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    const authenticator = over(busOf(key), undefined);
    await authenticator.ready(credentialId, signal);
    await key.unplug();
    await key.replug();
    await authenticator.prepare(credentialId, signal);
    expect(await sign(authenticator, credentialId)).toBe('64 bytes');
  });

  it('gets no PIN that was given before it was unplugged: it may be another one now', async () => {
    const [key, other] = [labKey(), labKey()];
    const { credentialId } = await enrolledOn(key);
    let plugged = key;
    const authenticator = over({ list: () => plugged.bus.list() }, undefined);
    await authenticator.prepare(credentialId, signal);
    await key.unplug();
    plugged = other;
    expect(await sign(authenticator, credentialId)).toBe('KEY_REPLUGGED');
    await authenticator.prepare(credentialId, signal);
    await other.unplug();
    await other.replug();
    const holds = authenticator.holds({ application: 'ssh:', credentialId, pin: pin() }, signal, () => {});
    await expect(holds).rejects.toMatchObject({ code: 'KEY_REPLUGGED' });
    expect(other.counters.read().pinChecks).toBe(0);
    await authenticator.close();
  });

  it('is gone once it was unplugged, and neither before it was opened nor after it was let go, which is told each time', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    let lettings = 0;
    const authenticator = new PluggedInAuthenticator(
      async () => busOf(key),
      world,
      () => undefined,
      () => {},
      () => (lettings += 1),
    );
    expect(authenticator.isGone).toBe(false);
    await authenticator.ready(credentialId, signal);
    expect([authenticator.isGone, lettings]).toEqual([false, 0]);
    await key.unplug();
    expect([authenticator.isGone, lettings]).toEqual([true, 0]);
    await key.replug();
    await authenticator.ready(credentialId, signal);
    expect([authenticator.isGone, lettings]).toEqual([false, 1]);
    authenticator.abandon();
    expect([authenticator.isGone, lettings]).toEqual([false, 2]);
    await authenticator.close();
    expect(lettings).toBe(2);
  });

  it('that lost its PIN in a reset is named as such before anybody types one', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    key.setPinState({ pin: null });
    await expect(over(busOf(key), undefined).ready(credentialId, signal)).rejects.toMatchObject({
      code: 'PIN_NOT_SET',
    });
  });
});

describe('another program that uses the key', () => {
  it('is told of from the first command on', async () => {
    const clock = new ManualClock();
    const key = labKey();
    const { credentialId, aaguid } = await enrolledOn(key);
    let told = 0;
    const authenticator = new PluggedInAuthenticator(
      async () => busOf(key),
      systemChannelWorld({ clock, log: silentLog }),
      () => aaguid,
      () => (told += 1),
    );
    key.faults.set({ busyRequests: 30 });
    const ready = authenticator.ready(credentialId, signal);
    await clock.pass(5_000);
    await ready;
    expect(told).toBe(1);
    await authenticator.close();
  });
});

describe('the tries that are left', () => {
  it('are said once one was spent, and a PIN is refused where none can help', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    const authenticator = over(busOf(key), undefined);
    expect(await authenticator.pinTriesLeft(signal)).toBeUndefined();
    await authenticator.ready(credentialId, signal);
    expect(await authenticator.pinTriesLeft(signal)).toBeUndefined();
    key.setPinState({ pinRetries: 3 });
    expect(await authenticator.pinTriesLeft(signal)).toBe(3);
    key.setPinState({ pinRetries: 0 });
    await expect(authenticator.pinTriesLeft(signal)).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    await authenticator.close();
  });

  it('a wrong PIN is an error with its code, and costs one', async () => {
    const key = labKey();
    const { credentialId } = await enrolledOn(key);
    expect(await sign(over(busOf(key), undefined), credentialId, pin('000000'))).toBe('PIN_WRONG');
    expect(key.pinRetries).toBe(7);
  });
});
