/**
 * Enrolls on the computer in a folder and is killed on the way: after its step number `killAfter`, or never (-1). Prints its
 * steps. For enroll-kill-sweep.test.ts only.
 */
import { join } from 'node:path';
import { Computer } from '../unit/enrollment/enrollment-world.ts';
import { dieAfterStep } from './die-after-step.ts';

const [folder = '', killAfter = '', overwrite = ''] = process.argv.slice(2);
const steps = dieAfterStep(Number(killAfter));
const computer = Computer.again(folder, {
  authenticator: { stateFile: join(folder, 'key.json') },
  ...steps.options,
});
computer.people.mayReplace = true;
await computer.enroll({ overwrite: overwrite === 'overwrite' });
computer.database.close();
console.log(JSON.stringify(steps.names));
