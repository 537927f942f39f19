import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAccessLists } from '../../../../native/windows/owner-only.ts';
import { loadPipeServerOf } from '../../../../native/windows/pipe-peer.ts';

const INVALID_HANDLE = -1;
/** The `dwFlagsAndAttributes` that CreateFileW was given, by path. */
const opened = vi.hoisted(() => new Map<string, number>());

vi.mock('../../../../native/webauthn/system-library.ts', () => {
  const library = {
    func: (declaration: string) =>
      declaration.includes('CreateFileW')
        ? (path: string, _access: number, _share: number, _security: null, _creation: number, flags: number) => {
            opened.set(path, flags);
            return INVALID_HANDLE;
          }
        : () => 0,
  };
  return { loadKoffi: async () => ({}), kernel32: () => library, loadSystemLibrary: () => library };
});

// SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, and FILE_FLAG_BACKUP_SEMANTICS (winbase.h)
const IDENTIFIED = 0x0011_0000;
const FOLDERS_TOO = 0x0200_0000;
const PIPE = '\\\\.\\pipe\\openssh-ssh-agent';

describe('a pipe that somebody else may serve', () => {
  beforeEach(() => opened.clear());

  it('is asked for its server without letting that one act as us', async () => {
    expect((await loadPipeServerOf())(PIPE)).toBeUndefined();
    expect(opened).toEqual(new Map([[PIPE, IDENTIFIED]]));
  });

  it('has its access list read likewise; of a file the flags would mean something else', async () => {
    const lists = await loadAccessLists();
    for (const path of [PIPE, 'C:\\key']) expect(() => lists.read(path)).toThrow('CreateFileW');
    expect(opened.get(PIPE)).toBe(IDENTIFIED);
    expect([...opened.values()]).toEqual([IDENTIFIED, FOLDERS_TOO]);
  });
});
