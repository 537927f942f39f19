/** Where the marks and months of the coming days stand, in the units of the drawing. */

export const WIDTH = 640;
const EDGE = 10;
/** Marks that would cover each other stand side by side. */
const APART = 14;

/** Of a time between the beginning and the end of the line. */
export function placeOf(at: number, from: number, until: number): number {
  const share = Math.min(1, Math.max(0, (at - from) / (until - from)));
  return EDGE + share * (WIDTH - 2 * EDGE);
}

/** In their order, from the left; a mark that has no room there moves on to the right, the last of them no further than the end. */
export function placesOf(times: readonly number[], from: number, until: number): readonly number[] {
  let free = EDGE;
  const places = times.map((at) => {
    const x = Math.max(placeOf(at, from, until), free);
    free = x + APART;
    return x;
  });
  // What was pushed over the end pushes back.
  let end = WIDTH - EDGE;
  return places
    .toReversed()
    .map((x) => {
      const kept = Math.min(x, end);
      end = kept - APART;
      return kept;
    })
    .toReversed();
}

/** The beginnings of the months in between, where this computer is. */
export function monthsOf(from: number, until: number): readonly Date[] {
  const months: Date[] = [];
  const first = new Date(from);
  for (let month = 1; ; month += 1) {
    const begin = new Date(first.getFullYear(), first.getMonth() + month, 1);
    if (begin.getTime() >= until) return months;
    months.push(begin);
  }
}
