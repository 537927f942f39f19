/**
 * The ways to a target with the saved jump hosts that they name put in their place, composed for glasskey.ts: saved targets become
 * hosts that the connect capability can plan with.
 */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { type HostSpec, parseHostSpec } from './connect/host-spec.ts';
import type { Target, TargetEntry, Way, WayKind } from './storage/target-store.ts';

/** The saved target of a name, as `TargetStore.get` gives it. */
export type FindTarget = (name: string) => TargetEntry | undefined;

export interface ResolvedWay {
  readonly kind: WayKind;
  /** In the order in which they are passed; empty for none. */
  readonly jumps: readonly HostSpec[];
  /** Where it logs in to. */
  readonly device: HostSpec;
}

export const MOST_JUMP_HOSTS = 8;

/**
 * One way of a target. Only the first jump host brings the hosts before it along, as with `ssh -J`: the others are reached through
 * those that are written before them. Throws `TARGET_JUMP_UNKNOWN`, `TARGET_JUMP_LOOP`, and `TARGET_INVALID` for too many hops and
 * for what no host is.
 */
export function resolveWay(target: TargetEntry, way: Way, find: FindTarget): ResolvedWay {
  const jumps = expand(way.jumps, find, [target.name]);
  if (jumps.length > MOST_JUMP_HOSTS) throw tooManyHops(jumps.length);
  return { kind: way.kind, jumps, device: parseHostSpec(way.device ?? target.device) };
}

/**
 * Jump hosts as somebody types them for one login, or has them in a setting: names of saved jump hosts, and hosts. Here a bare word that
 * is no saved name is a host. Throws `TARGET_JUMP_LOOP`, `TARGET_JUMP_UNKNOWN` (of the saved ones), `TARGET_INVALID`.
 */
export function resolveTypedJumps(jumps: readonly string[], find: FindTarget): readonly HostSpec[] {
  const asHosts = jumps.map((jump) => (isSavedJumpHost(jump, find) || !isBareWord(jump) ? jump : `ssh://${jump}`));
  const resolved = expand(asHosts, find, []);
  if (resolved.length > MOST_JUMP_HOSTS) throw tooManyHops(resolved.length);
  return resolved;
}

/** Of a jump host that is kept for later logins: as in a saved way, a bare word is a name. Throws what resolveWay throws. */
export function assertJumpHost(jump: string, find: FindTarget): void {
  expand([jump], find, []);
}

/** The way that is taken where nobody chose one: the first by `ssh -J`. Undefined: there is none of that kind. */
export function firstJumpWay({ ways }: Pick<Target, 'ways'>): Way | undefined {
  return ways.find(({ kind }) => kind === 'jump');
}

/** Whether an entry of `jumps` is the name of a saved jump host. */
export function isSavedJumpHost(jump: string, find: FindTarget): boolean {
  return find(jump)?.role === 'jump-host';
}

/** A word that can be a saved name and, in a saved way, nothing else: hosts are written with their user, port or domain. */
export function isBareWord(jump: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(jump);
}

export function tooManyHops(count: number): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_INVALID',
    message: `${count} jump hosts are more than the ${MOST_JUMP_HOSTS} that a login may pass.`,
    remedy: 'Name only those on the way to the device.',
    detail: { field: 'ways', part: MOST_JUMP_HOSTS },
  });
}

/** `through`: whose ways have led here, for loops. */
function expand(jumps: readonly string[], find: FindTarget, through: readonly string[]): HostSpec[] {
  return jumps.flatMap((jump, place): HostSpec[] => {
    const saved = find(jump);
    if (saved?.role !== 'jump-host') {
      if (isBareWord(jump)) throw jumpUnknown(jump, saved, through.at(-1), place);
      return [parseHostSpec(jump)];
    }
    if (through.includes(jump)) throw jumpLoop([...through.slice(through.indexOf(jump)), jump], place);
    const way = firstJumpWay(saved);
    if (way === undefined) throw withoutJumpWay(jump, place);
    const before = place === 0 ? expand(way.jumps, find, [...through, jump]) : [];
    return [...before, parseHostSpec(way.device ?? saved.device)];
  });
}

function jumpUnknown(
  jump: string,
  saved: TargetEntry | undefined,
  of: string | undefined,
  place: number,
): GlasskeyError {
  const which = of === undefined ? jump : `${jump}, through which ${of} is to be reached,`;
  return new GlasskeyError({
    code: 'TARGET_JUMP_UNKNOWN',
    message: saved === undefined ? `${which} is no saved jump host.` : `${which} is saved, but not as a jump host.`,
    remedy:
      saved === undefined
        ? `Save ${jump} with the role jump-host first, or write the host as USER@${jump}.`
        : `Give ${jump} the role jump-host first, or write the host as USER@HOST.`,
    detail: { name: jump, field: 'ways', part: place },
  });
}

function jumpLoop(names: readonly string[], place: number): GlasskeyError {
  const [first, ...rest] = names;
  return new GlasskeyError({
    code: 'TARGET_JUMP_LOOP',
    message: `The way goes round in a circle: ${first} goes through ${rest.join(', which goes through ')}.`,
    remedy: 'Take one of them out of the other’s way.',
    detail: { name: names.at(-1) ?? '', field: 'ways', part: place },
  });
}

function withoutJumpWay(jump: string, place: number): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_JUMP_UNKNOWN',
    message: `${jump} has no way of the kind jump, and no other leads through it.`,
    remedy: `Give ${jump} one, or go through another jump host.`,
    detail: { name: jump, field: 'ways', part: place },
  });
}
