import { describe, expect, it } from 'vitest';
import { isOf, isPrivate } from '../../../../native/windows/owner-only.ts';
import { sidText } from '../../../../native/windows/processes.ts';

const ME = 'S-1-5-21-1004336348-1177238915-682003330-512';

describe('an account’s SID', () => {
  it('is written as Windows writes it ([MS-DTYP], 2.4.2.4)', () => {
    const bytes = '010500000000000515000000dcf4dc3b833d2b46828ba62800020000';
    expect(sidText(Buffer.from(bytes, 'hex'))).toBe(ME);
    expect(sidText(Buffer.from('010100000000000512000000', 'hex'))).toBe('S-1-5-18');
  });
});

describe('an access list', () => {
  it.each([
    [`D:P(A;;FA;;;${ME})`, true],
    [`D:P(D;;FA;;;NU)(A;;FA;;;${ME})`, true],
    [`D:PAI(A;OICI;FA;;;${ME})`, true],
    [`D:P(A;;FA;;;${ME})(A;;FR;;;WD)`, false],
    [`D:P(A;;FA;;;${ME}1)`, false],
    [`D:(A;;FA;;;${ME})`, false],
    [`D:AI(A;ID;FA;;;${ME})`, false],
    ['D:P', false],
    ['D:NO_ACCESS_CONTROL', false],
    ['', false],
  ])('%s: of that account alone? %s', (list, expected) => {
    expect(isOf(list, ME)).toBe(expected);
  });

  it.each([
    [`D:P(A;;FA;;;${ME})`, true],
    [`D:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;${ME})`, true],
    [`D:P(A;;FA;;;SY)(A;;FA;;;BA)`, false],
    [`D:(A;;FA;;;${ME})(A;;FR;;;BU)`, false],
    [`D:(A;;FA;;;${ME})(A;;FR;;;S-1-5-21-1-2-3-1001)`, false],
    ['', false],
  ])('%s: private to OpenSSH? %s', (list, expected) => {
    expect(isPrivate(list, ME)).toBe(expected);
  });

  it.each([
    ['LA', 'S-1-5-21-1004336348-1177238915-682003330-500'],
    ['LG', 'S-1-5-21-1004336348-1177238915-682003330-501'],
    ['SY', 'S-1-5-18'],
    ['LS', 'S-1-5-19'],
    ['NS', 'S-1-5-20'],
  ])('names %s where Windows has that short name for the account, and no other account', (name, account) => {
    const list = `D:P(D;;FA;;;NU)(A;;FA;;;${name})`;
    expect([isOf(list, account), isPrivate(list, account)]).toEqual([true, true]);
    expect([isOf(list, ME), isPrivate(list, ME)]).toEqual([false, false]);
  });
});
