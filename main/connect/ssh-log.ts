/** Follows the files into which each ssh of a login writes its own messages (`ssh -E`). */
import { closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { type HopTrace, LOGIN, NOTHING_HEARD, withLine } from './hop-trace.ts';
import type { PlannedHop } from './plan.ts';

/** One line of a log. Its ssh wrote it, though it may quote its host: see ssh-outcome.ts. */
export interface SshMessage {
  /** The host that this ssh logs in to. */
  readonly hop: PlannedHop;
  readonly line: string;
}

export interface SshLogs {
  /** Reads what is left and ends. */
  stop(): void;
  /** The last lines of each log but those of debugging, in the order of the hops. */
  messages(): SshMessage[];
  /** How far each login came, in the order of the hops. */
  traces(): HopTrace[];
}

/** A person waits for these lines, and a session of hours must not cost more than a glance at a file. */
const LOOK_EVERY_MS = 250;
/** Until the session is open: what a login shows is written down while the session begins, and not after its end. */
const LOOK_FIRST_MS = 25;
const CHUNK_BYTES = 16 * 1024;
const KEPT_LINES = 100;
/** Every message of the host that ssh passes over is a line here: a host that sends them without end must not fill the disk. */
const MOST_LOG_BYTES = 4 * 1024 * 1024;
/** What waits to be read at most: a host whose ssh writes more than is read loses the rest. */
const MOST_LEFT_BYTES = 4 * MOST_LOG_BYTES;
const KEPT_LINE_CHARACTERS = 4096;

/** Tells of each line once it is complete, until stopped. A log that is not there yet, or never, has no lines. */
export function followSshLogs(
  hops: readonly PlannedHop[],
  onMessage: (message: SshMessage) => void,
  lookEveryMs: number = LOOK_EVERY_MS,
): SshLogs {
  let isOpen = false;
  const onLine = (message: SshMessage) => {
    if (message.hop.opensSession && isLogin(message)) isOpen = true;
    onMessage(message);
  };
  const logs = hops.map((hop) => new FollowedLog(hop, onLine));
  const look = () => {
    for (const log of logs) log.readOn();
  };
  let timer: NodeJS.Timeout | undefined;
  const lookLater = () => {
    timer = setTimeout(
      () => {
        lookLater();
        look();
      },
      isOpen ? lookEveryMs : Math.min(lookEveryMs, LOOK_FIRST_MS),
    );
  };
  lookLater();
  return {
    stop() {
      clearTimeout(timer);
      for (const log of logs) {
        log.readOn(MOST_LEFT_BYTES);
        log.finish();
      }
    },
    messages: () => logs.flatMap((log) => log.kept),
    traces: () => logs.map((log) => log.trace),
  };
}

/**
 * Whether the host of this log has accepted the login: its own ssh says so, and that is the only sound sign. Output is none, because a
 * banner or a host's message comes before, and a device may stay silent after; a touch is none, because the host may still refuse.
 */
export function isLogin({ line }: SshMessage): boolean {
  return LOGIN.test(line);
}

/** Whether ssh says it only because every plan has it say more (LogLevel DEBUG1): nobody is shown it. */
export function isDebugging({ line }: SshMessage): boolean {
  return DEBUGGING.test(line);
}

const DEBUGGING = new RegExp(
  `^debug1: |^Transferred: sent |^Bytes per second: sent |^Killed by signal 1\\.$|${LOGIN.source}`,
);

/** What a session is to run is said in one message, whose lines are the command's own and none of ssh's. */
const COMMAND = /^debug1: Sending command: /;

class FollowedLog {
  readonly kept: SshMessage[] = [];
  trace: HopTrace;
  #isInCommand = false;
  readonly #hop: PlannedHop;
  readonly #onMessage: (message: SshMessage) => void;
  readonly #decoder = new TextDecoder();
  #position = 0;
  #unfinished = '';

  constructor(hop: PlannedHop, onMessage: (message: SshMessage) => void) {
    this.#hop = hop;
    this.trace = { hop, ...NOTHING_HEARD };
    this.#onMessage = onMessage;
  }

  /** At once: a few lines of a local file take less than the thread pool's turn for them, and at the end a person waits for it. */
  readOn(most: number = MOST_LOG_BYTES): void {
    let file: number;
    try {
      file = openSync(this.#hop.logFile, 'r');
    } catch {
      // Not written yet: ssh of this hop has not started, or never will.
      return;
    }
    try {
      const chunk = new Uint8Array(CHUNK_BYTES);
      // A host that makes its ssh write faster than this reads would hold everything else up.
      const until = this.#position + most;
      let isAtEnd = false;
      while (!isAtEnd && this.#position < until) {
        const bytesRead = readSync(file, chunk, 0, chunk.length, this.#position);
        isAtEnd = bytesRead === 0;
        this.#position += bytesRead;
        this.#take(this.#decoder.decode(chunk.subarray(0, bytesRead), { stream: true }));
      }
      const isTooFar = !isAtEnd && fstatSync(file).size - this.#position > MOST_LEFT_BYTES;
      if (isTooFar || (isAtEnd && this.#position > MOST_LOG_BYTES)) this.#beginAnew();
    } finally {
      closeSync(file);
    }
  }

  /** ssh appends, wherever the file ends. What it writes in this moment is lost: it was of a flood. */
  #beginAnew(): void {
    try {
      truncateSync(this.#hop.logFile);
      this.#position = 0;
    } catch {
      // It stays as it is: the session matters more.
    }
  }

  finish(): void {
    if (this.#unfinished !== '') this.#take('\n');
  }

  #take(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = (lines.pop() ?? '').slice(0, KEPT_LINE_CHARACTERS);
    for (const raw of lines) {
      // ssh ends its messages with CR LF; a line feed alone is within one.
      const isWithinCommand = this.#isInCommand;
      this.#isInCommand = (isWithinCommand || COMMAND.test(raw)) && !raw.endsWith('\r');
      if (isWithinCommand) continue;
      const line = raw.replace(/\r+$/, '').slice(0, KEPT_LINE_CHARACTERS);
      if (line === '') continue;
      const message = { hop: this.#hop, line };
      this.trace = withLine(this.trace, line);
      if (!isDebugging(message)) this.kept.push(message);
      if (this.kept.length > KEPT_LINES) this.kept.shift();
      this.#onMessage(message);
    }
  }
}
