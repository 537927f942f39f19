/** A computer with a published key, its clock in the test's hands, and people who are asked about a rotation. */

import { silentLog } from '../../../diagnostics/log.ts';
import type { EnrollmentIn, WrittenEnrollment } from '../../../main/enrollment/enrollment.ts';
import { isWritten } from '../../../main/enrollment/enrollment.ts';
import type { GiveUpQuestion, RetireQuestion, RotationEvent } from '../../../main/enrollment/rotation-people.ts';
import type { RotateKeyPeople } from '../../../main/glasskey-rotation.ts';
import { giveUp, type RotationStep, type RotationWorld, retireKey, rotate } from '../../../main/glasskey-rotation.ts';
import { type Clock, systemClock } from '../../../time/clock.ts';
import { Computer, type ComputerOptions, ScriptedPeople } from './enrollment-world.ts';

export const FOUR_HOURS = 4 * 60 * 60 * 1000;
export const DEVICE = 'alice@10.0.0.7';
const NEVER = new AbortController().signal;

/** Answers for a rotation too. */
export class RotatingPeople extends ScriptedPeople implements RotateKeyPeople {
  readonly retireQuestions: RetireQuestion[] = [];
  readonly giveUpQuestions: GiveUpQuestion[] = [];
  readonly rotationEvents: RotationEvent[] = [];
  agrees = true;
  /** Runs when a key is about to go. */
  onRetire: () => void = () => {};
  /** Runs when something is told of the rotation. */
  onRotation: (event: RotationEvent) => void = () => {};

  async mayRetire(question: RetireQuestion): Promise<boolean> {
    this.retireQuestions.push(question);
    this.onRetire();
    return this.agrees;
  }

  async mayGiveUp(question: GiveUpQuestion): Promise<boolean> {
    this.giveUpQuestions.push(question);
    return this.agrees;
  }

  tellRotation(event: RotationEvent): void {
    this.rotationEvents.push(event);
    this.onRotation(event);
  }

  signInWanted(): void {}
}

/** The system's clock, as much later as the test says. */
export class LaterClock implements Clock {
  aheadMs = 0;
  now = () => systemClock.now() + this.aheadMs;
  after = (ms: number, run: () => void) => systemClock.after(ms, run);
}

export class Rotating {
  readonly people = new RotatingPeople();
  readonly computer: Computer;
  readonly clock: LaterClock;

  private constructor(computer: Computer, clock: LaterClock) {
    this.computer = computer;
    this.clock = clock;
  }

  /** With a key that is on the profile, and that every device has. */
  static async start(options: ComputerOptions = {}): Promise<Rotating> {
    const clock = new LaterClock();
    const computer = await Computer.start({ clock, ...options });
    await computer.enroll();
    const rotating = new Rotating(computer, clock);
    rotating.reconcile();
    return rotating;
  }

  /** The computer in `folder`, as an earlier process left it; its clock is ahead by as much as this one's. */
  static again(folder: string, clock: LaterClock, options: ComputerOptions = {}): Rotating {
    return new Rotating(Computer.again(folder, { clock, ...options }), clock);
  }

  get world(): RotationWorld {
    const { computer, people, clock } = this;
    const { journal, bus, channel, profile, scrutiny, files } = computer.world;
    const assertCanSignIn = async () => {};
    const standard = { owner: 'alice@laptop', log: silentLog, reconcileEveryMs: FOUR_HOURS, assertCanSignIn };
    return { journal, people, profile, bus, channel, clock, scrutiny, files, ...standard };
  }

  rotate(some: Partial<Parameters<typeof rotate>[0]> = {}, signal = NEVER): Promise<RotationStep> {
    return rotate({ algorithm: undefined, device: undefined, ...some }, this.world, signal);
  }

  retire(some: Partial<Parameters<typeof retireKey>[0]> = {}, signal = NEVER): Promise<RotationStep> {
    return retireKey({ device: undefined, lost: false, ...some }, this.world, signal);
  }

  giveUp(some: Partial<Parameters<typeof giveUp>[0]> = {}, signal = NEVER): Promise<RotationStep> {
    return giveUp({ device: undefined, lost: false, ...some }, this.world, signal);
  }

  /** All devices have by now what is on the profile. */
  reconcile(): void {
    this.clock.aheadMs += FOUR_HOURS;
  }

  /** A device accepts a login with it. */
  prove(enrollment: { readonly id: string }): void {
    const proof = { at: this.clock.now(), device: DEVICE, by: 'command-line' } as const;
    this.computer.journal.prove(enrollment.id, proof);
  }

  /** Until the old key may go. */
  async rotateAndProve(): Promise<void> {
    await this.rotate();
    this.reconcile();
    this.prove(this.replacement);
  }

  get old(): EnrollmentIn<'written' | 'published' | 'retiring' | 'retired'> {
    const [old] = this.computer.journal.list();
    if (old === undefined || !('files' in old)) throw new Error('there is no old key');
    return old;
  }

  get replacement(): WrittenEnrollment {
    const replacement = this.computer.journal.list().find(({ plan }) => plan.replaces !== undefined);
    if (replacement === undefined || !isWritten(replacement)) throw new Error('there is no new key');
    return replacement;
  }

  /** The user ids of the credentials on the security key, oldest first, as people read them. */
  get credentials(): string[] {
    return this.computer.authenticator
      .credentials()
      .map(({ userId }) => userId)
      .toReversed();
  }
}

export function userIdOf({ plan }: { readonly plan: { readonly userId: Uint8Array } }): string {
  return Buffer.from(plan.userId).toString('hex');
}
