/** Texts of this part of the app. */
export const SESSIONS = {
  'sessions.title': 'Sessions',
} as const;
