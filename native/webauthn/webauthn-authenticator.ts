/**
 * The security key by way of Windows (ctap.md, section 21): the system's dialogs ask for the PIN and the touch, and choose among several keys.
 * It makes a credential and it signs; nothing else can be done with a key this way (`beyondWebauthn`).
 */
import { assertNotCancelled, cancelled, type GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { parseAuthenticatorData } from '../ctap2/authenticator-data.ts';
import { decodeCbor } from '../ctap2/cbor.ts';
import type { Assertion } from '../ctap2/get-assertion.ts';
import { type AttestationObject, attestationObject, type MakeCredential } from '../ctap2/make-credential.ts';
import {
  ApiVersion,
  ATTACHMENT_CROSS_PLATFORM,
  ATTESTATION_DIRECT,
  CREDENTIAL_TYPE_PUBLIC_KEY,
  EXTENSION_CRED_PROTECT,
  HASH_ALGORITHM_SHA_256,
  HINT_SECURITY_KEY,
  Transport,
  UserVerification,
} from './constants.ts';
import { type Ceremony, hresultError } from './hresult-error.ts';
import { StructureVersion } from './structures.ts';
import type { Members, Outcome, WebauthnApi } from './webauthn-api.ts';

export interface WebauthnMakeCredential extends Omit<MakeCredential, 'clientDataHash'> {
  /** Windows hashes it (SHA-256), and the hash is what the key signs: for an enrollment the challenge. */
  readonly clientData: Uint8Array;
}

export interface WebauthnGetAssertion {
  readonly rpId: string;
  /** Windows hashes it (SHA-256), and the key signs authData || hash: for SSH the very message (openssh-sk.md, section 2). */
  readonly clientData: Uint8Array;
  readonly credentialIds: readonly Uint8Array[];
  /** Whether the PIN must be asked for. */
  readonly userVerification: boolean;
}

export interface WebauthnOperation {
  readonly signal?: AbortSignal;
}

export interface WebauthnWorld {
  readonly clock: Clock;
  /** Of the app (HWND); undefined: the console's, or the one in front. */
  readonly window?: () => bigint | undefined;
}

/** A person may have to fetch the key first. Windows takes it as a hint. */
const TIMEOUT_MS = 120_000;
/** A cancellation is ignored while the ceremony has not begun, so it is said again until that has ended. */
const CANCEL_AGAIN_MS = 200;

export class WebauthnAuthenticator {
  readonly #api: WebauthnApi;
  readonly #world: WebauthnWorld;

  constructor(api: WebauthnApi, world: WebauthnWorld) {
    this.#api = api;
    this.#world = world;
  }

  /**
   * Makes a credential on a security key, never in Windows Hello. The answer is returned even when the signal fired meanwhile: the
   * credential then exists. Throws what `hresultError` names, and `CTAP_MALFORMED` for an answer that cannot be read.
   */
  async makeCredential(request: WebauthnMakeCredential, operation: WebauthnOperation = {}): Promise<AttestationObject> {
    const { rpId, user, clientData } = request;
    const { format, authData, statement } = await this.#run('makeCredential', operation, (shared) =>
      this.#api.makeCredential({
        window: shared.window,
        rp: { dwVersion: StructureVersion.RP_ENTITY_INFORMATION, pwszId: rpId, pwszName: rpId, pwszIcon: null },
        user: {
          dwVersion: StructureVersion.USER_ENTITY_INFORMATION,
          cbId: user.id.length,
          pbId: user.id,
          pwszName: user.name,
          pwszIcon: null,
          pwszDisplayName: user.displayName ?? user.name,
        },
        parameters: {
          cCredentialParameters: 1,
          pCredentialParameters: [
            {
              dwVersion: StructureVersion.COSE_CREDENTIAL_PARAMETER,
              pwszCredentialType: CREDENTIAL_TYPE_PUBLIC_KEY,
              lAlg: request.algorithm,
            },
          ],
        },
        clientData: clientDataOf(clientData),
        options: {
          ...NO_LIST,
          dwVersion: StructureVersion.MAKE_CREDENTIAL_OPTIONS,
          dwTimeoutMilliseconds: TIMEOUT_MS,
          Extensions: this.#credProtect(request.credProtect),
          dwAuthenticatorAttachment: ATTACHMENT_CROSS_PLATFORM,
          bRequireResidentKey: request.residentKey ? 1 : 0,
          dwUserVerificationRequirement: UserVerification.REQUIRED,
          dwAttestationConveyancePreference: ATTESTATION_DIRECT,
          dwFlags: 0,
          pCancellationId: shared.cancellationId,
          pExcludeCredentialList: credentialList(request.excludeList ?? []),
          ...(this.#takesHints ? MAKE_WITH_HINT : {}),
        },
      }),
    );
    return attestationObject(format, authData, decodeCbor(statement));
  }

  /** Signs with the first of the credentials that the key in use holds. Throws what `hresultError` names. */
  async getAssertion(request: WebauthnGetAssertion, operation: WebauthnOperation = {}): Promise<Assertion> {
    const { rpId, clientData, credentialIds } = request;
    const { REQUIRED, DISCOURAGED } = UserVerification;
    const value = await this.#run('getAssertion', operation, (shared) =>
      this.#api.getAssertion({
        window: shared.window,
        rpId,
        clientData: clientDataOf(clientData),
        options: {
          ...NO_LIST,
          dwVersion: StructureVersion.GET_ASSERTION_OPTIONS,
          dwTimeoutMilliseconds: TIMEOUT_MS,
          Extensions: { cExtensions: 0, pExtensions: null },
          dwAuthenticatorAttachment: ATTACHMENT_CROSS_PLATFORM,
          dwUserVerificationRequirement: request.userVerification ? REQUIRED : DISCOURAGED,
          dwFlags: 0,
          pwszU2fAppId: null,
          pbU2fAppId: null,
          pCancellationId: shared.cancellationId,
          pAllowCredentialList: credentialList(credentialIds),
          ...(this.#takesHints ? ASSERT_WITH_HINT : {}),
        },
      }),
    );
    return {
      credentialId: value.credentialId,
      authDataBytes: value.authData,
      authData: parseAuthenticatorData(value.authData),
      signature: value.signature,
      userId: value.userId.length === 0 ? undefined : value.userId,
    };
  }

  get #takesHints(): boolean {
    return this.#api.version >= ApiVersion.CREDENTIAL_HINTS;
  }

  /** Without a level, Windows asks the key for none. With one, a key that cannot keep it makes no credential. */
  #credProtect(level: 1 | 2 | 3 | undefined): Members {
    if (level === undefined) return { cExtensions: 0, pExtensions: null };
    const extension = this.#api.credProtectExtension({ dwCredProtect: level, bRequireCredProtect: 1 });
    const entry = {
      pwszExtensionIdentifier: EXTENSION_CRED_PROTECT,
      cbExtension: extension.length,
      pvExtension: extension,
    };
    return { cExtensions: 1, pExtensions: [entry] };
  }

  async #run<T>(
    ceremony: Ceremony,
    { signal }: WebauthnOperation,
    begin: (shared: { readonly window: bigint; readonly cancellationId: Members | null }) => Promise<Outcome<T>>,
  ): Promise<T> {
    assertNotCancelled(signal, WHAT[ceremony]);
    const cancellationId = this.#api.cancellationId();
    const window = this.#world.window?.() ?? this.#api.ownWindow();
    const running = begin({ window, cancellationId: cancellationId ?? null });
    const stopCancelling = cancellationId && this.#cancelOn(signal, cancellationId);
    try {
      const outcome = await running;
      if (outcome.value !== undefined) return outcome.value;
      if (signal?.aborted) throw cancelled(WHAT[ceremony], signal.reason);
      throw this.#error(outcome.hresult, ceremony);
    } finally {
      stopCancelling?.();
    }
  }

  #cancelOn(signal: AbortSignal | undefined, id: Members): () => void {
    let stopWaiting = () => {};
    const cancel = () => {
      this.#api.cancel(id);
      stopWaiting = this.#world.clock.after(CANCEL_AGAIN_MS, cancel);
    };
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    return () => {
      signal?.removeEventListener('abort', cancel);
      stopWaiting();
    };
  }

  #error(hresult: number, ceremony: Ceremony): GlasskeyError {
    return hresultError(hresult, ceremony, this.#api.errorName(hresult));
  }
}

