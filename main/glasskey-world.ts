/** What Glasskey is given, whom it asks, and what its parts are composed over: what glasskey.ts and the files beside it share. */
import type { Log } from '../diagnostics/log.ts';
import type { ChannelWorld } from '../native/ctaphid/channel.ts';
import type { HidBus } from '../native/hid/transport.ts';
import type { BeyondWebauthn } from '../native/webauthn/beyond-webauthn.ts';
import type { WindowsAccess } from '../native/webauthn/windows-access.ts';
import type { Clock } from '../time/clock.ts';
import type { OnRefused } from './agent/activity-log.ts';
import type { EnrollmentJournal, WrittenEnrollment } from './enrollment/enrollment.ts';
import type { People } from './enrollment/people.ts';
import type { TokenCacheStore } from './entra/token-cache.ts';
import type { SigningPeople } from './glasskey-agent.ts';
import type { KeyAccess, KeyWay } from './glasskey-key-way.ts';
import type { RunningAgents } from './glasskey-running-agents.ts';
import type { Database } from './storage/database.ts';
import type { Settings } from './storage/settings.ts';

export interface GlasskeyWorld {
  readonly hid: () => Promise<HidBus>;
  /** On Windows alone: how security keys are reached where this account may not open them. */
  readonly windows?: (() => Promise<WindowsAccess>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  /** `user@computer`: whose key it is, for the name on the security key. */
  readonly owner: string;
  /** Where the tokens of a sign-in are kept between runs, encrypted; without it they live in memory only. */
  readonly tokens?: TokenCacheStore;
  /** A setting that cannot be used, in a sentence: whoever wrote it must hear of it. */
  readonly settingUnusable?: (sentence: string) => void;
  /** Gets each request for a signature that an agent of this process refused by itself. */
  readonly requestRefused?: OnRefused;
  /** What looks once and tells what is due, started by itself: an absolute path, and its words. Without it, no check can be scheduled. */
  readonly check?: readonly [string, ...string[]];
}

/** Everyone who is asked or told something: enrollment's people, and those of sign-in and signatures. */
export interface GlasskeyPeople extends People, SigningPeople {
  /** The browser has the sign-in page now, or (`url`) could not be started, and a person must open it by hand. */
  signInWanted(url: string | undefined): void;
  /** Of several security keys that are plugged in, somebody is there to touch the one that is meant. */
  readonly mayTouchToSelect?: boolean;
}

/** The world with its storage open (glasskey-open-world.ts): what each part is composed over. */
export interface OpenWorld extends Omit<GlasskeyWorld, 'settingUnusable'> {
  readonly platform: NodeJS.Platform;
  /** To whoever listens, and to the log in the data folder. */
  readonly log: Log;
  readonly dataFolder: string;
  readonly database: Database;
  readonly settings: Settings;
  readonly journal: EnrollmentJournal;
  /** Agents that run now: the screen lock reaches them. */
  readonly agents: RunningAgents;
  /** The enrollments whose files were written, oldest first. */
  written(): readonly WrittenEnrollment[];
  /** Which way security keys are reached; undefined where there is but one: everywhere but on Windows. */
  keyWay(): Promise<KeyWay | undefined>;
  /** For whoever uses security keys: the bus opens none, for `what`, where they are reached through Windows, by `windowsKey`. */
  keyAccess(what?: BeyondWebauthn): Promise<KeyAccess>;
  /** Made when it is first asked for: what it brings along takes longer to load than a login to plan. */
  channel(): Promise<ChannelWorld>;
}
