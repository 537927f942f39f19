/** Targets as JSON: every field as it is stored, but when they were used. */
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type TargetEntry, WAY_KINDS } from '../storage/target-store.ts';
import type { FoundTargets } from './found-target.ts';

const way = z.object({ kind: z.enum(WAY_KINDS), jumps: z.array(z.string()), device: z.string().optional() });
const target = z.object({
  name: z.string(),
  role: z.string().optional(),
  device: z.string().optional(),
  ways: z.array(way).optional(),
  tags: z.array(z.string()).optional(),
  notes: z.string().optional(),
  isFavourite: z.boolean().optional(),
});
const file = z.object({ targets: z.array(z.unknown()) });

/** Throws `TARGET_FILE_INVALID`. */
export function readTargetJson(text: string): FoundTargets {
  const parsed = file.safeParse(jsonOf(text));
  if (!parsed.success) throw invalid('it holds no list “targets”');
  const targets = parsed.data.targets.map((one, at) => {
    const place = `number ${at + 1}`;
    const read = target.safeParse(one);
    if (read.success) return { ...read.data, place };
    const { path, message } = read.error.issues[0] ?? { path: [], message: '' };
    const name = z.object({ name: z.string() }).safeParse(one);
    return { place, name: name.data?.name ?? '', fault: `${path.join('.') || 'it'}: ${message}.` };
  });
  return { targets, notes: [] };
}

export function writeTargetJson(targets: readonly TargetEntry[]): string {
  return `${JSON.stringify(exported(targets), null, 2)}\n`;
}

/** The same as a value. */
export function exported(targets: readonly TargetEntry[]): { readonly targets: readonly TargetEntry[] } {
  return {
    targets: targets.map(({ name, role, device, ways, tags, notes, isFavourite }) => {
      return { name, role, device, ways, tags, notes, isFavourite };
    }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\u{FEFF}/u, ''));
  } catch {
    throw invalid('it is not JSON');
  }
}

function invalid(why: string): GlasskeyError {
  return new GlasskeyError({
    code: 'TARGET_FILE_INVALID',
    message: `The file of targets cannot be read: ${why}.`,
    remedy: 'Take one that glasskey targets export --json wrote.',
  });
}
