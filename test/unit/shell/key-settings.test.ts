import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openKeySettings } from '../../../main/shell/key-settings.ts';

const openExternal = vi.hoisted(() => vi.fn<(url: string) => Promise<void>>());
vi.mock('electron', () => ({ shell: { openExternal } }));

const NOT_OPENED = { code: 'KEY_SETTINGS_NOT_OPENED', remedy: expect.stringContaining('Sign-in options') };

describe('Windows Settings', () => {
  beforeEach(() => void openExternal.mockReset());

  it('open at the page for security keys', async () => {
    await openKeySettings('win32');
    expect(openExternal.mock.calls).toEqual([['ms-settings:signinoptions']]);
  });

  it('are named, with the way by hand, where Windows does not open them', async () => {
    openExternal.mockRejectedValue(new Error('no program'));
    await expect(openKeySettings('win32')).rejects.toMatchObject(NOT_OPENED);
  });

  it.each(['linux', 'darwin'] as const)('are never asked for on %s', async (platform) => {
    await expect(openKeySettings(platform)).rejects.toMatchObject(NOT_OPENED);
    expect(openExternal).not.toHaveBeenCalled();
  });
});
