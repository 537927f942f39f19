/** Tells by the operating system's notifications, while no window of ours has the keyboard, what needs the person. */
import { Notification, type NotificationAction } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import type { Clock } from '../../time/clock.ts';
import type { ReminderNotice } from '../glasskey-reminder-telling.ts';
import type { PromptQueueView, SessionView } from '../ipc/contract.ts';
import { noticeWords } from '../reminders/notice-words.ts';
import type { Texts } from '../texts/texts.ts';

export interface NotifierWorld {
  readonly texts: Texts;
  readonly log: Log;
  readonly clock: Clock;
  /** A window of ours has the keyboard. */
  readonly isInFront: () => boolean;
  readonly showPrompt: () => void;
  readonly showSession: (id: string) => void;
  /** Begins the remedy of a reminder; undefined: shows all of them. */
  readonly showReminder: (id: string | undefined) => void;
  readonly snoozeReminder: (id: string, days: number) => void;
}

/** A system shows it at once, or says that it cannot; one that is set to show none may do neither. */
export const SHOWN_WITHIN_MS = 30_000;

export class Notifier {
  readonly #world: NotifierWorld;
  /** Kept while shown: one that is collected as garbage hears no click. */
  readonly #shown = new Set<Notification>();
  readonly #ofPrompts = new Map<string, Notification | undefined>();
  #running = new Set<string>();

  constructor(world: NotifierWorld) {
    this.#world = world;
  }

  /** Says something whether a window is in front or not. */
  tell(title: string, body: string, clicked?: () => void): Notification | undefined {
    try {
      if (!Notification.isSupported()) return undefined;
      const notification = new Notification({ title, body: asBody(body, process.platform) });
      this.#shown.add(notification);
      notification.once('click', () => clicked?.());
      notification.once('close', () => this.#shown.delete(notification));
      notification.show();
      return notification;
    } catch (error) {
      this.#world.log('warn', 'notification.failed', { message: String(error) });
      return undefined;
    }
  }

  /** A new question, while the person looks elsewhere; gone with the question. */
  promptsChanged({ prompts }: PromptQueueView): void {
    const asking = prompts.filter(({ state }) => state === 'asking' || state === 'touch');
    for (const [id, notification] of this.#ofPrompts) {
      if (prompts.some((prompt) => prompt.id === id)) continue;
      notification?.close();
      this.#ofPrompts.delete(id);
    }
    for (const { id, title, sentences } of asking) {
      if (this.#ofPrompts.has(id)) continue;
      const isSeen = this.#world.isInFront();
      this.#ofPrompts.set(id, isSeen ? undefined : this.tell(title, sentences.join(' '), this.#world.showPrompt));
    }
  }

  /** A session that has ended by a failure, while the person looks elsewhere. */
  sessionsChanged(sessions: readonly SessionView[]): void {
    const before = this.#running;
    this.#running = new Set(sessions.filter(({ state }) => state !== 'ended').map(({ id }) => id));
    for (const { id, state, target, error } of sessions) {
      if (state !== 'ended' || !before.has(id) || error === undefined || error.kind === 'cancelled') continue;
      if (this.#world.isInFront()) continue;
      const title = this.#world.texts.say('shell.session-ended.title', { target });
      this.tell(title, error.message, () => this.#world.showSession(id));
    }
  }

  /**
   * One notification for all that is to be told now, whether a window is in front or not. Resolves once the system has shown it; rejects
   * where it could not, so that it is told again. A system without notifications has window and tray alone.
   */
  remind({ critical, reminders }: ReminderNotice): Promise<void> {
    const { texts, clock, showReminder, snoozeReminder } = this.#world;
    const { title, body } = noticeWords(reminders, texts);
    const [only, ...others] = reminders;
    const one = others.length === 0 ? only : undefined;
    return new Promise((resolve, reject) => {
      if (!Notification.isSupported()) return resolve();
      const notification = new Notification({
        title,
        body: asBody(body, process.platform),
        urgency: critical ? 'critical' : 'normal',
        // Linux' services show them in ways too different to be relied on; there a click does it.
        actions: one === undefined || process.platform !== 'darwin' ? [] : actionsOf(one, texts),
      });
      this.#shown.add(notification);
      const failed = (why: string) => {
        stopWaiting();
        this.#shown.delete(notification);
        reject(new Error(why));
      };
      const stopWaiting = clock.after(SHOWN_WITHIN_MS, () => {
        notification.close();
        failed('the system neither showed it nor said why not');
      });
      notification.once('show', () => {
        stopWaiting();
        resolve();
      });
      notification.once('failed', (_event, error) => failed(error));
      notification.once('click', () => showReminder(one?.id));
      notification.once('action', (_event, index) => {
        if (one === undefined || index === 0) showReminder(one?.id);
        else snoozeReminder(one.id, 1);
      });
      notification.once('close', () => this.#shown.delete(notification));
      notification.show();
    });
  }

  close(): void {
    for (const notification of this.#shown) notification.close();
    this.#shown.clear();
  }
}

/** In the order of their numbers. */
function actionsOf({ remedy }: ReminderNotice['reminders'][number], texts: Texts): NotificationAction[] {
  return [texts.say(`reminders.act-${remedy.action.kind}`), texts.say('reminders.notice-tomorrow')].map((text) => {
    return { type: 'button', text };
  });
}

/** Linux reads markup in a body, which Electron hands over as it is: a stranger's name could hide or draw something there. */
export function asBody(text: string, platform: NodeJS.Platform): string {
  if (platform !== 'linux') return text;
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
