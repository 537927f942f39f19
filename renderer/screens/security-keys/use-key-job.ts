/**
 * The one piece of work on a security key that is under way: what it waits for, how to stop it, how it ended. Leaving the screen
 * stops it, as the prompt's Cancel does.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { CallInput, CallName, CallOutput, KeyStep } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';

/** The calls that want something of the person or the key on the way. */
export type KeyCall = Extract<
  CallName,
  `pin.${string}` | `credentials.${string}` | `fingerprints.${string}` | 'keys.configure' | 'keys.reset'
>;

export type KeyJobState =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'running';
      readonly name: KeyCall;
      readonly steps: readonly KeyStep[];
      /** Cancelled, and the main process has not ended it yet. */
      readonly isStopping: boolean;
    }
  | { readonly phase: 'done'; readonly name: KeyCall; readonly steps: readonly KeyStep[] }
  | { readonly phase: 'stopped'; readonly name: KeyCall }
  | { readonly phase: 'failed'; readonly name: KeyCall; readonly error: unknown };

export interface KeyJob {
  readonly state: KeyJobState;
  /** Undefined: it failed or was stopped, which `state` tells. One at a time: a second one is not begun. */
  run<N extends KeyCall>(name: N, input: CallInput<N>): Promise<CallOutput<N> | undefined>;
  cancel(): void;
  /** Puts the outcome away. */
  dismiss(): void;
}

export function useKeyJob(): KeyJob {
  const [state, setState] = useState<KeyJobState>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  const run = useCallback(async <N extends KeyCall>(name: N, input: CallInput<N>) => {
    if (controller.current !== undefined) return undefined;
    const own = new AbortController();
    controller.current = own;
    setState({ phase: 'running', name, steps: [], isStopping: false });
    const onProgress = (step: KeyStep) =>
      setState((before) => (before.phase === 'running' ? { ...before, steps: [...before.steps, step] } : before));
    try {
      const output = await call(name, input, { signal: own.signal, onProgress: onProgress as never });
      setState((before) => ({ phase: 'done', name, steps: before.phase === 'running' ? before.steps : [] }));
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
  return useMemo<KeyJob>(() => ({ state, run, cancel, dismiss }), [state, run, cancel, dismiss]);
}
