/** Whether a security key still holds a credential, before its key takes the place of one that logs in. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Status } from '../../native/ctap2/constants.ts';
import { statusOf } from '../../native/ctap2/status.ts';
import { withTypedPin } from '../../native/ctap2/typed-pin.ts';
import type { WindowsKey } from '../../native/webauthn/windows-access.ts';
import { askPin } from './ask-pin.ts';
import type { EnrollWorld } from './enroll.ts';
import type { EnrollmentIn } from './enrollment.ts';
import { productOf } from './enrollment.ts';
import { skPrivateKey } from './key-files.ts';
import { type Holder, openHolder } from './open-holder.ts';

export type WithNewCredential = EnrollmentIn<'made' | 'attested' | 'written'>;

const CHALLENGE_LENGTH = 32;

/**
 * Has the key sign without a touch (through Windows with one); with the PIN, without which it hides the credential (ctap.md 6.3). The signature is thrown away.
 * Throws `ROTATION_CREDENTIAL_GONE`, `KEY_MISSING`, and what the security key answers.
 */
export async function assertStillThere(
  enrollment: WithNewCredential,
  device: string | undefined,
  world: EnrollWorld,
  signal: AbortSignal,
): Promise<void> {
  if (world.windowsKey !== undefined) return signByWindows(enrollment, world.windowsKey, world, signal);
  const held = {
    aaguid: enrollment.credential.aaguid,
    product: productOf(enrollment),
    missingRemedy: 'If it is lost: glasskey rotate --abandon --lost. The old key still logs in.',
  };
  const holder = await openHolder(held, device, world, signal);
  try {
    await probe(enrollment, holder, world, signal);
  } finally {
    await holder.authenticator.close();
  }
}

async function signByWindows(
  enrollment: WithNewCredential,
  windowsKey: () => Promise<WindowsKey>,
  { people, random }: EnrollWorld,
  signal: AbortSignal,
): Promise<void> {
  const key = await windowsKey();
  const request = {
    rpId: enrollment.plan.application,
    clientData: random(CHALLENGE_LENGTH),
    credentialIds: [skPrivateKey(enrollment).keyHandle],
    userVerification: true,
  };
  try {
    const signing = key.getAssertion(request, { signal });
    people.tell({ kind: 'touch-wanted', systemAsks: true });
    await signing;
    people.tell({ kind: 'touched' });
  } catch (error) {
    if (!(error instanceof GlasskeyError) || error.code !== 'WEBAUTHN_NO_CREDENTIAL') throw error;
    throw gone(productOf(enrollment), error);
  }
}

/** Upon a wrong PIN a person is asked again: the program itself never sends one twice. */
async function probe(
  enrollment: WithNewCredential,
  { authenticator, product }: Holder,
  { people, random }: EnrollWorld,
  signal: AbortSignal,
): Promise<void> {
  const { keyHandle } = skPrivateKey(enrollment);
  const rpId = enrollment.plan.application;
  const ask = (wasWrong: boolean) => askPin({ authenticator, product, people }, wasWrong, signal);
  try {
    await withTypedPin(ask, (pin) => {
      const clientDataHash = random(CHALLENGE_LENGTH);
      const request = { rpId, clientDataHash, credentialId: keyHandle, userPresence: false };
      return authenticator.getAssertion(request, pin, { signal });
    });
  } catch (error) {
    throw statusOf(error) === Status.NO_CREDENTIALS ? gone(product, error) : error;
  }
}

function gone(product: string, cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'ROTATION_CREDENTIAL_GONE',
    message: `${product}, as it is plugged in now, does not hold the new key that was made before, so it was not published.`,
    remedy:
      'Plug in the key that it was made on. If that was reset or is lost: glasskey rotate --abandon --lost. The old key still logs in.',
    cause,
  });
}
