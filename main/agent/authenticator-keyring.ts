/**
 * The keyring of enrolled security keys: asks for the PIN, has the authenticator sign, and checks what it returns. What
 * it needs of the world are the four interfaces below, which `glasskey.ts` composes.
 */
import { createHash } from 'node:crypto';
import { assertNotCancelled, cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { parseSkPublicBlob } from '../openssh/sk-key.ts';
import { formatSkSignature, skSignatureFromAssertion, verifySkSignature } from '../openssh/sk-signature.ts';
import { describeSigning, type NameHost, type RouteTo, type SigningFacts, signingFacts } from './describe-signing.ts';
import type { Identity, Keyring, SignRequest } from './keyring.ts';
import { SignQueue } from './sign-queue.ts';

/** A key to offer, as enrollment left it. */
export interface EnrolledKey {
  readonly publicBlob: Uint8Array;
  readonly comment: string;
  /** The CTAP rp.id. */
  readonly application: string;
  readonly credentialId: Uint8Array;
  /** The model that holds it (AAGUID), or what stands for an unknown one. A PIN that was given for one model is never sent to another. */
  readonly model: string;
  /** The key is verify-required: every signature needs the PIN. Else it is asked for only where the authenticator wants it. */
  readonly userVerification: boolean;
}

export interface EnrolledKeys {
  list(): Promise<readonly EnrolledKey[]>;
}

/** One getAssertion. `P` is the composer's PIN type, which is never looked into here. */
export interface AssertRequest<P> {
  readonly application: string;
  readonly credentialId: Uint8Array;
  /** The SSH data. */
  readonly clientData: Uint8Array;
  /** SHA-256 of it. */
  readonly clientDataHash: Uint8Array;
  /** The key is verify-required. */
  readonly userVerification: boolean;
  readonly pin?: P;
}

export interface AssertingAuthenticator<P> {
  /** The system asks for the PIN in a dialog of its own: nobody else is to. */
  readonly asksItself?: boolean;
  /** Finds the authenticator that has the credential, before anybody is asked for a PIN. Rejects where it is not there. */
  prepare?(credentialId: Uint8Array, signal: AbortSignal): Promise<unknown>;
  /**
   * Finds the authenticator that has the credential and signs. `onTouchWanted` is called each time the key begins to
   * wait for a touch. Rejects with `PIN_WRONG` for a wrong PIN, `KEY_REPLUGGED` where it may not be the key that the PIN was given for,
   * `CANCELLED` when `signal` fires.
   */
  assert(
    request: AssertRequest<P>,
    signal: AbortSignal,
    onTouchWanted: () => void,
  ): Promise<{ readonly authData: Uint8Array; readonly signature: Uint8Array }>;
  /** Tries left before the PIN is blocked, where the key can say it. */
  pinTriesLeft?(signal: AbortSignal): Promise<number | undefined>;
  /** What was cancelled does not stop: the key is let go without waiting for it, and found anew for the next signature. */
  abandon?(): void;
}

/**
 * Why a PIN is asked for. `wrong`: the one that was given last is. `replugged`: the key was unplugged since, and may be another one. Whoever
 * remembers the last one forgets it then.
 */
export type WhyPin = 'needed' | 'wrong' | 'replugged';

/** What to tell the person who is asked for a PIN. */
export interface PinQuestion {
  readonly why: WhyPin;
  readonly purpose: string;
  /** The same in parts. */
  readonly facts: SigningFacts;
  /** Of the key that wants it, as in `EnrolledKey`. */
  readonly model: string;
  readonly credentialId: Uint8Array;
  readonly triesLeft?: number;
  /** Of the request (keyring.ts): whoever asks a person calls it. */
  readonly onAsked?: () => void;
}

export interface PinSource<P> {
  /**
   * Asks for the PIN, or gives the one that was asked for already in this connect. Undefined: the person declined. The
   * source owns the PIN and wipes it.
   */
  request(question: PinQuestion, signal: AbortSignal): Promise<P | undefined>;
}

export interface Notices {
  /** The key blinks; `purpose` is the whole sentence to show, `facts` the same in parts. */
  touchWanted(purpose: string, facts: SigningFacts): void;
  /** The key blinks no more, for whatever reason. Called once for each signature that wanted a touch. */
  touchDone(how: 'signed' | 'not-signed'): void;
}

/** Who is asked and told for one request; of the parts where nobody else is named. */
export type AskedFor<P> = Pick<AuthenticatorKeyringParts<P>, 'pins' | 'notices'>;

export interface AuthenticatorKeyringParts<P> {
  readonly keys: EnrolledKeys;
  readonly authenticator: AssertingAuthenticator<P>;
  readonly pins: PinSource<P>;
  readonly notices: Notices;
  readonly nameHost: NameHost;
  readonly clock?: Clock;
  /** For a connect of our own: the way to its hosts. */
  readonly routeTo?: RouteTo;
}

/** `Notices` of one signature. */
interface Told {
  touchWanted(): void;
  touchDone(how: 'signed' | 'not-signed'): void;
}

export class AuthenticatorKeyring<P> implements Keyring {
  readonly #parts: AuthenticatorKeyringParts<P>;
  readonly #queue: SignQueue;

  constructor(parts: AuthenticatorKeyringParts<P>) {
    this.#parts = parts;
    this.#queue = new SignQueue(parts.clock, () => parts.authenticator.abandon?.());
  }

  async identities(): Promise<readonly Identity[]> {
    const keys = await this.#parts.keys.list();
    return keys.map(({ publicBlob, comment }) => ({ blob: publicBlob, comment }));
  }

  /**
   * Rejects with `AGENT_KEY_UNKNOWN`, `CANCELLED` (also when the PIN was declined), `AGENT_SIGNATURE_UNUSABLE`, and
   * what the authenticator rejects with. PIN prompt and touch of one signature come before those of the next.
   */
  async sign(request: SignRequest, signal: AbortSignal, asked: AskedFor<P> = this.#parts): Promise<Uint8Array> {
    const keys = await this.#parts.keys.list();
    const key = keys.find(({ publicBlob }) => Buffer.compare(publicBlob, request.keyBlob) === 0);
    if (key === undefined) throw unknownKey();
    return this.#queue.run((running) => this.#signWith(key, request, running, asked), signal);
  }

  async #signWith(
    key: EnrolledKey,
    request: SignRequest,
    signal: AbortSignal,
    { pins, notices }: AskedFor<P>,
  ): Promise<Uint8Array> {
    const { nameHost, routeTo } = this.#parts;
    const purpose = describeSigning(request, nameHost, routeTo);
    const { authenticator } = this.#parts;
    const systemAsks = authenticator.asksItself === true;
    const facts = { ...signingFacts(request, nameHost, routeTo), ...(systemAsks ? { systemAsks } : {}) };
    const told: Told = {
      touchWanted: () => notices.touchWanted(purpose, facts),
      touchDone: (how) => notices.touchDone(how),
    };
    if (systemAsks || !key.userVerification) {
      try {
        return await this.#assert(key, request, told, signal, undefined);
      } catch (error) {
        if (systemAsks || !wantsPin(error)) throw error;
      }
    }
    await authenticator.prepare?.(key.credentialId, signal);
    const { model, credentialId } = key;
    const { onAsked } = request;
    const about = { purpose, facts, model, credentialId, ...(onAsked === undefined ? {} : { onAsked }) };
    let question: PinQuestion = { why: 'needed', ...about };
    for (;;) {
      const pin = await pins.request(question, signal);
      if (pin === undefined) throw cancelled('The signature');
      assertNotCancelled(signal, 'The signature');
      try {
        return await this.#assert(key, request, told, signal, pin);
      } catch (error) {
        // Each wrong try counts towards blocking the key for good: only a person may make the next one.
        const why = whyAgain(error);
        if (why === undefined) throw error;
        question = await this.#askedAgain(why, about, signal);
      }
    }
  }

  async #askedAgain(
    why: WhyPin,
    about: Omit<PinQuestion, 'why' | 'triesLeft'>,
    signal: AbortSignal,
  ): Promise<PinQuestion> {
    const triesLeft = await this.#parts.authenticator.pinTriesLeft?.(signal);
    return { why, ...about, ...(triesLeft === undefined ? {} : { triesLeft }) };
  }

  async #assert(
    key: EnrolledKey,
    request: SignRequest,
    told: Told,
    signal: AbortSignal,
    pin: P | undefined,
  ): Promise<Uint8Array> {
    const { authenticator } = this.#parts;
    const clientDataHash = new Uint8Array(createHash('sha256').update(request.data).digest());
    const { application, credentialId, userVerification } = key;
    let isTouchWanted = false;
    const onTouchWanted = () => {
      if (isTouchWanted) return;
      isTouchWanted = true;
      told.touchWanted();
    };
    let how: 'signed' | 'not-signed' = 'not-signed';
    try {
      const asked = { application, credentialId, clientData: request.data, clientDataHash, userVerification };
      const question = { ...asked, ...(pin === undefined ? {} : { pin }) };
      const blob = signatureBlob(key, request.data, await authenticator.assert(question, signal, onTouchWanted));
      how = 'signed';
      return blob;
    } finally {
      if (isTouchWanted) told.touchDone(how);
    }
  }
}

