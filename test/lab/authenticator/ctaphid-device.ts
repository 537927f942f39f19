import {
  BROADCAST_CHANNEL,
  Capability,
  Command,
  ErrorByte,
  KeepaliveByte,
  MAX_MESSAGE,
} from '../../../native/ctaphid/constants.ts';
import { REPORT_SIZE } from '../../../native/hid/transport.ts';
import { encodeCbor } from './cbor.ts';
import type { Counters } from './counters.ts';
import { CONT_PAYLOAD, INIT_PAYLOAD, type Packet, parsePacket, toReports } from './ctaphid-packets.ts';
import type { Env } from './env.ts';
import type { Faults } from './faults.ts';
import { CommandSession } from './session.ts';

const PROTOCOL_VERSION = 2;
const NONCE_SIZE = 8;
const KEEPALIVE_MS = 100;
/** A half-sent message is dropped after so long (vendor-chosen; ctap.md 1.5). */
const MESSAGE_TIMEOUT_MS = 500;

/** Runs CTAP2 messages. */
export interface CborProcessor {
  /** Rejects only when interrupted: then no reply is sent. */
  run(message: Uint8Array, session: CommandSession): Promise<Uint8Array>;
}

export interface CtapHidOptions {
  readonly env: Env;
  readonly counters: Counters;
  readonly faults: Faults;
  readonly processor: CborProcessor;
  readonly deviceVersion: readonly [number, number, number];
  /** Sends one report to the host. */
  readonly emit: (report: Uint8Array) => void;
}

/** A message of which packets are still to come. */
interface Partial {
  readonly state: 'receiving';
  readonly channel: number;
  readonly command: number;
  readonly payload: Buffer;
  received: number;
  nextSequence: number;
  readonly stopTimer: () => void;
}

/** A CBOR command that runs. */
interface Running {
  readonly state: 'running';
  readonly channel: number;
  readonly session: CommandSession;
  status: number;
  stopKeepalive: () => void;
}

/** CTAPHID on the device's side (CTAP 2.1, 11.2): channels, framing, one transaction at a time. */
export class CtapHidDevice {
  private readonly options: CtapHidOptions;
  private readonly channels = new Set<number>();
  private lastChannel = 0;
  private transaction: Partial | Running | undefined;

  constructor(options: CtapHidOptions) {
    this.options = options;
  }

  /** Power is gone: channels, half-sent messages and running commands with it. */
  powerOff(): void {
    this.endTransaction();
    this.channels.clear();
  }

  /** Takes one report from the host. */
  receive(report: Uint8Array): void {
    const packet = parsePacket(report);
    if (packet.kind === 'continuation') this.onContinuation(packet);
    else this.onInitialization(packet);
  }

  private onInitialization(packet: Packet & { kind: 'init' }): void {
    const { channel, command, length } = packet;
    if (command === Command.INIT) {
      this.onInit(packet);
      return;
    }
    if (channel === BROADCAST_CHANNEL || !this.channels.has(channel)) {
      this.error(channel, ErrorByte.INVALID_CHANNEL);
      return;
    }
    if (command === Command.CANCEL) {
      this.onCancel(channel);
      return;
    }
    if (this.transaction !== undefined) {
      this.onInitializationWhileBusy(channel, this.transaction);
      return;
    }
    if (length > MAX_MESSAGE) {
      this.error(channel, ErrorByte.INVALID_LEN);
      return;
    }
    if (this.options.faults.takeBusy()) {
      this.error(channel, ErrorByte.CHANNEL_BUSY);
      return;
    }
    this.begin(packet);
  }

  /** 11.2.5.1: another channel is told to wait; the same channel broke its own message. */
  private onInitializationWhileBusy(channel: number, transaction: Partial | Running): void {
    if (transaction.channel !== channel || transaction.state === 'running') {
      this.error(channel, ErrorByte.CHANNEL_BUSY);
      return;
    }
    this.endTransaction();
    this.error(channel, ErrorByte.INVALID_SEQ);
  }

  /** INIT: on broadcast a new channel, on an own one resynchronization: what ran there ends without a reply. */
  private onInit({ channel, length, data }: Packet & { kind: 'init' }): void {
    this.options.counters.count('inits');
    if (channel !== BROADCAST_CHANNEL && !this.channels.has(channel)) {
      this.error(channel, ErrorByte.INVALID_CHANNEL);
      return;
    }
    if (length !== NONCE_SIZE) {
      this.error(channel, ErrorByte.INVALID_LEN);
      return;
    }
    if (this.transaction?.channel === channel) this.endTransaction();
    const granted = channel === BROADCAST_CHANNEL ? this.newChannel() : channel;
    const reply = Buffer.alloc(17);
    reply.set(data.subarray(0, NONCE_SIZE));
    reply.writeUInt32BE(granted, 8);
    reply.writeUInt8(PROTOCOL_VERSION, 12);
    reply.set(this.options.deviceVersion, 13);
    reply.writeUInt8(Capability.WINK | Capability.CBOR | Capability.NMSG, 16);
    this.send(channel, Command.INIT, reply);
  }

  private newChannel(): number {
    do {
      this.lastChannel = Buffer.from(this.options.env.random(4)).readUInt32BE(0);
    } while (this.lastChannel === 0 || this.lastChannel === BROADCAST_CHANNEL || this.channels.has(this.lastChannel));
    this.channels.add(this.lastChannel);
    return this.lastChannel;
  }

