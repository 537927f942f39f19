/** What Graph refused, as Glasskey's errors (azure.md 1.3): by status and `code`; messages are not stable. */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { GraphAnswer } from './graph.ts';

const innerError = z.looseObject({ 'request-id': z.string().optional(), code: z.string().optional() });

const errorBody = z.object({
  error: z.object({
    code: z.string().default(''),
    message: z.string().default(''),
    innerError: innerError.optional(),
    /** The documents spell it so; live answers do not. */
    innererror: innerError.optional(),
  }),
});

export interface GraphRefusal {
  readonly status: number;
  readonly code: string;
  readonly innerCode: string;
  readonly message: string;
  readonly requestId: string;
}

/** Reads the error body of an answer of 400 and above. A body in another form leaves the strings empty. */
export function refusalOf(answer: GraphAnswer): GraphRefusal {
  const parsed = errorBody.safeParse(answer.json);
  const error = parsed.success ? parsed.data.error : undefined;
  const inner = error?.innerError ?? error?.innererror;
  return {
    status: answer.status,
    code: error?.code ?? '',
    innerCode: inner?.code ?? '',
    message: error?.message ?? '',
    requestId: inner?.['request-id'] ?? answer.requestId,
  };
}

/** POST of an extension that is there: 400 `Request_BadRequest`, where only the message tells which bad request. */
export function saysAlreadyExists(refusal: GraphRefusal): boolean {
  if (refusal.status === 409) return true;
  return refusal.status === 400 && /already exists/i.test(refusal.message);
}

/** The error for a refusal that is not part of the plan. `what` names the call ("reading your profile"). */
export function graphError(answer: GraphAnswer, what: string): GlasskeyError {
  const refusal = refusalOf(answer);
  const [code, message, remedy] = sentencesOf(answer, what);
  return new GlasskeyError({
    code,
    message,
    remedy,
    detail: {
      status: refusal.status,
      graphCode: refusal.code,
      graphInnerCode: refusal.innerCode,
      requestId: refusal.requestId,
      ...(answer.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: answer.retryAfterSeconds }),
    },
  });
}

type Sentences = readonly [code: string, message: string, remedy: string];

function sentencesOf(answer: GraphAnswer, what: string): Sentences {
  switch (answer.status) {
    case 401:
      return [
        'ENTRA_TOKEN_REFUSED',
        `Microsoft Graph did not accept the sign-in when ${what}.`,
        'Sign out and sign in again; if it stays so, an Entra policy blocks this computer or account.',
      ];
    case 403:
      return [
        'ENTRA_PROFILE_FORBIDDEN',
        `Microsoft Graph does not allow ${what}.`,
        'Ask an Entra administrator to grant the app registration the delegated permission User.ReadWrite.',
      ];
    case 429:
      return ['ENTRA_THROTTLED', `Microsoft Graph has too much to do for ${what} now.`, waitRemedy(answer)];
    case 500:
    case 502:
    case 503:
    case 504:
      return [
        'ENTRA_GRAPH_UNAVAILABLE',
        `Microsoft Graph is not available for ${what} now.`,
        `${waitRemedy(answer)} What was already published stays as it is.`,
      ];
    default:
      return [
        'ENTRA_GRAPH_REFUSED',
        `Microsoft Graph refused ${what} (status ${answer.status}).`,
        'Try again; if it happens each time, report the request id in the details.',
      ];
  }
}

function waitRemedy(answer: GraphAnswer): string {
  if (answer.retryAfterSeconds === undefined) return 'Try again in a few minutes.';
  return `Try again in ${answer.retryAfterSeconds} seconds, not sooner: an early try prolongs the wait.`;
}
