import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import { type HidBus, type HidTransport, REPORT_SIZE } from '../../../../native/hid/transport.ts';
import {
  type CborMap,
  type CborValue,
  cborMap,
  decodeCbor,
  encodeCbor,
  isMap,
} from '../../../lab/authenticator/cbor.ts';

/** A host for the tests of the lab's authenticator, bare on purpose: one packet at a time, nothing retried. */

export const BROADCAST = 0xffffffff;

export interface Message {
  readonly channel: number;
  readonly command: number;
  readonly payload: Uint8Array;
}

/** Sends raw reports and collects whole messages of every channel, in order. */
export class RawHost {
  readonly messages: Message[] = [];
  readonly reports: Uint8Array[] = [];
  gone = false;
  private readonly transport: HidTransport;
  private partial: { channel: number; command: number; length: number; bytes: Buffer } | undefined;
  private wake: (() => void)[] = [];

  private constructor(transport: HidTransport) {
    this.transport = transport;
    transport.receive(
      (report) => this.take(Buffer.from(report)),
      () => {
        this.gone = true;
        this.wakeAll();
      },
    );
  }

  static async open(bus: HidBus): Promise<RawHost> {
    const [device] = await bus.list();
    if (device === undefined) throw new Error('no device on the bus');
    return new RawHost(await device.open());
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  write(...parts: (Uint8Array | readonly number[])[]): Promise<void> {
    const report = Buffer.alloc(REPORT_SIZE);
    report.set(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
    return this.transport.write(new Uint8Array(report));
  }

  async send(channel: number, command: number, payload: Uint8Array): Promise<void> {
    const cid = channelBytes(channel);
    await this.write(cid, [0x80 | command, payload.length >> 8, payload.length & 255], payload.subarray(0, 57));
    for (let at = 57, sequence = 0; at < payload.length; at += 59) {
      await this.write(cid, [sequence++], payload.subarray(at, at + 59));
    }
  }

  /** The next message that fits and was not taken yet; keep-alives are skipped unless asked for. */
  async next(wanted: (message: Message) => boolean = (message) => message.command !== 0x3b): Promise<Message> {
    for (;;) {
      const index = this.messages.findIndex(wanted);
      const [message] = index < 0 ? [] : this.messages.splice(index, 1);
      if (message !== undefined) return message;
      if (this.gone) throw new Error('the key is gone');
      await new Promise<void>((resolve) => this.wake.push(resolve));
    }
  }

  async init(channel = BROADCAST): Promise<number> {
    const nonce = randomBytes(8);
    await this.send(channel, 0x06, nonce);
    const reply = await this.next((message) => message.command === 0x06);
    return Buffer.from(reply.payload).readUInt32BE(8);
  }

  private take(report: Buffer): void {
    this.reports.push(new Uint8Array(report));
    const channel = report.readUInt32BE(0);
    const type = report.readUInt8(4);
    if (type >= 0x80) {
      this.partial = { channel, command: type & 0x7f, length: report.readUInt16BE(5), bytes: report.subarray(7) };
    } else if (this.partial?.channel === channel) {
      this.partial.bytes = Buffer.concat([this.partial.bytes, report.subarray(5)]);
    }
    const partial = this.partial;
    if (partial === undefined || partial.bytes.length < partial.length) return;
    this.partial = undefined;
    this.messages.push({ ...partial, payload: new Uint8Array(partial.bytes.subarray(0, partial.length)) });
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const wake of this.wake.splice(0)) wake();
  }
}

export function channelBytes(channel: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(channel);
  return bytes;
}

export interface Reply {
  readonly status: number;
  readonly map: CborMap;
}

/** CTAP2 over one channel, with the platform's side of both PIN protocols. */
export class Platform {
  readonly host: RawHost;
  readonly channel: number;

  private constructor(host: RawHost, channel: number) {
    this.host = host;
    this.channel = channel;
  }

  static async connect(bus: HidBus): Promise<Platform> {
    const host = await RawHost.open(bus);
    return new Platform(host, await host.init());
  }

  async command(command: number, request?: CborMap): Promise<Reply> {
    await this.host.send(this.channel, 0x10, requestBytes(command, request));
    return this.reply();
  }

  async reply(): Promise<Reply> {
    const { payload } = await this.host.next((message) => message.channel === this.channel && message.command === 0x10);
    const value = payload.length > 1 ? decodeCbor(payload.subarray(1)) : cborMap([]);
    return { status: payload[0] ?? -1, map: isMap(value) ? value : cborMap([]) };
  }

