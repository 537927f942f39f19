/**
 * One CTAPHID channel of one open device: allocation, transactions, keep-alives, cancelling, and what to do when another
 * program is in the way (CTAP 2.1, 11.2; client rules: ctap.md 1.4 to 1.7).
 */
import { assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import { pause } from '../../time/clock.ts';
import type { HidTransport } from '../hid/transport.ts';
import { goneError } from '../hid/transport.ts';
import { BROADCAST_CHANNEL, Command, ErrorByte, KeepaliveByte } from './constants.ts';
import type { Message } from './packets.ts';
import { MessageAssembler, toPackets } from './packets.ts';

/** How long no packet at all may arrive before the device counts as dead. A working one sends a keep-alive every 100 ms. */
const SILENCE_MS = 3_000;
/** How long keep-alives may go on. A key ends a touch wait by itself after about 30 s; this one never will. */
const OVERALL_MS = 120_000;
/** How long a cancelled request may take to be answered before the channel is resynchronized. */
const CANCEL_GRACE_MS = 1_000;
const BUSY_PAUSE_MS = 100;
const BUSY_NOTICE_MS = 2_000;
/** Another program's touch wait ends after 30 s at the latest; past this the device is stuck. */
const BUSY_LIMIT_MS = 45_000;
const NONCE_LENGTH = 8;
/** What is cancelled, in words. */
const OPERATION = 'The operation on the security key';

/** Where a running command stands, told upon change only. */
export type Progress = 'processing' | 'touch-wanted' | 'key-busy';

export interface ChannelWorld {
  readonly clock: Clock;
  readonly random: (length: number) => Uint8Array;
  readonly log: Log;
}

/** What the device said of itself when it gave us the channel (11.2.9.1.3). */
export interface DeviceFacts {
  readonly protocolVersion: number;
  /** Major, minor, build: YubiKeys put their firmware version here. */
  readonly version: readonly [number, number, number];
  /** Bits of `Capability`. */
  readonly capabilities: number;
}

export interface Transaction {
  /** Fires to cancel: CTAPHID_CANCEL is sent, and the reply that then arrives is returned as it is. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Never to be sent twice, even where the device says that it did not process it: a PIN in it may have cost a try. */
  readonly onceOnly?: boolean | undefined;
}

/** Thrown for a CTAPHID_ERROR whose byte the channel cannot act on itself. */
function errorReply(byte: number): GlasskeyError {
  const name = Object.entries(ErrorByte).find(([, value]) => value === byte)?.[0] ?? `0x${byte.toString(16)}`;
  const detail = { ctaphidError: byte };
  switch (byte) {
    case ErrorByte.INVALID_CMD:
      return new GlasskeyError({
        code: 'CTAPHID_UNSUPPORTED',
        message: 'This key does not know the command it was sent.',
        remedy: 'Use a FIDO2 key; U2F-only keys cannot do this.',
        detail,
      });
    case ErrorByte.CHANNEL_BUSY:
    case ErrorByte.LOCK_REQUIRED:
      return new GlasskeyError({
        code: 'KEY_BUSY',
        message: 'Another program is using the security key.',
        remedy: 'Finish or close it (a browser asking for a touch, ssh-keygen), then run this again.',
        detail,
      });
    default:
      return new GlasskeyError({
        code: 'CTAPHID_ERROR',
        message: `The security key refused the message (${name}).`,
        remedy: 'Plug the key in again and repeat the command; report it if it goes on.',
        detail,
      });
  }
}

function protocolError(fault: string): GlasskeyError {
  return new GlasskeyError({
    code: 'CTAPHID_GARBLED',
    message: `The security key's answer could not be understood: ${fault}.`,
    remedy: 'Plug the key straight into the computer, without a hub, and repeat the command.',
  });
}

function silenceError(): GlasskeyError {
  return new GlasskeyError({
    code: 'KEY_SILENT',
    message: 'The security key does not answer.',
    remedy: 'Unplug it, plug it in again, and repeat the command.',
  });
}

type Waiter = {
  /** A whole message arrived on our channel; true when the waiter is done with it. */
  readonly take: (message: Message) => void;
  readonly fail: (error: GlasskeyError) => void;
  /** Any packet on our channel: the device is alive. */
  readonly alive: () => void;
};

export class CtaphidChannel {
  readonly #transport: HidTransport;
  readonly #world: ChannelWorld;
  readonly #assembler = new MessageAssembler(BROADCAST_CHANNEL);
  #channel = BROADCAST_CHANNEL;
  #facts: DeviceFacts | undefined;
  #waiter: Waiter | undefined;
  #gone: GlasskeyError | undefined;
  /** The tail of the queue: a channel runs one transaction at a time. */
  #last: Promise<unknown> = Promise.resolve();
  /** A request was given up on: its reply may still come, so the channel is resynchronized before the next. */
  #dirty = false;
  #foreignPackets = 0;

  private constructor(transport: HidTransport, world: ChannelWorld) {
    this.#transport = transport;
    this.#world = world;
    transport.receive(
      (report) => this.#onReport(report),
      (cause) => this.#onGone(cause),
    );
  }

  /**
   * Allocates a channel on an open device (INIT on broadcast, one packet each way).
   * Throws `KEY_SILENT`, `HID_GONE`, `KEY_BUSY`, `CANCELLED`.
   */
  static async open(transport: HidTransport, world: ChannelWorld, signal?: AbortSignal): Promise<CtaphidChannel> {
    const channel = new CtaphidChannel(transport, world);
    await channel.#withBusyRetries({ signal }, () => channel.#allocate());
    return channel;
  }

  get facts(): DeviceFacts {
    if (this.#facts === undefined) throw protocolError('no channel was allocated');
    return this.#facts;
  }

  /** How many packets of other programs were seen: whoever caches what they could change compares this. */
  get foreignPackets(): number {
    return this.#foreignPackets;
  }

  /** True once the device is gone or the channel closed; nothing works on it any more. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * Sends one message and returns the payload of its reply. Waits out CHANNEL_BUSY, sends again what the device says it
   * did not process (INVALID_CHANNEL, INVALID_SEQ, MSG_TIMEOUT), once. Transactions queue in the order of their calls.
   * Throws `KEY_SILENT`, `HID_GONE`, `KEY_BUSY`, `CTAPHID_ERROR`, `CTAPHID_UNSUPPORTED`, `CTAPHID_GARBLED`, and `CANCELLED`
   * when the signal fired before the request was sent.
   */
  transact(command: Command, payload: Uint8Array, transaction: Transaction = {}): Promise<Uint8Array> {
    const run = this.#last.then(() => this.#run(command, payload, transaction));
    this.#last = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    this.#gone ??= new GlasskeyError({
      code: 'HID_CLOSED',
      message: 'The security key was released.',
      remedy: 'Repeat the command.',
      kind: 'bug',
    });
    this.#waiter?.fail(this.#gone);
    await this.#transport.close();
  }

  async #run(command: Command, payload: Uint8Array, transaction: Transaction): Promise<Uint8Array> {
    let repeats = transaction.onceOnly === true ? 0 : 1;
    return this.#withBusyRetries(transaction, async () => {
      for (;;) {
        if (this.#dirty) await this.#resynchronize();
        const reply = await this.#exchange({ channel: this.#channel, command, payload }, transaction);
        if (reply.command === command) return reply.payload;
        if (reply.command !== Command.ERROR)
          throw protocolError(`command ${command} was answered with ${reply.command}`);
        const byte = reply.payload[0] ?? ErrorByte.OTHER;
        if (repeats === 0 || !(await this.#mend(byte))) throw errorReply(byte);
        repeats -= 1;
        this.#world.log('info', 'ctaphid.repeat', { command, error: byte });
      }
    });
  }

  /** Repairs what an ERROR byte says is wrong, where the request was certainly not processed. False: nothing to repair. */
  async #mend(byte: number): Promise<boolean> {
    switch (byte) {
      case ErrorByte.INVALID_CHANNEL: // re-powered, or it forgot us
        await this.#allocate();
        return true;
      case ErrorByte.INVALID_SEQ:
        await this.#resynchronize();
        return true;
      case ErrorByte.MSG_TIMEOUT:
        return true;
      default:
        return false;
    }
  }

  async #withBusyRetries<T>(transaction: Transaction, attempt: () => Promise<T>): Promise<T> {
    const { clock } = this.#world;
    const since = clock.now();
    let told = false;
    for (;;) {
      assertNotCancelled(transaction.signal, OPERATION);
      try {
        return await attempt();
      } catch (error) {
        const busy = error instanceof GlasskeyError && error.code === 'KEY_BUSY';
        const waited = clock.now() - since;
        if (!busy || waited > BUSY_LIMIT_MS) throw error;
        if (!told && waited >= BUSY_NOTICE_MS) {
          told = true;
          transaction.onProgress?.('key-busy');
        }
      }
      await pause(clock, BUSY_PAUSE_MS, transaction.signal);
    }
  }

  /** INIT on the broadcast channel: a channel of our own, and the device's facts. */
  async #allocate(): Promise<void> {
    const nonce = this.#world.random(NONCE_LENGTH);
    const reply = await this.#init(BROADCAST_CHANNEL, nonce);
    const view = new DataView(reply.buffer, reply.byteOffset, reply.byteLength);
    const channel = view.getUint32(8);
    if (channel === 0 || channel === BROADCAST_CHANNEL) throw protocolError('it offered a channel that is reserved');
    this.#facts = {
      protocolVersion: view.getUint8(12),
      version: [view.getUint8(13), view.getUint8(14), view.getUint8(15)],
      capabilities: view.getUint8(16),
    };
    this.#channel = channel;
    this.#assembler.listenOn(channel);
    this.#dirty = false;
  }

  /** INIT on our own channel: whatever it was doing for us is aborted, and what was on its way is forgotten. */
  async #resynchronize(): Promise<void> {
    this.#assembler.listenOn(this.#channel);
    await this.#init(this.#channel, this.#world.random(NONCE_LENGTH));
    this.#dirty = false;
  }

  async #init(channel: number, nonce: Uint8Array): Promise<Uint8Array> {
    this.#assembler.listenOn(channel);
    // Other programs' INIT replies arrive on the broadcast channel too: ours is the one with our nonce.
    const ours = (message: Message) =>
      message.command !== Command.INIT ||
      (message.payload.length >= 17 && nonce.every((byte, index) => message.payload[index] === byte));
    const reply = await this.#exchange({ channel, command: Command.INIT, payload: nonce }, {}, ours);
    if (reply.command === Command.ERROR) throw errorReply(reply.payload[0] ?? ErrorByte.OTHER);
    if (reply.command !== Command.INIT) throw protocolError(`INIT was answered with ${reply.command}`);
    return reply.payload;
  }

  /** One request and its reply, whatever command the reply carries; keep-alives are told and swallowed. */
  #exchange(
    request: Message,
    transaction: Transaction,
    isOurs: (reply: Message) => boolean = () => true,
  ): Promise<Message> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const { clock } = this.#world;
    const { signal, onProgress } = transaction;
    return new Promise<Message>((resolve, reject) => {
      let cancelSilence = () => {};
      let cancelGrace = () => {};
      const cancelOverall = clock.after(OVERALL_MS, () => fail(silenceError()));
      let status: number | undefined;
      let isSettled = false;
      const settle = () => {
        isSettled = true;
        cancelSilence();
        cancelGrace();
        cancelOverall();
        signal?.removeEventListener('abort', onAbort);
        this.#waiter = undefined;
      };
      const fail = (error: GlasskeyError) => {
        if (isSettled) return;
        settle();
        this.#dirty = true;
        reject(error);
      };
      const alive = () => {
        cancelSilence();
        cancelSilence = clock.after(SILENCE_MS, () => fail(silenceError()));
      };
      const onAbort = () => {
        // CANCEL has no reply of its own: the pending request is answered, normally with KEEPALIVE_CANCEL (11.2.9.1.5).
        this.#send({ channel: request.channel, command: Command.CANCEL, payload: new Uint8Array() }).catch(() => {});
        cancelGrace = clock.after(CANCEL_GRACE_MS, () => fail(cancelled(OPERATION, signal?.reason)));
      };
      const take = (message: Message) => {
        if (!isOurs(message)) return;
        if (message.command !== Command.KEEPALIVE) {
          settle();
          return resolve(message);
        }
        const now = message.payload[0];
        if (now === status) return;
        status = now;
        onProgress?.(now === KeepaliveByte.UPNEEDED ? 'touch-wanted' : 'processing');
      };
      this.#waiter = { take, fail, alive };
      alive();
      this.#send(request).then(() => {
        // Only now: a CANCEL in the middle of the request's packets would tear the message. The reply may have come before its
        // own write is reported as done, and the next request may be under way.
        if (signal === undefined || isSettled || request.command !== Command.CBOR) return;
        if (signal.aborted) onAbort();
        else signal.addEventListener('abort', onAbort, { once: true });
      }, fail);
    });
  }

  async #send(message: Message): Promise<void> {
    for (const packet of toPackets(message)) await this.#transport.write(packet);
  }

  #onReport(report: Uint8Array): void {
    const assembled = this.#assembler.accept(report);
    switch (assembled.kind) {
      case 'foreign':
        this.#foreignPackets += 1;
        return;
      case 'stray':
        this.#world.log('debug', 'ctaphid.stray-packet');
        return;
      case 'partial':
        this.#waiter?.alive();
        return;
      case 'broken':
        this.#waiter?.fail(protocolError(`packet ${assembled.expected} of it is missing`));
        return;
      case 'message':
        this.#waiter?.alive();
        this.#waiter?.take(assembled.message);
        return;
      default:
        assembled satisfies never;
    }
  }

  #onGone(cause: unknown): void {
    this.#gone ??= goneError(cause);
    this.#waiter?.fail(this.#gone);
  }
}
