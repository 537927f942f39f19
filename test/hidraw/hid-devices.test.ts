import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { silentLog } from '../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { nodeHidBus } from '../../native/hid/node-hid-bus.ts';
import { pause, systemClock } from '../../time/clock.ts';
import { UhidDevice } from '../lab/authenticator/uhid.ts';
import { onlyDevice, PIN, type PluggedInKey, plugIn } from './plugged-in-key.ts';
import { GLASSKEY, runAsEngineer } from './programs.ts';
import { keepEngineerOut, letEngineerIn, settled } from './seat.ts';

const world = systemChannelWorld({ clock: systemClock, log: silentLog });

/** A mouse with one button (HID 1.11, appendix E.10, shortened). */
const MOUSE_DESCRIPTOR = Buffer.from(
  '05010902a1010901a100050919012901150025017501950181027507950181010501093009311581257f750895028106c0c0',
  'hex',
);

describe('a security key at /dev/hidrawN', () => {
  let plugged: PluggedInKey;

  beforeEach(async () => {
    plugged = await plugIn();
    await settled();
  });

  afterEach(() => plugged.pullOut());

  it('is the only device that is listed, beside a mouse', async () => {
    const mouse = await UhidDevice.create({
      ...{ name: 'Lab Mouse', vendorId: 0x046d, productId: 0xc077, version: 0x0100 },
      reportDescriptor: MOUSE_DESCRIPTOR,
    });
    try {
      await settled();
      const nodes = (await readdir('/dev')).filter((name) => name.startsWith('hidraw'));
      assert.equal(nodes.length, 2, `both have a node: ${nodes}`);
      const listed = (await nodeHidBus().list()).map(({ path: _, open: __, ...told }) => told);
      assert.deepEqual(listed, [
        { vendorId: 0x1050, productId: 0x0407, product: 'Yubico YubiKey OTP+FIDO+CCID', manufacturer: '' },
      ]);
    } finally {
      await mouse.destroy();
    }
  });

  it('is opened, written to and read from, over many reports', async () => {
    const authenticator = await Authenticator.open(await onlyDevice(), world);
    try {
      const info = await authenticator.info();
      assert.deepEqual(info.versions, ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1_PRE', 'FIDO_2_1']);
      assert.deepEqual(await authenticator.pinRetries(), { left: 8, replugNeeded: false });
    } finally {
      await authenticator.close();
    }
    assert.deepEqual(
      plugged.conversation.take().map(({ name, out, in: back }) => `${name} ${out}/${back}`),
      ['INIT 1/1', 'getInfo 1/6', 'getPINRetries 1/1'],
    );
  });

  it('is gone for whoever has it open when it is unplugged, and listed anew when it is back', async () => {
    const authenticator = await Authenticator.open(await onlyDevice(), world);
    await authenticator.info();
    await plugged.key.unplug();
    assert.deepEqual(await nodeHidBus().list(), []);
    await until(() => authenticator.isGone);
    await assert.rejects(authenticator.pinRetries(), { code: 'HID_GONE' });
    await authenticator.close();

    await plugged.key.replug();
    const again = await Authenticator.open(await onlyDevice(), world);
    assert.equal((await again.pinRetries()).left, 8);
    await again.close();
  });

  it('unplugged in the middle of a touch, fails the command that waited', async () => {
    plugged.key.setTouch('by-hand');
    const authenticator = await Authenticator.open(await onlyDevice(), world);
    const made = authenticator.makeCredential(
      {
        ...{ clientDataHash: new Uint8Array(32), rpId: 'ssh:', user: { id: new Uint8Array(32), name: 'alice' } },
        ...{ algorithm: CoseAlgorithm.EDDSA, residentKey: false },
      },
      undefined,
    );
    const failed = assert.rejects(made, { code: 'HID_GONE' });
    await plugged.key.touchPad.untilBlinking();
    await plugged.key.unplug();
    await failed;
    await authenticator.close();
  });
});

describe('an account without permission', () => {
  let plugged: PluggedInKey;
  const enroll = () =>
    runAsEngineer([...GLASSKEY, 'enroll', '--no-publish', '--pin-stdin', '--json', '--file', '/tmp/permitted_sk'], {
      input: `${PIN}\n`,
    });

  before(async () => {
    plugged = await plugIn();
    await settled();
  });

  after(() => plugged.pullOut());

  it('is told so, with the rule to install', async () => {
    await keepEngineerOut();
    const refused = await enroll();
    assert.equal(refused.code, 1, refused.transcript);
    const { error } = JSON.parse(refused.stdout);
    assert.equal(error.code, 'HID_PERMISSION', refused.transcript);
    assert.match(error.remedy, /udev/, refused.transcript);
  });

  it('opens the key with Glasskey’s udev rule, when its owner sits at the computer', async () => {
    await letEngineerIn();
    const enrolled = await enroll();
    assert.equal(enrolled.code, 0, enrolled.transcript);
    assert.equal(JSON.parse(enrolled.stdout).state, 'written', enrolled.transcript);
  });
});

/** What another thread notices is known soon, not at once. */
async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (holds()) return;
    await pause(systemClock, 50);
  }
  assert.fail('it did not come true within 10 s');
}
