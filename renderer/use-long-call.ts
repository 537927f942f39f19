/**
 * The one long call of its kind that is under way: what it waits for, how to stop it, how it ended. Leaving the screen stops it, as the
 * prompt's Cancel does.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CallInput, CallName, CallOutput, CallProgress } from '../main/ipc/contract.ts';
import { CallError, call } from './contract-client.ts';

export type LongCallState<C extends CallName> =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'running';
      readonly name: C;
      readonly steps: readonly CallProgress<C>[];
      /** Cancelled, and the main process has not ended it yet. */
      readonly isStopping: boolean;
    }
  | {
      readonly phase: 'done';
      readonly name: C;
      readonly steps: readonly CallProgress<C>[];
      readonly output: CallOutput<C>;
    }
  | { readonly phase: 'stopped'; readonly name: C }
  | { readonly phase: 'failed'; readonly name: C; readonly error: unknown };

export interface LongCall<C extends CallName> {
  readonly state: LongCallState<C>;
  /** Undefined: it failed or was stopped, which `state` tells. One at a time: a second one is not begun. */
  run<N extends C>(name: N, input: CallInput<N>): Promise<CallOutput<N> | undefined>;
  cancel(): void;
  /** Puts the outcome away. */
  dismiss(): void;
}

/** `C`: the calls that one place makes. */
export function useLongCall<C extends CallName>(): LongCall<C> {
  const [state, setState] = useState<LongCallState<C>>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const run = useCallback(async <N extends C>(name: N, input: CallInput<N>) => {
    if (controller.current !== undefined) return undefined;
    const own = new AbortController();
    controller.current = own;
    let steps: readonly CallProgress<C>[] = [];
    setState({ phase: 'running', name, steps, isStopping: false });
    const onProgress = (step: CallProgress<N>) => {
      steps = [...steps, step as CallProgress<C>];
      setState((before) => (before.phase === 'running' ? { ...before, steps } : before));
    };
    try {
      const output = await call(name, input, { signal: own.signal, onProgress });
      setState({ phase: 'done', name, steps, output: output as CallOutput<C> });
      return output;
    } catch (error) {
      const isStopped = error instanceof CallError && error.kind === 'cancelled';
      setState(isStopped ? { phase: 'stopped', name } : { phase: 'failed', name, error });
      return undefined;
    } finally {
      controller.current = undefined;
    }
  }, []);

  const cancel = useCallback(() => {
    controller.current?.abort();
    setState((before) => (before.phase === 'running' ? { ...before, isStopping: true } : before));
  }, []);
  const dismiss = useCallback(
    () => setState((before) => (before.phase === 'running' ? before : { phase: 'none' })),
    [],
  );
  return useMemo<LongCall<C>>(() => ({ state, run, cancel, dismiss }), [state, run, cancel, dismiss]);
}