  private onCancel(channel: number): void {
    this.options.counters.count('cancels');
    const { transaction } = this;
    if (transaction?.state === 'running' && transaction.channel === channel) transaction.session.stop('cancel');
  }

  private begin({ channel, command, length, data }: Packet & { kind: 'init' }): void {
    const payload = Buffer.alloc(length);
    payload.set(data.subarray(0, Math.min(length, INIT_PAYLOAD)));
    if (length <= INIT_PAYLOAD) {
      this.onMessage(channel, command, payload);
      return;
    }
    const stopTimer = this.options.env.clock.after(MESSAGE_TIMEOUT_MS, () => {
      this.transaction = undefined;
      this.error(channel, ErrorByte.MSG_TIMEOUT);
    });
    this.transaction = {
      state: 'receiving',
      channel,
      command,
      payload,
      received: INIT_PAYLOAD,
      nextSequence: 0,
      stopTimer,
    };
  }

  private onContinuation({ channel, sequence, data }: Packet & { kind: 'continuation' }): void {
    const { transaction } = this;
    if (transaction?.state !== 'receiving' || transaction.channel !== channel) return;
    if (sequence !== transaction.nextSequence) {
      this.endTransaction();
      this.error(channel, ErrorByte.INVALID_SEQ);
      return;
    }
    const { payload, command } = transaction;
    const missing = payload.length - transaction.received;
    payload.set(data.subarray(0, Math.min(missing, CONT_PAYLOAD)), transaction.received);
    transaction.received += CONT_PAYLOAD;
    transaction.nextSequence++;
    if (transaction.received < payload.length) return;
    this.endTransaction();
    this.onMessage(channel, command, payload);
  }

  private onMessage(channel: number, command: number, payload: Uint8Array): void {
    switch (command) {
      case Command.PING:
        this.options.counters.count('pings');
        this.send(channel, Command.PING, payload);
        break;
      case Command.WINK:
        if (payload.length > 0) {
          this.error(channel, ErrorByte.INVALID_LEN);
          return;
        }
        this.options.counters.count('winks');
        this.send(channel, Command.WINK, payload);
        break;
      case Command.CBOR:
        if (payload.length === 0) {
          this.error(channel, ErrorByte.INVALID_LEN);
          return;
        }
        this.runCbor(channel, payload);
        break;
      default:
        this.error(channel, ErrorByte.INVALID_CMD);
        break;
    }
  }

  private runCbor(channel: number, message: Uint8Array): void {
    const session = new CommandSession(channel, (status) => this.changeStatus(running, status));
    const running: Running = {
      state: 'running',
      channel,
      session,
      status: KeepaliveByte.PROCESSING,
      stopKeepalive: () => {},
    };
    this.transaction = running;
    this.scheduleKeepalive(running);
    this.options.processor.run(message, session).then(
      (reply) => this.finish(running, reply),
      () => {},
    );
  }

  private changeStatus(running: Running, status: number): void {
    if (this.transaction !== running || running.status === status) return;
    running.status = status;
    running.stopKeepalive();
    this.keepalive(running);
    this.scheduleKeepalive(running);
  }

  private scheduleKeepalive(running: Running): void {
    running.stopKeepalive = this.options.env.clock.after(KEEPALIVE_MS, () => {
      if (this.transaction !== running) return;
      this.keepalive(running);
      this.scheduleKeepalive(running);
    });
  }

  private keepalive(running: Running): void {
    this.options.counters.count('keepalives');
    this.send(running.channel, Command.KEEPALIVE, Uint8Array.of(running.status));
  }

  private finish(running: Running, reply: Uint8Array): void {
    if (this.transaction !== running) return;
    const { faults, env } = this.options;
    running.stopKeepalive();
    if (faults.lateRepliesMs === 0) {
      this.answer(running, reply);
      return;
    }
    running.stopKeepalive = env.clock.after(faults.lateRepliesMs, () => {
      if (this.transaction === running) this.answer(running, reply);
    });
  }

  private answer(running: Running, reply: Uint8Array): void {
    const { faults } = this.options;
    this.transaction = undefined;
    for (let count = 0; count < faults.keepaliveFlood; count++) this.keepalive(running);
    const garbage = faults.takeGarbage();
    if (garbage === 'reports') {
      this.sendRandomReports();
      return;
    }
    const sent = garbage === undefined ? reply : this.nonsense(garbage);
    const reports = toReports(running.channel, Command.CBOR, sent);
    if (reports[1] !== undefined && faults.takeWrongSequence()) reports[1][4] = 0x05;
    for (const report of reports) this.options.emit(report);
  }

  private nonsense(kind: 'bytes' | 'cbor'): Uint8Array {
    if (kind === 'bytes') return new Uint8Array([0, ...this.options.env.random(180)]);
    return new Uint8Array([0, ...encodeCbor(['no', 'map', 'at', 'all', -1, true])]);
  }

  private sendRandomReports(): void {
    for (let count = 0; count < 3; count++) this.options.emit(this.options.env.random(REPORT_SIZE));
  }

  private endTransaction(): void {
    const { transaction } = this;
    this.transaction = undefined;
    if (transaction?.state === 'receiving') transaction.stopTimer();
    if (transaction?.state === 'running') {
      transaction.stopKeepalive();
      transaction.session.stop('interrupted');
    }
  }

  private error(channel: number, code: number): void {
    this.options.counters.countError(code);
    this.send(channel, Command.ERROR, Uint8Array.of(code));
  }

  private send(channel: number, command: number, payload: Uint8Array): void {
    for (const report of toReports(channel, command, payload)) this.options.emit(report);
  }
}
