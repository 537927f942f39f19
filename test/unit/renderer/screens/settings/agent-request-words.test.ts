import { expect, it } from 'vitest';
import type { RefusalReason } from '../../../../../main/agent/signing-purpose.ts';
import { ENGLISH } from '../../../../../main/texts/catalogue.ts';
import { reasonWords } from '../../../../../renderer/screens/settings/agent-request-words.ts';
import { windowTexts } from '../../../../../renderer/texts.tsx';

const { say } = windowTexts(ENGLISH, 'en');

/** Each of them, or this does not compile. */
const REFUSALS: Readonly<Record<RefusalReason, true>> = {
  'data.certificate-signing': true,
  'data.unrecognized': true,
  'login.other-key': true,
  'login.other-session': true,
  'login.other-host': true,
  'login.forwarded-without-binding': true,
};
/** Those that resident-agent.test.ts, hostile-jump-host.test.ts and pass-through's tests see noted. */
const CODES = [
  'AGENT_REQUEST_UNEXPECTED',
  'AGENT_FORWARDED_UNASKED',
  'AGENT_FORWARDED_REFUSED',
  'AGENT_TOO_MANY_REQUESTS',
  'AGENT_KEY_UNKNOWN',
  'AGENT_LOCKED',
  'AGENT_SIGNATURE_UNUSABLE',
  'CANCELLED',
  'CTAP_NO_TOUCH',
  'KEY_MISSING',
  'OTHER_AGENT_ABSENT',
  'OTHER_AGENT_SILENT',
  'OTHER_AGENT_REFUSED',
];

it.each([...Object.keys(REFUSALS), ...CODES])('%s is told in a sentence', (reason) => {
  const words = reasonWords(say, reason, 'refused');
  expect(words).not.toContain(reason);
  expect(words).toMatch(/^[A-Z].*\.$/);
});

it('A code that has no sentence is told as itself, also one that every object has', () => {
  expect(reasonWords(say, 'CTAP_0X42', 'failed')).toBe('CTAP_0X42');
  expect(reasonWords(say, 'toString', 'failed')).toBe('toString');
});

it('Who said no is told so, and who asked and went away too', () => {
  expect(reasonWords(say, 'CANCELLED', 'denied')).toMatch(/^You said no/);
  expect(reasonWords(say, 'CANCELLED', 'cancelled')).toMatch(/^The program that asked went away/);
});
