import { describe, expect, it } from 'vitest';
import { loginFault } from '../../../lab/fabric/loopback.ts';

describe('loginFault', () => {
  it.each(['/usr/sbin/nologin', '/bin/false'])(
    'says of an account with %s why no lab can be, and what to do',
    (shell) => {
      expect(loginFault({ username: 'nobody', shell })).toBe(
        `the account nobody has no login shell (${shell}), so nobody can log in to it. Run this as root, or as an account that has one`,
      );
    },
  );

  it('says nothing of an account with a shell, nor of one whose shell the system does not tell', () => {
    expect(loginFault({ username: 'ada', shell: '/bin/bash' })).toBeUndefined();
    expect(loginFault({ username: 'ada', shell: null })).toBeUndefined();
  });
});
