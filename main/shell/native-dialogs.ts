/** The dialogs of the operating system's own: whether to quit, where a new file goes, and what this program is. */
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

/** Where a new file goes; undefined: declined. Whether what is there may be replaced, the dialog asks too. */
export async function askNewFile(window: BrowserWindow | undefined, name: string): Promise<string | undefined> {
  const options = { defaultPath: name, properties: ['showOverwriteConfirmation' as const] };
  const isSeen = window?.isVisible() === true;
  const { canceled, filePath } = await (isSeen
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  return canceled || filePath === '' ? undefined : filePath;
}

/** Which file is meant; undefined: declined. The endings are what is shown first: any other file can be chosen too. */
export async function askFile(
  window: BrowserWindow | undefined,
  texts: Texts,
  endings: readonly string[],
): Promise<string | undefined> {
  const filters = [
    { name: texts.say('shell.files.fitting'), extensions: [...endings] },
    { name: texts.say('shell.files.all'), extensions: ['*'] },
  ];
  const options = { filters, properties: ['openFile' as const, 'showHiddenFiles' as const] };
  const isSeen = window?.isVisible() === true;
  const { canceled, filePaths } = await (isSeen
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled ? undefined : filePaths[0];
}

/** A window that nobody sees would hide the dialog with it. */
function showMessage(window: BrowserWindow | undefined, options: Electron.MessageBoxOptions) {
  return window === undefined || !window.isVisible()
    ? dialog.showMessageBox(options)
    : dialog.showMessageBox(window, options);
}
