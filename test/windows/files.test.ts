/** Key files, the data folder and whole files, under Wine. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { WindowsUser } from './wine.ts';

describe('files of Windows', () => {
  let user: WindowsUser;
  let found: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    user = await WindowsUser.create(inject('windows'));
    const { stdout, stderr } = await user.run(join(import.meta.dirname, 'write-files.ts'));
    expect(stderr).toBe('');
    found = JSON.parse(stdout);
  });

  it('a private key file is its owner’s alone, as ssh wants it, and the one that it replaced is kept', async () => {
    // Wine keeps files on a file system with modes, and reads its list from there.
    expect(found.keyFile).toBe(`D:(A;;FA;;;SY)(A;;FA;;;${found.account})`);
    expect((await stat(join(user.home, '.ssh', 'id_ed25519_sk'))).mode & 0o007).toBe(0);
    expect(found).toMatchObject({ key: 'another', kept: ['handle', 'public\n'] });
  });

  it('so is the data folder, wherever it lies', async () => {
    expect(found.dataFolder).toMatch(new RegExp(`^D:\\S*\\(A;\\w*;FA;;;${found.account}\\)`));
    expect((await stat(join(user.home, 'Elsewhere', 'Glasskey'))).mode & 0o007).toBe(0);
  });

  it('paths longer than 260 characters are written to, and restricted', () => {
    expect(found.deep).toBeGreaterThan(260);
    expect(found.deepFile).toBe(found.keyFile);
  });

  it('a file that a scanner has open is replaced once it lets go', () => {
    expect(found.scanner).not.toBe(-1);
    expect(found.held).toBe('new');
  });
});