/**
 * A key that is not verify-required may want the PIN all the same: with alwaysUv, or because `ssh-keygen -K` did not write down that
 * the credential hides without it (openssh-sk.md, section 5).
 */
function wantsPin(error: unknown): boolean {
  return error instanceof GlasskeyError && (error.code === 'PIN_REQUIRED' || error.code === 'CTAP_NO_CREDENTIALS');
}

/** Undefined: not for another PIN. */
function whyAgain(error: unknown): WhyPin | undefined {
  if (!(error instanceof GlasskeyError)) return undefined;
  if (error.code === 'PIN_WRONG') return 'wrong';
  return error.code === 'KEY_REPLUGGED' ? 'replugged' : undefined;
}

/** A signature that the server would refuse (another credential's, no touch, no PIN) is an error here, with a reason. */
function signatureBlob(
  key: EnrolledKey,
  data: Uint8Array,
  assertion: { readonly authData: Uint8Array; readonly signature: Uint8Array },
): Uint8Array {
  const publicKey = parseSkPublicBlob(key.publicBlob);
  const blob = formatSkSignature(skSignatureFromAssertion(publicKey, assertion));
  const policy = { requireTouch: true, requireUserVerification: key.userVerification };
  const verification = verifySkSignature(publicKey, data, blob, policy);
  if (verification.valid) return blob;
  throw new GlasskeyError({
    code: 'AGENT_SIGNATURE_UNUSABLE',
    message: `The security key signed, but no server would accept it (${verification.reason}).`,
    remedy: 'Try again; if it happens again, enroll this security key anew.',
    detail: { reason: verification.reason },
  });
}

function unknownKey(): GlasskeyError {
  return new GlasskeyError({
    code: 'AGENT_KEY_UNKNOWN',
    message: 'A program asked for a signature with a key that Glasskey does not hold.',
    remedy: 'Run glasskey keys to see which keys the agent offers.',
  });
}
