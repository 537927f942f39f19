/** Enrolling and publishing from the window: what is there, the run with its steps, and what came of it. */
import type { FilesOutlook } from '../enrollment/enroll-outlook.ts';
import { productOf } from '../enrollment/enrollment.ts';
import type { EnrollReport, Glasskey, PublishReport } from '../glasskey.ts';
import { type DesktopPeople, desktopPeople } from '../prompts/desktop-people.ts';
import type { PromptDesk } from '../prompts/prompt-desk.ts';
import type { SecurityKey } from '../security-keys/security-key.ts';
import type { Texts } from '../texts/texts.ts';
import type { CallContext, CallHandlers, Tell } from './call-server.ts';
import type { EnrollOutlook, EnrollReportView, EnrollStep, PublishReportView } from './contract.ts';
import { crossedError } from './crossed-error.ts';
import { keyWayView } from './key-way-view.ts';

export interface EnrollCallsWorld {
  readonly glasskey: Pick<Glasskey, 'keys' | 'enroll' | 'publish' | 'enrollOutlook'>;
  readonly desk: PromptDesk;
  readonly texts: Texts;
  readonly tell: Tell;
  /** An enrollment was written: the resident agent offers it from now on. */
  readonly enrolled: () => void;
}

type EnrollCall = 'enroll.look' | 'enroll.run' | 'publish.run';

/** After these steps the home screen has something else to say. */
const SEEN_AT_HOME: readonly EnrollStep['kind'][] = ['credential-made', 'attestation', 'files-written', 'published'];

export function enrollCalls(world: EnrollCallsWorld): Pick<CallHandlers, EnrollCall> {
  const { glasskey, texts } = world;
  return {
    'enroll.look': async (_, { signal }) => outlook(glasskey, texts, signal),

    'enroll.run': (input, context) =>
      withPeople('enrollment', world, context, async (people, signal) => {
        const { device, backup = false, ...choices } = input;
        return enrollView(await glasskey.enroll({ ...choices, backup, device, keyFile: undefined }, people, signal));
      }),

    'publish.run': ({ enrollment }, context) =>
      withPeople('publication', world, context, async (people, signal) =>
        publishView(await glasskey.publish(people, signal, enrollment)),
      ),
  };
}

/** Runs `work`, which the window and its prompts may cancel; the prompts are gone when it is over. */
async function withPeople<T>(
  kind: 'enrollment' | 'publication',
  { desk, texts, tell, enrolled }: EnrollCallsWorld,
  { signal, progress }: Pick<CallContext<'enroll.run'>, 'signal' | 'progress'>,
  work: (people: DesktopPeople, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const step = (given: EnrollStep) => {
    progress(given);
    if (given.kind === 'files-written') enrolled();
    if (SEEN_AT_HOME.includes(given.kind)) tell('readiness.changed', {});
  };
  const people = desktopPeople(desk, texts, { kind, step, cancel: () => stop.abort() });
  try {
    return await work(people, AbortSignal.any([signal, stop.signal]));
  } finally {
    people.end('failed');
    tell('readiness.changed', {});
  }
}

async function outlook(
  glasskey: EnrollCallsWorld['glasskey'],
  texts: Pick<Texts, 'catalogue'>,
  signal: AbortSignal,
): Promise<EnrollOutlook> {
  const { backup, publishObstacle, ...files } = await glasskey.enrollOutlook();
  const { enrolled, pluggedIn, keyWay } = await glasskey.keys(signal);
  return {
    ...filesView(files),
    pluggedIn: pluggedIn.map(keyView),
    ...keyWayView(keyWay),
    enrolled: enrolled.filter(({ state }) => state === 'written' || state === 'published').length,
    ...(backup === undefined ? {} : { backup: { ...filesView(backup), isPrepared: backup.isPrepared } }),
    ...(publishObstacle === undefined ? {} : { publishObstacle: crossedError(publishObstacle, texts) }),
  };
}

function filesView({
  keyFile,
  keyFileTaken,
  unfinished,
}: FilesOutlook): Pick<EnrollOutlook, 'keyFile' | 'keyFileTaken' | 'unfinished'> {
  if (unfinished === undefined) return { keyFile, keyFileTaken };
  const { state, createdAt } = unfinished;
  const product = 'credential' in unfinished ? productOf(unfinished) : undefined;
  return {
    keyFile,
    keyFileTaken,
    unfinished: { state, createdAt, ...(product === undefined ? {} : { product }) },
  };
}

function keyView({
  path,
  product,
  firmware,
  pinSet,
  pinTriesLeft,
  problem,
}: SecurityKey): EnrollOutlook['pluggedIn'][number] {
  return {
    path,
    product,
    ...(firmware === undefined ? {} : { firmware }),
    ...(pinSet === undefined ? {} : { pinSet }),
    ...(pinTriesLeft === undefined ? {} : { pinTriesLeft }),
    ...(problem === undefined ? {} : { problem: `${problem.message} ${problem.remedy}` }),
  };
}

function enrollView({ next: _, account, reconciledBy, ...report }: EnrollReport): EnrollReportView {
  return {
    ...report,
    ...(account === undefined ? {} : { account }),
    ...(reconciledBy === undefined ? {} : { reconciledBy }),
  };
}

function publishView({
  account,
  fingerprint,
  publishedAt,
  reconciledBy,
  alreadyThere,
}: PublishReport): PublishReportView {
  return { account, fingerprint, publishedAt, reconciledBy, alreadyThere };
}