  /** Runs key agreement; the result is good for one PIN command. */
  async agree(protocol: 1 | 2): Promise<Agreement> {
    const { map } = await this.command(
      0x06,
      cborMap([
        [1, protocol],
        [2, 2],
      ]),
    );
    return new Agreement(protocol, mapOf(map.get(1)));
  }

  async setPin(protocol: 1 | 2, pin: string): Promise<number> {
    const agreed = await this.agree(protocol);
    const newPinEnc = agreed.encrypt(paddedPin(pin));
    const request = cborMap([
      [1, protocol],
      [2, 3],
      [3, agreed.publicKey],
      [4, agreed.authenticate(newPinEnc)],
      [5, newPinEnc],
    ]);
    return (await this.command(0x06, request)).status;
  }

  async changePin(protocol: 1 | 2, oldPin: string, newPin: string): Promise<number> {
    const agreed = await this.agree(protocol);
    const newPinEnc = agreed.encrypt(paddedPin(newPin));
    const pinHashEnc = agreed.encrypt(pinHash(oldPin));
    const request = cborMap([
      [1, protocol],
      [2, 4],
      [3, agreed.publicKey],
      [4, agreed.authenticate(Buffer.concat([newPinEnc, pinHashEnc]))],
      [5, newPinEnc],
      [6, pinHashEnc],
    ]);
    return (await this.command(0x06, request)).status;
  }

  /** A token by PIN: subcommand 9 with permissions, else 5. A status instead when refused. */
  async token(protocol: 1 | 2, pin: string, permissions?: number, rpId?: string): Promise<Token | number> {
    const agreed = await this.agree(protocol);
    const request = cborMap([
      [1, protocol],
      [2, permissions === undefined ? 5 : 9],
      [3, agreed.publicKey],
      [6, agreed.encrypt(pinHash(pin))],
      [9, permissions],
      [10, rpId],
    ]);
    const { status, map } = await this.command(0x06, request);
    return status === 0 ? new Token(protocol, agreed.decrypt(bytesOf(map.get(2)))) : status;
  }

  async mustToken(protocol: 1 | 2, pin: string, permissions?: number, rpId?: string): Promise<Token> {
    const token = await this.token(protocol, pin, permissions, rpId);
    if (typeof token === 'number') throw new Error(`no token: 0x${token.toString(16)}`);
    return token;
  }
}

export function requestBytes(command: number, request?: CborMap): Uint8Array {
  return new Uint8Array([command, ...(request === undefined ? [] : encodeCbor(request))]);
}

export class Token {
  readonly protocol: 1 | 2;
  private readonly key: Uint8Array;

  constructor(protocol: 1 | 2, key: Uint8Array) {
    this.protocol = protocol;
    this.key = key;
  }

  param(message: Uint8Array): Uint8Array {
    return mac(this.protocol, this.key, message);
  }
}

export class Agreement {
  readonly publicKey: CborMap;
  private readonly protocol: 1 | 2;
  private readonly hmacKey: Uint8Array;
  private readonly aesKey: Uint8Array;

  constructor(protocol: 1 | 2, authenticator: CborMap) {
    this.protocol = protocol;
    const ecdh = createECDH('prime256v1');
    const point = ecdh.generateKeys();
    this.publicKey = cborMap([
      [1, 2],
      [3, -25],
      [-1, 1],
      [-2, new Uint8Array(point.subarray(1, 33))],
      [-3, new Uint8Array(point.subarray(33))],
    ]);
    const peer = Buffer.concat([Uint8Array.of(4), bytesOf(authenticator.get(-2)), bytesOf(authenticator.get(-3))]);
    const z = ecdh.computeSecret(peer);
    const derive = (info: string) => new Uint8Array(hkdfSync('sha256', z, new Uint8Array(32), info, 32));
    const one = new Uint8Array(createHash('sha256').update(z).digest());
    this.hmacKey = protocol === 1 ? one : derive('CTAP2 HMAC key');
    this.aesKey = protocol === 1 ? one : derive('CTAP2 AES key');
  }

  encrypt(plain: Uint8Array): Uint8Array {
    const iv = this.protocol === 1 ? Buffer.alloc(16) : randomBytes(16);
    const cipher = createCipheriv('aes-256-cbc', this.aesKey, iv).setAutoPadding(false);
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return new Uint8Array(this.protocol === 1 ? body : Buffer.concat([iv, body]));
  }

  decrypt(sealed: Uint8Array): Uint8Array {
    const iv = this.protocol === 1 ? Buffer.alloc(16) : sealed.subarray(0, 16);
    const cipher = createDecipheriv('aes-256-cbc', this.aesKey, iv).setAutoPadding(false);
    const body = this.protocol === 1 ? sealed : sealed.subarray(16);
    return new Uint8Array(Buffer.concat([cipher.update(body), cipher.final()]));
  }

