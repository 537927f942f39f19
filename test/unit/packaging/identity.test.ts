/** What the app says of itself while it runs, and what its packages say of it. The app imports nothing of packaging. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LINK_SCHEME as RUNNING_LINK_SCHEME } from '../../../main/shell/deep-link.ts';
import { APP_USER_MODEL_ID, LINK_SCHEME } from '../../../packaging/identity.ts';

it('The app takes the links that its packages register', () => {
  expect(RUNNING_LINK_SCHEME).toBe(LINK_SCHEME);
});

it('The app gives Windows the application user model id of its shortcuts', () => {
  // As text: it imports electron, which no unit test has.
  const source = readFileSync(new URL('../../../main/shell/run-app.ts', import.meta.url), 'utf8');
  const given = [...source.matchAll(/setAppUserModelId\('([^']*)'\)/g)].map(([, id]) => id);
  expect(given).toEqual([APP_USER_MODEL_ID]);
});
