/**
 * HID devices that Linux makes of what a program writes to /dev/uhid (root only): each gets a real /dev/hidrawN, with udev and
 * all. Layouts: include/uapi/linux/uhid.h; integers are in the machine's order (little-endian wherever the lab runs). The
 * interface wants reading and writing alone, so it takes no native code.
 */
import { type FileHandle, open } from 'node:fs/promises';

const DEVICE = '/dev/uhid';

const Event = {
  DESTROY: 1,
  START: 2,
  STOP: 3,
  OUTPUT: 6,
  GET_REPORT: 9,
  GET_REPORT_REPLY: 10,
  CREATE2: 11,
  INPUT2: 12,
  SET_REPORT: 13,
  SET_REPORT_REPLY: 14,
} as const;

/** struct uhid_event: the type, and the longest of its members, uhid_create2_req. */
const EVENT_SIZE = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + 4096;
/** Within uhid_output_req, behind the event's type: 4096 bytes of data, then their number. */
const OUTPUT_SIZE_AT = 4 + 4096;
const BUS_USB = 0x03;
const EIO = 5;

export interface UhidDescription {
  readonly name: string;
  readonly vendorId: number;
  readonly productId: number;
  /** In binary-coded decimal, as USB has it. */
  readonly version: number;
  readonly reportDescriptor: Uint8Array;
}

/** One device from its creation to its end. */
export class UhidDevice {
  private readonly file: FileHandle;
  private readonly onReport: (report: Uint8Array) => void;
  private readonly started = Promise.withResolvers<void>();
  private reading: Promise<void> = Promise.resolve();
  /** Writes to the kernel are made one after another: reports keep their order. */
  private written: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, onReport: (report: Uint8Array) => void) {
    this.file = file;
    this.onReport = onReport;
  }

  /** Resolves once the kernel has started it. `onReport` gets what hosts write, as a USB device would, without a report id 0. */
  static async create(
    description: UhidDescription,
    onReport: (report: Uint8Array) => void = () => {},
  ): Promise<UhidDevice> {
    const device = new UhidDevice(await open(DEVICE, 'r+'), onReport);
    await device.write(createEvent(description));
    device.reading = device.read();
    await Promise.race([device.started.promise, device.reading]);
    return device;
  }

  /** Sends one input report to every program that has the device open. */
  send(report: Uint8Array): void {
    this.write(inputEvent(report)).catch(() => {}); // it is gone, which its end tells
  }

  /** Takes the device away from the kernel; whoever has it open learns that it is gone. */
  async destroy(): Promise<void> {
    await this.write(eventOf(Event.DESTROY, 0));
    await this.reading;
    await this.file.close();
  }

  private async read(): Promise<void> {
    const event = Buffer.alloc(EVENT_SIZE);
    for (;;) {
      // Waits in the kernel; the STOP that follows our DESTROY ends it.
      const { bytesRead } = await this.file.read(event, 0, EVENT_SIZE, null);
      if (bytesRead === 0 || event.readUInt32LE() === Event.STOP) return;
      this.take(event);
    }
  }

  private take(event: Buffer): void {
    switch (event.readUInt32LE()) {
      case Event.START:
        this.started.resolve();
        break;
      case Event.OUTPUT: {
        const written = event.subarray(4, 4 + event.readUInt16LE(OUTPUT_SIZE_AT));
        // hidraw hands on the report id too; where there are none it is 0, and usbhid does not send it.
        this.onReport(Uint8Array.from(written.subarray(written[0] === 0 ? 1 : 0)));
        break;
      }
      case Event.GET_REPORT:
        this.refuse(event, eventOf(Event.GET_REPORT_REPLY, 8));
        break;
      case Event.SET_REPORT:
        this.refuse(event, eventOf(Event.SET_REPORT_REPLY, 6));
        break;
      default: // OPEN and CLOSE: a device does not learn of them by USB either
        break;
    }
  }

  /** Both replies begin with the id of what was asked and an error number: there are no feature reports here. */
  private refuse(request: Buffer, reply: Buffer): void {
    request.copy(reply, 4, 4, 8);
    reply.writeUInt16LE(EIO, 8);
    this.write(reply).catch(() => {});
  }

  private write(event: Uint8Array): Promise<unknown> {
    const write = this.written.then(() => this.file.write(event));
    this.written = write.catch(() => {});
    return write;
  }
}

function eventOf(type: number, size: number): Buffer {
  const event = Buffer.alloc(4 + size);
  event.writeUInt32LE(type);
  return event;
}

/** uhid_create2_req: name 128, phys 64, uniq 64; rd_size, bus (16 bits); vendor, product, version, country (32 bits); descriptor. */
function createEvent(description: UhidDescription): Buffer {
  const { name, vendorId, productId, version, reportDescriptor } = description;
  const event = eventOf(Event.CREATE2, 276 + reportDescriptor.length);
  event.write(name.slice(0, 127), 4);
  event.writeUInt16LE(reportDescriptor.length, 260);
  event.writeUInt16LE(BUS_USB, 262);
  event.writeUInt32LE(vendorId, 264);
  event.writeUInt32LE(productId, 268);
  event.writeUInt32LE(version, 272);
  event.set(reportDescriptor, 280);
  return event;
}

/** uhid_input2_req: size (16 bits), data. */
function inputEvent(report: Uint8Array): Buffer {
  const event = eventOf(Event.INPUT2, 2 + report.length);
  event.writeUInt16LE(report.length, 4);
  event.set(report, 6);
  return event;
}
