/** What the dialog holds while a device is written down, and which of its fields an error is about. */
import type { CallInput, CrossedError, TargetView } from '../../../main/ipc/contract.ts';
import type { TargetRole, WayKind } from './target-words.ts';

export interface JumpDraft {
  /** Stays with the line while lines move, so that the focus does. */
  readonly id: number;
  readonly text: string;
}

export interface WayDraft {
  /** Stays with the way while ways move. */
  readonly id: number;
  readonly kind: WayKind;
  readonly jumps: readonly JumpDraft[];
  /** Where it logs in to, if not to the device's own address. */
  readonly device: string;
}

export interface TargetDraft {
  readonly name: string;
  readonly role: TargetRole;
  readonly device: string;
  readonly ways: readonly WayDraft[];
  /** With blanks between. */
  readonly tags: string;
  readonly notes: string;
}

/** `way` and `jump`: their places, from 0. `part` absent: the way as a whole. */
export type DraftField =
  | 'name'
  | 'role'
  | 'device'
  | 'tags'
  | 'notes'
  | { readonly way: number; readonly part?: 'device' | number };

/** Of an existing device, or a new one that goes through the usual jump host. */
export function draftOf(target: TargetView | undefined, typed: string, defaultJump: string | null): TargetDraft {
  const ways: TargetView['ways'] = target?.ways ?? [{ kind: 'jump', jumps: defaultJump === null ? [] : [defaultJump] }];
  return {
    name: target?.name ?? '',
    role: target?.role ?? 'other',
    device: target?.device ?? typed,
    ways: ways.map(({ kind, jumps, device = '' }, id) => ({ id, kind, jumps: jumps.map(asJump), device })),
    tags: target?.tags.join(' ') ?? '',
    notes: target?.notes ?? '',
  };
}

const asJump = (text: string, id: number): JumpDraft => ({ id, text });

export function withWay(draft: TargetDraft, way: Omit<WayDraft, 'id'>): TargetDraft {
  return { ...draft, ways: [...draft.ways, { ...way, id: nextId(draft.ways) }] };
}

export function withoutWay(draft: TargetDraft, place: number): TargetDraft {
  return { ...draft, ways: draft.ways.filter((_, at) => at !== place) };
}

export function withWayMoved(draft: TargetDraft, from: number, to: number): TargetDraft {
  return { ...draft, ways: moved(draft.ways, from, to) };
}

export function withWayChanged(draft: TargetDraft, place: number, change: Partial<WayDraft>): TargetDraft {
  return { ...draft, ways: draft.ways.map((way, at) => (at === place ? { ...way, ...change } : way)) };
}

export function withJump(jumps: readonly JumpDraft[], text: string): readonly JumpDraft[] {
  return [...jumps, { id: nextId(jumps), text }];
}

export function withoutJump(jumps: readonly JumpDraft[], place: number): readonly JumpDraft[] {
  return jumps.filter((_, at) => at !== place);
}

/** The line at `from` goes to `to`; the others keep their order. */
export function withJumpMoved(jumps: readonly JumpDraft[], from: number, to: number): readonly JumpDraft[] {
  return moved(jumps, from, to);
}

export function withJumpText(jumps: readonly JumpDraft[], place: number, text: string): readonly JumpDraft[] {
  return jumps.map((jump, at) => (at === place ? { ...jump, text } : jump));
}

function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = [...list];
  const [one] = rest.splice(from, 1);
  if (one === undefined) return list;
  rest.splice(to, 0, one);
  return rest;
}

function nextId(list: readonly { readonly id: number }[]): number {
  return list.reduce((highest, { id }) => Math.max(highest, id), -1) + 1;
}

/** The first field that is left empty and must not be. */
export function emptyField(draft: TargetDraft): DraftField | undefined {
  if (draft.name.trim() === '') return 'name';
  if (draft.device.trim() === '') return 'device';
  for (const [way, { jumps }] of draft.ways.entries()) {
    const jump = jumps.findIndex(({ text }) => text.trim() === '');
    if (jump >= 0) return { way, part: jump };
  }
  return undefined;
}

export function saveInput(draft: TargetDraft, replaces: string | undefined): CallInput<'targets.save'> {
  return {
    name: draft.name.trim(),
    role: draft.role,
    device: draft.device.trim(),
    ways: draft.ways.map(({ kind, jumps, device }) => ({
      kind,
      jumps: jumps.map(({ text }) => text.trim()),
      ...(device.trim() === '' ? {} : { device: device.trim() }),
    })),
    tags: draft.tags.split(/[\s,;]+/).filter((tag) => tag !== ''),
    notes: draft.notes,
    ...(replaces !== undefined && { replaces }),
  };
}

/** Which field to show an error of `targets.save` at; undefined: it is about the whole. */
export function fieldOfError({ code, field, index, part }: CrossedError): DraftField | undefined {
  if (code === 'TARGET_NAME_INVALID' || code === 'TARGET_EXISTS') return 'name';
  if (code === 'TARGET_IN_USE') return 'role';
  if (field === 'device' || field === 'tags' || field === 'notes' || field === 'role') return field;
  if (field !== 'ways' || index === undefined) return undefined;
  return part === undefined ? { way: index } : { way: index, part };
}

export function sameField(a: DraftField | undefined, b: DraftField): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.way === b.way && a.part === b.part;
  return a === b;
}

/** The `name` of its input, or of the one that stands for it. */
export function inputName(field: DraftField): string {
  if (typeof field === 'string') return field;
  if (typeof field.part === 'number') return `way-${field.way}-jump-${field.part}`;
  return `way-${field.way}-${field.part ?? 'kind'}`;
}
