import { createHash, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../diagnostics/log.ts';
import { verifyAttestation } from '../../../../native/ctap2/attestation.ts';
import { Authenticator, systemChannelWorld } from '../../../../native/ctap2/authenticator.ts';
import { CoseAlgorithm, CtapCommand, Permission } from '../../../../native/ctap2/constants.ts';
import { keyObject } from '../../../../native/ctap2/cose-key.ts';
import { Pin } from '../../../../native/ctap2/pin.ts';
import type { PinState } from '../../../../native/ctap2/pin-state.ts';
import type { Progress } from '../../../../native/ctaphid/channel.ts';
import { systemClock } from '../../../../time/clock.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../../lab/authenticator/lab-authenticator.ts';
import { labTrust } from './lab-trust.ts';

const RIGHT = '271828';
const world = systemChannelWorld({ clock: systemClock, log: silentLog });
const hash = new Uint8Array(createHash('sha256').update('a challenge').digest());

const usable = (left: number) => ({ kind: 'usable', left });
const pin = (text = RIGHT) => new Pin(new TextEncoder().encode(text));

async function plugIn(options: Partial<LabAuthenticatorOptions> = {}) {
  const lab = new LabAuthenticator({ profile: 'yubikey-5.7', pin: RIGHT, ...options });
  const [device] = await lab.bus.list();
  if (device === undefined) throw new Error('the lab shows no device');
  return { lab, device, key: await Authenticator.open(device, world) };
}

function credential(algorithm: number = CoseAlgorithm.EDDSA, userId = 1) {
  return {
    clientDataHash: hash,
    rpId: 'ssh:',
    user: { id: new Uint8Array(32).fill(userId), name: '2026-11-23 alice@laptop' },
    algorithm,
    residentKey: true,
    credProtect: 3,
  } as const;
}

describe('an authenticator', () => {
  it.each([
    ['yubikey-5.7', CoseAlgorithm.EDDSA],
    ['yubikey-5.7', CoseAlgorithm.ES256],
    ['yubikey-5.4', CoseAlgorithm.EDDSA],
    ['yubikey-bio', CoseAlgorithm.EDDSA],
  ] as const)('of profile %s makes a credential of algorithm %i and signs with it', async (profile, algorithm) => {
    const { key } = await plugIn({ profile });
    const made = await key.makeCredential(credential(algorithm), pin());
    expect(verifyAttestation(made, hash, labTrust(), Date.now()).kind).toBe('genuine');
    const { credentialId, publicKey } = made.authData.attested;
    const message = { rpId: 'ssh:', clientDataHash: hash, credentialId, userPresence: true };
    const { authData, authDataBytes, signature } = await key.getAssertion(message, pin());
    expect(authData.flags).toBe(0x05); // touched and verified
    const digest = algorithm === CoseAlgorithm.EDDSA ? null : 'sha256';
    const signed = Buffer.concat([authDataBytes, hash]);
    expect(verify(digest, signed, keyObject(publicKey), signature)).toBe(true);
    await key.close();
  });

  it('is asked getInfo and key agreement once, and each signature then costs two commands', async () => {
    const { lab, key } = await plugIn();
    const made = await key.makeCredential(credential(), pin());
    expect(lab.counters.read().commands.map(({ command }) => command)).toEqual([
      CtapCommand.GET_INFO,
      CtapCommand.CLIENT_PIN,
      CtapCommand.CLIENT_PIN,
      CtapCommand.MAKE_CREDENTIAL,
    ]);
    lab.counters.reset();
    const { credentialId } = made.authData.attested;
    await key.getAssertion({ rpId: 'ssh:', clientDataHash: hash, credentialId, userPresence: true }, pin());
    expect(lab.counters.read().commands.map(({ command }) => command)).toEqual([
      CtapCommand.CLIENT_PIN,
      CtapCommand.GET_ASSERTION,
    ]);
    await key.close();
  });

  it('keeps its tries when another program gave a wrong PIN in between', async () => {
    const { lab, device, key } = await plugIn();
    const made = await key.makeCredential(credential(), pin());
    const other = await Authenticator.open(device, world);
    const { credentialId } = made.authData.attested;
    const message = { rpId: 'ssh:', clientDataHash: hash, credentialId, userPresence: true };
    await expect(other.getAssertion(message, pin('999999'))).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect(lab.pinRetries).toBe(7);
    // The key has a new key agreement now: under the one we kept, our right PIN would count as wrong.
    await key.getAssertion(message, pin());
    expect(lab.pinRetries).toBe(8);
    await Promise.all([key.close(), other.close()]);
  });

  it('knows that all tries are there while nobody else talked to it, and no longer', async () => {
    const { device, key } = await plugIn();
    expect(key.hasAllPinTries).toBe(false);
    await key.makeCredential(credential(), pin());
    expect(key.hasAllPinTries).toBe(true);
    const other = await Authenticator.open(device, world);
    await other.info();
    expect(key.hasAllPinTries).toBe(false);
    await key.makeCredential(credential(), pin());
    expect(key.hasAllPinTries).toBe(true);
    await expect(key.makeCredential(credential(), pin('999999'))).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect(key.hasAllPinTries).toBe(false);
    await Promise.all([key.close(), other.close()]);
  });

  it('counts a wrong PIN once, asks for a replug after three, and works again after it', async () => {
    const { lab, device, key } = await plugIn();
    const attempt = (on: Authenticator, text: string) => on.makeCredential(credential(), pin(text));
    await expect(attempt(key, '111111')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await expect(attempt(key, '222222')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await expect(attempt(key, '333333')).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(lab.counters.read().pinChecks).toBe(3);
    expect(await key.pinRetries()).toEqual({ left: 5, replugNeeded: true });
    await expect(attempt(key, RIGHT)).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    lab.unplug();
    await expect(key.info()).resolves.toBeDefined(); // kept, no packet
    await expect(key.pinRetries()).rejects.toMatchObject({ code: 'HID_GONE' });
    lab.replug();
    const again = await Authenticator.open(device, world);
    await attempt(again, RIGHT);
    expect(lab.pinRetries).toBe(8);
    await again.close();
  });

  it('tells the tries that a PIN has left as it is used, without asking for them once more', async () => {
    const lab = new LabAuthenticator({ profile: 'yubikey-5.7', pin: RIGHT });
    lab.setPinState({ pinRetries: 5 });
    const [device] = await lab.bus.list();
    const told: PinState[] = [];
    const seeing = systemChannelWorld({ clock: systemClock, log: silentLog, pinSeen: ({ state }) => told.push(state) });
    if (device === undefined) throw new Error('the lab shows no device');
    const key = await Authenticator.open(device, seeing);
    const sent = () =>
      lab.counters
        .read()
        .commands.filter(({ command, subCommand }) => command === CtapCommand.CLIENT_PIN && subCommand === 1).length;
    const use = (text?: string) => key.withToken(pin(text), Permission.GA, {}, async () => {}, 'ssh:');
    await expect(use('wrong one')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect([told, sent()]).toEqual([[usable(5), usable(4)], 1]);
    await use();
    expect([told.slice(2), sent()]).toEqual([[usable(4), usable(8)], 2]);
    await expect(use('wrong one')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    expect([told.slice(4), sent()]).toEqual([[usable(7)], 2]);
    await expect(use('wrong one')).rejects.toMatchObject({ code: 'PIN_WRONG' });
    await expect(use('wrong one')).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(told.at(-1)).toEqual({ kind: 'replug-needed', left: 5 });
    expect(lab.pinRetries).toBe(5);
    expect(await key.pinRetries()).toEqual({ left: 5, replugNeeded: true });
    await expect(
      key.getAssertion({ rpId: 'ssh:', clientDataHash: hash, credentialId: hash, userPresence: true }, pin()),
    ).rejects.toMatchObject({ code: 'PIN_REPLUG_NEEDED' });
    expect(told.at(-1)).toEqual({ kind: 'replug-needed', left: 5 });
    await key.close();
  });

  it('tells a blocked PIN apart', async () => {
    const { lab, key } = await plugIn();
    lab.setPinState({ pinRetries: 0 });
    await expect(key.makeCredential(credential(), pin())).rejects.toMatchObject({ code: 'PIN_BLOCKED' });
    await key.close();
  });

  it('without Ed25519 says so', async () => {
    const { key } = await plugIn({ profile: 'yubikey-5.1' });
    await expect(key.makeCredential(credential(), pin())).rejects.toMatchObject({ code: 'CTAP_NO_EDDSA' });
    await key.close();
  });

  it('takes its first PIN, and changes it', async () => {
    const { lab: bare } = await plugIn();
    bare.setPinState({ pin: null });
    const [device] = await bare.bus.list();
    if (device === undefined) throw new Error('the lab shows no device');
    const key = await Authenticator.open(device, world);
    await expect(key.makeCredential(credential(), pin())).rejects.toMatchObject({ code: 'PIN_NOT_SET' });
    bare.setPinState({ minPinLength: 6 });
    await expect(key.setPin(pin('12345'))).rejects.toMatchObject({ code: 'PIN_POLICY' });
    bare.setPinState({ minPinLength: 4 });
    await key.setPin(pin('pässwörd'));
    await key.changePin(pin('pässwörd'), pin());
    await key.makeCredential(credential(), pin());
    await key.close();
  });

  it('tells of the touch while it waits for it, once', async () => {
    const { lab, key } = await plugIn({ touch: 'by-hand' });
    const told: Progress[] = [];
    const running = key.makeCredential(credential(), pin(), { onProgress: (progress) => told.push(progress) });
    await lab.touchPad.untilBlinking();
    lab.touch();
    await running;
    expect(told.filter((progress) => progress === 'touch-wanted')).toHaveLength(1);
    await key.close();
  });

  it('stops blinking when the operation is cancelled, and is ready for the next', async () => {
    const { lab, key } = await plugIn({ touch: 'by-hand' });
    const stop = new AbortController();
    const running = key.makeCredential(credential(), pin(), { signal: stop.signal });
    await lab.touchPad.untilBlinking();
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    expect(lab.touchPad.blinking).toBe(false);
    expect(lab.counters.read().cancels).toBe(1);
    lab.setTouch('at-once');
    await key.makeCredential(credential(), pin());
    await key.close();
  });

  it('that does not answer the cancelling is cancelled all the same after a second, and resynchronized', async () => {
    const { lab, key } = await plugIn({ touch: 'by-hand' });
    const stop = new AbortController();
    const running = key.makeCredential(credential(), pin(), { signal: stop.signal });
    await lab.touchPad.untilBlinking();
    lab.faults.set({ dropPackets: Array.from({ length: 40 }, (_, index) => index + 1) }); // CANCEL and all that follows
    stop.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    lab.faults.clear();
    lab.setTouch('at-once');
    await key.makeCredential(credential(), pin());
    await key.close();
  });

  it('sends nothing for an operation that was cancelled before it began', async () => {
    const { lab, key } = await plugIn();
    const before = lab.counters.read().packetsOut;
    const signal = AbortSignal.abort();
    await expect(key.makeCredential(credential(), pin(), { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(lab.counters.read().packetsOut).toBe(before);
    await key.close();
  });

  it('whose touch is declined says so', async () => {
    const { key } = await plugIn({ touch: 'declined' });
    await expect(key.makeCredential(credential(), pin())).rejects.toMatchObject({ code: 'CTAP_DENIED' });
    await key.close();
  });

  it('finds out without PIN or touch whether a credential is there', async () => {
    const { lab, key } = await plugIn();
    const open = await key.makeCredential({ ...credential(), credProtect: 1 }, pin());
    lab.counters.reset();
    expect(await key.hasCredential('ssh:', open.authData.attested.credentialId)).toBe(true);
    expect(await key.hasCredential('ssh:', new Uint8Array(64))).toBe(false);
    expect(lab.counters.read().touches).toBe(0);
    await key.close();
  });

  it.each(['none', 'self'] as const)('with attestation %s is told apart from a forged one', async (attestation) => {
    const { key } = await plugIn({ attestation });
    expect(verifyAttestation(await key.makeCredential(credential(), pin()), hash, labTrust(), Date.now()).kind).toBe(
      attestation,
    );
    await key.close();
  });

  it('with a forged attestation is refused', async () => {
    const { key } = await plugIn({ attestation: 'forged' });
    const made = await key.makeCredential(credential(), pin());
    expect(() => verifyAttestation(made, hash, labTrust(), Date.now())).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_FORGED' }),
    );
    await key.close();
  });

  it('that signed another challenge is refused', async () => {
    const { key } = await plugIn();
    const made = await key.makeCredential(credential(), pin());
    expect(() => verifyAttestation(made, new Uint8Array(32), labTrust(), Date.now())).toThrow(
      expect.objectContaining({ code: 'ATTESTATION_FORGED' }),
    );
    await key.close();
  });
});

describe('a channel', () => {
  it('waits while another program is served', async () => {
    const { lab, key } = await plugIn();
    lab.faults.set({ busyRequests: 3 });
    await key.info();
    expect(lab.counters.read().errors).toEqual([6, 6, 6]);
    await key.close();
  });

  it('reads through stray packets and floods of keep-alives', async () => {
    const { lab, key } = await plugIn();
    lab.faults.set({ strayPackets: 3, keepaliveFlood: 200 });
    await key.makeCredential(credential(), pin());
    await key.close();
  });

  it.each(['bytes', 'cbor'] as const)('turns a reply of garbage %s into a typed error, and lives on', async (kind) => {
    const { lab, key } = await plugIn();
    lab.faults.set({ garbageReplies: { kind, count: 1 } });
    await expect(key.info()).rejects.toMatchObject({ code: expect.stringMatching(/^(CBOR|CTAP)_/) });
    await key.info();
    await key.close();
  });

  it('says when packets of a reply were lost, and resynchronizes', async () => {
    const { lab, key } = await plugIn();
    lab.faults.set({ wrongSequences: 1 });
    await expect(key.info()).rejects.toMatchObject({ code: 'CTAPHID_GARBLED' });
    await key.info();
    expect(lab.counters.read().inits).toBe(2);
    await key.close();
  });

  it('that hears nothing for three seconds says so, and works again after it', async () => {
    const { lab, key } = await plugIn();
    lab.faults.set({ dropPackets: [2] }); // the reply is lost: silence
    await expect(key.info()).rejects.toMatchObject({ code: 'KEY_SILENT' });
    await key.info();
    await key.close();
  });

  it('runs transactions one at a time, in order', async () => {
    const { key } = await plugIn();
    const [a, b] = await Promise.all([key.pinRetries(), key.pinRetries()]);
    expect(a).toEqual(b);
    await key.close();
  });

  it('reports a key pulled out in mid-operation once, and stays gone', async () => {
    const { lab, key } = await plugIn({ touch: 'by-hand' });
    const running = key.makeCredential(credential(), pin());
    await lab.touchPad.untilBlinking();
    lab.unplug();
    await expect(running).rejects.toMatchObject({ code: 'HID_GONE' });
    expect(key.isGone).toBe(true);
    await expect(key.pinRetries()).rejects.toMatchObject({ code: 'HID_GONE' });
  });
});
