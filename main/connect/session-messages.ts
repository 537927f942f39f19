/** What is said on the sessions socket, as zod schemas for both sides (session-frames.ts has the frames). */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { SessionState } from './connect-session.ts';

/** Raised with each change that an older side would misunderstand. */
export const SESSIONS_PROTOCOL = 1;

const id = z.string().min(1).max(64);
const size = { columns: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) };

/** From a client. After `attach`, bytes are what is typed. */
export const askSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('list') }),
  z.strictObject({ ask: z.literal('end'), id }),
  z.strictObject({ ask: z.literal('reconnect'), id }),
  z.strictObject({ ask: z.literal('attach'), id, ...size }),
  z.strictObject({ ask: z.literal('resize'), ...size }),
]);

const error = z.object({
  code: z.string(),
  message: z.string(),
  remedy: z.string(),
  kind: z.enum(['expected', 'cancelled', 'bug']),
});

const session = z.object({
  id,
  target: z.string(),
  name: z.string().optional(),
  device: z.string(),
  user: z.string(),
  jumps: z.array(z.string()),
  way: z.enum(['jump', 'forwarded', 'console', 'password']),
  state: z.enum(['starting', 'open', 'ended']),
  startedAt: z.number(),
  openedAt: z.number().optional(),
  endedAt: z.number().optional(),
  waitsFor: z.object({ what: z.enum(['pin', 'touch', 'key']), sentence: z.string() }).optional(),
  exitCode: z.number().optional(),
  error: error.optional(),
  lost: z.enum(['not-answering', 'cut']).optional(),
  reconnects: z.number(),
  /** Absent: an app that does not count them yet. */
  terminals: z.number().optional(),
  keepAlive: z.object({ everySeconds: z.number(), count: z.number() }),
  isRecorded: z.boolean(),
  recording: z.object({ file: z.string(), state: z.enum(['running', 'stopped', 'full', 'failed']) }).optional(),
});

/** From the app: `hello` first, then one answer to each ask. After `attached`, bytes are what the session shows. */
export const tellSchema = z.discriminatedUnion('tell', [
  z.object({ tell: z.literal('hello'), protocol: z.number() }),
  z.object({ tell: z.literal('sessions'), sessions: z.array(session) }),
  z.object({ tell: z.literal('attached'), session }),
  z.object({ tell: z.literal('done') }),
  z.object({ tell: z.literal('failed'), error }),
  /** Of a session that is attached, at each change. */
  z.object({ tell: z.literal('session'), session }),
  /** It was taken off the list. */
  z.object({ tell: z.literal('gone') }),
]);

export type SessionsAsk = z.output<typeof askSchema>;
export type SessionsTell = z.output<typeof tellSchema>;
/** A session as the socket tells it. */
export type AppSession = z.output<typeof session>;

/** Throws `SESSIONS_FRAME_MALFORMED`. */
export function parseAsk(text: string): SessionsAsk {
  return parse(askSchema, text);
}

/** Throws `SESSIONS_FRAME_MALFORMED`. */
export function parseTell(text: string): SessionsTell {
  return parse(tellSchema, text);
}

export function appSession({ jumps, chosenWay: _, error: failure, recording, ...state }: SessionState): AppSession {
  return {
    ...state,
    jumps: [...jumps],
    ...(failure === undefined ? {} : { error: toldError(failure) }),
    ...(recording === undefined ? {} : { recording: { file: recording.file, state: recording.state } }),
  };
}

/** A fault of ours is told as one, and no more of it. */
export function toldError({ code, message, remedy, kind }: GlasskeyError): z.output<typeof error> {
  return { code, message, remedy, kind };
}

function parse<T extends z.ZodType>(schema: T, text: string): z.output<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed();
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw malformed();
  return parsed.data;
}

function malformed(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_FRAME_MALFORMED',
    message: 'A message on the sessions socket is none that is known.',
    remedy: 'Use the command line and the app of the same version.',
  });
}
