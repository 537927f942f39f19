/** What the steps that were told so far amount to: the list to draw, what is waited for, what a stop would leave. Pure. */
import type { EnrollStep } from '../../../main/ipc/contract.ts';

export type StageName = 'key' | 'pin' | 'touch' | 'attestation' | 'files' | 'sign-in' | 'publish';

export type StageState = 'done' | 'active' | 'todo' | 'failed' | 'stopped' | 'skipped';

export interface Stage {
  readonly name: StageName;
  readonly state: StageState;
}

/**
 * What the person has to do now; `system`: PIN and touch, in the system's own dialog; `key-busy`: another program has the key; undefined:
 * nothing, it works.
 */
export type Waiting = 'pin' | 'new-pin' | 'touch' | 'system' | 'sign-in' | 'key-busy';

/** What is there when it is stopped now. */
export type LeftBehind = 'nothing' | 'credential' | 'files' | 'perhaps-published';

export interface RunProgress {
  readonly stages: readonly Stage[];
  readonly waiting: Waiting | undefined;
  /** The system's own dialog finds the key and asks for its PIN: there is no stage for either. */
  readonly systemAsks: boolean;
  readonly leftBehind: LeftBehind;
  readonly resumed: Extract<EnrollStep, { kind: 'resumed' }> | undefined;
  readonly key: Extract<EnrollStep, { kind: 'key-found' }> | undefined;
  readonly attestation: Extract<EnrollStep, { kind: 'attestation' }> | undefined;
  readonly files: Extract<EnrollStep, { kind: 'files-written' }> | undefined;
  /** The address to open by hand, where no browser could be started. */
  readonly signInUrl: string | undefined;
  readonly account: string | undefined;
  readonly remarks: readonly string[];
  /** Published weaknesses that concern the key. */
  readonly notices: readonly Extract<EnrollStep, { kind: 'key-notice' }>[];
}

const MAKING = ['key', 'pin', 'touch', 'attestation', 'files'] as const;
/** Where the system asks. */
const MAKING_BY_SYSTEM = ['touch', 'attestation', 'files'] as const;
const PUBLISHING = ['sign-in', 'publish'] as const;

export interface RunShape {
  readonly kind: 'enroll' | 'publish';
  /** Of an enrollment: whether it publishes. */
  readonly publishes: boolean;
  readonly phase: 'running' | 'failed' | 'stopped' | 'done';
}

/** The progress of a run by its steps, oldest first. */
export function runProgress(steps: readonly EnrollStep[], shape: RunShape): RunProgress {
  const last = <K extends EnrollStep['kind']>(kind: K) =>
    steps.findLast((step): step is Extract<EnrollStep, { kind: K }> => step.kind === kind);
  const signIn = last('sign-in-wanted');
  return {
    stages: stagesOf(steps, shape),
    waiting: shape.phase === 'running' ? waitingOf(steps) : undefined,
    systemAsks: systemAsks(steps),
    leftBehind: leftBehind(steps, shape),
    resumed: last('resumed'),
    key: last('key-found'),
    attestation: last('attestation'),
    files: last('files-written'),
    signInUrl: signIn?.url,
    account: last('published')?.account ?? last('publishing')?.account,
    remarks: steps.flatMap((step) => (step.kind === 'remark' ? [step.text] : [])),
    notices: steps.filter((step) => step.kind === 'key-notice'),
  };
}

/** Which stage a step is of, and whether the stage is done by it. */
const OF_STEP: Readonly<Partial<Record<EnrollStep['kind'], readonly [StageName, 'active' | 'done']>>> = {
  'key-found': ['key', 'done'],
  'key-busy': ['key', 'active'],
  'pin-wanted': ['pin', 'active'],
  'pin-given': ['pin', 'done'],
  'pin-set': ['pin', 'done'],
  'touch-wanted': ['touch', 'active'],
  touched: ['touch', 'done'],
  'credential-made': ['touch', 'done'],
  attestation: ['attestation', 'done'],
  'files-written': ['files', 'done'],
  'sign-in-wanted': ['sign-in', 'active'],
  publishing: ['publish', 'active'],
  published: ['publish', 'done'],
};

/** The stages that an enrollment in such a state had behind it when it was resumed. */
const BEFORE: Readonly<Record<Extract<EnrollStep, { kind: 'resumed' }>['state'], readonly StageName[]>> = {
  planned: [],
  requested: [],
  made: ['key', 'pin', 'touch'],
  attested: ['key', 'pin', 'touch', 'attestation'],
  written: MAKING,
  published: [...MAKING, ...PUBLISHING],
  retiring: [],
  retired: [],
  abandoned: [],
};

/** How the stage stands at which a run is, or ended. */
const CURRENT = { running: 'active', failed: 'failed', stopped: 'stopped' } as const;

function stagesOf(steps: readonly EnrollStep[], { kind, publishes, phase }: RunShape): readonly Stage[] {
  const making = systemAsks(steps) ? MAKING_BY_SYSTEM : MAKING;
  const names: readonly StageName[] = kind === 'publish' ? PUBLISHING : publishes ? [...making, ...PUBLISHING] : making;
  const known = new Map<StageName, StageState>();
  let reached = -1;
  for (const step of steps) {
    if (step.kind === 'resumed') for (const name of BEFORE[step.state]) known.set(name, 'done');
    const of = OF_STEP[step.kind];
    if (of === undefined) continue;
    known.set(of[0], of[1]);
    reached = Math.max(reached, names.indexOf(of[0]));
  }
  // What a later stage was reached without: it was waited for and is over, or was not needed.
  for (const name of names.slice(0, Math.max(0, reached))) {
    if (known.get(name) === 'active') known.set(name, 'done');
    if (known.get(name) === undefined) known.set(name, 'skipped');
  }
  if (phase === 'done') return names.map((name) => ({ name, state: settled(known.get(name)) }));
  const current = names.find((name) => known.get(name) === 'active') ?? names.find((name) => !known.has(name));
  return names.map((name) => ({
    name,
    state: name === current ? CURRENT[phase] : (known.get(name) ?? 'todo'),
  }));
}

function systemAsks(steps: readonly EnrollStep[]): boolean {
  return steps.some((step) => step.kind === 'touch-wanted' && step.systemAsks === true);
}

/** At the end of a run that went well. */
function settled(state: StageState | undefined): StageState {
  if (state === undefined) return 'skipped';
  return state === 'active' ? 'done' : state;
}

function waitingOf(steps: readonly EnrollStep[]): Waiting | undefined {
  const step = steps.findLast(({ kind }) => kind !== 'remark' && kind !== 'key-notice');
  switch (step?.kind) {
    case 'pin-wanted':
      return step.isNew ? 'new-pin' : 'pin';
    case 'touch-wanted':
      return step.systemAsks === true ? 'system' : 'touch';
    case 'sign-in-wanted':
      return 'sign-in';
    case 'key-busy':
      return 'key-busy';
    default:
      return undefined;
  }
}

function leftBehind(steps: readonly EnrollStep[], { kind }: RunShape): LeftBehind {
  const has = (wanted: EnrollStep['kind']) => steps.some((step) => step.kind === wanted);
  const resumed = steps.find((step) => step.kind === 'resumed')?.state;
  if (has('publishing')) return 'perhaps-published';
  if (kind === 'publish' || has('files-written') || resumed === 'written') return 'files';
  if (has('credential-made') || resumed === 'made' || resumed === 'attested') return 'credential';
  return 'nothing';
}
