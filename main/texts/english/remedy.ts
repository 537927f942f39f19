/**
 * What to do now, where the error's own remedy names a command of the command line: the window's words for the same. Keyed by
 * the error's code (main/ipc/crossed-error.ts).
 */
export const REMEDY = {
  'remedy.NOT_ENROLLED':
    'Plug in your security key. If it holds your key already, recover it from Readiness; for a new one, open Enroll.',
  'remedy.KEY_FILE_FOREIGN':
    'Put the file back from a backup, recover it from the security key, or open Enroll and make a new key.',
  'remedy.KEY_NO_CREDENTIAL_MANAGEMENT':
    'If the key files are still somewhere, take those in; else use a key with newer firmware (YubiKey 5.2.3 or later).',
  'remedy.NO_RESIDENT_KEYS':
    'Plug in another one; a key that is not resident comes from its files. Or open Enroll and make a key.',
  'remedy.RESIDENT_KEY_UNKNOWN': 'Choose one of those that are shown.',
  'remedy.RECOVER_CHOICE_NEEDED': 'Choose which ones are wanted.',
  'remedy.KEY_FILE_MISSING': 'Choose the private half, the one without .pub.',
  'remedy.KEY_FILE_PASSPHRASE_WRONG': 'Type the passphrase again; if it is lost, take the key from the security key.',
  'remedy.PROFILE_KEY_KEPT':
    'Publish again from Readiness and allow the replacement, when the other key is no longer needed. Devices take the new one at their next reconciliation.',
  'remedy.CTAP_NO_EDDSA':
    'Under More, choose ecdsa-sk for this key, or use a key that knows Ed25519 (YubiKey firmware 5.2.3 or later).',
  'remedy.KEY_MISSING': 'Plug in the security key and try again.',
  'remedy.KEY_REPLUGGED': 'Leave the enrolled one plugged in, and try again.',
  'remedy.KEY_SEVERAL': 'Choose the one you mean, or unplug the others.',
  'remedy.FILE_WRITE_FAILED': 'Choose another place for the key file under Settings.',
  'remedy.SESSIONS_APP_NOT_RUNNING': 'Start Glasskey’s desktop app.',
  'remedy.SESSION_AMBIGUOUS': 'Name one by its number.',
  'remedy.RECORDING_UNKNOWN': 'See which there are: it may have been removed.',
  'remedy.FILE_READ_FAILED': 'Choose another place for the key file under Settings.',
  'remedy.FILE_EXISTS':
    'Choose another place for the key file under Settings, or allow the replacement under More: the old file is kept beside the new one.',
  'remedy.ENROLLMENT_UNFINISHED': 'Finish that one with the same kind of key, or begin anew.',
  'remedy.BACKUP_WITHOUT_KEY': 'Make your first key under Enroll, or recover the one you have; then make the backup.',
  'remedy.ROTATION_NOTHING': 'Enroll a key, or take in the one that is on your profile.',
  'remedy.ROTATION_OTHER_ACCOUNT': 'Sign in as the one whose profile holds the key, then try again.',
  'remedy.ROTATION_ELSEWHERE':
    'If you rotated the key on another computer, recover the new one from the security key. Else find out who put it there before you replace it.',
  'remedy.ROTATION_NO_SLOT':
    'Delete a credential that you no longer need under Security keys; leave the one that you log in with now.',
  'remedy.ROTATION_CREDENTIAL_GONE':
    'Plug in the key that it was made on. If that is lost, give the rotation up: the old key still logs in.',
  'remedy.ROTATION_NONE': 'Begin one under Security keys.',
  'remedy.ROTATION_UNFINISHED': 'Finish the rotation first.',
  'remedy.ROTATION_TOO_EARLY': 'Wait until all devices have reconciled, then try again.',
  'remedy.ROTATION_UNPROVEN': 'Log in to a device once, then try again.',
  'remedy.ROTATION_GIVEN_UP': 'Finish giving it up, then rotate again.',
  'remedy.ROTATION_PUT_BACK': 'Publish the key that stays again, or give the rotation up.',
  'remedy.ROTATION_RETIRING': 'Finish retiring the old key.',
  'remedy.CREDENTIAL_ELSEWHERE': 'Plug in the key that holds it, or say that it is lost.',
  'remedy.CREDENTIAL_NOT_AS_ASKED':
    'Plug in another key and enroll that one; report this one to whoever gave it to you.',
  'remedy.ENROLLMENT_RUNNING': 'Finish or stop it there, then try again.',
  'remedy.AGENT_KEY_UNKNOWN': 'See under Readiness which keys are enrolled here.',
  'remedy.AGENT_REQUEST_UNEXPECTED':
    'If it was you, let that program use the agent whose socket stands under Settings; else find out which program asked.',
  'remedy.AGENT_FORWARDED_UNASKED':
    'If it was you, log in to that host from here, or answer the question in time; else that host is not to be trusted.',
  'remedy.PIN_NOT_SET': 'Plug in the key that was enrolled; one that was reset must be enrolled anew.',
  'remedy.WEBAUTHN_NO_CREDENTIAL': 'Plug in the key that was enrolled; Readiness says which one that is.',
  'remedy.WEBAUTHN_UNSUPPORTED':
    'Under More, choose ecdsa-sk for this key, or use a key with a PIN that knows Ed25519 (YubiKey firmware 5.2.3 or later).',
  'remedy.WEBAUTHN_KEY_FULL':
    'Start Glasskey as an administrator, delete a credential that you no longer need under Security keys, then try again.',
  'remedy.WEBAUTHN_CANNOT':
    'Start Glasskey as an administrator: it then reaches the key itself. Or take in the key files: Recover keys says how.',
  'remedy.CTAP_KEY_STORE_FULL': 'Delete a credential that you no longer need under Security keys, then try again.',
  'remedy.PIN_SET_ALREADY':
    'Change it instead. A PIN that nobody knows is lost: only a reset helps, and it deletes everything on the key.',
  'remedy.PIN_CHANGE_FORCED': 'Change the PIN under Security keys, then try again.',
  'remedy.CREDENTIAL_UNKNOWN': 'Look at the list again: it may have been deleted meanwhile.',
  'remedy.FINGERPRINT_UNKNOWN': 'Look at the list again: it may have been removed meanwhile.',
  'remedy.CTAP_NO_CREDENTIALS': 'Plug in the key that was enrolled; Readiness says which one that is.',
  'remedy.TARGET_UNKNOWN': 'Look for it under Devices; a host of that name is written user@host.',
  'remedy.TARGET_NAME_INVALID': 'Choose another name.',
  'remedy.TARGET_EXISTS': 'Choose another name.',
  'remedy.CONNECT_FAILED': 'Read what ssh wrote in the terminal, then connect again.',
  'remedy.CONNECT_ACCOUNT_OR_KEY_UNKNOWN':
    'Check the user name. Readiness says whether the devices can have your key yet, and whether it is on your profile.',
  'remedy.CONNECT_FORWARDING_DENIED':
    'Check the device’s address. Take another way in to it, or ask for the forwarding to be allowed on that jump host.',
  'remedy.CONNECT_NO_WAY': 'See under Devices which ways in it has, and give it one by a jump host.',
  'remedy.CONNECT_PERMISSION_DENIED':
    'Check the user name. Readiness says whether the devices can have your key yet, and whether it is on your profile.',
  'remedy.ENROLLMENT_EXISTS': 'See it under Readiness.',
  'remedy.ENROLLMENT_STATE_CHANGED': 'Another Glasskey is working on it; wait for it to finish.',
  'remedy.HID_PERMISSION':
    'On Linux, install Glasskey by its package: that brings the rule by which your account may open security keys; then plug the key in again. On Windows, start Glasskey as administrator.',
  'remedy.UDEV_NEEDS_ROOT': 'Have an administrator install Glasskey by its package, which brings the rule.',
  'remedy.UDEV_NOT_INSTALLED': 'Have an administrator install Glasskey by its package, which brings the rule.',
  'remedy.HID_LIST_FAILED': 'Plug the key in again and try again.',
  'remedy.HID_NOT_LOADED':
    'Install Glasskey again. On Windows, windows.securityKeys set to “windows” under Settings goes without it.',
  'remedy.HID_LIBRARY_MISSING': 'Install Glasskey again: a part of it is missing.',
  'remedy.SIGNATURE_MALFORMED': 'Try again; if it happens again, report it with the log file.',
  'remedy.ENTRA_NOT_CONFIGURED':
    'Ask your Entra administrator for an app registration (platform “Mobile and desktop applications”, redirect URI http://localhost, delegated Microsoft Graph permission User.ReadWrite), and enter its tenant and client id under Settings. Or make the key now and publish it later.',
  'remedy.ATTESTATION_INSUFFICIENT':
    'Use another key, or have the settings of the security keys that may be enrolled looked at. The credential that was just made stays on the key, unused: delete it in Security keys.',
  'remedy.ENROLLED_KEY_UNKNOWN': 'Choose one of the keys shown.',
  'remedy.KEY_NOT_ALLOWED': 'Use a key of a model that your settings allow.',
  'remedy.KEY_FIRMWARE_TOO_OLD': 'Use a newer key: the firmware of a security key cannot be updated.',
  'remedy.ATTESTATION_POLICY_UNUSABLE': 'Correct it in Settings, or ask whoever wrote settings.json to.',
  'remedy.SETTING_UNKNOWN': 'Choose one of the settings shown.',
  'remedy.INTERNAL': 'Try again; if it happens again, report it with the log file.',
  'remedy.TARGET_FILE_INVALID': 'Choose another file, or save it again in the form that an export here has.',
  'remedy.TARGET_IN_USE': 'Change what goes through it first, or that leads nowhere.',
  'remedy.CONNECT_HOST_KEY_UNKNOWN':
    'Compare it with the fingerprint that the host’s administrator gives. If it is the same, connect once and answer yes in the session.',
  'remedy.DRILL_NO_TARGET': 'Save a target on the Devices screen, or choose others.',
  'remedy.DRILL_KEY_REPLACED': 'Plug in the security key with the newer key; Readiness says which it is.',
  'remedy.DRILL_PROFILE_DIFFERS': 'Publish this key again from Readiness, or find out who changed the profile.',
  'remedy.AGENT_SILENT': 'Quit Glasskey by its menu and open it again, then rehearse once more.',
  'remedy.CONNECT_VERIFICATION_REFUSED':
    'Connect again and give the PIN; where that does not help, the host asks for a key that verifies its user, and yours was made without: open Enroll and make one.',
  'remedy.SSH_CONFIG_REFUSED': 'Nothing was changed. Report this, with what it says.',
  'remedy.NOTIFICATION_NOT_TAKEN': 'It is told again at the next check. Reminders shows what it would have said.',
  'remedy.SCHEDULE_NOT_SWITCHED_ON': 'Nothing was changed. Do it again in a login session of your own desktop.',
  'remedy.SCHEDULE_UNSUPPORTED': 'Leave Glasskey running in the tray: it reminds you by itself.',
  'remedy.REMINDER_UNKNOWN': 'It may be done already. Look at the list again.',
} as const;
