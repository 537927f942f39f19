/** How far a reset is, by its steps. Pure. */
import type { KeyStep } from '../../../main/ipc/contract.ts';

export type ResetStageName = 'unplug' | 'plug' | 'touch' | 'erase';

export interface ResetStage {
  readonly name: ResetStageName;
  readonly state: 'done' | 'active' | 'todo';
}

const NAMES: readonly ResetStageName[] = ['unplug', 'plug', 'touch', 'erase'];

const REACHED: Readonly<Partial<Record<KeyStep['kind'], ResetStageName>>> = {
  'unplug-wanted': 'unplug',
  'plug-in-wanted': 'plug',
  'other-key': 'plug',
  'reset-touch-wanted': 'touch',
  touched: 'erase',
};

export function resetStages(steps: readonly KeyStep[]): readonly ResetStage[] {
  const reached = steps.flatMap(({ kind }) => REACHED[kind] ?? []).at(-1) ?? 'unplug';
  const at = NAMES.indexOf(reached);
  return NAMES.map((name, index) => ({ name, state: index < at ? 'done' : index === at ? 'active' : 'todo' }));
}
