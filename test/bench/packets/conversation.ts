/** Listens on the cable between a host and a key, and tells what was said: each request, and the packets it cost each way. */
import { ClientPin, CtapCommand } from '../../../native/ctap2/constants.ts';
import { Command } from '../../../native/ctaphid/constants.ts';
import type { HidBus, HidTransport } from '../../../native/hid/transport.ts';
import { type CborValue, decodeCbor, isMap } from '../../lab/authenticator/cbor.ts';
import { parsePacket } from '../../lab/authenticator/ctaphid-packets.ts';
import type { ReportTap } from '../../lab/authenticator/hidraw-server.ts';

/** One request of the host, and what came back before the next. */
export interface Exchange {
  /** `INIT`, `CANCEL`, or the CTAP command by the name the standard gives it. */
  readonly name: string;
  readonly isCtap: boolean;
  readonly out: number;
  /** Keep-alives included. */
  readonly in: number;
  readonly keepalives: number;
}

interface Heard {
  readonly command: number;
  readonly payload: Buffer;
  received: number;
  out: number;
  in: number;
  keepalives: number;
}

export class Conversation implements ReportTap {
  #heard: Heard[] = [];

  /** The same bus, listened to. */
  listenTo(bus: HidBus): HidBus {
    return {
      list: async () =>
        (await bus.list()).map((device) => ({ ...device, open: async () => this.#tap(await device.open()) })),
    };
  }

  /** What was said since the last call, in order. */
  take(): readonly Exchange[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard.map((one) => ({
      name: nameOf(one),
      isCtap: one.command === Command.CBOR,
      out: one.out,
      in: one.in,
      keepalives: one.keepalives,
    }));
  }

  onSent(report: Uint8Array): void {
    const packet = parsePacket(report);
    if (packet.kind === 'init') {
      const payload = Buffer.alloc(packet.length);
      this.#heard.push({ command: packet.command, payload, received: 0, out: 0, in: 0, keepalives: 0 });
    }
    const current = this.#heard.at(-1);
    if (current === undefined) return;
    current.out += 1;
    const rest = current.payload.subarray(current.received);
    rest.set(packet.data.subarray(0, rest.length));
    current.received += packet.data.length;
  }

  onReceived(report: Uint8Array): void {
    const packet = parsePacket(report);
    // A CANCEL is never answered itself: what comes after it still answers the request before.
    const asked = this.#heard.findLast(({ command }) => command !== Command.CANCEL);
    if (asked === undefined) return;
    asked.in += 1;
    if (packet.kind === 'init' && packet.command === Command.KEEPALIVE) asked.keepalives += 1;
  }

  #tap(transport: HidTransport): HidTransport {
    return {
      write: (report) => {
        this.onSent(report);
        return transport.write(report);
      },
      receive: (onReport, onGone) =>
        transport.receive((report) => {
          this.onReceived(report);
          onReport(report);
        }, onGone),
      close: () => transport.close(),
    };
  }
}

const CTAP_NAMES: Readonly<Record<number, string>> = {
  [CtapCommand.MAKE_CREDENTIAL]: 'makeCredential',
  [CtapCommand.GET_ASSERTION]: 'getAssertion',
  [CtapCommand.GET_INFO]: 'getInfo',
  [CtapCommand.CLIENT_PIN]: 'clientPIN',
};

const CLIENT_PIN_NAMES: Readonly<Record<number, string>> = {
  [ClientPin.GET_PIN_RETRIES]: 'getPINRetries',
  [ClientPin.GET_KEY_AGREEMENT]: 'getKeyAgreement',
  [ClientPin.GET_PIN_TOKEN]: 'getToken',
  [ClientPin.GET_TOKEN_USING_PIN]: 'getToken',
};

/** By subcommand (CTAP 2.1, 6.8); libfido2 1.12 sends them under the preview's number. */
const CREDENTIAL_MANAGEMENT_NAMES: Readonly<Record<number, string>> = {
  1: 'getCredsMetadata',
  2: 'enumerateRPsBegin',
  3: 'enumerateRPsGetNextRP',
  4: 'enumerateCredentialsBegin',
  5: 'enumerateCredentialsGetNextCredential',
};
const CREDENTIAL_MANAGEMENT: readonly number[] = [
  CtapCommand.CREDENTIAL_MANAGEMENT,
  CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW,
];

/** Numbers of request members (CTAP 2.1, 6.5.5, 6.8 and 6.2.1). */
const CLIENT_PIN_SUB_COMMAND = 2;
const CREDENTIAL_MANAGEMENT_SUB_COMMAND = 1;
const GET_ASSERTION_OPTIONS = 5;

function nameOf({ command, payload }: Heard): string {
  if (command === Command.INIT) return 'INIT';
  if (command === Command.CANCEL) return 'CANCEL';
  if (command !== Command.CBOR) return `CTAPHID 0x${command.toString(16)}`;
  const ctap = payload[0] ?? 0;
  const request = payload.length > 1 ? decodeCbor(new Uint8Array(payload.subarray(1))) : new Map();
  const name = CTAP_NAMES[ctap] ?? `CTAP 0x${ctap.toString(16)}`;
  if (ctap === CtapCommand.CLIENT_PIN) {
    const subCommand = Number(member(request, CLIENT_PIN_SUB_COMMAND));
    return CLIENT_PIN_NAMES[subCommand] ?? `${name} ${subCommand}`;
  }
  if (CREDENTIAL_MANAGEMENT.includes(ctap)) {
    const subCommand = Number(member(request, CREDENTIAL_MANAGEMENT_SUB_COMMAND));
    return CREDENTIAL_MANAGEMENT_NAMES[subCommand] ?? `${name} ${subCommand}`;
  }
  const touchless = member(member(request, GET_ASSERTION_OPTIONS), 'up') === false;
  return ctap === CtapCommand.GET_ASSERTION && touchless ? `${name}(up=false)` : name;
}

function member(value: CborValue | undefined, key: number | string): CborValue | undefined {
  return value !== undefined && isMap(value) ? value.get(key) : undefined;
}
