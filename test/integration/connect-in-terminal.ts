/**
 * Started by connect.test.ts in a pseudo-terminal: `node connect-in-terminal.ts FILE` runs the plan in FILE (JSON) in its
 * own terminal, then says how it ended.
 */
import { readFileSync } from 'node:fs';
import type { ConnectPlan } from '../../main/connect/plan.ts';
import { runSsh } from '../../main/connect/run-ssh.ts';

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ConnectPlan;
const { exit } = await runSsh(plan);
process.stdout.write(`ended: ${exit.kind === 'exited' ? exit.code : exit.signal}\n`);
