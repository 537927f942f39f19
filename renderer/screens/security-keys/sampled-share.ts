/** How much of a new fingerprint is taken, from 0 to 1, by what the reader told so far. */
import type { KeyStep } from '../../../main/ipc/contract.ts';

export function sampledShare(steps: readonly KeyStep[]): number {
  const samples = steps.filter((step) => step.kind === 'sample');
  const good = samples.filter(({ feedback }) => feedback === 'good').length;
  const left = samples.at(-1)?.left;
  return left === undefined || good + left === 0 ? 0 : good / (good + left);
}
