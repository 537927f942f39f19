import { z } from 'zod';
import type { CountedCommand } from './counters.ts';

/** What goes wrong. All members may be combined; the absent ones do nothing. */
export const faultPlanSchema = z.strictObject({
  /**
   * The key is pulled out when this many packets (both directions together, counted from the setting of the plan) have
   * passed. 0: the first write already rejects.
   */
  unplugAfterPackets: z.number().int().nonnegative().optional(),
  /** Packets that vanish, by their number (1-based, both directions together, counted from the setting of the plan). */
  dropPackets: z.array(z.number().int().positive()).optional(),
  /** So many packets of foreign channels before each packet to the host. */
  strayPackets: z.number().int().nonnegative().optional(),
  /** The next so many requests (INIT apart) are answered CHANNEL_BUSY. */
  busyRequests: z.number().int().nonnegative().optional(),
  /** So many KEEPALIVEs at once before each CBOR reply. */
  keepaliveFlood: z.number().int().nonnegative().optional(),
  /** The next so many CBOR replies are replaced by nonsense of the given kind. */
  garbageReplies: z
    .strictObject({
      /** bytes: status 0 and random bytes; cbor: valid CBOR of a wrong shape; reports: random 64-byte reports. */
      kind: z.enum(['bytes', 'cbor', 'reports']),
      count: z.number().int().nonnegative(),
    })
    .optional(),
  /** In the next so many replies of several packets the first continuation packet bears the wrong number. */
  wrongSequences: z.number().int().nonnegative().optional(),
  /** CBOR replies come so much later, without keep-alives meanwhile. */
  lateRepliesMs: z.number().nonnegative().optional(),
  /** CTAP commands that are answered with a status at once, instead of being run; each entry once, in order. */
  statusReplies: z
    .array(
      z.strictObject({
        command: z.number().int(),
        subCommand: z.number().int().optional(),
        status: z.number().int().min(0).max(255),
      }),
    )
    .optional(),
  /** lastEnrollSampleStatus of the next fingerprint samples; the ones after them are good. */
  sampleStatuses: z.array(z.number().int().nonnegative()).optional(),
});
export type FaultPlan = z.infer<typeof faultPlanSchema>;

type PacketFate = 'pass' | 'drop';

/** Holds the fault plan and what is left of it. */
export class Faults {
  private plan: FaultPlan = {};
  private packets = 0;
  private left = { busy: 0, garbage: 0, wrongSequence: 0 };
  private samples: number[] = [];
  private statuses: NonNullable<FaultPlan['statusReplies']> = [];

  /** Replaces the plan; packet counting starts again at nought. */
  set(plan: FaultPlan): void {
    this.plan = plan;
    this.packets = 0;
    this.left = {
      busy: plan.busyRequests ?? 0,
      garbage: plan.garbageReplies?.count ?? 0,
      wrongSequence: plan.wrongSequences ?? 0,
    };
    this.samples = [...(plan.sampleStatuses ?? [])];
    this.statuses = [...(plan.statusReplies ?? [])];
  }

  clear(): void {
    this.set({});
  }

  /** Packets that passed since the plan was set (dropped ones included). */
  get packetsSeen(): number {
    return this.packets;
  }

  /** True when the plan says that the key is out by now. One-shot: `unplugged` takes it from the plan. */
  get unplugDue(): boolean {
    return this.plan.unplugAfterPackets !== undefined && this.packets >= this.plan.unplugAfterPackets;
  }

  unplugged(): void {
    const { unplugAfterPackets: _done, ...rest } = this.plan;
    this.plan = rest;
  }

  nextPacket(): PacketFate {
    this.packets++;
    return this.plan.dropPackets?.includes(this.packets) ? 'drop' : 'pass';
  }

  get strayPackets(): number {
    return this.plan.strayPackets ?? 0;
  }

  takeBusy(): boolean {
    return this.take('busy');
  }

  get keepaliveFlood(): number {
    return this.plan.keepaliveFlood ?? 0;
  }

  takeGarbage(): 'bytes' | 'cbor' | 'reports' | undefined {
    return this.take('garbage') ? this.plan.garbageReplies?.kind : undefined;
  }

  takeWrongSequence(): boolean {
    return this.take('wrongSequence');
  }

  get lateRepliesMs(): number {
    return this.plan.lateRepliesMs ?? 0;
  }

  /** The status that this command is to be answered with, if the plan has one for it. */
  takeStatus({ command, subCommand }: CountedCommand): number | undefined {
    const at = this.statuses.findIndex(
      (one) => one.command === command && (one.subCommand === undefined || one.subCommand === subCommand),
    );
    return at < 0 ? undefined : this.statuses.splice(at, 1)[0]?.status;
  }

  takeSampleStatus(): number | undefined {
    return this.samples.shift();
  }

  private take(kind: keyof typeof this.left): boolean {
    if (this.left[kind] === 0) return false;
    this.left[kind]--;
    return true;
  }
}
