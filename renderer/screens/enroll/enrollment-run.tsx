/**
 * The enrollment or publication that is under way. It lives above the screens: going elsewhere and coming back changes nothing
 * about it, and there is one at a time.
 */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { CallInput, EnrollReportView, EnrollStep, PublishReportView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';

export type EnrollInput = CallInput<'enroll.run'>;
export type PublishInput = CallInput<'publish.run'>;

export type RunRequest =
  | { readonly kind: 'enroll'; readonly input: EnrollInput }
  | { readonly kind: 'publish'; readonly input: PublishInput };

export type RunResult =
  | { readonly kind: 'enroll'; readonly report: EnrollReportView }
  | { readonly kind: 'publish'; readonly report: PublishReportView };

export type RunState =
  | {
      readonly phase: 'none';
      /** What was asked for last, where it came to nothing. */
      readonly putAway?: RunRequest;
    }
  | {
      readonly phase: 'running';
      readonly request: RunRequest;
      readonly steps: readonly EnrollStep[];
      /** Cancelled, and the main process has not ended it yet. */
      readonly isStopping: boolean;
    }
  | {
      readonly phase: 'failed' | 'stopped';
      readonly request: RunRequest;
      readonly steps: readonly EnrollStep[];
      readonly error: unknown;
    }
  | {
      readonly phase: 'done';
      readonly request: RunRequest;
      readonly steps: readonly EnrollStep[];
      readonly result: RunResult;
    };

export interface EnrollmentRun {
  readonly state: RunState;
  enroll(input: EnrollInput): void;
  /** Publishes that enrollment, by its id; without one, the one that is meant for the profile. */
  publish(enrollment?: string): void;
  /** The same again; what was done already is gone on with. */
  again(): void;
  cancel(): void;
  /** Puts the last one's outcome away. */
  dismiss(): void;
}

const RunContext = createContext<EnrollmentRun | undefined>(undefined);

export function EnrollmentRunProvider({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState<RunState>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);

  const start = useCallback(async (request: RunRequest) => {
    if (controller.current !== undefined) return;
    const own = new AbortController();
    controller.current = own;
    setState({ phase: 'running', request, steps: [], isStopping: false });
    const onProgress = (step: EnrollStep) =>
      setState((before) => (before.phase === 'running' ? { ...before, steps: [...before.steps, step] } : before));
    try {
      const result = await make(request, own.signal, onProgress);
      setState((before) => ({ phase: 'done', request, steps: stepsOf(before), result }));
    } catch (error) {
      const isStopped = error instanceof CallError && error.kind === 'cancelled';
      setState((before) => ({ phase: isStopped ? 'stopped' : 'failed', request, steps: stepsOf(before), error }));
    } finally {
      controller.current = undefined;
    }
  }, []);

  const run = useMemo<EnrollmentRun>(
    () => ({
      state,
      enroll: (input) => void start({ kind: 'enroll', input }),
      publish: (enrollment) => void start({ kind: 'publish', input: enrollment === undefined ? {} : { enrollment } }),
      again: () => {
        if (state.phase !== 'none') void start(goingOn(state.request));
      },
      cancel: () => {
        controller.current?.abort();
        setState((before) => (before.phase === 'running' ? { ...before, isStopping: true } : before));
      },
      dismiss: () => setState(putAway),
    }),
    [state, start],
  );
  return <RunContext value={run}>{children}</RunContext>;
}

export function useEnrollmentRun(): EnrollmentRun {
  const run = useContext(RunContext);
  if (run === undefined) throw new Error('useEnrollmentRun outside of EnrollmentRunProvider');
  return run;
}

async function make(
  request: RunRequest,
  signal: AbortSignal,
  onProgress: (step: EnrollStep) => void,
): Promise<RunResult> {
  if (request.kind === 'publish') {
    return { kind: 'publish', report: await call('publish.run', request.input, { signal, onProgress }) };
  }
  return { kind: 'enroll', report: await call('enroll.run', request.input, { signal, onProgress }) };
}

/** Trying again must not begin anew what the first try has begun. */
function goingOn(request: RunRequest): RunRequest {
  return request.kind === 'publish' ? request : { kind: 'enroll', input: { ...request.input, fresh: false } };
}

function putAway(state: RunState): RunState {
  switch (state.phase) {
    case 'failed':
    case 'stopped':
      return { phase: 'none', putAway: state.request };
    case 'done':
      return { phase: 'none' };
    default:
      return state;
  }
}

function stepsOf(state: RunState): readonly EnrollStep[] {
  return state.phase === 'none' ? [] : state.steps;
}
