/** Texts of the prompts: PIN, approval and touch. */
export const PROMPT = {
  'prompt.position': '1 of {count, number}',
  'prompt.waiting': 'One moment…',
  'prompt.key-busy': 'Another program is using the security key. Waiting for it to finish.',
  'prompt.touch': 'Touch the security key now: it blinks.',
  'prompt.touch-other': 'The security key blinks for something else: {purpose}',
  'prompt.system-asks': 'Windows asks for PIN and touch: follow its dialog.',
  'prompt.system-asks-other': 'Windows asks for PIN and touch for something else: {purpose}',
  'prompt.touched': 'Touched. The security key is working…',
  'prompt.done': 'Done.',
  'prompt.cancelling': 'Stopping…',
  'prompt.denied-soon': 'Denied within {seconds, number} seconds unless you answer.',
  'prompt.too-quick': 'Too quick: please choose again.',
  'prompt.pin-too-quick': 'Too quick: please type it again.',
  'prompt.deny': 'No',
  'prompt.cancel': 'Cancel',
  'prompt.close': 'Close',

  'prompt.pin-label': 'PIN of {product}',
  'prompt.pin-allow': 'Continue',
  'prompt.pin-too-short': 'A PIN has at least {least, plural, one {# character} other {# characters}}.',
  'prompt.pin-too-long':
    'A PIN has at most {most, number} bytes. Letters with accents and other signs take two or more.',
  'prompt.pin-not-the-same': 'The two are not the same.',
  'prompt.pin-replugged':
    'The security key was unplugged meanwhile. What you typed was not tried: this may be another key.',
  'prompt.pin-wrong': 'That is not the PIN of this key.',
  'prompt.pin-wrong-tries':
    'That is not the PIN of this key. {tries, plural, one {This is the last try: after another wrong PIN the key is blocked for good.} other {# tries are left before the key is blocked for good.}}',
  'prompt.pin-tries':
    '{tries, plural, one {This is the last try: after another wrong PIN the key is blocked for good.} other {# tries are left before the key is blocked for good.}}',

  'prompt.new-pin-label': 'New PIN',
  'prompt.new-pin-repeat': 'The same PIN again',
  'prompt.new-pin-allow': 'Set the PIN',
  'prompt.new-pin-none': '{product} has no PIN yet. Choose one now.',
  'prompt.new-pin-length':
    'At least {least, plural, one {# character} other {# characters}}. Letters and signs are allowed.',
  'prompt.new-pin-bytes':
    'At most {most, number} bytes: that many plain letters and digits, fewer with accents and other signs.',
  'prompt.new-pin-simple': 'No simple pattern such as 1234 or aaaa: this key refuses them.',
  'prompt.new-pin-forced': '{product} does nothing before its PIN is changed.',
  'prompt.new-pin-change': 'Change the PIN',
  'prompt.new-pin-exact':
    'It counts exactly as typed: capitals are not small letters, and no other characters stand in for it.',
  'prompt.new-pin-use': 'You need it for each login. After eight wrong tries the key is blocked for good.',

  'prompt.enroll-title': 'Make your SSH key',
  'prompt.enroll-sentence': 'Glasskey makes an SSH key on your security key: it needs the PIN and one touch.',
  'prompt.enroll-sentence-system': 'Glasskey makes an SSH key on your security key, through Windows.',
  'prompt.enroll-done': 'The SSH key is on your security key.',

  'prompt.keys-sentence': 'You began this in Glasskey under Security keys, on {product}.',
  'prompt.keys-without-pin': 'Without the PIN',
  'prompt.keys-set-pin': 'Set the PIN of the key',
  'prompt.keys-change-pin': 'Change the PIN of the key',
  'prompt.keys-list-credentials': 'List what is on the key',
  'prompt.keys-rename-credential': 'Rename a credential',
  'prompt.keys-delete-credential': 'Delete a credential',
  'prompt.keys-list-fingerprints': 'List the fingerprints',
  'prompt.keys-enroll-fingerprint': 'Add a fingerprint',
  'prompt.keys-rename-fingerprint': 'Rename a fingerprint',
  'prompt.keys-remove-fingerprint': 'Remove a fingerprint',
  'prompt.keys-configure': 'Change a setting of the key',
  'prompt.keys-list-what-is-lost': 'List what a reset would erase',

  'prompt.recovery-title': 'List the SSH keys on the key',
  'prompt.recovery-sentence': 'You began to recover keys in Glasskey. {product} lists them only after its PIN.',

  'prompt.ssh-config-install': 'Add a line to your ssh configuration?',
  'prompt.ssh-config-install-line': '{file} gets one line, at its top:',
  'prompt.ssh-config-install-meaning':
    'It makes {count, plural, one {# host} other {# hosts}} of Glasskey known to ssh, and to every program that uses it. What the file holds now is kept beside it.',
  'prompt.ssh-config-install-allow': 'Add it',
  'prompt.ssh-config-remove': 'Take the line out of your ssh configuration?',
  'prompt.ssh-config-remove-line': '{file} loses one line:',
  'prompt.ssh-config-remove-meaning':
    'ssh, and the programs that use it, then no longer know {count, plural, one {# host} other {# hosts}} of Glasskey by name.',
  'prompt.ssh-config-remove-allow': 'Take it out',
  'prompt.retire-title': '{which, select, new {Retire the new key?} other {Retire the old key?}}',
  'prompt.retire-key': 'It is the key {fingerprint}.',
  'prompt.retire-credential':
    '{credential, select, delete {It is deleted from {product}: that needs the PIN.} lost {The security key it is on is gone; Glasskey forgets it.} other {The security key {product} cannot delete single keys; Glasskey forgets it.}}',
  'prompt.retire-final': 'It cannot be brought back. The other key stays, and is on your profile.',
  'prompt.retire-allow': 'Retire it',
  'prompt.give-up-title': 'Keep the old key?',
  'prompt.give-up-sentence': 'The replacement is given up: the old key stays, and the new one goes as soon as it may.',
  'prompt.give-up-puts-back': 'The old key is put back on your profile.',
  'prompt.give-up-allow': 'Keep the old key',

  'prompt.session-title': 'Log in to {device}',
  'prompt.session-sentence': 'Log in to {device}{way, select, direct {} other {, through {hops}}}.',
  'prompt.session-named': '{name} ({device})',
  'prompt.session-touches':
    '{touches, plural, one {It takes the PIN and one touch.} other {It takes the PIN and # touches, one for each host on the way.}}',
  'prompt.session-system-asks':
    '{touches, plural, one {Windows asks once for PIN and touch.} other {Windows asks # times for PIN and touch, once for each host on the way.}}',
  'prompt.session-done': 'Logged in with the key.',
  'prompt.logging-in': 'Logging in…',

  'prompt.replace-title': 'Replace the key on the profile of {account}?',
  'prompt.replace-present': 'The profile of {account} has room for one key, and holds another: {fingerprint}.',
  'prompt.replace-other': 'The profile of {account} has room for one key, and holds something that is no security key.',
  'prompt.replace-ours': 'That key was enrolled on this computer too. Logins may be using it now.',
  'prompt.replace-meaning':
    'Devices accept the present key until their next reconciliation, and after that only the new one. If somebody else uses the present key, they lose their way in.',
  'prompt.replace-allow': 'Replace it',

  'prompt.login-title': 'Log in to {host}',
  'prompt.sign-title': 'Sign for {namespace}',
  'prompt.host-known': '{name} ({fingerprint})',
  'prompt.host-saved': '{name} at {host}',
  'prompt.host-unknown': 'a host that is not known here ({fingerprint})',
  'prompt.host-unnamed': 'a host that the program does not name',
  'prompt.program-for': '{program} for {starter}',
  'prompt.hops': '{before}, then {next}',
  'prompt.login-sentence':
    'Log in as {user} on {host}{way, select, direct {} unknown {, from a place that the program is too old to name} stranger {, through a host that could not be verified} unverified {, through {hops}, and a host that could not be verified} other {, through {hops}}}{asker, select, own {} unknown {, asked by a program that cannot be named} program {, asked by {program}} other {, asked by {program} in {place}}}.',
  'prompt.sign-sentence':
    'Sign for {namespace}{way, select, direct {} unknown {} stranger {, through a host that could not be verified} unverified {, through {hops}, and a host that could not be verified} other {, through {hops}}}{asker, select, own {} unknown {, asked by a program that cannot be named} program {, asked by {program}} other {, asked by {program} in {place}}}.',
  'prompt.chain-label': 'The way',
  'prompt.chain-here': 'This computer',
  'prompt.chain-asker':
    '{asker, select, own {asked by Glasskey} unknown {asked by a program that cannot be named} program {asked by {program}} other {asked by {program} in {place}}}',
  'prompt.chain-jump': 'passes the connection on',
  'prompt.chain-has-agent': 'has your agent',
  'prompt.chain-as': 'as {user}',
  'prompt.chain-host-unknown': 'A host that is not known here',
  'prompt.chain-unverified': 'A host that could not be verified',
  'prompt.chain-unknown': 'Perhaps other hosts',
  'prompt.chain-unknown-why': 'the program is too old to say',
  'prompt.agent-once': 'Once',
  'prompt.agent-new-host-key':
    'The key of this device is not known on this computer. Compare its fingerprint before you allow the login.',
  'prompt.agent-session': 'For this session',
  'prompt.agent-session-rule':
    'For this session: until the terminal that asks is closed, for this purpose alone, and at most {minutes, plural, one {# minute} other {# minutes}} after it was last used.',
  'prompt.agent-queue': 'Waiting for the security key…',
  'prompt.agent-done': 'Signed.',
} as const;
