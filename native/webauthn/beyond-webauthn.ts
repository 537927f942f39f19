/** What the way through Windows does not offer (ctap.md, section 21), and where it can be had instead. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/**
 * Why keys are reached through Windows: a setting says so, this account is an ordinary one, or it may open keys and they cannot even be
 * listed.
 */
export type ThroughWindowsReason = 'setting' | 'not-elevated' | 'cannot-open';

/** What is to be done to reach the key itself; it stands in the middle of a sentence. */
const OTHER_WAY: Readonly<Record<ThroughWindowsReason, string>> = {
  'not-elevated':
    'start Glasskey, or the terminal that it runs in, as an administrator (in the Start menu: right-click, Run as administrator)',
  setting:
    'set windows.securityKeys to auto, then start Glasskey, or the terminal that it runs in, as an administrator (in the Start menu: right-click, Run as administrator)',
  'cannot-open': 'install Glasskey again: this account may open security keys, and Glasskey cannot list them',
};

const HOW: Readonly<Record<ThroughWindowsReason, string>> = {
  'not-elevated': 'An ordinary account reaches security keys through Windows alone',
  setting: 'Security keys are reached through Windows, because windows.securityKeys says so',
  'cannot-open': 'Security keys are reached through Windows, because Glasskey cannot list them',
};

const SETTINGS = 'Windows Settings > Accounts > Sign-in options > Security key';

const SENTENCES = {
  pin: ['set or change the PIN', (way: string) => `Do it in ${SETTINGS}, or ${way}.`],
  reset: ['reset one', (way: string) => `Reset it in ${SETTINGS}, or ${way}.`],
  fingerprints: ['manage the fingerprints', (way: string) => `Do it in ${SETTINGS}, or ${way}.`],
  credentials: ['list or delete what one holds', (way: string) => `To do that, ${way}.`],
  recover: [
    'list the keys that one holds, to take them in',
    (way: string) => `To recover them, ${way}. Or take in the key files: glasskey recover --file`,
  ],
  settings: ['change the settings of one', (way: string) => `To do that, ${way}.`],
  information: ['say what one is', (way: string) => `To look at it, ${way}.`],
} as const;

export type BeyondWebauthn = keyof typeof SENTENCES;

/** `WEBAUTHN_CANNOT`: keys are reached through Windows, for that reason, and that cannot do this. */
export function beyondWebauthn(what: BeyondWebauthn, because: ThroughWindowsReason): GlasskeyError {
  const [cannot, remedy] = SENTENCES[what];
  return new GlasskeyError({
    code: 'WEBAUTHN_CANNOT',
    message: `${HOW[because]}, and Windows cannot ${cannot}.`,
    remedy: remedy(OTHER_WAY[because]),
    detail: { what, because },
  });
}

/** `WEBAUTHN_CANNOT`: a key was named by its path. */
export function chosenByWindows(): GlasskeyError {
  return new GlasskeyError({
    code: 'WEBAUTHN_CANNOT',
    message: 'Security keys are reached through Windows, and Windows cannot take one of several by its path.',
    remedy: 'Leave out --device: the dialog of Windows asks for the touch of the one that is meant.',
    detail: { what: 'choose' },
  });
}
