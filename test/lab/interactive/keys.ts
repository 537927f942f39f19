import { join } from 'node:path';

/** The security keys of an interactive lab; the second one lies in a drawer until it is plugged in. */
export const keyNames = ['first', 'second'] as const;
export type KeyName = (typeof keyNames)[number];

/** Where `serveControl` serves the hand on that key. */
export function controlSocket(folder: string, key: KeyName): string {
  return join(folder, `${key}.control`);
}
