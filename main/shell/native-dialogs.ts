/** The dialogs of the operating system's own: whether to quit, and what this program is. */
import { app, type BrowserWindow, dialog } from 'electron';
import type { Texts } from '../texts/texts.ts';

/** Whether to quit although so many sessions are open. No button is pressed by Enter but the one that stays. */
export async function askMayQuit(window: BrowserWindow | undefined, texts: Texts, count: number): Promise<boolean> {
  const { response } = await showMessage(window, {
    type: 'question',
    message: texts.say('shell.quit.question', { count }),
    detail: texts.say('shell.quit.detail'),
    buttons: [texts.say('shell.quit.yes'), texts.say('shell.quit.no')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

export async function tellAbout(window: BrowserWindow | undefined, texts: Texts): Promise<void> {
  await showMessage(window, {
    type: 'info',
    message: texts.say('shell.app'),
    detail: texts.say('shell.about.detail', { version: app.getVersion() }),
    buttons: [texts.say('shell.about.close')],
  });
}

/** A window that nobody sees would hide the dialog with it. */
function showMessage(window: BrowserWindow | undefined, options: Electron.MessageBoxOptions) {
  return window === undefined || !window.isVisible()
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options);
}
