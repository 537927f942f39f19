/** Texts of this part of the app. */
export const READINESS = {
  'readiness.title': 'Readiness',
} as const;
