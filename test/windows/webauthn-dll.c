/*
 * A webauthn.dll for tests: what it is called with, field by field and as far as each dwVersion says, goes as lines `name=hex` to the
 * test's own Windows service (webauthn-service.ts) over TCP, and what that answers comes back in webauthn.h's structures.
 *
 * GLASSKEY_TEST_WEBAUTHN_PORT names the port on 127.0.0.1, GLASSKEY_TEST_WEBAUTHN_VERSION what WebAuthNGetApiVersionNumber says.
 */
#include <winsock2.h>
#include "webauthn-later.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines over TCP ---- */

typedef struct {
  char *text;
  size_t length, room;
} Lines;

static void add_text(Lines *lines, const char *text, size_t length) {
  if (lines->length + length + 1 > lines->room) {
    lines->room = 2 * (lines->length + length + 1);
    lines->text = realloc(lines->text, lines->room);
    if (lines->text == NULL) abort();
  }
  memcpy(lines->text + lines->length, text, length);
  lines->length += length;
  lines->text[lines->length] = 0;
}

static void add_bytes(Lines *lines, const char *name, const void *bytes, size_t length) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *byte = bytes;
  add_text(lines, name, strlen(name));
  add_text(lines, "=", 1);
  for (size_t at = 0; at < length; at++) {
    add_text(lines, digits + (byte[at] >> 4), 1);
    add_text(lines, digits + (byte[at] & 15), 1);
  }
  add_text(lines, "\n", 1);
}

static void add_number(Lines *lines, const char *name, long long number) {
  char text[96];
  add_text(lines, text, (size_t)snprintf(text, sizeof text, "%s#%lld\n", name, number));
}

/* UTF-8; a null pointer is no line at all. */
static void add_wide(Lines *lines, const char *name, PCWSTR wide) {
  char text[1024];
  int length;
  if (wide == NULL) return;
  length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, sizeof text, NULL, NULL);
  add_bytes(lines, name, text, length > 0 ? (size_t)length - 1 : 0);
}

static unsigned short port(void) {
  char text[16] = "";
  GetEnvironmentVariableA("GLASSKEY_TEST_WEBAUTHN_PORT", text, sizeof text);
  return (unsigned short)atoi(text);
}

/* Sends the lines and an empty one, reads until the other end closes. The caller frees. NULL: nobody there. */
static char *ask(Lines *lines) {
  WSADATA data;
  SOCKET service;
  struct sockaddr_in address;
  Lines answer = {0};
  char part[4096];
  int got;

  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return NULL;
  service = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port());
  if (connect(service, (struct sockaddr *)&address, sizeof address) != 0) {
    closesocket(service);
    return NULL;
  }
  add_text(lines, "\n", 1);
  send(service, lines->text, (int)lines->length, 0);
  add_text(&answer, "", 0);
  while ((got = recv(service, part, sizeof part, 0)) > 0) add_text(&answer, part, (size_t)got);
  closesocket(service);
  return answer.text;
}

