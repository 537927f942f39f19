/**
 * Glasskey's packets beside those of Debian's OpenSSH and libfido2, by whole command lines upon real /dev/hidrawN nodes in the lab's
 * virtual machine (test/hidraw/ceremonies.ts does them). Sizes of messages are the key's, not the client's, so figures of two
 * clients compare on the same key only.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { machineImage, whyNoMachine } from '../lab/vm/image.ts';
import { runInMachine } from '../lab/vm/virtual-machine.ts';
import type { Benchmark, Figures, Say } from './benchmark.ts';
import { askedRatio, inOrder, TALLY_HEADINGS, tallyFigures, tallyRow, totalRatio } from './packets/tally.ts';
import { table } from './table.ts';

const SECONDS = 300;
const RESULT = 'ceremonies.json';

const ceremonySchema = z.strictObject({
  command: z.string(),
  exchanges: z.array(
    z.strictObject({
      name: z.string(),
      isCtap: z.boolean(),
      out: z.int(),
      in: z.int(),
      keepalives: z.int(),
    }),
  ),
});
const resultSchema = z.record(z.string(), z.strictObject({ glasskey: ceremonySchema, openssh: ceremonySchema }));

export const hidraw: Benchmark = {
  name: 'hidraw',
  summary: 'packets of both sides by whole command lines upon real hidraw nodes, in a virtual machine (root; minutes)',
  async run(say) {
    const reason = await whyNoMachine();
    if (reason !== undefined) throw new Error(`there can be no virtual machine here: ${reason}`);
    const image = await machineImage(say);
    let printed = '';
    const { status, files } = await runInMachine(image, {
      script: `exec node test/hidraw/ceremonies.ts /run-folder/${RESULT}`,
      seconds: SECONDS,
      repository: join(import.meta.dirname, '..', '..'),
      onOutput: (text) => (printed += text),
      bring: [RESULT],
    });
    if (status !== 0) throw new Error(`the job in the virtual machine ended with ${status}:\n${printed}`);
    return report(resultSchema.parse(JSON.parse(files[RESULT] ?? '')), say);
  },
};

function report(ceremonies: z.infer<typeof resultSchema>, say: Say): Figures {
  const each = Object.entries(ceremonies);
  say('Packets out and in; of those in, the keep-alives in brackets: one each 100 ms while a key works or waits.\n');
  const rows = each.flatMap(([name, { glasskey, openssh }]) => [
    tallyRow(name, 'glasskey', glasskey.exchanges),
    tallyRow('', 'openssh', openssh.exchanges),
  ]);
  say(table([TALLY_HEADINGS, ...rows]));
  say('\nThe commands, and what each said in order, as name out/in (in without keep-alives):');
  for (const [, sides] of each) {
    for (const { command, exchanges } of [sides.glasskey, sides.openssh]) {
      say(`\n  $ ${command}\n    ${inOrder(exchanges)}`);
    }
  }
  return Object.fromEntries(
    each.flatMap(([name, { glasskey, openssh }]) => [
      ...Object.entries(tallyFigures(`glasskey.${name}`, glasskey.exchanges)),
      ...Object.entries(tallyFigures(`openssh.${name}`, openssh.exchanges)),
      [`${name}.packets_ratio`, askedRatio(glasskey.exchanges, openssh.exchanges)],
      [`${name}.with_keepalives_ratio`, totalRatio(glasskey.exchanges, openssh.exchanges)],
    ]),
  );
}
