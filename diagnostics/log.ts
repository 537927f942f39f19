/** Where facts about what happened go. A fact is never a secret: no PIN, no token, no private key, no shared secret. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `event` is a stable dotted name (`ctap2.departure`), `facts` what a reader needs to understand it. */
export type Log = (level: LogLevel, event: string, facts?: LogFacts) => void;

/** For callers that have nowhere to log to. */
export const silentLog: Log = () => {};
