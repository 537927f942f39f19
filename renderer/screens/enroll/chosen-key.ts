/** Which of the plugged-in keys an enrollment would take. */
import type { EnrollOutlook } from '../../../main/ipc/contract.ts';

export type PluggedInKey = EnrollOutlook['pluggedIn'][number];

/** The one chosen while it is plugged in; else the only one; none where a person has to choose. */
export function chosenKey(keys: readonly PluggedInKey[], path: string | undefined): PluggedInKey | undefined {
  const chosen = keys.find((key) => key.path === path);
  return chosen ?? (keys.length === 1 ? keys[0] : undefined);
}

/** So few wrong tries are left that it has to be said before the PIN is asked for. */
export function hasFewTries({ pinTriesLeft }: PluggedInKey): boolean {
  return pinTriesLeft !== undefined && pinTriesLeft <= FEW_TRIES;
}

const FEW_TRIES = 3;
