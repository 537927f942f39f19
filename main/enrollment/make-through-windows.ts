/**
 * Making the credential through Windows, where an account may not open security keys: the system's dialogs ask for the PIN and the touch. What
 * the key is shows only in what it made.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { formatAaguid } from '../../native/ctap2/get-info.ts';
import { type AttestationObject, CredProtect } from '../../native/ctap2/make-credential.ts';
import { chosenByWindows } from '../../native/webauthn/beyond-webauthn.ts';
import type { WindowsKey } from '../../native/webauthn/windows-access.ts';
import { COSE_OF } from './capabilities.ts';
import type { EnrollWorld } from './enroll.ts';
import type { EnrollmentPlan } from './enrollment.ts';

export interface MadeThroughWindows {
  readonly made: AttestationObject;
  /** The model, where it is known. */
  readonly product: string;
}

export interface ThroughWindows {
  readonly plan: EnrollmentPlan;
  /** Which device is meant: Windows's dialog lets a person choose, and nobody else. */
  readonly device: string | undefined;
  readonly challenge: Uint8Array;
  /** Credentials that the new one must not stand beside. */
  readonly excludeList: readonly Uint8Array[];
}

/** A key whose model is not known. */
export const SOME_KEY = 'security key';

/**
 * `requested` is called when nothing stands against it, right before the key is asked. Throws `WEBAUTHN_CANNOT` for a `device`, `WEBAUTHN_EXCLUDED`,
 * and what Windows answers (native/webauthn/hresult-error.ts).
 */
export async function makeThroughWindows(
  { plan, device, challenge, excludeList }: ThroughWindows,
  openKey: () => Promise<WindowsKey>,
  { people, scrutiny }: Pick<EnrollWorld, 'people' | 'scrutiny'>,
  signal: AbortSignal,
  requested: () => void,
): Promise<MadeThroughWindows> {
  if (device !== undefined) throw chosenByWindows();
  const key = await openKey();
  requested();
  const making = key.makeCredential(
    {
      clientData: challenge,
      rpId: plan.application,
      user: { id: plan.userId, name: plan.userName },
      algorithm: COSE_OF[plan.algorithm],
      residentKey: true,
      credProtect: CredProtect.REQUIRED,
      excludeList,
    },
    { signal },
  );
  people.tell({ kind: 'touch-wanted', systemAsks: true });
  const made = await making;
  return { made, product: scrutiny.modelNamed(formatAaguid(made.authData.attested.aaguid)) ?? SOME_KEY };
}

/** The same with what helps where another algorithm may be the reason. */
export function withAlgorithm(error: unknown, { algorithm }: EnrollmentPlan): unknown {
  if (!(error instanceof GlasskeyError) || error.code !== 'WEBAUTHN_UNSUPPORTED') return error;
  const { code, message, detail, cause } = error;
  const other = algorithm === 'ed25519-sk' ? 'ecdsa-sk' : 'ed25519-sk';
  const remedy = `Use a key that has a PIN and makes ${algorithm} keys, or enroll with --algorithm ${other}.`;
  return new GlasskeyError({ code, message, remedy, detail, cause });
}
