import { type IPty, spawn as spawnPty } from '@lydell/node-pty';
import { type HidBus, type HidTransport, REPORT_SIZE } from '../../../native/hid/transport.ts';

/** libfido2 writes a report id byte of 0 before each report. */
const WRITE_SIZE = REPORT_SIZE + 1;

/**
 * A pseudo-terminal whose far end is a character device that talks to the one key on a bus. libfido2 takes any character
 * device as a key, so that a client nobody here wrote can be set upon the lab's authenticator.
 */
export class PtyBridge {
  readonly devicePath: string;
  private readonly pty: IPty;
  private readonly transport: HidTransport;

  private constructor(pty: IPty, devicePath: string, transport: HidTransport) {
    this.pty = pty;
    this.devicePath = devicePath;
    this.transport = transport;
  }

  static async open(bus: HidBus): Promise<PtyBridge> {
    const [device] = await bus.list();
    if (device === undefined) throw new Error('the authenticator is unplugged');
    const transport = await device.open();
    // `min 64`: a read returns a whole report or waits. The shell holds the far end open between two openings by ssh-keygen.
    const script = 'stty raw -echo min 64 time 0 && printf "%s\\n" "$(tty)" && exec sleep 120';
    const pty = spawnPty('/bin/sh', ['-c', script], { encoding: null });
    let kept: Buffer = Buffer.alloc(0);
    const devicePath = await new Promise<string>((resolve) => {
      let path: string | undefined;
      pty.onData((data) => {
        kept = Buffer.concat([kept, Buffer.from(data, 'latin1')]);
        if (path === undefined) {
          const end = kept.indexOf(0x0a);
          if (end < 0) return;
          path = kept.subarray(0, end).toString('latin1').trim();
          kept = kept.subarray(end + 1);
          resolve(path);
        }
        for (; kept.length >= WRITE_SIZE; kept = kept.subarray(WRITE_SIZE)) {
          void transport.write(new Uint8Array(kept.subarray(1, WRITE_SIZE))).catch(() => {});
        }
      });
    });
    // With `encoding: null` the pty gives and takes Buffers, whatever its types say.
    transport.receive(
      (report) => pty.write(Buffer.from(report) as unknown as string),
      () => {},
    );
    return new PtyBridge(pty, devicePath, transport);
  }

  async close(): Promise<void> {
    await this.transport.close();
    const ended = new Promise<void>((resolve) => this.pty.onExit(() => resolve()));
    this.pty.kill('SIGKILL');
    await ended;
  }
}
