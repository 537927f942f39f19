/** Texts of this part of the app. */
export const SHELL = {
  'shell.title': 'Shell',
} as const;
