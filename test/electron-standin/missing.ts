/**
 * What the stand-in says of everything it does not have.
 *
 * The stand-in is a test double: an app that meets something missing must stop there and then, so that nobody takes a
 * green test for a proof about Electron. Nothing is stubbed with an empty function.
 */

export class MissingInStandIn extends Error {
  override readonly name = 'MissingInStandIn';
}

/** `what` as the Electron documentation writes it (`BrowserWindow.setTouchBar`); `why` where a reader would wonder. */
export function missing(what: string, why?: string): MissingInStandIn {
  return new MissingInStandIn(`the stand-in has no ${what}; use real Electron${why === undefined ? '' : ` (${why})`}`);
}