const WHAT: Readonly<Record<Ceremony, string>> = {
  makeCredential: 'Making the credential',
  getAssertion: 'Signing',
};

/** The list of the first versions, which knows no transports. */
const NO_LIST = { CredentialList: { cCredentials: 0, pCredentials: null } };

/** Of both kinds of options, from their version 8 on: the dialog begins with the security key. */
const WITH_HINT = {
  dwVersion: StructureVersion.OPTIONS_WITH_HINTS,
  bBrowserInPrivateMode: 0,
  pLinkedDevice: null,
  cbJsonExt: 0,
  pbJsonExt: null,
  cCredentialHints: 1,
  ppwszCredentialHints: [HINT_SECURITY_KEY],
};
const MAKE_WITH_HINT: Members = {
  ...WITH_HINT,
  dwEnterpriseAttestation: 0,
  dwLargeBlobSupport: 0,
  bPreferResidentKey: 0,
  bEnablePrf: 0,
  pPRFGlobalEval: null,
  bThirdPartyPayment: 0,
};
const ASSERT_WITH_HINT: Members = {
  ...WITH_HINT,
  dwCredLargeBlobOperation: 0,
  cbCredLargeBlob: 0,
  pbCredLargeBlob: null,
  pHmacSecretSaltValues: null,
  bAutoFill: 0,
};

function clientDataOf(bytes: Uint8Array): Members {
  return {
    dwVersion: StructureVersion.CLIENT_DATA,
    cbClientDataJSON: bytes.length,
    pbClientDataJSON: bytes,
    pwszHashAlgId: HASH_ALGORITHM_SHA_256,
  };
}

/** With the transports of security keys: Windows then offers no phone. */
function credentialList(ids: readonly Uint8Array[]): Members | null {
  if (ids.length === 0) return null;
  return {
    cCredentials: ids.length,
    ppCredentials: ids.map((id) => [
      {
        dwVersion: StructureVersion.CREDENTIAL_EX,
        cbId: id.length,
        pbId: id,
        pwszCredentialType: CREDENTIAL_TYPE_PUBLIC_KEY,
        dwTransports: Transport.USB | Transport.NFC,
      },
    ]),
  };
}
