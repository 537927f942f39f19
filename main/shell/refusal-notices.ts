/**
 * Requests for signatures that the agent refused by itself, told by notifications: the first at once, those of the next minute together.
 * Whoever asks a thousand times is told of twice.
 */
import type { Clock } from '../../time/clock.ts';
import type { RefusedRequestView } from '../ipc/agent-calls.ts';
import type { Texts } from '../texts/texts.ts';

export const REFUSALS_TOLD_EVERY_MS = 60_000;

/** What its own user has brought about, and has been told by the program: the screen was locked, a key is enrolled no more. */
const NOT_TOLD: ReadonlySet<string | undefined> = new Set(['AGENT_LOCKED', 'AGENT_KEY_UNKNOWN']);

export interface RefusalNoticesWorld {
  readonly clock: Clock;
  readonly texts: Texts;
  readonly tell: (title: string, body: string) => void;
}

export class RefusalNotices {
  readonly #world: RefusalNoticesWorld;
  /** Not told yet. */
  #count = 0;
  #last: RefusedRequestView | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(world: RefusalNoticesWorld) {
    this.#world = world;
  }

  refused(request: RefusedRequestView): void {
    if (NOT_TOLD.has(request.reason)) return;
    this.#count += 1;
    this.#last = request;
    if (this.#stopWaiting === undefined) this.#tell();
  }

  /** Nothing is told any more. */
  close(): void {
    this.#stopWaiting?.();
    this.#count = 0;
  }

  #tell(): void {
    const { clock, texts, tell } = this.#world;
    const [count, last] = [this.#count, this.#last];
    this.#count = 0;
    this.#stopWaiting = undefined;
    if (count === 0 || last === undefined) return;
    this.#stopWaiting = clock.after(REFUSALS_TOLD_EVERY_MS, () => this.#tell());
    tell(
      texts.say('shell.refused.title', { count }),
      texts.say('shell.refused.body', { count, what: whatText(texts, last) }),
    );
  }
}

function whatText(texts: Texts, { purpose, through }: RefusedRequestView): string {
  const hops = through.join(', ');
  const way = hops === '' ? 'direct' : 'through';
  switch (purpose.kind) {
    case 'login': {
      const { user, host = texts.say('prompt.host-unnamed') } = purpose;
      return texts.say('shell.refused.login', { user, host, way, hops });
    }
    case 'sshsig':
      return texts.say('shell.refused.sshsig', { namespace: purpose.namespace, way, hops });
    case 'other':
      return texts.say('shell.refused.other', { way, hops });
    default:
      return purpose satisfies never;
  }
}
