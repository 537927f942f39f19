/**
 * What stands behind the webauthn.dll of the tests (webauthn-dll.c): Windows itself, with its dialogs, and the lab's security key. What the
 * library was called with is kept, field by field, in the order of the structures.
 */
import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { encodeCbor } from '../../native/ctap2/cbor.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { Hresult } from '../../native/webauthn/constants.ts';
import { systemClock } from '../../time/clock.ts';

/** A member: bytes as hex, text as text, numbers as they are. */
export type Field = readonly [name: string, value: string | number];

/** What the person before the dialog does: goes on with the PIN, lets Windows end it with an HRESULT, or waits until it is cancelled. */
export type AtTheDialog = (call: string) => 'go-on' | 'wait' | number;

export interface WebauthnServiceOptions {
  readonly bus: HidBus;
  /** What the person types into the dialog of Windows. */
  readonly pin: string;
}

const world = systemChannelWorld({ clock: systemClock, log: silentLog });
const E_FAIL = 0x80004005;
const HRESULT_OF: Readonly<Record<string, number>> = {
  CTAP_EXCLUDED: Hresult.NTE_EXISTS,
  CTAP_NO_CREDENTIALS: Hresult.NTE_NOT_FOUND,
  CTAP_NO_EDDSA: Hresult.NTE_NOT_SUPPORTED,
  CTAP_KEY_STORE_FULL: Hresult.NTE_TOKEN_KEYSET_STORAGE_FULL,
};

export class WebauthnService {
  /** Each ceremony's fields. */
  readonly calls: (readonly Field[])[] = [];
  /** Structures that were given out and not given back. */
  unfreed = 0;
  /** Cancellations, those said in vain too. */
  cancellations = 0;
  atTheDialog: AtTheDialog = () => 'go-on';
  readonly #options: WebauthnServiceOptions;
  readonly #server: Server;
  readonly #waiting = new Map<string, () => void>();

  private constructor(options: WebauthnServiceOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  static async start(options: WebauthnServiceOptions): Promise<WebauthnService> {
    const service = new WebauthnService(options);
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  /** For a program that is to find it. */
  get environment(): Readonly<Record<string, string>> {
    const address = this.#server.address();
    return { GLASSKEY_TEST_WEBAUTHN_PORT: typeof address === 'object' && address !== null ? `${address.port}` : '' };
  }

  /** Whether a dialog is open now. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  async close(): Promise<void> {
    for (const end of this.#waiting.values()) end();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket): void {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (part) => {
      text += part;
      if (!text.endsWith('\n\n')) return;
      void this.#answer(fieldsOf(text)).then((answer) => socket.end(linesOf(answer)));
    });
  }

  async #answer(fields: readonly Field[]): Promise<Answer> {
    const call = text(fields, 'call');
    if (call === 'cancel') return this.#cancel(text(fields, 'id'));
    if (call.startsWith('free')) {
      this.unfreed -= 1;
      return {};
    }
    this.calls.push(fields);
    const next = this.atTheDialog(call);
    if (typeof next === 'number') return { hresult: next };
    if (next === 'wait') {
      const id = text(fields, 'options.pCancellationId');
      await new Promise<void>((resolve) => this.#waiting.set(id, resolve));
      return { hresult: Hresult.NTE_USER_CANCELLED };
    }
    try {
      const answer = await (call === 'makeCredential' ? this.#make(fields) : this.#sign(fields));
      this.unfreed += 1;
      return { hresult: Hresult.OK, ...answer };
    } catch (error) {
      return { hresult: (error instanceof GlasskeyError ? HRESULT_OF[error.code] : undefined) ?? E_FAIL };
    }
  }

  #cancel(id: string): Answer {
    this.cancellations += 1;
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
    return {};
  }

  #make(fields: readonly Field[]): Promise<Answer> {
    return this.#withKey(async (key, pin) => {
      const made = await key.makeCredential(
        {
          clientDataHash: hashOf(fields),
          rpId: text(fields, 'rp.pwszId'),
          user: { id: bytes(fields, 'user.pbId'), name: text(fields, 'user.pwszName') },
          algorithm: number(fields, 'parameter.lAlg'),
          residentKey: number(fields, 'options.bRequireResidentKey') === 1,
          credProtect: 3,
          excludeList: all(fields, 'credential.pbId').map((id) => new Uint8Array(Buffer.from(String(id), 'hex'))),
        },
        pin,
      );
      return {
        format: new TextEncoder().encode(made.format),
        authData: made.authDataBytes,
        statement: encodeCbor(made.statement),
        credentialId: made.authData.attested.credentialId,
      };
    });
  }

  #sign(fields: readonly Field[]): Promise<Answer> {
    return this.#withKey(async (key, pin) => {
      const request = {
        rpId: text(fields, 'rpId'),
        clientDataHash: hashOf(fields),
        credentialId: all(fields, 'credential.pbId').map((id) => new Uint8Array(Buffer.from(String(id), 'hex'))),
        userPresence: true,
      };
      const { authDataBytes, signature, credentialId, userId } = await key.getAssertion(request, pin);
      const [only] = request.credentialId;
      const id = credentialId ?? only ?? new Uint8Array();
      return { authData: authDataBytes, signature, credentialId: id, userId: userId ?? new Uint8Array() };
    });
  }

  async #withKey(use: (key: Authenticator, pin: Pin) => Promise<Answer>): Promise<Answer> {
    const [device] = await this.#options.bus.list();
    if (device === undefined) return { hresult: Hresult.NTE_DEVICE_NOT_FOUND };
    const key = await Authenticator.open(device, world);
    const pin = new Pin(new TextEncoder().encode(this.#options.pin));
    try {
      return await use(key, pin);
    } finally {
      pin.wipe();
      await key.close();
    }
  }
}

type Answer = Readonly<Record<string, Uint8Array | number>>;

/** Windows hashes the client data by the algorithm that is named. */
function hashOf(fields: readonly Field[]): Uint8Array {
  const algorithm = text(fields, 'clientData.pwszHashAlgId');
  if (algorithm !== 'SHA-256') throw new Error(`CTAP takes SHA-256 alone, not ${algorithm}`);
  return new Uint8Array(createHash('sha256').update(bytes(fields, 'clientData.pbClientDataJSON')).digest());
}

/** `name#123` is a number, `name=6162` bytes; those of a wide string, and the call's name, are text. */
function fieldsOf(lines: string): readonly Field[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Field => {
      const [, name = '', kind, value = ''] = /^([\w.]+)([#=])(.*)$/.exec(line) ?? [];
      if (kind === '#') return [name, Number(value)];
      const isText = /(^call|^rpId|\.pwsz\w+)$/.test(name);
      return [name, isText ? Buffer.from(value, 'hex').toString('utf8') : value];
    });
}

function linesOf(answer: Answer): string {
  return Object.entries(answer)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? value.toString(16) : Buffer.from(value).toString('hex')}\n`,
    )
    .join('');
}

function all(fields: readonly Field[], name: string): readonly (string | number)[] {
  return fields.filter(([is]) => is === name).map(([, value]) => value);
}

function text(fields: readonly Field[], name: string): string {
  return String(all(fields, name)[0] ?? '');
}

function bytes(fields: readonly Field[], name: string): Uint8Array {
  return new Uint8Array(Buffer.from(text(fields, name), 'hex'));
}

function number(fields: readonly Field[], name: string): number {
  return Number(all(fields, name)[0]);
}
