/** What a deep link leads to: a question, and only after a yes a session. */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import { parseHostSpec, shownHostSpec } from '../connect/host-spec.ts';
import { isBareWord } from '../glasskey-target-ways.ts';
import type { TargetView } from '../ipc/contract.ts';
import type { OpenPrompt, PromptSubject } from '../prompts/prompt.ts';
import type { Texts } from '../texts/texts.ts';
import { parseDeepLink } from './deep-link.ts';

export interface LinkRequestsWorld {
  readonly log: Log;
  readonly texts: Texts;
  readonly prompts: { open(subject: PromptSubject): OpenPrompt };
  readonly targets: () => Promise<readonly TargetView[]>;
  readonly connect: (target: string) => Promise<void>;
  /** By a notification: the person clicked a link and would wait for nothing. */
  readonly tell: (title: string, body: string) => void;
}

export class LinkRequests {
  readonly #world: LinkRequestsWorld;
  #isAsking = false;

  constructor(world: LinkRequestsWorld) {
    this.#world = world;
  }

  /** Never fails. One at a time: a page that sends many is not asked about many. */
  async receive(link: string): Promise<void> {
    const { log, texts, tell } = this.#world;
    const parsed = parseDeepLink(link);
    if (parsed === undefined) {
      log('warn', 'link.malformed', { length: link.length });
      tell(texts.say('shell.link.malformed.title'), texts.say('shell.link.malformed.body'));
      return;
    }
    if (this.#isAsking) {
      log('warn', 'link.ignored');
      return;
    }
    this.#isAsking = true;
    try {
      await this.#ask(parsed.kind === 'saved' ? parsed.name : parsed.device, parsed.kind === 'saved');
    } catch (thrown) {
      const { code, message, remedy } = asGlasskeyError(thrown);
      log('warn', 'link.failed', { code });
      tell(message, remedy);
    } finally {
      this.#isAsking = false;
    }
  }

  async #ask(target: string, isSaved: boolean): Promise<void> {
    const { log, texts, targets, connect, prompts, tell } = this.#world;
    const known = isSaved ? (await targets()).find(({ name }) => name === target) : undefined;
    if (isSaved && known === undefined) {
      log('warn', 'link.unknown-target');
      tell(texts.say('shell.link.unknown.title', { target }), texts.say('shell.link.unknown.body'));
      return;
    }
    const sentences = [texts.say('shell.link.sentence', { target: shownAddress(known?.device ?? target) })];
    const through = shownJumps(known);
    if (through !== '') sentences.push(texts.say('shell.link.through', { jumps: through }));
    sentences.push(texts.say('shell.link.caution'));
    const stop = new AbortController();
    const prompt = prompts.open({
      title: texts.say('shell.link.title', { target }),
      sentences,
      cancel: () => stop.abort(),
    });
    try {
      const button = { answer: 'once', label: texts.say('shell.link.open') } as const;
      const allowed = await prompt.ask({ buttons: [button] }, stop.signal);
      log('info', 'link.answered', { isAllowed: allowed !== undefined });
      if (allowed === undefined) return;
    } finally {
      prompt.close();
    }
    await connect(target);
  }
}

/** Of the way that a login takes. The name of a saved jump host stays as it is. */
function shownJumps(target: TargetView | undefined): string {
  const way = target?.ways.find(({ kind }) => kind === 'jump') ?? target?.ways[0];
  return (way?.jumps ?? []).map((jump) => (isBareWord(jump) ? jump : shownAddress(jump))).join(', ');
}

/** Without ssh's own port. What a link names has been parsed before it comes here, and what is saved before it was. */
function shownAddress(text: string): string {
  return shownHostSpec(parseHostSpec(text));
}
