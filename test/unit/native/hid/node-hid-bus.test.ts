import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import { type NodeHid, type NodeHidHandle, nodeHidBus } from '../../../../native/hid/node-hid-bus.ts';

class FakeHandle implements NodeHidHandle {
  readonly written: Buffer[] = [];
  closed = false;
  failWrites = false;
  #data: (report: Uint8Array) => void = () => {};
  #error: (cause: unknown) => void = () => {};

  on(event: 'data' | 'error', listener: ((report: Uint8Array) => void) & ((cause: unknown) => void)) {
    if (event === 'data') this.#data = listener;
    else this.#error = listener;
  }
  async write(bytes: Buffer) {
    if (this.failWrites) throw new Error('Cannot write to hid device');
    this.written.push(Buffer.from(bytes));
    return bytes.length;
  }
  async close() {
    this.closed = true;
  }
  arrive(report: Uint8Array) {
    this.#data(report);
  }
  vanish() {
    this.#error('could not read from HID device');
  }
}

const FIDO = {
  vendorId: 0x1050,
  productId: 0x0407,
  path: '/dev/hidraw1',
  product: 'YubiKey',
  manufacturer: 'Yubico',
  usagePage: 0xf1d0,
  usage: 1,
};

function bus(handle: FakeHandle, open: NodeHid['HIDAsync']['open'] = async () => handle) {
  const keyboard = { ...FIDO, path: '/dev/hidraw0', usagePage: 1, usage: 6 };
  return nodeHidBus(async () => ({ devicesAsync: async () => [keyboard, FIDO], HIDAsync: { open } }));
}

async function openFirst(handle: FakeHandle) {
  const [device] = await bus(handle).list();
  if (device === undefined) throw new Error('no device');
  return device.open();
}

describe('the node-hid bus', () => {
  it("lists FIDO interfaces and never the key's keyboard", async () => {
    expect((await bus(new FakeHandle()).list()).map(({ path }) => path)).toEqual(['/dev/hidraw1']);
  });

  it('writes each report behind a report id of zero: 65 bytes', async () => {
    const handle = new FakeHandle();
    const transport = await openFirst(handle);
    await transport.write(new Uint8Array(64).fill(0xff));
    expect(handle.written).toHaveLength(1);
    expect(handle.written[0]).toHaveLength(65);
    expect(handle.written[0]?.subarray(0, 2).toString('hex')).toBe('00ff');
  });

  it('tells once that the device is gone, and refuses writes from then on', async () => {
    const handle = new FakeHandle();
    const transport = await openFirst(handle);
    const gone: unknown[] = [];
    transport.receive(
      () => {},
      (cause) => gone.push(cause),
    );
    handle.vanish();
    handle.vanish();
    expect(gone).toHaveLength(1);
    await expect(transport.write(new Uint8Array(64))).rejects.toMatchObject({ code: 'HID_GONE' });
  });

  it('takes a failed write for an unplug', async () => {
    const handle = new FakeHandle();
    const transport = await openFirst(handle);
    handle.failWrites = true;
    await expect(transport.write(new Uint8Array(64))).rejects.toMatchObject({ code: 'HID_GONE' });
  });

  it('hands out copies of reports', async () => {
    const handle = new FakeHandle();
    const transport = await openFirst(handle);
    const reports: Uint8Array[] = [];
    transport.receive(
      (report) => reports.push(report),
      () => {},
    );
    const arrived = Buffer.alloc(64, 1);
    handle.arrive(arrived);
    arrived.fill(9);
    expect(reports[0]?.[0]).toBe(1);
  });

  it.runIf(process.platform === 'linux')('names the udev rule when the account may not open the key', async () => {
    const [device] = await bus(new FakeHandle(), async () => {
      throw new TypeError('cannot open device with path /dev/hidraw1: Permission denied');
    }).list();
    await expect(device?.open()).rejects.toMatchObject({
      code: 'HID_PERMISSION',
      remedy: expect.stringContaining('udev'),
    });
  });

  const failing = (error: Error) => async (): Promise<NodeHid> => ({
    devicesAsync: () => Promise.reject(error),
    HIDAsync: { open: () => Promise.reject(new Error('not reached')) },
  });

  it('names the missing library, which node-hid needs and minimal systems lack', async () => {
    const missing = nodeHidBus(failing(new Error('libusb-1.0.so.0: cannot open shared object file')));
    const named = { code: 'HID_LIBRARY_MISSING', remedy: expect.stringContaining('apt-get install libusb-1.0-0') };
    await expect(missing.list()).rejects.toMatchObject(named);
  });

  it.each([
    ['is not there', () => Promise.reject(new Error("Cannot find package 'node-hid'"))],
    ['has no binary for this system', failing(new Error('Failed to find binding for HID'))],
    ['has one that does not load', failing(Object.assign(new Error('Fehler 126'), { code: 'ERR_DLOPEN_FAILED' }))],
    ['does not start', failing(new TypeError('cannot initialize hidapi (hid_init failed)'))],
  ])('says what to do where node-hid %s, each time it is needed', async (_, load: () => Promise<NodeHid>) => {
    const broken = nodeHidBus(load);
    const told = {
      code: 'HID_NOT_LOADED',
      kind: 'expected',
      remedy: expect.stringContaining('Install Glasskey again'),
    };
    await expect(broken.list()).rejects.toMatchObject(told);
    await expect(broken.usbIds?.()).rejects.toMatchObject(told);
  });

  it('tells the USB ids of whatever is plugged in, a smart card without any HID interface too', async () => {
    const sysfs = mkdtempSync(join(tmpdir(), 'gk-sysfs-'));
    for (const [name, vendor] of Object.entries({ '1-2': '1050', '1-2:1.0': undefined })) {
      mkdirSync(join(sysfs, name));
      if (vendor !== undefined) writeFileSync(join(sysfs, name, 'idVendor'), `${vendor}\n`);
      if (vendor !== undefined) writeFileSync(join(sysfs, name, 'idProduct'), '0404\n');
    }
    try {
      const HIDAsync = { open: () => Promise.reject(new Error('nothing is to be opened')) };
      const bus = nodeHidBus(async () => ({ devicesAsync: async () => [FIDO], HIDAsync }), sysfs);
      expect(await bus.usbIds?.()).toEqual([
        { vendorId: 0x1050, productId: 0x0407 },
        { vendorId: 0x1050, productId: 0x0404 },
      ]);
    } finally {
      rmSync(sysfs, { recursive: true });
    }
  });

  it('finds the real module, which lists whatever is plugged in here', async (context) => {
    try {
      expect(Array.isArray(await nodeHidBus().list())).toBe(true);
    } catch (error) {
      if (!(error instanceof GlasskeyError) || error.code !== 'HID_LIBRARY_MISSING') throw error;
      console.warn(`SKIPPED: ${error.message} The real node-hid was not asked.`);
      context.skip();
    }
  });
});
