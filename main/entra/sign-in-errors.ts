/**
 * MSAL's errors as Glasskey's (azure.md 2.5). They are told apart by `errorCode`, because MSAL does not export every
 * class. Their texts are left out: a server's message may name accounts, and nobody has shown that it never echoes a
 * token. The AADSTS number and the correlation id are what a support ticket needs.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** What is read off a thrown MSAL error. */
export interface MsalFailure {
  readonly name: string;
  readonly errorCode: string;
  readonly subError: string;
  /** `AADSTS65001`, or empty. */
  readonly aadsts: string;
  readonly correlationId: string;
  /** Claims the server wants in the next interactive request; empty when none. */
  readonly claims: string;
}

/** Reads an MSAL error; undefined for anything else. */
export function msalFailureOf(thrown: unknown): MsalFailure | undefined {
  if (!(thrown instanceof Error) || !('errorCode' in thrown) || typeof thrown.errorCode !== 'string') return undefined;
  return {
    name: thrown.name,
    errorCode: thrown.errorCode,
    subError: textMember(thrown, 'subError'),
    aadsts: /AADSTS\d+/.exec(thrown.message)?.[0] ?? '',
    correlationId: textMember(thrown, 'correlationId'),
    claims: textMember(thrown, 'claims'),
  };
}

/**
 * Whether only the person can help: MSAL says so, or the refresh token is no longer good (a plain `invalid_grant`
 * that MSAL does not count as such).
 */
export function needsPerson(failure: MsalFailure): boolean {
  return failure.name === 'InteractionRequiredAuthError' || failure.errorCode === 'invalid_grant';
}

/** The error for a sign-in that MSAL gave up. */
export function signInError(failure: MsalFailure): GlasskeyError {
  const [code, message, remedy] = sentencesOf(failure);
  return new GlasskeyError({ code, message, remedy, detail: detailOf(failure) });
}

/** Whoever asked did not want a browser to open, and without one there is no token. */
export function interactionRequired(failure?: MsalFailure): GlasskeyError {
  return new GlasskeyError({
    code: 'ENTRA_INTERACTION_REQUIRED',
    message: 'Entra wants you to sign in again.',
    remedy: 'Sign in from Glasskey, in the window or with a command that may open the browser.',
    ...(failure === undefined ? {} : { detail: detailOf(failure) }),
  });
}

/** AADSTS numbers: 65001 user or admin has not consented; 90094 an administrator must; 90008 app not granted the resource. */
const CONSENT = new Set(['AADSTS65001', 'AADSTS90094', 'AADSTS90008']);
/** 700016 no such app in the tenant; 7000218 a secret is wanted because public client flows are off; 50011 redirect URI not registered. */
const REGISTRATION = new Set(['AADSTS700016', 'AADSTS7000218', 'AADSTS50011', 'AADSTS500113', 'AADSTS90002']);

type Sentences = readonly [code: string, message: string, remedy: string];

function sentencesOf(failure: MsalFailure): Sentences {
  if (failure.errorCode === 'consent_required' || failure.subError === 'consent_required') return consentRequired;
  if (CONSENT.has(failure.aadsts)) return consentRequired;
  if (REGISTRATION.has(failure.aadsts)) return registrationRefused;
  return BY_CODE[failure.errorCode] ?? signInFailed;
}

const consentRequired: Sentences = [
  'ENTRA_CONSENT_REQUIRED',
  'Your organization has not allowed this app to write to your profile.',
  'Ask an Entra administrator to grant the app registration the delegated permission User.ReadWrite.',
];
const registrationRefused: Sentences = [
  'ENTRA_REGISTRATION_REFUSED',
  'Entra does not accept the app registration that Glasskey signs in with.',
  'Check entra.clientId and entra.tenant, and that the registration has http://localhost as a mobile and desktop redirect URI.',
];
const denied: Sentences = [
  'ENTRA_SIGN_IN_DENIED',
  'Entra did not grant the sign-in: you or your organization declined it.',
  'Try again and accept, or ask an Entra administrator what blocks it.',
];
const authorityMisconfigured: Sentences = [
  'ENTRA_AUTHORITY_MISCONFIGURED',
  'The configured sign-in service is not one that Entra’s protocol can be spoken with.',
  'Check entra.cloud, entra.loginRoot, entra.tenant and entra.knownAuthorities in the settings.',
];
const offline: Sentences = [
  'ENTRA_OFFLINE',
  'The sign-in service could not be reached.',
  'Check the network, VPN and proxy, then try again; logging in to devices needs none of this.',
];
const loopbackFailed: Sentences = [
  'ENTRA_LOOPBACK_FAILED',
  'Glasskey could not listen for the browser’s answer on this computer.',
  'Check that nothing blocks connections to localhost, then sign in again.',
];
const answerUnsupported: Sentences = [
  'ENTRA_ANSWER_UNSUPPORTED',
  'The browser brought back an answer of a form that Glasskey does not accept.',
  'Sign in again; if it happens each time, the sign-in service does not support response_mode form_post.',
];
const signInFailed: Sentences = [
  'ENTRA_SIGN_IN_FAILED',
  'Entra refused the sign-in.',
  'Try again; if it happens each time, give your Entra administrator the codes in the details.',
];
const interaction: Sentences = [
  'ENTRA_INTERACTION_REQUIRED',
  'Entra wants you to sign in again.',
  'Sign in once more, and finish every step the browser shows.',
];

const BY_CODE: Readonly<Record<string, Sentences>> = {
  access_denied: denied,
  user_canceled: denied,
  authorization_declined: denied,
  interaction_required: interaction,
  login_required: interaction,
  bad_token: interaction,
  invalid_grant: interaction,
  no_tokens_found: interaction,
  refresh_token_expired: interaction,
  interrupted_user: interaction,
  invalid_client: registrationRefused,
  unauthorized_client: registrationRefused,
  endpoints_resolution_error: authorityMisconfigured,
  openid_config_error: authorityMisconfigured,
  authority_uri_insecure: authorityMisconfigured,
  untrusted_authority: authorityMisconfigured,
  issuer_validation_failed: authorityMisconfigured,
  invalid_authority_metadata: authorityMisconfigured,
  invalid_cloud_discovery_metadata: authorityMisconfigured,
  authority_mismatch: authorityMisconfigured,
  url_parse_error: authorityMisconfigured,
  network_error: offline,
  no_network_connectivity: offline,
  loopback_server_timeout: loopbackFailed,
  unable_to_load_redirectUrl: loopbackFailed,
  loopback_server_query_response_not_supported: answerUnsupported,
  no_auth_code_in_response: answerUnsupported,
  state_mismatch: answerUnsupported,
  nonce_mismatch: answerUnsupported,
};

function detailOf(failure: MsalFailure): Record<string, string> {
  return {
    errorCode: failure.errorCode,
    subError: failure.subError,
    aadsts: failure.aadsts,
    correlationId: failure.correlationId,
  };
}

function textMember(error: Error, name: string): string {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : '';
}
