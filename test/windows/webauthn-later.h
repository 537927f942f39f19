/*
 * What Microsoft's own webauthn.h (github.com/microsoft/webauthn, WEBAUTHN_API_VERSION_8) has beyond mingw-w64's, which ends at version 3
 * of the API: the options' version 8, written down here from its documented members. Their beginning is compared with mingw-w64's.
 */
#include <stddef.h>
#include <windows.h>
#include <webauthn.h>

#define LATER_VERSION 8

typedef struct {
  DWORD dwVersion;
  DWORD dwTimeoutMilliseconds;
  WEBAUTHN_CREDENTIALS CredentialList;
  WEBAUTHN_EXTENSIONS Extensions;
  DWORD dwAuthenticatorAttachment;
  WINBOOL bRequireResidentKey;
  DWORD dwUserVerificationRequirement;
  DWORD dwAttestationConveyancePreference;
  DWORD dwFlags;
  GUID *pCancellationId;
  PWEBAUTHN_CREDENTIAL_LIST pExcludeCredentialList;
  DWORD dwEnterpriseAttestation;
  DWORD dwLargeBlobSupport;
  WINBOOL bPreferResidentKey;
  /* Version 5, 6 and 7. */
  WINBOOL bBrowserInPrivateMode;
  WINBOOL bEnablePrf;
  PVOID pLinkedDevice;
  DWORD cbJsonExt;
  PBYTE pbJsonExt;
  /* Version 8. */
  PVOID pPRFGlobalEval;
  DWORD cCredentialHints;
  LPCWSTR *ppwszCredentialHints;
  WINBOOL bThirdPartyPayment;
} WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8;

typedef struct {
  DWORD dwVersion;
  DWORD dwTimeoutMilliseconds;
  WEBAUTHN_CREDENTIALS CredentialList;
  WEBAUTHN_EXTENSIONS Extensions;
  DWORD dwAuthenticatorAttachment;
  DWORD dwUserVerificationRequirement;
  DWORD dwFlags;
  PCWSTR pwszU2fAppId;
  WINBOOL *pbU2fAppId;
  GUID *pCancellationId;
  PWEBAUTHN_CREDENTIAL_LIST pAllowCredentialList;
  DWORD dwCredLargeBlobOperation;
  DWORD cbCredLargeBlob;
  PBYTE pbCredLargeBlob;
  /* Version 6 and 7. */
  PVOID pHmacSecretSaltValues;
  WINBOOL bBrowserInPrivateMode;
  PVOID pLinkedDevice;
  WINBOOL bAutoFill;
  DWORD cbJsonExt;
  PBYTE pbJsonExt;
  /* Version 8. */
  DWORD cCredentialHints;
  LPCWSTR *ppwszCredentialHints;
} WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8;

#define SAME(type, member) \
  _Static_assert(offsetof(type##_8, member) == offsetof(type, member), #member " is elsewhere in mingw-w64's header")

SAME(WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, Extensions);
SAME(WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, dwFlags);
SAME(WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, pCancellationId);
SAME(WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, pExcludeCredentialList);
SAME(WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS, bPreferResidentKey);
SAME(WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, Extensions);
SAME(WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, dwFlags);
SAME(WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, pCancellationId);
SAME(WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, pAllowCredentialList);
SAME(WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS, pbCredLargeBlob);
