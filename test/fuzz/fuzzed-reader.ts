import type { Shape } from './mutations.ts';

/** One reader of outside bytes. It takes any of them, or throws a GlasskeyError that is no bug; all else is a finding. */
export interface FuzzedReader {
  readonly name: string;
  readonly shape: Shape;
  /** Recorded inputs that it takes. */
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => void | Promise<void>;
}

/** A property that the reader must keep, and did not. */
export class PropertyViolated extends Error {
  override readonly name = 'PropertyViolated';
}

export function violated(what: string): never {
  throw new PropertyViolated(what);
}
