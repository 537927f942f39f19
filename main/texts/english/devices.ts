/** Texts of this part of the app. */
export const DEVICES = {
  'devices.title': 'Devices',
} as const;