  authenticate(message: Uint8Array): Uint8Array {
    return mac(this.protocol, this.hmacKey, message);
  }
}

function mac(protocol: 1 | 2, key: Uint8Array, message: Uint8Array): Uint8Array {
  const full = createHmac('sha256', key).update(message).digest();
  return new Uint8Array(protocol === 1 ? full.subarray(0, 16) : full);
}

export function pinHash(pin: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(pin).digest().subarray(0, 16));
}

export function paddedPin(pin: string): Uint8Array {
  const padded = Buffer.alloc(64);
  padded.write(pin, 'utf8');
  return new Uint8Array(padded);
}

export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export function mapOf(value: CborValue | undefined): CborMap {
  if (value === undefined || !isMap(value)) throw new Error('no map');
  return value;
}

export function bytesOf(value: CborValue | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Error('no bytes');
  return value;
}

export interface MakeOptions {
  readonly rpId?: string;
  readonly userId?: Uint8Array;
  readonly userName?: string;
  readonly algorithms?: readonly number[];
  readonly rk?: boolean;
  readonly uv?: boolean;
  readonly up?: boolean;
  readonly credProtect?: number;
  readonly excludeIds?: readonly Uint8Array[];
  readonly token?: Token;
  /** Overrides the pinUvAuthParam. */
  readonly param?: Uint8Array;
}

export const CLIENT_DATA_HASH = sha256('client data');

export function makeCredentialRequest(options: MakeOptions = {}): CborMap {
  const flags = cborMap([
    ['rk', options.rk],
    ['up', options.up],
    ['uv', options.uv],
  ]);
  const user = cborMap([
    ['id', options.userId ?? Uint8Array.of(1, 2, 3)],
    ['name', options.userName ?? 'alice'],
  ]);
  return cborMap([
    [1, CLIENT_DATA_HASH],
    [2, cborMap([['id', options.rpId ?? 'ssh:']])],
    [3, user],
    [
      4,
      (options.algorithms ?? [-8]).map((alg) =>
        cborMap([
          ['alg', alg],
          ['type', 'public-key'],
        ]),
      ),
    ],
    [5, options.excludeIds?.map(descriptor)],
    [6, options.credProtect === undefined ? undefined : cborMap([['credProtect', options.credProtect]])],
    [7, flags.size > 0 ? flags : undefined],
    [8, options.param ?? options.token?.param(CLIENT_DATA_HASH)],
    [9, options.token?.protocol],
  ]);
}

export interface AssertOptions {
  readonly rpId?: string;
  readonly allowIds?: readonly Uint8Array[];
  readonly up?: boolean;
  readonly uv?: boolean;
  readonly token?: Token;
}

export function getAssertionRequest(options: AssertOptions = {}): CborMap {
  const flags = cborMap([
    ['up', options.up],
    ['uv', options.uv],
  ]);
  return cborMap([
    [1, options.rpId ?? 'ssh:'],
    [2, CLIENT_DATA_HASH],
    [3, options.allowIds?.map(descriptor)],
    [5, flags.size > 0 ? flags : undefined],
    [6, options.token?.param(CLIENT_DATA_HASH)],
    [7, options.token?.protocol],
  ]);
}

function descriptor(id: Uint8Array): CborMap {
  return cborMap([
    ['id', id],
    ['type', 'public-key'],
  ]);
}

/** Authenticator data read by hand. */
export function readAuthData(authData: Uint8Array) {
  const bytes = Buffer.from(authData);
  const flags = bytes.readUInt8(32);
  const counter = bytes.readUInt32BE(33);
  if ((flags & 0x40) === 0)
    return { flags, counter, aaguid: '', credentialId: new Uint8Array(), rest: new Uint8Array() };
  const length = bytes.readUInt16BE(53);
  return {
    flags,
    counter,
    aaguid: bytes.subarray(37, 53).toString('hex'),
    credentialId: new Uint8Array(bytes.subarray(55, 55 + length)),
    rest: new Uint8Array(bytes.subarray(55 + length)),
  };
}

/** Verifies a signature with the COSE key at the start of `rest` (which may go on with extension outputs). */
export function verifyWithCose(cose: CborMap, message: Uint8Array, signature: Uint8Array): boolean {
  const b64 = (key: number) => Buffer.from(bytesOf(cose.get(key))).toString('base64url');
  if (cose.get(3) === -8) {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: b64(-2) }, format: 'jwk' });
    return verify(null, message, key, signature);
  }
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: b64(-2), y: b64(-3) }, format: 'jwk' });
  return verify('sha256', message, key, signature);
}
