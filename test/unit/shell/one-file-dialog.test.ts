import { describe, expect, it } from 'vitest';
import { OneFileDialog } from '../../../main/shell/one-file-dialog.ts';

describe('one file dialog at a time', () => {
  it('refuses a second one while the first is shown, and shows it once that was answered', async () => {
    const dialogs = new OneFileDialog();
    const first = Promise.withResolvers<string>();
    const answer = dialogs.show(() => first.promise);
    let isSecondShown = false;
    const second = async () => {
      isSecondShown = true;
      return 'b';
    };
    await expect(dialogs.show(second)).rejects.toMatchObject({ code: 'FILE_DIALOG_OPEN' });
    expect(isSecondShown).toBe(false);
    first.resolve('a');
    expect(await answer).toBe('a');
    expect(await dialogs.show(second)).toBe('b');
  });

  it('shows the next one after a dialog that failed', async () => {
    const dialogs = new OneFileDialog();
    await expect(dialogs.show(() => Promise.reject(new Error('no display')))).rejects.toThrow('no display');
    expect(await dialogs.show(async () => 'a')).toBe('a');
  });
});
