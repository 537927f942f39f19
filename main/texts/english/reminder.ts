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
  'reminder.no-backup.used':
    'Your backup has taken the place of the key that it stood in for, and nothing stands in for it. Prepare another one. If the first security key is at hand after all, publish its key again, and the backup is one again.',
  'reminder.profile-drift.title': 'Look at the profile of {account}',
  'reminder.profile-drift':
    'On {seen, date, long} the profile of {account} held another key than the one that was published from here: {fingerprint}. Devices drop yours at their next reconciliation. If nobody replaced it on purpose, publish yours again, and find out who did.',
  'reminder.profile-drift.none':
    'On {seen, date, long} the profile of {account} held no key. Devices drop yours at their next reconciliation: publish it again.',
  'reminder.pin-tries.title': 'Mind the PIN of the {product}',
  'reminder.pin-tries':
    '{tries, plural, one {Only # wrong PIN is} other {Only # wrong PINs are}} left before the {product} blocks itself for good. The right PIN brings all tries back: use it once, calmly, or use your backup key.',
  'reminder.pin-tries.blocked':
    'The {product} has blocked its PIN for good: nobody logs in with it. Only a reset helps, which deletes every key on it. Put your backup on the profile, or enroll another key.',
  'reminder.pin-tries.change-forced': 'The {product} wants its PIN changed before it does anything else.',
  'reminder.no-free-slot.title': 'Make room on the {product}',
  'reminder.no-free-slot':
    'The {product} has no room for another credential, and a new key is made before the old one goes. Delete one that is no longer needed.',
  'reminder.firmware.title': 'An advisory about the security key of {name}',
  'reminder.firmware':
    '{advisory} concerns the security key that holds {name}: {what}. Your key is of another kind. Keep using it, and keep it in sight; its firmware cannot be updated.',
  'reminder.firmware.key':
    '{advisory} concerns the security key that holds {name}, and the kind of key that it is: {what}. For access that matters, replace it by a key on newer firmware; until then keep it in sight.',
  'reminder.unknown-maker.title': 'The maker of the security key of {name}',
  'reminder.unknown-maker':
    'The security key that holds {name} did not show who made it. Some makers sell such keys, and it logs in like any other. If you know where it is from, dismiss this and say so; if not, make the next key on another one.',
  'reminder.unknown-maker.issuer':
    'The security key that holds {name} named its maker, and Glasskey does not know who vouches for that. It logs in like any other. If you know where it is from, dismiss this and say so; if not, make the next key on another one.',
  'reminder.unknown-maker.demanded':
    'The setting attestation.require asks for more than the security key that holds {name} showed of its maker. It logs in as before, but no key is enrolled on one like it any more: have another security key at hand when you replace it.',
  'reminder.one-half-left.files.title': 'Put the files of {name} back',
  'reminder.one-half-left.files':
    'The key files at {file} are gone; the security key is what is left. Glasskey still logs in with it, plain ssh does not. Have the files written again from the security key.',
  'reminder.one-half-left.credential.title': 'Replace the key {name}: its security key lost it',
  'reminder.one-half-left.credential':
    'The credential of {name} is gone from its security key, and only its files are left, which log in nowhere. The profile of {account} may still hold it.',
  'reminder.host-key-changed.title': 'The host key of {host} has changed',
  'reminder.host-key-changed':
    'On {seen, date, long}, {seen, time, short}, {host} showed another host key than the known one, and logins there are refused. Ask whoever runs the host whether its key was changed, before you forget the known one.',
  'reminder.signed-out.title': 'Sign in as {account}',
  'reminder.signed-out':
    'Nobody has signed in as {account} since {last, date, long}, so nobody has looked whether the profile still holds your key. Signing in looks, and changes nothing where it does.',
  'reminder.rotation-left.title': 'Finish replacing your key',
  'reminder.rotation-left':
    'Replacing your key was begun, and is half-way since {since, date, long}. Go on where it stopped.',
  'reminder.rotation-left.retire':
    'The key that stays has been proven, and since {since, date, long} the other one can go. Both log in until it has gone.',
} as const;
