/** Rotating a key, composed for glasskey.ts: each call does the step that is next, and says how the rotation stands then. */
import { randomBytes } from 'node:crypto';
import type { Log } from '../diagnostics/log.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { WindowsKey } from '../native/webauthn/windows-access.ts';
import type { Clock } from '../time/clock.ts';
import { diskKeyFiles } from './enrollment/disk-key-files.ts';
import type { KeyFileFolder } from './enrollment/enroll.ts';
import type { EnrollmentJournal, EnrollmentPlan } from './enrollment/enrollment.ts';
import { giveUpRotation } from './enrollment/give-up-rotation.ts';
import type { KeyScrutiny } from './enrollment/key-scrutiny.ts';
import type { ProfileKeyHolder } from './enrollment/publish.ts';
import { readKeyFile } from './enrollment/read-key-file.ts';
import type { RotationReport } from './enrollment/readiness.ts';
import { deleteAbandoned, type RetireWorld, retire } from './enrollment/retire.ts';
import { makeBeside, type RotateWorld } from './enrollment/rotate.ts';
import { type RotationStanding, rotationIn, rotationStanding } from './enrollment/rotation.ts';
import type { RotationPeople } from './enrollment/rotation-people.ts';
import { keyScrutiny } from './glasskey-key-scrutiny.ts';
import { assertCanSignIn, profileHolder } from './glasskey-profile.ts';
import { reconcileEveryMs } from './glasskey-readiness.ts';
import { statusReport } from './glasskey-status.ts';
import type { OpenWorld } from './glasskey-world.ts';

export interface RotateRequest {
  /** Undefined: the old key's. */
  readonly algorithm: EnrollmentPlan['algorithm'] | undefined;
  /** Which security key, when several are plugged in. */
  readonly device: string | undefined;
}

export interface RetireRequest {
  readonly device: string | undefined;
  /** The security key that holds the credential is not there any more. */
  readonly lost: boolean;
}

/** Everyone who is asked or told something in a rotation. */
export interface RotateKeyPeople extends RotationPeople {
  /** As GlasskeyPeople has it. */
  signInWanted(url: string | undefined): void;
}

/**
 * - `published`: the new key is on the profile,
 * - `retired`: the key that was to go is gone: the rotation is at its end,
 * - `turned-back`: it was given up, and the old key is on the profile,
 * - `abandoned`: it was given up before the new key had files: it is at its end,
 * - `declined`: its owner said no: nothing was changed,
 * - `nothing`: there is nothing to do but to wait, or to log in.
 */
export type RotationStep = 'published' | 'retired' | 'turned-back' | 'abandoned' | 'declined' | 'nothing';

export interface RotationResult {
  readonly did: RotationStep;
  /** As it stands now; undefined where it is at its end. */
  readonly rotation: RotationReport | undefined;
  /** What to do next, as one sentence. */
  readonly next: string;
}

export interface RotationWorld {
  readonly journal: EnrollmentJournal;
  readonly people: RotateKeyPeople;
  readonly profile: ProfileKeyHolder;
  readonly owner: string;
  readonly bus: HidBus;
  readonly channel: ChannelWorld;
  /** Where keys are reached through Windows. */
  readonly windowsKey?: (() => Promise<WindowsKey>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly scrutiny: KeyScrutiny;
  readonly files: KeyFileFolder;
  readonly reconcileEveryMs: number;
  /** Before anybody types a PIN for a key that could then not be published. */
  readonly assertCanSignIn: () => Promise<void>;
}

/** Takes one of the steps below, and says how the rotation stands then. */
export async function stepped(
  step: (world: RotationWorld) => Promise<RotationStep>,
  people: RotateKeyPeople,
  world: OpenWorld,
): Promise<RotationResult> {
  const { journal, clock, owner, log, settings, homeFolder } = world;
  const { hid, windowsKey } = await world.keyAccess();
  const did = await step({
    journal,
    people,
    clock,
    owner,
    log,
    bus: await hid(),
    windowsKey,
    channel: await world.channel(),
    profile: profileHolder(people, world),
    scrutiny: await keyScrutiny(settings, homeFolder),
    files: diskKeyFiles(clock),
    reconcileEveryMs: reconcileEveryMs(settings),
    assertCanSignIn: async () => assertCanSignIn(settings),
  });
  const { rotation, next } = await statusReport(world);
  return { did, rotation, next };
}

/** Begins a rotation, or takes the next step of the one that was begun; of one that was given up too. */
export async function rotate(request: RotateRequest, world: RotationWorld, signal: AbortSignal): Promise<RotationStep> {
  const standing = standingOf(world);
  const { device } = request;
  if (standing?.leaving === 'new') return giveUp({ device, lost: false }, world, signal);
  const stage = standing?.stage;
  switch (stage) {
    case undefined:
    case 'making':
    case 'to-publish': {
      await world.assertCanSignIn();
      await makeBeside({ ...request, owner: world.owner }, rotateWorld(world), signal);
      return 'published';
    }
    case 'waiting':
    case 'to-prove':
      return 'nothing';
    case 'to-retire':
    case 'retiring':
      return retireKey({ device, lost: false }, world, signal);
    default:
      return stage satisfies never;
  }
}

/** Lets the key go that is to go; throws where it must stay (enrollment/retire.ts). */
export async function retireKey(
  request: RetireRequest,
  world: RotationWorld,
  signal: AbortSignal,
): Promise<RotationStep> {
  return (await retire(request, retireWorld(world), signal)) === undefined ? 'declined' : 'retired';
}

/** Gives the rotation up, and goes as far back as can be now. */
export async function giveUp(request: RetireRequest, world: RotationWorld, signal: AbortSignal): Promise<RotationStep> {
  const { outcome, abandoned } = await giveUpRotation(rotateWorld(world), signal);
  if (outcome === 'abandoned' && abandoned !== undefined && !request.lost) {
    await deleteAbandoned(abandoned, request, retireWorld(world), signal);
  }
  if (outcome !== 'turned-back') return outcome;
  const stage = standingOf(world)?.stage;
  const mayGo = stage === 'to-retire' || stage === 'retiring' || request.lost;
  if (!mayGo) return 'turned-back';
  return (await retireKey(request, world, signal)) === 'retired' ? 'retired' : 'turned-back';
}

function standingOf({ journal, clock, reconcileEveryMs }: RotationWorld): RotationStanding | undefined {
  const enrollments = journal.list();
  const rotation = rotationIn(enrollments);
  const facts = { enrollments, proofs: journal.lastProofs(), now: clock.now(), reconcileEveryMs };
  return rotation && rotationStanding(rotation, facts);
}

function rotateWorld(world: RotationWorld): RotateWorld {
  const { journal, people, clock, log, bus, channel, windowsKey, profile, scrutiny, files } = world;
  const random = (length: number) => new Uint8Array(randomBytes(length));
  return { journal, people, clock, log, bus, channel, windowsKey, profile, scrutiny, random, files, readKeyFile };
}

function retireWorld(world: RotationWorld): RetireWorld {
  return { ...rotateWorld(world), reconcileEveryMs: world.reconcileEveryMs };
}
