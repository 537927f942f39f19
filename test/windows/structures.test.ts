/** What Windows reads is where the program wrote it: the layouts of koffi beside those of a C compiler. */
import { join } from 'node:path';
import koffi from 'koffi';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { webauthnStructures } from '../../native/webauthn/structures.ts';
import { compile } from './compile.ts';
import { WindowsUser } from './wine.ts';

const LAYOUTS = z.record(
  z.string(),
  z.object({ members: z.record(z.string(), z.number().int()), size: z.number().int() }),
);
type Layouts = z.infer<typeof LAYOUTS>;

describe('the structures of webauthn.h', () => {
  let compiled: Layouts;
  let laidOut: Layouts;

  beforeAll(async () => {
    const user = await WindowsUser.create(inject('windows'));
    const program = join(user.home, 'structures.exe');
    await compile('structures.c', program);
    const [c, ffi] = await Promise.all([
      user.runProgram(program),
      user.run(join(import.meta.dirname, 'print-structures.ts')),
    ]);
    expect(ffi.stderr).toBe('');
    compiled = LAYOUTS.parse(JSON.parse(c.stdout));
    laidOut = LAYOUTS.parse(JSON.parse(ffi.stdout));
  });

  it('have in koffi the sizes and offsets that the C compiler gives them', () => {
    for (const [name, { members, size }] of Object.entries(compiled)) {
      const ours = laidOut[name];
      console.log(`${name}: ${size} bytes in C, ${ours?.size} in koffi`);
      for (const [member, offset] of Object.entries(members)) {
        console.log(`  ${member}: ${offset} in C, ${ours?.members[member]} in koffi`);
      }
    }
    expect(laidOut).toEqual(compiled);
  });

  it('are all looked at, each member', () => {
    expect(Object.keys(compiled).sort()).toEqual(Object.keys(webauthnStructures(koffi)).sort());
    expect(Object.keys(compiled)).toHaveLength(19);
  });
});
