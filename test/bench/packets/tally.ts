/** Sums over what was said to a key, and how they are printed. */
import type { FigureName } from '../benchmark.ts';
import type { Exchange } from './conversation.ts';

export interface Tally {
  readonly out: number;
  /** Keep-alives included. */
  readonly in: number;
  readonly keepalives: number;
  readonly ctap: number;
  readonly inits: number;
  readonly cancels: number;
}

export function tally(exchanges: readonly Exchange[]): Tally {
  const count = (matches: (exchange: Exchange) => boolean) => exchanges.filter(matches).length;
  const sum = (of: (exchange: Exchange) => number) => exchanges.reduce((total, one) => total + of(one), 0);
  return {
    out: sum((one) => one.out),
    in: sum((one) => one.in),
    keepalives: sum((one) => one.keepalives),
    ctap: count((one) => one.isCtap),
    inits: count((one) => one.name === 'INIT'),
    cancels: count((one) => one.name === 'CANCEL'),
  };
}

/** The first row of a table of such sums. */
export const TALLY_HEADINGS = ['ceremony', 'who', 'out', 'in', 'CTAP', 'INIT', 'CANCEL'] as const;

export function tallyRow(ceremony: string, who: string, exchanges: readonly Exchange[] | undefined): readonly string[] {
  if (exchanges === undefined) return [ceremony, who, '-'];
  const { out, in: back, keepalives, ctap, inits, cancels } = tally(exchanges);
  return [ceremony, who, String(out), `${back} (${keepalives})`, ...[ctap, inits, cancels].map(String)];
}

/** Each request as `name out/in`, of those in without the keep-alives. */
export function inOrder(exchanges: readonly Exchange[]): string {
  return exchanges.map((one) => `${one.name} ${one.out}/${one.in - one.keepalives}`).join(', ');
}

export function tallyFigures(prefix: string, exchanges: readonly Exchange[]): Record<FigureName, number> {
  const { out, in: back, keepalives, ctap, inits, cancels } = tally(exchanges);
  return {
    [`${prefix}.out_packets`]: out,
    [`${prefix}.in_packets`]: back,
    [`${prefix}.keepalive_packets`]: keepalives,
    [`${prefix}.total_packets`]: out + back,
    [`${prefix}.ctap_commands`]: ctap,
    [`${prefix}.init_commands`]: inits,
    [`${prefix}.cancel_commands`]: cancels,
  };
}

/** All packets of `ours`, keep-alives included, over all of `theirs`. */
export function totalRatio(ours: readonly Exchange[], theirs: readonly Exchange[]): number {
  const [a, b] = [tally(ours), tally(theirs)];
  return (a.out + a.in) / (b.out + b.in);
}

/** The same without the keep-alives, whose number is the time that a key takes, and not what a client asks. */
export function askedRatio(ours: readonly Exchange[], theirs: readonly Exchange[]): number {
  const [a, b] = [tally(ours), tally(theirs)];
  return (a.out + a.in - a.keepalives) / (b.out + b.in - b.keepalives);
}
