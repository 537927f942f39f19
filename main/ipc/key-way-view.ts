/** Which way security keys are reached, as it crosses to the window. */
import type { KeyWay } from '../glasskey-key-way.ts';
import type { KeyWayView } from './contract.ts';

/** Nothing where there is but one way. */
export function keyWayView(given: KeyWay | undefined): { readonly keyWay?: KeyWayView } {
  if (given === undefined) return {};
  const { way, because, obstacle } = given;
  return { keyWay: { way, because, ...(obstacle === undefined ? {} : { obstacle }) } };
}
