/** What the dialog holds while a device is written down, and which of its fields an error is about. */
import type { CallInput, CrossedError, TargetView } from '../../../main/ipc/contract.ts';

export interface JumpDraft {
  /** Stays with the line while lines move, so that the focus does. */
  readonly id: number;
  readonly text: string;
}

export interface TargetDraft {
  readonly name: string;
  readonly device: string;
  /** Everything else of the device that is changed; undefined for a new one. */
  readonly rest: TargetView | undefined;
  /** Of the first way. */
  readonly jumps: readonly JumpDraft[];
}

/** `jump` with the place of the line, from 0. */
export type DraftField = 'name' | 'device' | { readonly jump: number };

/** Of an existing device, or a new one that goes through the usual jump host. */
export function draftOf(target: TargetView | undefined, typed: string, defaultJump: string | null): TargetDraft {
  const jumps = target?.ways[0]?.jumps ?? (defaultJump === null ? [] : [defaultJump]);
  return {
    name: target?.name ?? '',
    device: target?.device ?? typed,
    rest: target,
    jumps: jumps.map((text, id) => ({ id, text })),
  };
}

export function withJump(draft: TargetDraft, text: string): TargetDraft {
  const id = draft.jumps.reduce((highest, jump) => Math.max(highest, jump.id), -1) + 1;
  return { ...draft, jumps: [...draft.jumps, { id, text }] };
}

export function withoutJump(draft: TargetDraft, place: number): TargetDraft {
  return { ...draft, jumps: draft.jumps.filter((_, at) => at !== place) };
}

/** The line at `from` goes to `to`; the others keep their order. */
export function withJumpMoved(draft: TargetDraft, from: number, to: number): TargetDraft {
  const jumps = [...draft.jumps];
  const [moved] = jumps.splice(from, 1);
  if (moved === undefined) return draft;
  jumps.splice(to, 0, moved);
  return { ...draft, jumps };
}

export function withJumpText(draft: TargetDraft, place: number, text: string): TargetDraft {
  return { ...draft, jumps: draft.jumps.map((jump, at) => (at === place ? { ...jump, text } : jump)) };
}

/** The first field that is left empty and must not be. */
export function emptyField(draft: TargetDraft): DraftField | undefined {
  if (draft.name.trim() === '') return 'name';
  if (draft.device.trim() === '') return 'device';
  const jump = draft.jumps.findIndex(({ text }) => text.trim() === '');
  return jump < 0 ? undefined : { jump };
}

export function saveInput(draft: TargetDraft, replaces: string | undefined): CallInput<'targets.save'> {
  const { rest } = draft;
  const jumps = draft.jumps.map(({ text }) => text.trim());
  const [first = { kind: 'jump' as const }, ...others] = rest?.ways ?? [];
  return {
    name: draft.name.trim(),
    role: rest?.role ?? 'other',
    device: draft.device.trim(),
    ways: [{ ...first, jumps }, ...others],
    tags: rest?.tags ?? [],
    notes: rest?.notes ?? '',
    ...(replaces !== undefined && { replaces }),
  };
}

/** Which field to show an error of `targets.save` at; undefined: it is about the whole. */
export function fieldOfError({ code, field, index, part }: CrossedError): DraftField | undefined {
  if (code === 'TARGET_NAME_INVALID' || code === 'TARGET_EXISTS') return 'name';
  if (field === 'device') return 'device';
  return field === 'ways' && index === 0 && typeof part === 'number' ? { jump: part } : undefined;
}

export function sameField(a: DraftField | undefined, b: DraftField): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.jump === b.jump;
  return a === b;
}
