/** Light, dark or high contrast, as the system (or Electron's nativeTheme) says, from now on. */
import { createDarkTheme, createLightTheme, type Theme, teamsHighContrastTheme } from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import { BRAND } from './brand.ts';

const LIGHT: Theme = createLightTheme(BRAND);
const DARK: Theme = {
  ...createDarkTheme(BRAND),
  // Fluent takes 100 and 110 for text, which are too dark for a ramp of this hue (its own is a lighter blue).
  colorBrandForeground1: BRAND[120],
  colorBrandForeground2: BRAND[130],
  colorBrandForegroundLink: BRAND[120],
  colorCompoundBrandForeground1: BRAND[120],
};

export function useTheme(): Theme {
  const forced = useMedia('(forced-colors: active)');
  const dark = useMedia('(prefers-color-scheme: dark)');
  if (forced) return teamsHighContrastTheme;
  return dark ? DARK : LIGHT;
}

/** Whether a media query holds, from now on. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}
