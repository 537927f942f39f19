/** Which ways a login tries, composed for glasskey-connect.ts: those that were chosen, or a target's own in their order. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { parseHostSpec } from './connect/host-spec.ts';
import { type FindTarget, type ResolvedWay, resolveTypedJumps, resolveWay } from './glasskey-target-ways.ts';
import type { Target, Way, WayKind } from './storage/target-store.ts';

export interface WayChoice {
  /** `USER@HOST[:PORT]`, or a saved name. */
  readonly target: string;
  /** Undefined: the saved or default ones. */
  readonly jump: readonly string[] | undefined;
  /** The number of a saved way, from 1, or a kind. Undefined: whatever is taken unasked. */
  readonly way?: number | WayKind | undefined;
}

type Ways = readonly [ResolvedWay, ...ResolvedWay[]];

/**
 * The ways in the order in which they are tried. Unasked are taken those by jump hosts (`jump`, `forwarded`); a console, which ends
 * somebody else's session, only where there is none of these; a password never. With a kind and none of it saved, the saved
 * jump hosts are passed in that manner. `fallback`: the jump host of the settings, for a target that is not saved.
 * Throws `CONNECT_NO_WAY`, and what resolveWay and resolveTypedJumps throw.
 */
export function waysToTry(
  { target, jump, way }: WayChoice,
  saved: Target | undefined,
  fallback: string | null,
  find: FindTarget,
): Ways {
  const kind = typeof way === 'string' ? way : undefined;
  if (saved === undefined || jump !== undefined) {
    if (typeof way === 'number') throw noWay(target, `way ${way}`, saved);
    const unsaved = kind === 'console' || fallback === null ? [] : [fallback];
    const jumps = resolveTypedJumps(jump ?? unsaved, find);
    return [{ kind: kind ?? 'jump', jumps, device: parseHostSpec(saved?.device ?? target) }];
  }
  const [first, ...more] = chosen(saved, way);
  if (first === undefined) {
    throw noWay(
      target,
      way === undefined
        ? 'way that is taken unasked'
        : typeof way === 'number'
          ? `way ${way}`
          : `way of the kind ${way}`,
      saved,
    );
  }
  return resolved(saved, [first, ...more], find);
}

function chosen({ ways }: Target, way: WayChoice['way']): readonly Way[] {
  if (typeof way === 'number') return ways.slice(way - 1, way);
  if (way !== undefined) {
    const ofKind = ways.filter(({ kind }) => kind === way);
    if (ofKind.length > 0 || way === 'console') return ofKind;
    return ways.filter(({ kind }) => isByJumpHosts(kind)).map((one) => ({ ...one, kind: way }));
  }
  const byJumpHosts = ways.filter(({ kind }) => isByJumpHosts(kind));
  return byJumpHosts.length > 0 ? byJumpHosts : ways.filter(({ kind }) => kind === 'console');
}

function isByJumpHosts(kind: WayKind): boolean {
  return kind === 'jump' || kind === 'forwarded';
}

/** A way whose jump host is not saved any more does not stand in the way of the others. */
function resolved(saved: Target, [first, ...more]: readonly [Way, ...Way[]], find: FindTarget): Ways {
  const usable = more.flatMap((way) => {
    try {
      return [resolveWay(saved, way, find)];
    } catch {
      return [];
    }
  });
  try {
    return [resolveWay(saved, first, find), ...usable];
  } catch (error) {
    const [next, ...rest] = usable;
    if (next === undefined) throw error;
    return [next, ...rest];
  }
}

function noWay(target: string, what: string, saved: Target | undefined): GlasskeyError {
  const has = saved?.ways.map(({ kind }, index) => `${index + 1} (${kind})`).join(', ');
  return new GlasskeyError({
    code: 'CONNECT_NO_WAY',
    message: `${target} has no ${what}.`,
    remedy:
      has === undefined
        ? 'Only a saved target has numbered ways; name the jump hosts with --jump.'
        : `It has ${has}: choose one with --way.`,
    detail: { name: target },
  });
}
