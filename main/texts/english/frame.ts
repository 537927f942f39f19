/** Texts of this part of the app. */
export const FRAME = {
  'frame.title': 'Frame',
} as const;
