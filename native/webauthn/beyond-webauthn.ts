/** What the way through Windows does not offer (ctap.md, section 21), and where it can be had instead. */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

const ELEVATED = 'start Glasskey, or the terminal that it runs in, as an administrator: it then reaches the key itself';
const SETTINGS = 'Windows Settings > Accounts > Sign-in options > Security key';

const SENTENCES = {
  pin: ['set or change its PIN', `Do it in ${SETTINGS}, or ${ELEVATED}.`],
  reset: ['reset it', `Reset it in ${SETTINGS}, or ${ELEVATED}.`],
  fingerprints: ['manage its fingerprints', `Do it in ${SETTINGS}, or ${ELEVATED}.`],
  credentials: ['list or delete what it holds', `To do that, ${ELEVATED}.`],
  recover: [
    'list the keys that it holds, to take one in',
    `To recover them, ${ELEVATED}. Or take in the key files: glasskey recover --file`,
  ],
  settings: ['change its settings', `To do that, ${ELEVATED}.`],
  choose: [
    'take one of several keys by its path',
    'Leave out --device: the dialog of Windows asks for the touch of the one that is meant.',
  ],
  information: ['say what the key is', `To look at it, ${ELEVATED}.`],
} as const;

export type BeyondWebauthn = keyof typeof SENTENCES;

/** `WEBAUTHN_CANNOT`: an ordinary account reaches the key through Windows alone, and that cannot do this. */
export function beyondWebauthn(what: BeyondWebauthn): GlasskeyError {
  const [cannot, remedy] = SENTENCES[what];
  return new GlasskeyError({
    code: 'WEBAUTHN_CANNOT',
    message: `This account reaches the security key through Windows alone, which cannot ${cannot}.`,
    remedy,
    detail: { what },
  });
}
