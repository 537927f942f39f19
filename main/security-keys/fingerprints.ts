/** The fingerprints of a key that has a reader: listed, enrolled, renamed, removed (CTAP 2.1, 6.7). */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Authenticator } from '../../native/ctap2/authenticator.ts';
import {
  assertFingerprintName,
  enrollFingerprint as enrollOnKey,
  type Fingerprint,
  fingerprints as fingerprintsOnKey,
  removeFingerprint as removeOnKey,
  renameFingerprint as renameOnKey,
  sensorInfo,
} from '../../native/ctap2/bio-enrollment.ts';
import { Permission } from '../../native/ctap2/constants.ts';
import type { PinUvAuthToken } from '../../native/ctap2/pin-uv-auth-token.ts';
import { productName } from '../../native/hid/product-name.ts';
import { describeOpen } from './describe-key.ts';
import type { KeyOperation, SecurityKeyPeople } from './people.ts';
import type { FingerprintOnKey, FingerprintsOnKey } from './security-key.ts';
import { withToken } from './with-token.ts';

/** Throws `KEY_NO_FINGERPRINTS` before anybody is asked for the PIN. */
export async function listFingerprints(
  key: Authenticator,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<FingerprintsOnKey> {
  const { maxNameBytes } = await sensorInfo(key, { signal });
  return managing('list-fingerprints', key, people, signal, async (token) => ({
    fingerprints: (await fingerprintsOnKey(key, token, { signal })).map(shownFingerprint),
    key: await describeOpen(key, signal),
    longestName: maxNameBytes,
  }));
}

/**
 * The finger is wanted several times; each sample is told, and what was wrong with it. Stopped before it has its name, nothing of
 * it stays on the key. Throws `FINGERPRINT_NAME` before anybody touches it, `CTAP_FINGERPRINTS_FULL`.
 */
export async function enrollFingerprint(
  key: Authenticator,
  name: string | undefined,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<FingerprintOnKey> {
  const { samples, maxNameBytes } = await sensorInfo(key, { signal });
  if (name !== undefined) assertFingerprintName(name, maxNameBytes);
  return managing('enroll-fingerprint', key, people, signal, async (token) => {
    people.tell({ kind: 'finger-wanted', remaining: samples });
    const templateId = await enrollOnKey(
      key,
      token,
      ({ status, remaining }) => {
        people.tell({ kind: 'sample', feedback: status, remaining });
        if (remaining > 0) people.tell({ kind: 'finger-wanted', remaining });
      },
      { signal },
    );
    if (name !== undefined) await nameOrForget(key, token, templateId, name, signal);
    return shownFingerprint({ templateId, name });
  });
}

/** Cancelled between the last sample and the name, what was enrolled goes too: nobody would know whose finger it is. */
async function nameOrForget(
  key: Authenticator,
  token: PinUvAuthToken,
  templateId: Uint8Array,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await renameOnKey(key, token, templateId, name, { signal });
  } catch (error) {
    // Tidying must not hide why it has no name, and is done though the signal has fired.
    await removeOnKey(key, token, templateId).catch(() => {});
    throw error;
  }
}

/** `which`: its id or its name. Throws `FINGERPRINT_UNKNOWN`, `FINGERPRINT_NAME`. */
export async function renameFingerprint(
  key: Authenticator,
  which: string,
  name: string,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<FingerprintOnKey> {
  assertFingerprintName(name, (await sensorInfo(key, { signal })).maxNameBytes);
  return managing('rename-fingerprint', key, people, signal, async (token) => {
    const { templateId } = find(await fingerprintsOnKey(key, token, { signal }), which);
    await renameOnKey(key, token, templateId, name, { signal });
    return shownFingerprint({ templateId, name });
  });
}

/** Asks people first. Throws `FINGERPRINT_UNKNOWN`, `CANCELLED` where they decline. */
export async function removeFingerprint(
  key: Authenticator,
  which: string,
  people: SecurityKeyPeople,
  signal: AbortSignal,
): Promise<FingerprintOnKey> {
  await sensorInfo(key, { signal });
  return managing('remove-fingerprint', key, people, signal, async (token) => {
    const all = await fingerprintsOnKey(key, token, { signal });
    const found = find(all, which);
    const fingerprint = shownFingerprint(found);
    const product = productName(key.device);
    const isLast = all.length === 1;
    const question = { kind: 'remove-fingerprint', product, fingerprint, isLast, typed: undefined } as const;
    if (!(await people.agree(question, signal))) throw cancelled('The removal');
    await removeOnKey(key, token, found.templateId, { signal });
    return fingerprint;
  });
}

function managing<T>(
  operation: KeyOperation,
  key: Authenticator,
  people: SecurityKeyPeople,
  signal: AbortSignal,
  use: (token: PinUvAuthToken) => Promise<T>,
): Promise<T> {
  return withToken({ key, people, signal, operation, permissions: Permission.BE }, use);
}

/** Two of the same name are told apart by their ids alone. */
function find(all: readonly Fingerprint[], which: string): Fingerprint {
  const byId = all.filter(({ templateId }) => hex(templateId) === which.toLowerCase());
  const [found, second] = byId.length > 0 ? byId : all.filter(({ name }) => name === which);
  if (found !== undefined && second === undefined) return found;
  throw new GlasskeyError({
    code: 'FINGERPRINT_UNKNOWN',
    message:
      found === undefined
        ? 'There is no such fingerprint on this key.'
        : `Several fingerprints have the name "${which}".`,
    remedy: 'List them with glasskey fingerprints list, and name one by its id.',
  });
}

function shownFingerprint({ templateId, name }: Fingerprint): FingerprintOnKey {
  return { id: hex(templateId), name: name === '' ? undefined : name };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
