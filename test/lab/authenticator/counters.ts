/** One CTAP command that reached the authenticator whole. */
export interface CountedCommand {
  readonly command: number;
  readonly subCommand?: number;
}

/** What crossed the wire and what the person was asked, for assertions. In and out are the host's: out = host to key. */
export interface CounterValues {
  /** Reports from the host. */
  readonly packetsOut: number;
  /** Reports to the host, keep-alives included, injected stray ones not. */
  readonly packetsIn: number;
  readonly keepalives: number;
  /** Stray reports of foreign channels that a fault plan injected. */
  readonly strayPackets: number;
  readonly inits: number;
  readonly cancels: number;
  readonly pings: number;
  readonly winks: number;
  /** CTAPHID_ERROR replies, by code, in order. */
  readonly errors: readonly number[];
  /** CTAP commands in order of arrival. */
  readonly commands: readonly CountedCommand[];
  /** Times the person touched while asked. */
  readonly touches: number;
  /** Times a PIN was compared with the stored one. */
  readonly pinChecks: number;
}

export type CounterName = Exclude<keyof CounterValues, 'commands' | 'errors'>;

const zero = () => ({
  packetsOut: 0,
  packetsIn: 0,
  keepalives: 0,
  strayPackets: 0,
  inits: 0,
  cancels: 0,
  pings: 0,
  winks: 0,
  touches: 0,
  pinChecks: 0,
});

export class Counters {
  private numbers = zero();
  private commands: CountedCommand[] = [];
  private errors: number[] = [];

  count(name: CounterName): void {
    this.numbers[name]++;
  }

  countCommand(command: CountedCommand): void {
    this.commands.push(command);
  }

  countError(code: number): void {
    this.errors.push(code);
  }

  /** A copy of all values now. */
  read(): CounterValues {
    return { ...this.numbers, commands: [...this.commands], errors: [...this.errors] };
  }

  reset(): void {
    this.numbers = zero();
    this.commands = [];
    this.errors = [];
  }
}
