import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { Status } from '../../../native/ctap2/constants.ts';
import { CtapFailure } from './ctap-failure.ts';
import type { Env } from './env.ts';
import { fromHex, toHex } from './hex.ts';
import type { Profile } from './profiles.ts';
import { SigningKey } from './signing-key.ts';
import type { AuthenticatorState, ResidentCredential } from './state.ts';

export type CredProtect = 1 | 2 | 3;

/** A credential as getAssertion needs it, resident or unwrapped. */
export interface UsableCredential {
  readonly credentialId: Uint8Array;
  readonly key: SigningKey;
  readonly credProtect: CredProtect;
  /** Only resident ones know their user. */
  readonly resident: ResidentCredential | undefined;
}

export interface NewResident {
  readonly rpId: string;
  readonly rpName: string | undefined;
  readonly userId: Uint8Array;
  readonly userName: string | undefined;
  readonly userDisplayName: string | undefined;
  readonly algorithm: number;
  readonly privateKey: Uint8Array;
  readonly credProtect: CredProtect;
}

const NONCE = 12;
const TAG = 16;

export function rpIdHash(rpId: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(rpId, 'utf8').digest());
}

/**
 * The credentials. Resident ones are rows of the state; a non-resident one is its own id: nonce(12) ‖
 * AES-256-GCM(device secret, algorithm byte ‖ credProtect ‖ private key(32) ‖ zeros) ‖ tag(16), with the rpIdHash as AAD, so
 * that an id of another relying party or of another key is as unknown as random bytes.
 */
export class CredentialStore {
  private readonly state: AuthenticatorState;
  private readonly profile: Profile;
  private readonly env: Env;

  constructor(state: AuthenticatorState, profile: Profile, env: Env) {
    this.state = state;
    this.profile = profile;
    this.env = env;
  }

  get remainingSlots(): number {
    return this.profile.residentSlots - this.state.credentials.length;
  }

  /** All resident credentials, newest first. */
  residents(): ResidentCredential[] {
    return [...this.state.credentials].sort((a, b) => b.madeAs - a.madeAs);
  }

  /** Resident credentials of one relying party, newest first. */
  discover(rpId: string): UsableCredential[] {
    return this.residents()
      .filter((credential) => credential.rpId === rpId)
      .map(usable);
  }

  /** The credential with this id for this relying party, resident or wrapped. */
  find(rpId: string, credentialId: Uint8Array): UsableCredential | undefined {
    const id = toHex(credentialId);
    const resident = this.state.credentials.find((one) => one.credentialId === id);
    if (resident !== undefined) return resident.rpId === rpId ? usable(resident) : undefined;
    return this.unwrap(rpId, credentialId);
  }

  /** Fails with KEY_STORE_FULL when there is neither a free slot nor one this credential would replace. */
  assertRoom(rpId: string, userId: Uint8Array): void {
    if (this.replaced(rpId, toHex(userId)) === undefined && this.remainingSlots <= 0) {
      throw new CtapFailure(Status.KEY_STORE_FULL, 'no free slot');
    }
  }

  /** A new credential id for a resident credential. */
  drawId(): Uint8Array {
    return this.env.random(this.profile.credentialIdLength);
  }

  /** Stores a resident credential; one with the same rp.id and user.id vanishes without a word (CTAP 2.1, 6.1.2). */
  addResident(credentialId: Uint8Array, made: NewResident): void {
    const userId = toHex(made.userId);
    const old = this.replaced(made.rpId, userId);
    if (old !== undefined) this.remove(old);
    this.state.credentials.push({
      credentialId: toHex(credentialId),
      rpId: made.rpId,
      rpName: made.rpName,
      userId,
      userName: made.userName,
      userDisplayName: made.userDisplayName,
      algorithm: made.algorithm,
      privateKey: toHex(made.privateKey),
      credProtect: made.credProtect,
      madeAs: ++this.state.credentialsMade,
    });
  }

  remove(credential: ResidentCredential): void {
    this.state.credentials.splice(this.state.credentials.indexOf(credential), 1);
  }

  /** Makes the id of a non-resident credential. */
  wrap(rpId: string, algorithm: number, credProtect: CredProtect, privateKey: Uint8Array): Uint8Array {
    const nonce = this.env.random(NONCE);
    const plain = Buffer.alloc(this.profile.credentialIdLength - NONCE - TAG);
    plain.writeInt8(algorithm, 0);
    plain.writeUInt8(credProtect, 1);
    plain.set(privateKey, 2);
    const cipher = createCipheriv('aes-256-gcm', fromHex(this.state.deviceSecret), nonce);
    cipher.setAAD(rpIdHash(rpId));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return new Uint8Array(Buffer.concat([nonce, sealed, cipher.getAuthTag()]));
  }

  private unwrap(rpId: string, credentialId: Uint8Array): UsableCredential | undefined {
    if (credentialId.length !== this.profile.credentialIdLength) return undefined;
    const cipher = createDecipheriv('aes-256-gcm', fromHex(this.state.deviceSecret), credentialId.subarray(0, NONCE));
    cipher.setAAD(rpIdHash(rpId));
    cipher.setAuthTag(credentialId.subarray(-TAG));
    try {
      const plain = Buffer.concat([cipher.update(credentialId.subarray(NONCE, -TAG)), cipher.final()]);
      const level = plain.readUInt8(1);
      return {
        credentialId,
        key: new SigningKey(plain.readInt8(0), plain.subarray(2, 34)),
        credProtect: level === 3 ? 3 : level === 2 ? 2 : 1,
        resident: undefined,
      };
    } catch {
      // A wrong tag is the normal answer to "is this credential yours?".
      return undefined;
    }
  }

  private replaced(rpId: string, userId: string): ResidentCredential | undefined {
    return this.state.credentials.find((one) => one.rpId === rpId && one.userId === userId);
  }
}

function usable(resident: ResidentCredential): UsableCredential {
  return {
    credentialId: fromHex(resident.credentialId),
    key: new SigningKey(resident.algorithm, fromHex(resident.privateKey)),
    credProtect: resident.credProtect,
    resident,
  };
}
