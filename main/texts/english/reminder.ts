/** Texts of reminders themselves: a heading and a sentence of each, said alike by window, notifications, command line and calendar. */
export const REMINDER = {
  'reminder.credential-age.title': 'Replace the key {name}',
  'reminder.credential-age':
    'The key {name} is of {made, date, long}, and a key may become {days, plural, one {# day} other {# days}} old. Replace it by {due, date, long}; the old one works until the new one is proven.',
  'reminder.unproven.title': 'Prove the key {name}',
  'reminder.unproven':
    'The key {name} is on the profile of {account}, and every device has it since {reconciled, date, long}, {reconciled, time, short} at the latest. No login with it has been seen yet: rehearse one while nothing depends on it.',
  'reminder.drill-age.title': 'Rehearse the login to {name}',
  'reminder.drill-age':
    'The login to {name} was last proven on {proven, date, long}. It should be rehearsed every {days, plural, one {# day} other {# days}}.',
  'reminder.drill-age.never':
    'No login to {name} was ever proven. It should be rehearsed every {days, plural, one {# day} other {# days}}.',
  'reminder.no-backup.title': 'Prepare a backup key',
  'reminder.no-backup':
    'There is one key and no backup. If the security key is lost or breaks, you are locked out until a new one was made, published and taken by the devices.',
} as const;
