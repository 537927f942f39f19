/** Saving targets by hand, composed for glasskey.ts: what connect would refuse later is refused now. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { formatHostSpec, parseHostSpec } from './connect/host-spec.ts';
import type { Target, TargetStore } from './storage/target-store.ts';

export interface TargetToSave {
  readonly name: string;
  readonly device: string;
  /** In order; empty for a direct login. */
  readonly jumps: readonly string[];
  /** The present name of the target that is changed; undefined for a new one. */
  readonly replaces: string | undefined;
}

export const MOST_JUMP_HOSTS = 8;

/**
 * Throws `TARGET_NAME_INVALID`, `TARGET_INVALID` (with `detail.field`: `device` or `jumps`, and `detail.index` of the jump host),
 * `TARGET_EXISTS`, and `TARGET_UNKNOWN` where the one to change has gone.
 */
export function saveTarget(store: TargetStore, { name, device, jumps, replaces }: TargetToSave): Target {
  assertTargetName(name);
  const given = jumps.filter((jump) => jump.trim() !== '');
  if (given.length > MOST_JUMP_HOSTS) throw tooManyHops(given.length);
  const target = {
    name,
    device: inField('device', 0, () => formatHostSpec(parseHostSpec(device.trim()))),
    jumps: given.map((jump, index) => inField('jumps', index, () => formatHostSpec(parseHostSpec(jump.trim())))),
  };
  if (replaces === undefined) store.add(target);
  else if (!store.replace(replaces, target)) throw gone(replaces);
  return store.get(name) ?? { ...target, lastUsedAt: null };
}

/** Throws `TARGET_NAME_INVALID`. */
export function assertTargetName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(name)) return;
  throw new GlasskeyError({
    code: 'TARGET_NAME_INVALID',
    message:
      'A target’s name has letters, digits, dots, dashes and underscores, 64 at most, and begins with a letter or digit.',
    remedy: 'Choose another name for it.',
  });
}

/** Throws as `parse` does, with the field that it stands in. */
function inField<T>(field: 'device' | 'jumps', index: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GlasskeyError)) throw error;
    const { code, message, remedy, cause } = error;
    throw new GlasskeyError({ code, message, remedy, cause, detail: { ...error.detail, field, index } });
  }
}

export function tooManyHops(count: number): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_INVALID',
    message: `${count} jump hosts are more than the ${MOST_JUMP_HOSTS} that a login may pass.`,
    remedy: 'Name only those on the way to the device.',
    detail: { field: 'jumps', index: MOST_JUMP_HOSTS },
  });
}

function gone(name: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_UNKNOWN',
    message: `There is no saved target ${name} any more.`,
    remedy: 'Somebody removed or renamed it meanwhile; save it as a new one.',
    detail: { name },
  });
}
