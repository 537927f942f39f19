/** Texts of this part of the app. */
export const ENROLL = {
  'enroll.title': 'Enroll',
} as const;
