/** Test only, for Windows: key files, the data folder and whole files, as the product writes them. Its line is JSON. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskKeyFiles } from '../../main/enrollment/disk-key-files.ts';
import { writeWholeFile } from '../../main/storage/whole-file.ts';
import { makeWindowsDataFolder } from '../../main/windows-data-folder.ts';
import { loadKoffi } from '../../native/webauthn/system-library.ts';
import { loadAccessLists } from '../../native/windows/owner-only.ts';
import { loadProcesses } from '../../native/windows/processes.ts';
import { systemClock } from '../../time/clock.ts';

const home = process.env.USERPROFILE ?? '';
const lists = await loadAccessLists();
const bytes = (text: string) => new TextEncoder().encode(text);

const keyFile = join(home, '.ssh', 'id_ed25519_sk');
const pair = { privateFile: bytes('handle'), publicLine: 'public\n', fingerprint: '' };
await diskKeyFiles(systemClock).write(keyFile, pair, false);
const kept = await diskKeyFiles(systemClock).write(
  keyFile,
  { privateFile: bytes('another'), publicLine: 'other\n', fingerprint: '' },
  true,
);

const dataFolder = join(home, 'Elsewhere', 'Glasskey');
await makeWindowsDataFolder(dataFolder);

// 260 characters are the limit of programs that do not ask for more.
const deep = join(home, ...Array.from({ length: 6 }, (_, at) => `${at}`.repeat(50)));
await mkdir(deep, { recursive: true });
await diskKeyFiles(systemClock).write(join(deep, 'id'), pair, false);

// A scanner: nobody else may open the file, until it lets go of it.
const held = join(home, 'held.txt');
await writeFile(held, 'old');
const kernel = (await loadKoffi()).load('kernel32.dll');
const open: (path: string, ...more: (number | null)[]) => number = kernel.func(
  'intptr_t __stdcall CreateFileW(str16 path, uint32_t access, uint32_t share, void *security, uint32_t creation, uint32_t flags, intptr_t template)',
);
const close: (handle: number) => boolean = kernel.func('bool __stdcall CloseHandle(intptr_t handle)');
const scanner = open(held, 0x8000_0000, 0, null, 3, 0, 0);
setTimeout(() => close(scanner), 200);
await writeWholeFile(held, bytes('new'), { mode: 0o600, overwrite: true });

console.log(
  JSON.stringify({
    account: (await loadProcesses()).ownAccount(),
    keyFile: lists.read(keyFile),
    key: await readFile(keyFile, 'utf8'),
    kept: await Promise.all(kept.map((path) => readFile(path, 'utf8'))),
    dataFolder: lists.read(dataFolder),
    deep: deep.length,
    deepFile: lists.read(join(deep, 'id')),
    scanner,
    held: await readFile(held, 'utf8'),
  }),
);
