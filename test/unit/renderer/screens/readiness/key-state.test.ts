import { describe, expect, test } from 'vitest';
import { keyState } from '../../../../../renderer/screens/readiness/key-state.ts';
import { ENROLLED, NOW } from '../../../../window/sample-readiness.ts';

describe('An enrolled key stands', () => {
  test.each([
    ['published', ENROLLED, 'readiness.state-published', 'good'],
    [
      'published without its files, which a login does not need',
      { ...ENROLLED, filesPresent: false },
      'readiness.state-published',
      'good',
    ],
    ['replaced', { ...ENROLLED, replacedAt: NOW }, 'readiness.state-replaced', 'unknown'],
    ['not published', { ...ENROLLED, state: 'written' }, 'readiness.state-written', 'todo'],
    ['without files', { ...ENROLLED, state: 'written', filesPresent: false }, 'readiness.state-files-missing', 'bad'],
    ['unfinished', { ...ENROLLED, state: 'made' }, 'readiness.state-unfinished', 'todo'],
    ['as a backup', { ...ENROLLED, state: 'written', backup: true }, 'readiness.state-backup', 'neutral'],
    ['as a backup that was switched to', { ...ENROLLED, backup: true }, 'readiness.state-published', 'good'],
    [
      'unknown where nobody has looked at the profile',
      { ...ENROLLED, state: 'written', profileKnown: false },
      'readiness.state-profile-unknown',
      'unknown',
    ],
  ] as const)('%s', (_, enrollment, text, badge) => {
    expect(keyState(enrollment)).toEqual({ text, badge });
  });
});
