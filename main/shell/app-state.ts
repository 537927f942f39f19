/** What tray, menus and notifications show, followed by the same events that the windows get. */
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { CallHandlers } from '../ipc/call-server.ts';
import type {
  AgentView,
  EventName,
  EventPayload,
  Readiness,
  SessionView,
  SettingValueView,
  SettingView,
  TargetView,
} from '../ipc/contract.ts';
import { ask } from './ask-handlers.ts';

/** A timer of Node's cannot be set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface AppStateWorld {
  readonly handlers: CallHandlers;
  readonly clock: Clock;
  readonly log: Log;
}

export class AppState {
  readonly #world: AppStateWorld;
  readonly #listeners = new Set<() => void>();
  #readiness: Readiness | undefined;
  #targets: readonly TargetView[] = [];
  #sessions: readonly SessionView[] = [];
  #agent: AgentView | undefined;
  #remindersDue = 0;
  #settings = new Map<string, Pick<SettingView, 'value' | 'source'>>();
  #cancelRefresh: (() => void) | undefined;
  /** What is being asked for now, and whether it must be asked for once more. */
  readonly #asking = new Map<string, 'once' | 'again'>();

  constructor(world: AppStateWorld) {
    this.#world = world;
  }

  get readiness(): Readiness | undefined {
    return this.#readiness;
  }

  /** Last used first. */
  get targets(): readonly TargetView[] {
    return this.#targets;
  }

  get sessions(): readonly SessionView[] {
    return this.#sessions;
  }

  get agent(): AgentView | undefined {
    return this.#agent;
  }

  /** How many are due or urgent, and neither snoozed nor dismissed. */
  get remindersDue(): number {
    return this.#remindersDue;
  }

  /** Undefined until it is known. */
  /** Whether the person has set it, and not a file or nobody. */
  isSetByUser(key: string): boolean {
    return this.#settings.get(key)?.source === 'user';
  }

  setting(key: string): SettingValueView | undefined {
    return this.#settings.get(key)?.value;
  }

  /** Called after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Asks for everything once. Never fails: what cannot be had is unknown, and the log says so. */
  async start(): Promise<void> {
    await Promise.all([
      this.#refreshSettings(),
      this.#refreshReadiness(),
      this.#refreshTargets(),
      this.#refreshReminders(),
      this.#refresh('agent', async () => {
        this.#agent = await ask(this.#world.handlers, 'agent.status', {});
      }),
      this.#refresh('sessions', async () => {
        this.#sessions = (await ask(this.#world.handlers, 'sessions.list', {})).sessions;
      }),
    ]);
  }

  receive<N extends EventName>(name: N, payload: EventPayload<N>): void {
    if (name === 'readiness.changed') void this.#refreshReadiness();
    if (name === 'targets.changed') void this.#refreshTargets();
    if (name === 'reminders.changed' || name === 'readiness.changed') void this.#refreshReminders();
    if (name === 'settings.changed') void this.#refreshSettings();
    if (name === 'agent.changed') this.#agent = payload as AgentView;
    if (name === 'sessions.changed') this.#sessions = (payload as EventPayload<'sessions.changed'>).sessions;
    if (name === 'agent.changed' || name === 'sessions.changed') this.#changed();
  }

  close(): void {
    this.#cancelRefresh?.();
    this.#listeners.clear();
  }

  #refreshSettings(): Promise<void> {
    return this.#refresh('settings', async () => {
      const { settings } = await ask(this.#world.handlers, 'settings.list', {});
      this.#settings = new Map(settings.map(({ key, value, source }) => [key, { value, source }]));
    });
  }

  #refreshTargets(): Promise<void> {
    return this.#refresh('targets', async () => {
      this.#targets = (await ask(this.#world.handlers, 'targets.list', {})).targets;
    });
  }

  #refreshReminders(): Promise<void> {
    return this.#refresh('reminders', async () => {
      const { open, now } = await ask(this.#world.handlers, 'reminders.list', {});
      this.#remindersDue = open.filter(
        ({ severity, snoozedUntil = 0, dismissed }) =>
          (severity === 'due' || severity === 'critical') && snoozedUntil <= now && dismissed === undefined,
      ).length;
    });
  }

  #refreshReadiness(): Promise<void> {
    return this.#refresh('readiness', async () => {
      const readiness = await ask(this.#world.handlers, 'readiness.get', {});
      this.#readiness = readiness;
      this.#cancelRefresh?.();
      this.#cancelRefresh = undefined;
      if (readiness.next.action !== 'wait') return;
      const wait = Math.min(Math.max(readiness.next.until - readiness.now, 0) + 1000, LONGEST_TIMER_MS);
      this.#cancelRefresh = this.#world.clock.after(wait, () => void this.#refreshReadiness());
    });
  }

  /** One at a time of a kind: what changes meanwhile is asked for once more, not many times at once. */
  async #refresh(what: string, work: () => Promise<void>): Promise<void> {
    if (this.#asking.has(what)) {
      this.#asking.set(what, 'again');
      return;
    }
    do {
      this.#asking.set(what, 'once');
      try {
        await work();
        this.#changed();
      } catch (error) {
        this.#world.log('warn', 'app-state.unknown', { what, message: String(error) });
      }
    } while (this.#asking.get(what) === 'again');
    this.#asking.delete(what);
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
