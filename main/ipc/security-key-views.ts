/** Security keys and what is on them, as it crosses to the window. */
import type { AttestationReport } from '../glasskey-attestation.ts';
import type { ResetLoss } from '../security-keys/people.ts';
import type {
  CredentialOnKey,
  CredentialsOnKey,
  EnrollmentOnKey,
  FingerprintOnKey,
  SecurityKey,
} from '../security-keys/security-key.ts';
import type { Texts } from '../texts/texts.ts';
import type {
  AttestationView,
  CredentialListView,
  FingerprintView,
  ResetLossView,
  ResidentCredentialView,
  SecurityKeyView,
} from './contract.ts';
import { crossedError } from './crossed-error.ts';
import { shownName } from './shown-name.ts';

/** When an enrollment was made, and what its attestation proves, by its id. */
export type EnrollmentFacts = (id: string) => {
  readonly createdAt?: number | undefined;
  readonly attestation?: AttestationView | undefined;
};

export function securityKeyView(key: SecurityKey, texts: Pick<Texts, 'catalogue'>): SecurityKeyView {
  const { path, product, model, firmware, aaguid, pin, fingerprints, freeSlots, abilities, advisories, problem } = key;
  return {
    path,
    product: model.knownBy === 'aaguid' ? model.name : product,
    isModelKnown: model.knownBy === 'aaguid',
    shape: shapeOf(key),
    ...(firmware === undefined ? {} : { firmware }),
    ...(aaguid === undefined ? {} : { aaguid }),
    advisories: advisories.map(({ id, title, severity, meaning, remedy }) => ({
      id,
      title,
      severity,
      meaning,
      remedy,
    })),
    ...(pin === undefined
      ? {}
      : {
          pin: {
            state: pin.state,
            minLength: pin.minLength,
            ...(pin.triesLeft === undefined ? {} : { triesLeft: pin.triesLeft }),
          },
        }),
    ...(fingerprints === undefined ? {} : { fingerprints: { enrolled: fingerprints.enrolled } }),
    ...(abilities === undefined
      ? {}
      : {
          credentials: {
            canList: abilities.credentials !== 'none',
            canRename: abilities.credentials === 'all',
            ...(freeSlots === undefined ? {} : { free: freeSlots }),
          },
          ...(abilities.alwaysUv === undefined ? {} : { alwaysUv: abilities.alwaysUv }),
          canSetMinPinLength: abilities.setMinPinLength,
          canWink: abilities.wink,
        }),
    ...(problem === undefined ? {} : { problem: crossedError(problem, texts) }),
  };
}

function shapeOf({ model, fingerprints }: SecurityKey): SecurityKeyView['shape'] {
  if (model.bio || fingerprints !== undefined) return 'sensor';
  if (model.transports.includes('lightning')) return 'two-plugs';
  return model.transports.includes('nfc') ? 'nfc' : 'plain';
}

export function credentialListView(
  { relyingParties, used, free }: CredentialsOnKey,
  at: EnrollmentFacts,
): CredentialListView {
  return {
    relyingParties: relyingParties.map(({ rpId, credentials }) => ({
      rpId: shownName(rpId),
      credentials: credentials.map((one) => credentialView(one, at)),
    })),
    used,
    free,
  };
}

export function credentialView(credential: CredentialOnKey, at: EnrollmentFacts): ResidentCredentialView {
  const { credentialId, rpId, userName, userDisplayName, algorithm, ssh } = credential;
  const { fingerprint, enrollment } = ssh ?? {};
  return {
    id: credentialId,
    rpId: shownName(rpId),
    ...(userName === undefined ? {} : { userName: shownName(userName) }),
    ...(userDisplayName === undefined ? {} : { displayName: shownName(userDisplayName) }),
    algorithm,
    ...(ssh === undefined
      ? {}
      : {
          ssh: {
            ...(fingerprint === undefined ? {} : { fingerprint }),
            ...(enrollment === undefined ? {} : { enrollment: enrollmentView(enrollment, at) }),
          },
        }),
  };
}

function enrollmentView({ id, keyFile, onProfileOf }: EnrollmentOnKey, at: EnrollmentFacts) {
  const { createdAt, attestation } = at(id);
  return {
    keyFile,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(attestation === undefined ? {} : { attestation }),
    ...(onProfileOf === undefined ? {} : { onProfileOf }),
  };
}

export function fingerprintView({ id, name }: FingerprintOnKey): FingerprintView {
  return { id, ...(name === undefined ? {} : { name: shownName(name) }) };
}

export function resetLossView(loss: ResetLoss, at: EnrollmentFacts): ResetLossView {
  const { pinSet, fingerprints, credentials, unlisted, enrollments } = loss;
  return {
    pinSet,
    fingerprints,
    ...(credentials === undefined ? {} : { credentials: credentials.map((one) => credentialView(one, at)) }),
    ...(unlisted === undefined ? {} : { unlisted }),
    enrollments: enrollments.map(({ enrollment: { keyFile, fingerprint, onProfileOf }, certain }) => ({
      keyFile,
      fingerprint,
      ...(onProfileOf === undefined ? {} : { onProfileOf }),
      isCertain: certain,
    })),
  };
}

/** Of a report, what a line in a list has room for. */
export function attestationView({ verdict, issuer, root, because }: AttestationReport): AttestationView {
  return {
    verdict,
    ...(issuer === undefined ? {} : { issuer }),
    ...(root === undefined ? {} : { root }),
    ...(because === undefined ? {} : { because }),
  };
}
