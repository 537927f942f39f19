/** Texts of this part of the app. */
export const SETTINGS = {
  'settings.title': 'Settings',
} as const;
