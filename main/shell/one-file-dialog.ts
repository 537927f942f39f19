/**
 * One dialog for a file at a time, however often a window asks: a script that got into a window could otherwise bury the person
 * under dialogs, and who has two before them does not know which is for what.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export class OneFileDialog {
  #isOpen = false;

  /** Runs `ask`, which shows a dialog until it is answered. Throws `FILE_DIALOG_OPEN` while another one is shown. */
  async show<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#isOpen) throw alreadyOpen();
    this.#isOpen = true;
    try {
      return await ask();
    } finally {
      this.#isOpen = false;
    }
  }
}

function alreadyOpen(): GlasskeyError {
  return new GlasskeyError({
    code: 'FILE_DIALOG_OPEN',
    message: 'A dialog for choosing a file is open already.',
    remedy: 'Choose a file there, or close it, then try again.',
  });
}
