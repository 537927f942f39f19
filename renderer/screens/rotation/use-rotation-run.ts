/** The step of a rotation that is under way: what it waits for, how to stop it, how it ended. Leaving the screen stops it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput, EnrollStep, RotationStep } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';

export type RotationRunState =
  | { readonly phase: 'none' | 'stopped' }
  | { readonly phase: 'running'; readonly steps: readonly EnrollStep[]; readonly isStopping: boolean }
  | { readonly phase: 'failed'; readonly error: unknown }
  | { readonly phase: 'done'; readonly steps: readonly EnrollStep[]; readonly did: RotationStep };

type RotationInput = CallInput<'rotation.run'>;

export interface RotationRun {
  readonly state: RotationRunState;
  /** `device`: the security key that is meant, by its path. */
  run(step: RotationInput['step'], device?: string): void;
  cancel(): void;
}

export function useRotationRun(): RotationRun {
  const [state, setState] = useState<RotationRunState>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const start = useCallback(async (input: RotationInput) => {
    if (controller.current !== undefined) return;
    const own = new AbortController();
    controller.current = own;
    const steps: EnrollStep[] = [];
    setState({ phase: 'running', steps: [], isStopping: false });
    const onProgress = (told: EnrollStep) => {
      steps.push(told);
      setState((before) => (before.phase === 'running' ? { ...before, steps: [...steps] } : before));
    };
    try {
      const { did } = await call('rotation.run', input, { signal: own.signal, onProgress });
      setState({ phase: 'done', steps, did });
    } catch (error) {
      const isStopped = error instanceof CallError && error.kind === 'cancelled';
      setState(isStopped ? { phase: 'stopped' } : { phase: 'failed', error });
    } finally {
      controller.current = undefined;
    }
  }, []);
  return {
    state,
    run: (step, device) => void start({ step, ...(device === undefined ? {} : { device }) }),
    cancel: () => {
      controller.current?.abort();
      setState((before) => (before.phase === 'running' ? { ...before, isStopping: true } : before));
    },
  };
}
