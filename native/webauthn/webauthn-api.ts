/**
 * The functions of Windows's webauthn.dll, called through koffi. A ceremony runs on a thread of its own: it returns when the person has
 * given the PIN and touched the key. What Windows returns is copied and given back to it at once.
 */
import type { LibraryHandle, TypeObject } from 'koffi';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { ApiVersion, Hresult } from './constants.ts';
import { type Koffi, type WebauthnStructures, webauthnStructures } from './structures.ts';
import { kernel32, loadKoffi, loadSystemLibrary } from './system-library.ts';

type KoffiFunction = ReturnType<LibraryHandle['func']>;

/** A structure of webauthn.h: its members by their names there, as koffi takes them. */
export type Members = Readonly<Record<string, unknown>>;

export interface MakeCredentialCall {
  readonly window: bigint;
  readonly rp: Members;
  readonly user: Members;
  readonly parameters: Members;
  readonly clientData: Members;
  /** From version 8 of the API on with the members of the options' version 8. */
  readonly options: Members;
}

export interface GetAssertionCall {
  readonly window: bigint;
  readonly rpId: string;
  readonly clientData: Members;
  /** Likewise. */
  readonly options: Members;
}

/** What is used of WEBAUTHN_CREDENTIAL_ATTESTATION. */
export interface CredentialAttestation {
  readonly format: string;
  readonly authData: Uint8Array;
  /** CBOR. */
  readonly statement: Uint8Array;
}

/** What is used of WEBAUTHN_ASSERTION. */
export interface WebauthnAssertion {
  readonly authData: Uint8Array;
  readonly signature: Uint8Array;
  readonly credentialId: Uint8Array;
  readonly userId: Uint8Array;
}

/** `hresult` is negative for a failure; there is a `value` only with S_OK. */
export type Outcome<T> =
  | { readonly hresult: typeof Hresult.OK; readonly value: T }
  | { readonly hresult: number; readonly value?: undefined };

export interface WebauthnApi {
  /** WebAuthNGetApiVersionNumber. */
  readonly version: number;
  /** WEBAUTHN_CRED_PROTECT_EXTENSION_IN in memory of its own: extensions are given by pointers without a type. */
  credProtectExtension(members: Members): Uint8Array;
  makeCredential(call: MakeCredentialCall): Promise<Outcome<CredentialAttestation>>;
  getAssertion(call: GetAssertionCall): Promise<Outcome<WebauthnAssertion>>;
  /** A GUID for `pCancellationId`; undefined where Windows gives none. */
  cancellationId(): Members | undefined;
  /** Ends the ceremony of that id; ignored while none is under way. */
  cancel(id: Members): void;
  /** The W3C's name for a failure: `NotAllowedError`. */
  errorName(hresult: number): string;
  /** The console's window, else the one in front: Windows wants one to show its dialog before. */
  ownWindow(): bigint;
}

/**
 * Loads the library from the system's folder. Throws `WEBAUTHN_MISSING` where Windows has none, `WEBAUTHN_TOO_OLD` for one that cannot
 * protect a credential by its PIN.
 */
export async function loadWebauthnApi(): Promise<WebauthnApi> {
  const koffi = await loadKoffi();
  const structures = webauthnStructures(koffi);
  const functions = functionsOf(koffi, structures);
  const { version } = functions;
  if (version < ApiVersion.CRED_PROTECT) throw tooOld(version);

  const bytes = (members: Members, count: string, pointer: string): Uint8Array => {
    const length = Number(members[count]);
    if (length === 0) return new Uint8Array();
    return Uint8Array.from(koffi.decode(members[pointer], koffi.array('uint8_t', length, 'Typed')));
  };
  /** Calls with a place for the pointer that the function returns, reads what that points to, and frees it. */
  const returned = async <T>(
    begin: (out: [unknown]) => Promise<unknown>,
    structure: TypeObject,
    read: (members: Members) => T,
    free: KoffiFunction,
  ): Promise<Outcome<T>> => {
    const out: [unknown] = [null];
    const hresult = Number(await begin(out));
    if (hresult !== Hresult.OK) return { hresult };
    try {
      return { hresult, value: read(koffi.decode(out[0], structure)) };
    } finally {
      free(out[0]);
    }
  };

  return {
    version,
    credProtectExtension(members) {
      const extension = new Uint8Array(koffi.sizeof(structures.WEBAUTHN_CRED_PROTECT_EXTENSION_IN));
      koffi.encode(extension, structures.WEBAUTHN_CRED_PROTECT_EXTENSION_IN, members);
      return extension;
    },
    makeCredential: ({ window, rp, user, parameters, clientData, options }) =>
      returned(
        (out) => onThread(functions.makeCredential, [window, rp, user, parameters, clientData, options, out]),
        structures.WEBAUTHN_CREDENTIAL_ATTESTATION,
        (members) => ({
          format: String(members.pwszFormatType),
          authData: bytes(members, 'cbAuthenticatorData', 'pbAuthenticatorData'),
          statement: bytes(members, 'cbAttestation', 'pbAttestation'),
        }),
        functions.freeCredentialAttestation,
      ),
    getAssertion: ({ window, rpId, clientData, options }) =>
      returned(
        (out) => onThread(functions.getAssertion, [window, rpId, clientData, options, out]),
        structures.WEBAUTHN_ASSERTION,
        (members) => ({
          authData: bytes(members, 'cbAuthenticatorData', 'pbAuthenticatorData'),
          signature: bytes(members, 'cbSignature', 'pbSignature'),
          credentialId: bytes(Object(members.Credential), 'cbId', 'pbId'),
          userId: bytes(members, 'cbUserId', 'pbUserId'),
        }),
        functions.freeAssertion,
      ),
    cancellationId() {
      const id = {};
      return Number(functions.getCancellationId(id)) === Hresult.OK ? id : undefined;
    },
    cancel: (id) => void functions.cancelCurrentOperation(id),
    errorName: (hresult) => String(functions.getErrorName(hresult | 0) ?? ''),
    ownWindow: () => functions.windows.map((find) => BigInt(find() ?? 0)).find((window) => window !== 0n) ?? 0n,
  };
}

