/** Numbers and names of Windows's webauthn.h. */

/** WEBAUTHN_API_VERSION_n: what came with which. */
export const ApiVersion = {
  /** Windows 10 1903: the baseline. */
  BASELINE: 1,
  /** The credProtect extension. */
  CRED_PROTECT: 2,
  /** Credential hints. */
  CREDENTIAL_HINTS: 8,
} as const;

export const HASH_ALGORITHM_SHA_256 = 'SHA-256';
export const CREDENTIAL_TYPE_PUBLIC_KEY = 'public-key';
/** WEBAUTHN_CREDENTIAL_HINT_SECURITY_KEY (W3C, PublicKeyCredentialHint): the dialog offers a security key first, not a phone. */
export const HINT_SECURITY_KEY = 'security-key';
export const EXTENSION_CRED_PROTECT = 'credProtect';

/** WEBAUTHN_AUTHENTICATOR_ATTACHMENT_…: a security key, not Windows Hello, whose keys never leave the computer. */
export const ATTACHMENT_CROSS_PLATFORM = 2;
/** WEBAUTHN_USER_VERIFICATION_REQUIREMENT_… */
export const UserVerification = { REQUIRED: 1, DISCOURAGED: 3 } as const;
/** WEBAUTHN_ATTESTATION_CONVEYANCE_PREFERENCE_… */
export const ATTESTATION_DIRECT = 3;
/** WEBAUTHN_CTAP_TRANSPORT_…: where a credential may be found. A phone's (hybrid) is none that signs for SSH. */
export const Transport = { USB: 0x01, NFC: 0x02 } as const;

/** The HRESULTs that WebAuthNGetErrorName documents, and those of the same meaning that reach a caller. */
export const Hresult = {
  OK: 0,
  NTE_EXISTS: 0x8009000f,
  NTE_PERM: 0x80090010,
  NTE_NOT_FOUND: 0x80090011,
  NTE_TOKEN_KEYSET_STORAGE_FULL: 0x80090023,
  NTE_INVALID_PARAMETER: 0x80090027,
  NTE_NOT_SUPPORTED: 0x80090029,
  NTE_DEVICE_NOT_FOUND: 0x80090035,
  NTE_USER_CANCELLED: 0x80090036,
  E_NOTIMPL: 0x80004001,
  E_ACCESSDENIED: 0x80070005,
  E_INVALIDARG: 0x80070057,
  ERROR_NOT_SUPPORTED: 0x80070032,
  ERROR_TIMEOUT: 0x800705b4,
  ERROR_CANCELLED: 0x800704c7,
} as const;

/** ntstatus.h: what drivers answer, and webauthn.dll passes on as it is or as HRESULT_FROM_NT. */
export const Ntstatus = {
  TIMEOUT: 0x00000102,
  INVALID_PARAMETER: 0xc000000d,
  NO_SUCH_DEVICE: 0xc000000e,
  ACCESS_DENIED: 0xc0000022,
  OBJECT_NAME_COLLISION: 0xc0000035,
  IO_TIMEOUT: 0xc00000b5,
  NOT_SUPPORTED: 0xc00000bb,
  DEVICE_NOT_CONNECTED: 0xc000009d,
  CANCELLED: 0xc0000120,
  NOT_FOUND: 0xc0000225,
} as const;

/** FACILITY_NT_BIT of winerror.h: HRESULT_FROM_NT sets it. */
export const FACILITY_NT_BIT = 0x10000000;
