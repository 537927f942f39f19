/** The recovery that is under way: its steps, how to stop it, how it ended. Leaving the screen stops it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput, RecoveryReportView, RecoveryStep } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';

export type RecoveryState =
  | { readonly phase: 'none' | 'stopped' }
  | { readonly phase: 'running'; readonly steps: readonly RecoveryStep[]; readonly isStopping: boolean }
  | { readonly phase: 'failed'; readonly error: unknown }
  | { readonly phase: 'done'; readonly steps: readonly RecoveryStep[]; readonly report: RecoveryReportView };

export interface RecoveryRun {
  readonly state: RecoveryState;
  run(input: CallInput<'recovery.run'>): void;
  cancel(): void;
}

export function useRecovery(): RecoveryRun {
  const [state, setState] = useState<RecoveryState>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const start = useCallback(async (input: CallInput<'recovery.run'>) => {
    if (controller.current !== undefined) return;
    const own = new AbortController();
    controller.current = own;
    const steps: RecoveryStep[] = [];
    setState({ phase: 'running', steps: [], isStopping: false });
    const onProgress = (step: RecoveryStep) => {
      steps.push(step);
      setState((before) => (before.phase === 'running' ? { ...before, steps: [...steps] } : before));
    };
    try {
      const report = await call('recovery.run', input, { signal: own.signal, onProgress });
      setState({ phase: 'done', steps, report });
    } catch (error) {
      const isStopped = error instanceof CallError && error.kind === 'cancelled';
      setState(isStopped ? { phase: 'stopped' } : { phase: 'failed', error });
    } finally {
      controller.current = undefined;
    }
  }, []);
  return {
    state,
    run: (input) => void start(input),
    cancel: () => {
      controller.current?.abort();
      setState((before) => (before.phase === 'running' ? { ...before, isStopping: true } : before));
    },
  };
}