/** koffi's `async`, as a promise. The arguments are held until the call has ended, for C reads the memory of their buffers. */
function onThread(call: KoffiFunction, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.async(...args, (error: unknown, result: unknown) => {
      if (error !== null && error !== undefined) return reject(error);
      resolve(args.length > 0 ? result : undefined);
    });
  });
}

function functionsOf(koffi: Koffi, structures: WebauthnStructures) {
  const { pointer } = koffi;
  const HRESULT = 'int32_t';
  const HWND = pointer('void');
  const clientData = pointer(structures.WEBAUTHN_CLIENT_DATA);
  const attestation = pointer(structures.WEBAUTHN_CREDENTIAL_ATTESTATION);
  const assertion = pointer(structures.WEBAUTHN_ASSERTION);
  const guid = pointer(structures.GUID);
  try {
    const library = loadSystemLibrary(koffi, WEBAUTHN_DLL);
    const user32 = loadSystemLibrary(koffi, 'user32.dll');
    const version = Number(library.func('WebAuthNGetApiVersionNumber', 'uint32_t', [])());
    const { makeCredentialOptions, getAssertionOptions } = optionsOf(version, structures);
    return {
      version,
      makeCredential: library.func('WebAuthNAuthenticatorMakeCredential', HRESULT, [
        HWND,
        pointer(structures.WEBAUTHN_RP_ENTITY_INFORMATION),
        pointer(structures.WEBAUTHN_USER_ENTITY_INFORMATION),
        pointer(structures.WEBAUTHN_COSE_CREDENTIAL_PARAMETERS),
        clientData,
        pointer(makeCredentialOptions),
        koffi.out(pointer(attestation)),
      ]),
      getAssertion: library.func('WebAuthNAuthenticatorGetAssertion', HRESULT, [
        HWND,
        'str16',
        clientData,
        pointer(getAssertionOptions),
        koffi.out(pointer(assertion)),
      ]),
      freeCredentialAttestation: library.func('WebAuthNFreeCredentialAttestation', 'void', [attestation]),
      freeAssertion: library.func('WebAuthNFreeAssertion', 'void', [assertion]),
      getCancellationId: library.func('WebAuthNGetCancellationId', HRESULT, [koffi.out(guid)]),
      cancelCurrentOperation: library.func('WebAuthNCancelCurrentOperation', HRESULT, [guid]),
      getErrorName: library.func('WebAuthNGetErrorName', 'str16', [HRESULT]),
      windows: [
        kernel32(koffi).func('GetConsoleWindow', 'intptr_t', []),
        user32.func('GetForegroundWindow', 'intptr_t', []),
        user32.func('GetDesktopWindow', 'intptr_t', []),
      ],
    };
  } catch (cause) {
    throw missing(cause);
  }
}

/** A Windows that knows no newer ones is given the old. */
function optionsOf(version: number, structures: WebauthnStructures) {
  const isNew = version >= ApiVersion.CREDENTIAL_HINTS;
  return {
    makeCredentialOptions: isNew
      ? structures.WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS_8
      : structures.WEBAUTHN_AUTHENTICATOR_MAKE_CREDENTIAL_OPTIONS,
    getAssertionOptions: isNew
      ? structures.WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS_8
      : structures.WEBAUTHN_AUTHENTICATOR_GET_ASSERTION_OPTIONS,
  };
}

const WEBAUTHN_DLL = 'webauthn.dll';

const OTHER_WAY = 'Or start Glasskey as an administrator: it then reaches the security key itself.';

function missing(cause: unknown): GlasskeyError {
  return new GlasskeyError({
    code: 'WEBAUTHN_MISSING',
    message: `This Windows has no ${WEBAUTHN_DLL} that can be used, so it cannot pass anything on to the security key.`,
    remedy: `Update Windows: it came with Windows 10 1903. ${OTHER_WAY}`,
    cause,
  });
}

function tooOld(version: number): GlasskeyError {
  return new GlasskeyError({
    code: 'WEBAUTHN_TOO_OLD',
    message: `This Windows is too old: its WebAuthn (version ${version}) cannot protect a key by the PIN (${ApiVersion.CRED_PROTECT} can).`,
    remedy: `Update Windows. ${OTHER_WAY}`,
    detail: { version },
  });
}
