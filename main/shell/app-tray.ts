/** The tray: the state at a glance, and the way back to the window. */
import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import type { TargetView } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import type { TrayLook } from './tray-look.ts';

const RECENT_TARGETS = 5;

export interface TrayWorld {
  readonly texts: Texts;
  readonly log: Log;
  /** The folder of the drawings. */
  readonly icons: string;
  readonly platform: NodeJS.Platform;
  readonly open: () => void;
  readonly connect: (target: string) => void;
  /** What the agent was asked. */
  readonly showActivity: () => void;
  readonly showReminders: () => void;
  readonly quit: () => void;
}

export interface TrayContent extends TrayLook {
  readonly targets: readonly TargetView[];
  readonly agentLine: string;
  readonly remindersLine: string;
}

export class AppTray {
  readonly #world: TrayWorld;
  readonly #tray: Tray | undefined;
  #shown = '';

  constructor(world: TrayWorld, first: TrayContent) {
    this.#world = world;
    this.#tray = this.#make(first);
    // On macOS a click opens the menu.
    if (world.platform !== 'darwin') this.#tray?.on('click', () => world.open());
    this.show(first);
  }

  /** There is one: an app without a window can be reached by it. */
  get isThere(): boolean {
    return this.#tray !== undefined;
  }

  show(content: TrayContent): void {
    const { texts, open, connect, showActivity, showReminders, quit } = this.#world;
    const { icon, sentence, agentLine, remindersLine } = content;
    const targets = content.targets.slice(0, RECENT_TARGETS);
    // A menu that is set anew closes under the pointer: only when something is different.
    const shown = JSON.stringify([icon, sentence, agentLine, remindersLine, targets.map(({ name }) => name)]);
    if (this.#tray === undefined || shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setImage(this.#image(icon));
    this.#tray.setToolTip(sentence);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'open', label: texts.say('shell.tray.open'), click: open },
        { type: 'separator' },
        ...targets.map(({ name }) => ({
          label: texts.say('shell.tray.connect', { target: name }),
          click: () => connect(name),
        })),
        ...(targets.length > 0 ? [{ type: 'separator' as const }] : []),
        { id: 'reminders', label: remindersLine, click: showReminders },
        { id: 'agent', label: agentLine, enabled: false },
        { id: 'activity', label: texts.say('shell.tray.activity'), click: showActivity },
        { type: 'separator' },
        { id: 'quit', label: texts.say('shell.tray.quit'), click: quit },
      ]),
    );
  }

  destroy(): void {
    this.#tray?.destroy();
  }

  #make({ icon }: TrayContent): Tray | undefined {
    try {
      return new Tray(this.#image(icon));
    } catch (error) {
      // A desktop without a tray: the window is minimised instead of hidden.
      this.#world.log('warn', 'tray.none', { message: String(error) });
      return undefined;
    }
  }

  /** With its `@2x` beside it, which Electron finds by itself. */
  #image(icon: TrayLook['icon']) {
    const kind = this.#world.platform === 'darwin' ? 'Template' : '';
    return nativeImage.createFromPath(join(this.#world.icons, `${icon}${kind}.png`));
  }
}
