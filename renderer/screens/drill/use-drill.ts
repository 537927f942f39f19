/** The drill that is under way: what each step said so far, how to stop it, how it ended. Closing what shows it stops it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallInput, DrillEventView, DrillStepView, DrillView } from '../../../main/ipc/contract.ts';
import { CallError, call } from '../../contract-client.ts';

/** One target as far as it was told, or (`target` undefined) what all have in common. */
export interface DrilledPart {
  readonly target: string | undefined;
  readonly way?: DrillView['way'];
  readonly steps: readonly DrillStepView[];
  /** What it is at. */
  readonly doing?: Pick<DrillStepView, 'step' | 'hop'>;
}

export type DrillState =
  | { readonly phase: 'running'; readonly parts: readonly DrilledPart[]; readonly isStopping: boolean }
  | { readonly phase: 'done'; readonly parts: readonly DrilledPart[]; readonly drills: readonly DrillView[] }
  | { readonly phase: 'stopped'; readonly parts: readonly DrilledPart[] }
  | { readonly phase: 'failed'; readonly error: unknown };

export type DrillInput = CallInput<'drill.run'>;

export interface Drill {
  readonly state: DrillState;
  start(): void;
  stop(): void;
}

export function useDrill(input: DrillInput): Drill {
  const [state, setState] = useState<DrillState>({ phase: 'running', parts: [], isStopping: false });
  const controller = useRef<AbortController>(undefined);
  const wanted = useRef(input);

  const start = useCallback(async () => {
    if (controller.current !== undefined) return;
    const own = new AbortController();
    controller.current = own;
    let parts: readonly DrilledPart[] = [];
    setState({ phase: 'running', parts, isStopping: false });
    const onProgress = (event: DrillEventView) => {
      parts = withEvent(parts, event);
      setState((before) => (before.phase === 'running' ? { ...before, parts } : before));
    };
    try {
      const { drills } = await call('drill.run', wanted.current, { signal: own.signal, onProgress });
      setState({ phase: 'done', parts, drills });
    } catch (error) {
      const isStopped = error instanceof CallError && error.kind === 'cancelled';
      setState(isStopped ? { phase: 'stopped', parts } : { phase: 'failed', error });
    } finally {
      if (controller.current === own) controller.current = undefined;
    }
  }, []);
  useEffect(() => {
    void start();
    return () => {
      controller.current?.abort();
      controller.current = undefined;
    };
  }, [start]);
  return {
    state,
    start: () => void start(),
    stop: () => {
      controller.current?.abort();
      setState((before) => (before.phase === 'running' ? { ...before, isStopping: true } : before));
    },
  };
}

/** The parts after one more event. A target that has several ways has a part for each. */
export function withEvent(parts: readonly DrilledPart[], event: DrillEventView): readonly DrilledPart[] {
  if (event.kind === 'target') {
    const { target, way, hops } = event;
    return [...parts, { target, way: { kind: way, hops }, steps: [] }];
  }
  const { target } = event;
  const at = parts.findLastIndex((part) => part.target === target);
  const { doing: _before, ...part } = parts[at] ?? { target, steps: [], doing: undefined };
  const next: DrilledPart =
    event.kind === 'doing'
      ? { ...part, doing: { step: event.step, ...(event.hop === undefined ? {} : { hop: event.hop }) } }
      : { ...part, steps: [...part.steps, event.step] };
  return at < 0 ? [...parts, next] : parts.with(at, next);
}
