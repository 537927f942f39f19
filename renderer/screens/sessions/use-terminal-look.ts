/** How terminals look: the font of the settings, the colours of the window. */
import { useMemo } from 'react';
import type { SettingValueView } from '../../../main/ipc/contract.ts';
import { useMedia } from '../../theme/use-theme.ts';
import { useSettings } from '../settings/use-settings.ts';
import type { TerminalLook } from './session-terminal.ts';
import { fontStack } from './terminal-fonts.ts';

/** Where the settings cannot be read. */
const FONT_SIZE = 14;

/** Undefined until the settings are known (or cannot be): a terminal that is measured twice flickers. */
export function useTerminalLook(): TerminalLook | undefined {
  const { listed, error } = useSettings();
  const forced = useMedia('(forced-colors: active)');
  const dark = useMedia('(prefers-color-scheme: dark)');
  const values = listed?.settings;
  return useMemo(() => {
    if (values === undefined && error === undefined) return undefined;
    const stored = (key: string): SettingValueView => values?.find((setting) => setting.key === key)?.value ?? null;
    const family = stored('terminal.fontFamily');
    const size = stored('terminal.fontSize');
    return {
      fontFamily: fontStack(typeof family === 'string' ? family : ''),
      fontSize: typeof size === 'number' ? size : FONT_SIZE,
      screenReader: stored('terminal.screenReader') === true,
      colours: forced ? 'system' : dark ? 'dark' : 'light',
    };
  }, [values, error, forced, dark]);
}
