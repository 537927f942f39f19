/**
 * The structures of Windows's webauthn.h that Glasskey hands over and reads, as koffi lays them out. Names are the header's own.
 *
 * Of a structure that has grown over the versions of the API, the version named here is the smallest that says what is needed; where a
 * newer one says more, it stands beside it. Windows reads no further than `dwVersion` says, and takes old versions for ever; of what it
 * returns, a newer version only has more behind. test/windows/structures.test.ts compares each size and offset with what a C compiler
 * makes of the header, and of what Microsoft's own header has beyond mingw-w64's.
 */
import type { TypeObject } from 'koffi';

export type Koffi = typeof import('koffi')['default'];

/** What goes into `dwVersion`. Structures without that member have no versions. */
export const StructureVersion = {
  RP_ENTITY_INFORMATION: 1,
  USER_ENTITY_INFORMATION: 1,
  CLIENT_DATA: 1,
  COSE_CREDENTIAL_PARAMETER: 1,
  CREDENTIAL_EX: 1,
  /** 2 brought the cancellation id, 3 the list of excluded credentials with transports. */
  MAKE_CREDENTIAL_OPTIONS: 3,
  /** 2 brought the U2F application id, 3 the cancellation id, 4 the list of allowed credentials with transports. */
  GET_ASSERTION_OPTIONS: 4,
  /** Of both: 8, of the API's version 8, brought credential hints. */
  OPTIONS_WITH_HINTS: 8,
} as const;

export interface WebauthnStructures {
  readonly WEBAUTHN_RP_ENTITY_INFORMATION: TypeObject;
  readonly WEBAUTHN_USER_ENTITY_INFORMATION: TypeObject;
  readonly WEBAUTHN_CLIENT_DATA: TypeObject;
  readonly WEBAUTHN_COSE_CREDENTIAL_PARAMETER: TypeObject;
  readonly WEBAUTHN_COSE_CREDENTIAL_PARAMETERS: TypeObject;
  readonly WEBAUTHN_CREDENTIAL: TypeObject;
  readonly WEBAUTHN_CREDENTIALS: TypeObject;
  readonly WEBAUTHN_CREDENTIAL_EX: TypeObject;
  readonly WEBAUTHN_CREDENTIAL_LIST: TypeObject;
  readonly WEBAUTHN_CRED_PROTECT_EXTENSION_IN: TypeObject;
  readonly WEBAUTHN_EXTENSION: TypeObject;
  readonly WEBAUTHN_EXTENSIONS: TypeObject;
  readonly GUID: TypeObject;
  /** Version 3. */
  readonly WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS: TypeObject;
  /** Version 8. */
  readonly WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8: TypeObject;
  /** Version 4. */
  readonly WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS: TypeObject;
  /** Version 8. */
  readonly WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8: TypeObject;
  /** Version 1, with which all later ones begin. */
  readonly WEBAUTHN_CREDENTIAL_ATTESTATION: TypeObject;
  /** Version 1, with which all later ones begin. */
  readonly WEBAUTHN_ASSERTION: TypeObject;
}

