/** A target as a file has it, before anybody has looked whether it can be used. */
import type { Way } from '../storage/target-store.ts';

/** What the file does not say is absent: a target that is there already keeps it. */
export interface FoundTarget {
  /** `line 7`, with the file where there are several. */
  readonly place: string;
  readonly name: string;
  /** As it stands there. */
  readonly role?: string | undefined;
  readonly device?: string | undefined;
  readonly ways?: readonly Way[] | undefined;
  /** Of the first way by `ssh -J`, where the file tells no more than that one. */
  readonly jumps?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly notes?: string | undefined;
  readonly isFavourite?: boolean | undefined;
  /** Why it cannot be taken. */
  readonly fault?: string | undefined;
}

export interface FoundTargets {
  readonly targets: readonly FoundTarget[];
  /** What the file holds beside targets that can be taken, in sentences. */
  readonly notes: readonly string[];
}
