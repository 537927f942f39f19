/** What a file of commands needs of an authenticator, and no more: `authenticator.ts` implements it. */
import type { Progress, Transaction } from '../ctaphid/channel.ts';
import type { CborMap, CborValue } from './cbor.ts';
import type { AuthenticatorInfo } from './get-info.ts';

export interface Operation {
  readonly signal?: AbortSignal | undefined;
  /** Told upon each change: above all `touch-wanted`, which is when a person must be told. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Sends one CTAP2 command and returns the map of its reply, an empty one where there is none. `what` names the operation for
 * the error of a cancelled one. Throws what `statusErrorFor` names, and what `CtaphidChannel.transact` throws.
 */
export type Call = (
  command: number,
  request: CborMap | undefined,
  operation: Transaction,
  what: string,
) => Promise<CborValue>;

export interface CtapCommands {
  /** getInfo, asked once while the device stays open. */
  info(operation?: Operation): Promise<AuthenticatorInfo>;
  readonly call: Call;
  /**
   * Commands that nothing else of this program may come between: an enumeration is lost with the next other command
   * (6.8.3). `use` is given its own `call`; the authenticator's would wait for the end of this for ever.
   */
  uninterrupted<T>(use: (call: Call) => Promise<T>): Promise<T>;
  /** What getInfo said may have changed. */
  forgetInfo(): void;
  /** How many packets of other programs were seen: whoever keeps what they could change compares this. */
  readonly foreignPackets: number;
}