/** Types without a name of koffi's own: it keeps named ones for the whole process. */
export function webauthnStructures(koffi: Koffi): WebauthnStructures {
  const { struct, pointer } = koffi;
  // Windows's long has 32 bits (LLP64), whatever koffi's `long` has elsewhere.
  const DWORD = 'uint32_t';
  const LONG = 'int32_t';
  const BOOL = 'int32_t';
  const PCWSTR = 'str16';
  const PBYTE = pointer('uint8_t');
  const PVOID = pointer('void');

  const GUID = struct({
    Data1: 'uint32_t',
    Data2: 'uint16_t',
    Data3: 'uint16_t',
    Data4: koffi.array('uint8_t', 8, 'Typed'),
  });
  const coseParameter = struct({ dwVersion: DWORD, pwszCredentialType: PCWSTR, lAlg: LONG });
  const credential = struct({ dwVersion: DWORD, cbId: DWORD, pbId: PBYTE, pwszCredentialType: PCWSTR });
  const credentials = struct({ cCredentials: DWORD, pCredentials: pointer(credential) });
  const credentialEx = struct({
    dwVersion: DWORD,
    cbId: DWORD,
    pbId: PBYTE,
    pwszCredentialType: PCWSTR,
    dwTransports: DWORD,
  });
  const credentialList = struct({ cCredentials: DWORD, ppCredentials: pointer(pointer(credentialEx)) });
  const extension = struct({ pwszExtensionIdentifier: PCWSTR, cbExtension: DWORD, pvExtension: PVOID });
  const extensions = struct({ cExtensions: DWORD, pExtensions: pointer(extension) });

  const makeCredentialOptions = {
    dwVersion: DWORD,
    dwTimeoutMilliseconds: DWORD,
    CredentialList: credentials,
    Extensions: extensions,
    dwAuthenticatorAttachment: DWORD,
    bRequireResidentKey: BOOL,
    dwUserVerificationRequirement: DWORD,
    dwAttestationConveyancePreference: DWORD,
    dwFlags: DWORD,
    pCancellationId: pointer(GUID),
    pExcludeCredentialList: pointer(credentialList),
  };
  const getAssertionOptions = {
    dwVersion: DWORD,
    dwTimeoutMilliseconds: DWORD,
    CredentialList: credentials,
    Extensions: extensions,
    dwAuthenticatorAttachment: DWORD,
    dwUserVerificationRequirement: DWORD,
    dwFlags: DWORD,
    pwszU2fAppId: PCWSTR,
    pbU2fAppId: pointer(BOOL),
    pCancellationId: pointer(GUID),
    pAllowCredentialList: pointer(credentialList),
  };

  return {
    WEBAUTHN_RP_ENTITY_INFORMATION: struct({
      dwVersion: DWORD,
      pwszId: PCWSTR,
      pwszName: PCWSTR,
      pwszIcon: PCWSTR,
    }),
    WEBAUTHN_USER_ENTITY_INFORMATION: struct({
      dwVersion: DWORD,
      cbId: DWORD,
      pbId: PBYTE,
      pwszName: PCWSTR,
      pwszIcon: PCWSTR,
      pwszDisplayName: PCWSTR,
    }),
    WEBAUTHN_CLIENT_DATA: struct({
      dwVersion: DWORD,
      cbClientDataJSON: DWORD,
      pbClientDataJSON: PBYTE,
      pwszHashAlgId: PCWSTR,
    }),
    WEBAUTHN_COSE_CREDENTIAL_PARAMETER: coseParameter,
    WEBAUTHN_COSE_CREDENTIAL_PARAMETERS: struct({
      cCredentialParameters: DWORD,
      pCredentialParameters: pointer(coseParameter),
    }),
    WEBAUTHN_CREDENTIAL: credential,
    WEBAUTHN_CREDENTIALS: credentials,
    WEBAUTHN_CREDENTIAL_EX: credentialEx,
    WEBAUTHN_CREDENTIAL_LIST: credentialList,
    WEBAUTHN_CRED_PROTECT_EXTENSION_IN: struct({ dwCredProtect: DWORD, bRequireCredProtect: BOOL }),
    WEBAUTHN_EXTENSION: extension,
    WEBAUTHN_EXTENSIONS: extensions,
    GUID,
    WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS: struct(makeCredentialOptions),
    WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8: struct({
      ...makeCredentialOptions,
      dwEnterpriseAttestation: DWORD,
      dwLargeBlobSupport: DWORD,
      bPreferResidentKey: BOOL,
      bBrowserInPrivateMode: BOOL,
      bEnablePrf: BOOL,
      pLinkedDevice: PVOID,
      cbJsonExt: DWORD,
      pbJsonExt: PBYTE,
      pPRFGlobalEval: PVOID,
      cCredentialHints: DWORD,
      ppwszCredentialHints: pointer(PCWSTR),
      bThirdPartyPayment: BOOL,
    }),
    WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS: struct(getAssertionOptions),
    WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8: struct({
      ...getAssertionOptions,
      dwCredLargeBlobOperation: DWORD,
      cbCredLargeBlob: DWORD,
      pbCredLargeBlob: PBYTE,
      pHmacSecretSaltValues: PVOID,
      bBrowserInPrivateMode: BOOL,
      pLinkedDevice: PVOID,
      bAutoFill: BOOL,
      cbJsonExt: DWORD,
      pbJsonExt: PBYTE,
      cCredentialHints: DWORD,
      ppwszCredentialHints: pointer(PCWSTR),
    }),
    WEBAUTHN_CREDENTIAL_ATTESTATION: struct({
      dwVersion: DWORD,
      pwszFormatType: PCWSTR,
      cbAuthenticatorData: DWORD,
      pbAuthenticatorData: PBYTE,
      cbAttestation: DWORD,
      pbAttestation: PBYTE,
      dwAttestationDecodeType: DWORD,
      pvAttestationDecode: PVOID,
      cbAttestationObject: DWORD,
      pbAttestationObject: PBYTE,
      cbCredentialId: DWORD,
      pbCredentialId: PBYTE,
    }),
    WEBAUTHN_ASSERTION: struct({
      dwVersion: DWORD,
      cbAuthenticatorData: DWORD,
      pbAuthenticatorData: PBYTE,
      cbSignature: DWORD,
      pbSignature: PBYTE,
      Credential: credential,
      cbUserId: DWORD,
      pbUserId: PBYTE,
    }),
  };
}
