/** The steps of a rotation as a list, by its stage. Pure. */
import type { RotationView } from '../../../main/ipc/contract.ts';

export type RotationStageName = 'make' | 'publish' | 'wait' | 'prove' | 'retire';

export interface RotationStage {
  readonly name: RotationStageName;
  readonly state: 'done' | 'active' | 'todo';
}

const NAMES: readonly RotationStageName[] = ['make', 'publish', 'wait', 'prove', 'retire'];

const AT: Readonly<Record<RotationView['stage'], RotationStageName>> = {
  making: 'make',
  'to-publish': 'publish',
  waiting: 'wait',
  'to-prove': 'prove',
  'to-retire': 'retire',
  retiring: 'retire',
};

/** A login may prove the key before every device has it. One that was given up makes nothing. */
export function rotationStages(view: Pick<RotationView, 'stage' | 'leaving' | 'proven'>): readonly RotationStage[] {
  const at = NAMES.indexOf(AT[view.stage]);
  const names = view.leaving === 'new' ? NAMES.filter((name) => name !== 'make') : NAMES;
  return names.map((name) => {
    const index = NAMES.indexOf(name);
    const isDone = index < at || (name === 'prove' && view.proven);
    return { name, state: isDone ? 'done' : index === at ? 'active' : 'todo' };
  });
}