static const char *find(const char *answer, const char *name) {
  size_t length = strlen(name);
  const char *line = answer;
  while (line != NULL && *line != 0) {
    if (strncmp(line, name, length) == 0 && line[length] == '=') return line + length + 1;
    line = strchr(line, '\n');
    if (line != NULL) line++;
  }
  return NULL;
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static PBYTE find_bytes(const char *answer, const char *name, DWORD *length) {
  const char *hex = find(answer, name);
  PBYTE bytes;
  *length = 0;
  if (hex == NULL) return NULL;
  bytes = malloc(strlen(hex) / 2 + 1);
  if (bytes == NULL) abort();
  while (digit(hex[0]) >= 0 && digit(hex[1]) >= 0) {
    bytes[(*length)++] = (BYTE)(digit(hex[0]) << 4 | digit(hex[1]));
    hex += 2;
  }
  return bytes;
}

static HRESULT find_hresult(const char *answer) {
  const char *hex = find(answer, "hresult");
  return hex == NULL ? E_FAIL : (HRESULT)strtoul(hex, NULL, 16);
}

/* ---- structures to lines ---- */

static void add_client_data(Lines *lines, PCWEBAUTHN_CLIENT_DATA data) {
  add_number(lines, "clientData.dwVersion", data->dwVersion);
  add_number(lines, "clientData.cbClientDataJSON", data->cbClientDataJSON);
  add_bytes(lines, "clientData.pbClientDataJSON", data->pbClientDataJSON, data->cbClientDataJSON);
  add_wide(lines, "clientData.pwszHashAlgId", data->pwszHashAlgId);
}

static void add_extensions(Lines *lines, const WEBAUTHN_EXTENSIONS *extensions) {
  add_number(lines, "options.Extensions.cExtensions", extensions->cExtensions);
  for (DWORD at = 0; at < extensions->cExtensions; at++) {
    const WEBAUTHN_EXTENSION *one = &extensions->pExtensions[at];
    add_wide(lines, "extension.pwszExtensionIdentifier", one->pwszExtensionIdentifier);
    add_number(lines, "extension.cbExtension", one->cbExtension);
    if (one->cbExtension == sizeof(WEBAUTHN_CRED_PROTECT_EXTENSION_IN)) {
      const WEBAUTHN_CRED_PROTECT_EXTENSION_IN *protect = one->pvExtension;
      add_number(lines, "extension.dwCredProtect", protect->dwCredProtect);
      add_number(lines, "extension.bRequireCredProtect", protect->bRequireCredProtect);
    }
  }
}

static void add_list(Lines *lines, const char *name, const WEBAUTHN_CREDENTIAL_LIST *list) {
  if (list == NULL) return;
  add_number(lines, name, list->cCredentials);
  for (DWORD at = 0; at < list->cCredentials; at++) {
    const WEBAUTHN_CREDENTIAL_EX *one = list->ppCredentials[at];
    add_number(lines, "credential.dwVersion", one->dwVersion);
    add_number(lines, "credential.cbId", one->cbId);
    add_bytes(lines, "credential.pbId", one->pbId, one->cbId);
    add_wide(lines, "credential.pwszCredentialType", one->pwszCredentialType);
    add_number(lines, "credential.dwTransports", one->dwTransports);
  }
}

static void add_hints(Lines *lines, DWORD count, const LPCWSTR *hints) {
  add_number(lines, "options.cCredentialHints", count);
  for (DWORD at = 0; at < count; at++) add_wide(lines, "hint.pwszCredentialHint", hints[at]);
}

/* What nobody asked for: each is zero. */
static void add_later_make_options(Lines *lines, const WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8 *options) {
  add_number(lines, "options.dwEnterpriseAttestation", options->dwEnterpriseAttestation);
  add_number(lines, "options.dwLargeBlobSupport", options->dwLargeBlobSupport);
  add_number(lines, "options.bPreferResidentKey", options->bPreferResidentKey);
  add_number(lines, "options.bBrowserInPrivateMode", options->bBrowserInPrivateMode);
  add_number(lines, "options.bEnablePrf", options->bEnablePrf);
  add_number(lines, "options.pLinkedDevice", options->pLinkedDevice != NULL);
  add_number(lines, "options.cbJsonExt", options->cbJsonExt);
  add_number(lines, "options.pbJsonExt", options->pbJsonExt != NULL);
  add_number(lines, "options.pPRFGlobalEval", options->pPRFGlobalEval != NULL);
  add_hints(lines, options->cCredentialHints, options->ppwszCredentialHints);
  add_number(lines, "options.bThirdPartyPayment", options->bThirdPartyPayment);
}

static void add_later_assertion_options(Lines *lines, const WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8 *options) {
  add_number(lines, "options.dwCredLargeBlobOperation", options->dwCredLargeBlobOperation);
  add_number(lines, "options.cbCredLargeBlob", options->cbCredLargeBlob);
  add_number(lines, "options.pbCredLargeBlob", options->pbCredLargeBlob != NULL);
  add_number(lines, "options.pHmacSecretSaltValues", options->pHmacSecretSaltValues != NULL);
  add_number(lines, "options.bBrowserInPrivateMode", options->bBrowserInPrivateMode);
  add_number(lines, "options.pLinkedDevice", options->pLinkedDevice != NULL);
  add_number(lines, "options.bAutoFill", options->bAutoFill);
  add_number(lines, "options.cbJsonExt", options->cbJsonExt);
  add_number(lines, "options.pbJsonExt", options->pbJsonExt != NULL);
  add_hints(lines, options->cCredentialHints, options->ppwszCredentialHints);
}

static void add_window(Lines *lines, HWND window) {
  add_number(lines, "window", window != NULL && IsWindow(window));
}

/* ---- the functions ---- */

DWORD WINAPI WebAuthNGetApiVersionNumber(void) {
  char text[16] = "";
  GetEnvironmentVariableA("GLASSKEY_TEST_WEBAUTHN_VERSION", text, sizeof text);
  return text[0] == 0 ? WEBAUTHN_API_CURRENT_VERSION : (DWORD)atoi(text);
}

HRESULT WINAPI WebAuthNIsUserVerifyingPlatformAuthenticatorAvailable(WINBOOL *available) {
  *available = FALSE;
  return S_OK;
}

HRESULT WINAPI WebAuthNAuthenticatorMakeCredential(HWND window, PCWEBAUTHN_RP_ENTITY_INFORMATION rp,
                                                   PCWEBAUTHN_USER_ENTITY_INFORMATION user,
                                                   PCWEBAUTHN_COSE_CREDENTIAL_PARAMETERS parameters,
                                                   PCWEBAUTHN_CLIENT_DATA clientData,
                                                   PCWEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS options,
                                                   PWEBAUTHN_CREDENTIAL_ATTESTATION *made) {
  Lines lines = {0};
  char *answer;
  HRESULT result;
  WEBAUTHN_CREDENTIAL_ATTESTATION *attestation;
  char *format;
  DWORD length;

  *made = NULL;
  if (rp == NULL || user == NULL || parameters == NULL || clientData == NULL || options == NULL) return E_INVALIDARG;
  add_bytes(&lines, "call", "makeCredential", 14);
  add_window(&lines, window);
  add_number(&lines, "rp.dwVersion", rp->dwVersion);
  add_wide(&lines, "rp.pwszId", rp->pwszId);
  add_wide(&lines, "rp.pwszName", rp->pwszName);
  add_wide(&lines, "rp.pwszIcon", rp->pwszIcon);
  add_number(&lines, "user.dwVersion", user->dwVersion);
  add_number(&lines, "user.cbId", user->cbId);
  add_bytes(&lines, "user.pbId", user->pbId, user->cbId);
  add_wide(&lines, "user.pwszName", user->pwszName);
  add_wide(&lines, "user.pwszIcon", user->pwszIcon);
  add_wide(&lines, "user.pwszDisplayName", user->pwszDisplayName);
  add_number(&lines, "parameters.cCredentialParameters", parameters->cCredentialParameters);
  for (DWORD at = 0; at < parameters->cCredentialParameters; at++) {
    const WEBAUTHN_COSE_CREDENTIAL_PARAMETER *one = &parameters->pCredentialParameters[at];
    add_number(&lines, "parameter.dwVersion", one->dwVersion);
    add_wide(&lines, "parameter.pwszCredentialType", one->pwszCredentialType);
    add_number(&lines, "parameter.lAlg", one->lAlg);
  }
  add_client_data(&lines, clientData);
  add_number(&lines, "options.dwVersion", options->dwVersion);
  add_number(&lines, "options.dwTimeoutMilliseconds", options->dwTimeoutMilliseconds);
  add_number(&lines, "options.CredentialList.cCredentials", options->CredentialList.cCredentials);
  add_number(&lines, "options.CredentialList.pCredentials", options->CredentialList.pCredentials != NULL);
  add_extensions(&lines, &options->Extensions);
  add_number(&lines, "options.dwAuthenticatorAttachment", options->dwAuthenticatorAttachment);
  add_number(&lines, "options.bRequireResidentKey", options->bRequireResidentKey);
  add_number(&lines, "options.dwUserVerificationRequirement", options->dwUserVerificationRequirement);
  add_number(&lines, "options.dwAttestationConveyancePreference", options->dwAttestationConveyancePreference);
  add_number(&lines, "options.dwFlags", options->dwFlags);
  if (options->dwVersion >= WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_VERSION_2 && options->pCancellationId != NULL)
    add_bytes(&lines, "options.pCancellationId", options->pCancellationId, sizeof(GUID));
  if (options->dwVersion >= WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_VERSION_3)
    add_list(&lines, "options.pExcludeCredentialList", options->pExcludeCredentialList);
  if (options->dwVersion >= LATER_VERSION)
    add_later_make_options(&lines, (const WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8 *)options);

  answer = ask(&lines);
  free(lines.text);
  if (answer == NULL) return HRESULT_FROM_WIN32(ERROR_NOT_CONNECTED);
  result = find_hresult(answer);
  if (result == S_OK) {
    attestation = calloc(1, sizeof *attestation);
    if (attestation == NULL) abort();
    attestation->dwVersion = WEBAUTHN_CREDENTIAL_ATTESTATION_CURRENT_VERSION;
    format = (char *)find_bytes(answer, "format", &length);
    attestation->pwszFormatType = calloc(length + 1, sizeof(WCHAR));
    MultiByteToWideChar(CP_UTF8, 0, format, (int)length, (PWSTR)attestation->pwszFormatType, (int)length);
    free(format);
    attestation->pbAuthenticatorData = find_bytes(answer, "authData", &attestation->cbAuthenticatorData);
    attestation->pbAttestation = find_bytes(answer, "statement", &attestation->cbAttestation);
    attestation->pbCredentialId = find_bytes(answer, "credentialId", &attestation->cbCredentialId);
    attestation->dwUsedTransport = WEBAUTHN_CTAP_TRANSPORT_USB;
    *made = attestation;
  }
  free(answer);
  return result;
}

HRESULT WINAPI WebAuthNAuthenticatorGetAssertion(HWND window, LPCWSTR rpId, PCWEBAUTHN_CLIENT_DATA clientData,
                                                 PCWEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS options,
                                                 PWEBAUTHN_ASSERTION *made) {
  Lines lines = {0};
  char *answer;
  HRESULT result;
  WEBAUTHN_ASSERTION *assertion;

  *made = NULL;
  if (rpId == NULL || clientData == NULL || options == NULL) return E_INVALIDARG;
  add_bytes(&lines, "call", "getAssertion", 12);
  add_window(&lines, window);
  add_wide(&lines, "rpId", rpId);
  add_client_data(&lines, clientData);
  add_number(&lines, "options.dwVersion", options->dwVersion);
  add_number(&lines, "options.dwTimeoutMilliseconds", options->dwTimeoutMilliseconds);
  add_number(&lines, "options.CredentialList.cCredentials", options->CredentialList.cCredentials);
  add_number(&lines, "options.CredentialList.pCredentials", options->CredentialList.pCredentials != NULL);
  add_extensions(&lines, &options->Extensions);
  add_number(&lines, "options.dwAuthenticatorAttachment", options->dwAuthenticatorAttachment);
  add_number(&lines, "options.dwUserVerificationRequirement", options->dwUserVerificationRequirement);
  add_number(&lines, "options.dwFlags", options->dwFlags);
  if (options->dwVersion >= WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_VERSION_2) {
    add_wide(&lines, "options.pwszU2fAppId", options->pwszU2fAppId);
    add_number(&lines, "options.pbU2fAppId", options->pbU2fAppId != NULL);
  }
  if (options->dwVersion >= WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_VERSION_3 && options->pCancellationId != NULL)
    add_bytes(&lines, "options.pCancellationId", options->pCancellationId, sizeof(GUID));
  if (options->dwVersion >= WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_VERSION_4)
    add_list(&lines, "options.pAllowCredentialList", options->pAllowCredentialList);
  if (options->dwVersion >= LATER_VERSION)
    add_later_assertion_options(&lines, (const WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8 *)options);

  answer = ask(&lines);
  free(lines.text);
  if (answer == NULL) return HRESULT_FROM_WIN32(ERROR_NOT_CONNECTED);
  result = find_hresult(answer);
  if (result == S_OK) {
    assertion = calloc(1, sizeof *assertion);
    if (assertion == NULL) abort();
    assertion->dwVersion = WEBAUTHN_ASSERTION_CURRENT_VERSION;
    assertion->pbAuthenticatorData = find_bytes(answer, "authData", &assertion->cbAuthenticatorData);
    assertion->pbSignature = find_bytes(answer, "signature", &assertion->cbSignature);
    assertion->Credential.dwVersion = WEBAUTHN_CREDENTIAL_CURRENT_VERSION;
    assertion->Credential.pbId = find_bytes(answer, "credentialId", &assertion->Credential.cbId);
    assertion->Credential.pwszCredentialType = WEBAUTHN_CREDENTIAL_TYPE_PUBLIC_KEY;
    assertion->pbUserId = find_bytes(answer, "userId", &assertion->cbUserId);
    *made = assertion;
  }
  free(answer);
  return result;
}

static void tell(const char *call, const void *id, size_t length) {
  Lines lines = {0};
  add_bytes(&lines, "call", call, strlen(call));
  if (id != NULL) add_bytes(&lines, "id", id, length);
  free(ask(&lines));
  free(lines.text);
}

void WINAPI WebAuthNFreeCredentialAttestation(PWEBAUTHN_CREDENTIAL_ATTESTATION attestation) {
  if (attestation == NULL) return;
  free((PVOID)attestation->pwszFormatType);
  free(attestation->pbAuthenticatorData);
  free(attestation->pbAttestation);
  free(attestation->pbCredentialId);
  free(attestation);
  tell("freeCredentialAttestation", NULL, 0);
}

void WINAPI WebAuthNFreeAssertion(PWEBAUTHN_ASSERTION assertion) {
  if (assertion == NULL) return;
  free(assertion->pbAuthenticatorData);
  free(assertion->pbSignature);
  free(assertion->Credential.pbId);
  free(assertion->pbUserId);
  free(assertion);
  tell("freeAssertion", NULL, 0);
}

HRESULT WINAPI WebAuthNGetCancellationId(GUID *id) {
  static LONG count;
  LONG number = InterlockedIncrement(&count);
  memset(id, 0xa5, sizeof *id);
  id->Data1 = GetCurrentProcessId();
  memcpy(id->Data4, &number, sizeof number);
  return S_OK;
}

HRESULT WINAPI WebAuthNCancelCurrentOperation(const GUID *id) {
  tell("cancel", id, sizeof *id);
  return S_OK;
}

/* As Microsoft documents it. */
PCWSTR WINAPI WebAuthNGetErrorName(HRESULT result) {
  switch ((unsigned long)result) {
    case 0: return L"Success";
    case 0x8009000fUL: return L"InvalidStateError";
    case 0x80070032UL: case 0x80090029UL: case 0x80090023UL: return L"ConstraintError";
    case 0x80090027UL: return L"NotSupportedError";
    case 0x80090035UL: case 0x80090011UL: case 0x800704c7UL: case 0x80090036UL: case 0x800705b4UL: return L"NotAllowedError";
    default: return L"UnknownError";
  }
}

HRESULT WINAPI WebAuthNGetW3CExceptionDOMError(HRESULT result) {
  (void)result;
  return E_NOTIMPL;
}
