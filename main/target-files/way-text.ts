/**
 * One way on one line, for tables and the command line: `KIND [JUMP,JUMP…] [to DEVICE]`, as `jump east,ops@inner`,
 * `console to id@192.0.2.9:2222` or `password east to telco@10.0.0.7`. Neither hosts nor names have blanks or commas.
 */
import { WAY_KINDS, type Way } from '../storage/target-store.ts';

export function formatWay({ kind, jumps, device }: Way): string {
  return [kind, ...(jumps.length > 0 ? [jumps.join(',')] : []), ...(device === undefined ? [] : ['to', device])].join(
    ' ',
  );
}

/** Undefined: it is none. Hosts are not looked at yet. */
export function parseWay(text: string): Way | undefined {
  const [word = '', ...rest] = text
    .trim()
    .replaceAll(/\s*,\s*/g, ',')
    .split(/\s+/);
  const kind = WAY_KINDS.find((one) => one === word.toLowerCase());
  if (kind === undefined) return undefined;
  const to = rest.findIndex((one) => one.toLowerCase() === 'to');
  const before = to < 0 ? rest : rest.slice(0, to);
  const device = to < 0 ? [] : rest.slice(to + 1);
  if (before.length > 1 || (to >= 0 && device.length !== 1)) return undefined;
  return { kind, jumps: splitJumps(before[0] ?? ''), ...(device[0] === undefined ? {} : { device: device[0] }) };
}

export function splitJumps(text: string): string[] {
  return text
    .split(',')
    .map((jump) => jump.trim())
    .filter((jump) => jump !== '');
}
