import { expect, test } from 'vitest';
import { DENIAL_TOLD_MS } from '../../../../main/prompts/prompt-entry.ts';
import { SHOWN_FOR_MS } from '../../../../renderer/prompt/denial-countdown.ts';

test('The seconds before a denial are shown from when the denial is announced', () => {
  expect(SHOWN_FOR_MS).toBe(DENIAL_TOLD_MS);
});
