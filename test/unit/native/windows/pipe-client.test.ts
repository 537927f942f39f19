import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAccessLists } from '../../../../native/windows/owner-only.ts';
import { loadPipeServerOf } from '../../../../native/windows/pipe-peer.ts';

const INVALID_HANDLE = -1;
// winerror.h
const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PIPE_BUSY = 231;
/** The `dwFlagsAndAttributes` that CreateFileW was given, by path. */
const opened = vi.hoisted(() => new Map<string, number>());
/** What the system says next: the error of CreateFileW, and whether an instance became free meanwhile. */
const system = vi.hoisted(() => ({ errors: [] as number[], waits: [] as boolean[] }));

vi.mock('../../../../native/webauthn/system-library.ts', () => {
  const library = {
    func: (declaration: string) =>
      declaration.includes('CreateFileW')
        ? (path: string, _access: number, _share: number, _security: null, _creation: number, flags: number) => {
            opened.set(path, flags);
            return INVALID_HANDLE;
          }
        : declaration.includes('GetLastError')
          ? () => system.errors.shift() ?? ERROR_FILE_NOT_FOUND
          : declaration.includes('WaitNamedPipeW')
            ? () => system.waits.shift() ?? false
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

  it('is waited for while each of its instances is taken, and not for ever', async () => {
    Object.assign(system, { errors: [ERROR_PIPE_BUSY, ERROR_PIPE_BUSY], waits: [true, false] });
    expect((await loadPipeServerOf())(PIPE)).toBeUndefined();
    expect(system).toEqual({ errors: [], waits: [] });
  });

  it('has its access list read likewise; of a file the flags would mean something else', async () => {
    const lists = await loadAccessLists();
    for (const path of [PIPE, 'C:\\key']) expect(() => lists.read(path)).toThrow('CreateFileW');
    expect(opened.get(PIPE)).toBe(IDENTIFIED);
    expect([...opened.values()]).toEqual([IDENTIFIED, FOLDERS_TOO]);
  });
});
