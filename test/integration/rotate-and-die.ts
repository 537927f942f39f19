/**
 * Takes one step of a rotation on the computer in a folder and is killed on the way: after its step number `killAfter`, or never
 * (-1). Prints its steps. For rotate-kill-sweep.test.ts only.
 */
import { join } from 'node:path';
import { LaterClock, Rotating } from '../unit/enrollment/rotation-world.ts';
import { dieAfterStep } from './die-after-step.ts';

const [folder = '', killAfter = '', aheadMs = '', command = ''] = process.argv.slice(2);
const steps = dieAfterStep(Number(killAfter));
const clock = new LaterClock();
clock.aheadMs = Number(aheadMs);
const rotating = Rotating.again(folder, clock, {
  authenticator: { stateFile: join(folder, 'key.json') },
  ...steps.options,
});
rotating.people.onRotation = ({ kind }) => {
  if (kind === 'credential-deleted') steps.passed('credential deleted');
};
if (command === 'give-up') await rotating.giveUp();
else await rotating.rotate();
rotating.computer.database.close();
console.log(JSON.stringify(steps.names));
