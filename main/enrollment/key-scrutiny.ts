/** What an enrollment asks about a security key that it has before it. Implemented over main/security-keys. */
import type { VerifiedAttestation } from '../../native/ctap2/attestation.ts';
import type { AttestationTrust } from '../../native/ctap2/attestation-chain.ts';
import type { EnrollmentPlan, FoundCredential, MadeCredential } from './enrollment.ts';

/** What a key says of itself. */
export interface KeyFacts {
  readonly product: string;
  /** `2fc0579f-8113-47ea-b116-bb5a8db9202a` */
  readonly aaguid: string;
  readonly vendorId: number;
  readonly productId: number;
  /** getInfo's, in the vendor's encoding. */
  readonly firmwareVersion: number | undefined;
  /** INIT's. */
  readonly deviceVersion: readonly [number, number, number];
}

/** A published weakness, as far as it concerns one key. */
export interface KeyNotice {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly url: string;
}

export interface KeyIdentity {
  /** Undefined for a model that is not known. */
  readonly model: string | undefined;
  readonly firmware: string;
  /** Those worth a person's time. */
  readonly notices: readonly KeyNotice[];
}

export interface KeyScrutiny {
  identify(key: KeyFacts, algorithm: EnrollmentPlan['algorithm']): KeyIdentity;
  /** The name of a model that is known by its AAGUID. */
  modelNamed(aaguid: string): string | undefined;
  /** Whose attestation certificates prove a maker. */
  readonly trust: AttestationTrust;
  /** Before PIN and touch. Throws `KEY_NOT_ALLOWED`, `KEY_FIRMWARE_TOO_OLD`. */
  assertAllowed(key: KeyFacts): void;
  /** Of a credential that was made and whose attestation holds. Throws `ATTESTATION_INSUFFICIENT` and the same. */
  assertSuffices(verdict: VerifiedAttestation, credential: MadeCredential): void;
  /** Of a credential that was made elsewhere, of whose attestation nothing is left, before it is published. Throws the same. */
  assertFoundAllowed(credential: FoundCredential): void;
}
