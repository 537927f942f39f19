/** On Windows: which way security keys are reached, as the terminal says it, and what the way through Windows cannot do. */
import type { KeyWay } from '../glasskey-key-way.ts';

const BECAUSE: Readonly<Record<KeyWay['because'], string>> = {
  setting: 'windows.securityKeys says so',
  elevated: 'this is an administrator’s session',
  'not-elevated': 'an ordinary account may not open them',
  'cannot-open': 'they could not be listed, though this account may open them',
};

/** One sentence, without a stop. */
export function keyWayLine({ way, because }: KeyWay): string {
  const how =
    way === 'windows' ? 'reached through Windows, whose dialogs ask for PIN and touch' : 'opened by Glasskey itself';
  return `Security keys are ${how}: ${BECAUSE[because]}`;
}

/** What cannot be done, and where it can: in place of a list that nobody can see this way. */
export function beyondWindowsLines({ because }: KeyWay): readonly string[] {
  return [
    'That way nobody sees which keys are plugged in and what is on them, and nothing on them can be changed.',
    'PIN, fingerprints and reset: Windows Settings > Accounts > Sign-in options > Security key (start ms-settings:signinoptions).',
    ...(because === 'cannot-open'
      ? ['Everything else: install Glasskey again; this account may open security keys, and Glasskey cannot list them.']
      : [
          ...(because === 'setting' ? ['Everything else: glasskey settings set windows.securityKeys auto, then'] : []),
          `${because === 'setting' ? '  in' : 'Everything else: in'} a terminal that was started as an administrator (in the Start menu: right-click, Run as administrator).`,
          'Keys made elsewhere can also come here by their files: glasskey recover --file PATH.',
        ]),
  ];
}
