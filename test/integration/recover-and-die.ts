/**
 * Recovers on the computer in a folder and is killed on the way: after its step number `killAfter`, or never (-1). Prints its steps.
 * For recover-sweep.test.ts only: the steps are watched from outside, through the interfaces that the product has.
 */
import { join } from 'node:path';
import type { EnrollmentJournal } from '../../main/enrollment/enrollment.ts';
import { type FileSteps, fileSteps } from '../../main/storage/whole-file.ts';
import { Computer } from '../unit/enrollment/enrollment-world.ts';
import { recoverOn, ScriptedRecoveryPeople } from '../unit/enrollment/recovery-world.ts';

const [folder = '', killAfter = ''] = process.argv.slice(2);
const steps: string[] = [];

function passed(step: string): void {
  if (steps.length === Number(killAfter)) process.kill(process.pid, 'SIGKILL');
  steps.push(step);
}

const computer = Computer.again(folder, {
  authenticator: { stateFile: join(folder, 'key.json') },
  journal: watchedJournal,
  steps: watchedSteps(fileSteps),
});
await recoverOn(computer, new ScriptedRecoveryPeople());
computer.database.close();
console.log(JSON.stringify(steps));

function watchedJournal(journal: EnrollmentJournal): EnrollmentJournal {
  return {
    ...journal,
    save(enrollment) {
      journal.save(enrollment);
      passed(`journal: ${enrollment.state}`);
    },
  };
}

function watchedSteps(real: FileSteps): FileSteps {
  const watched =
    <A extends unknown[]>(name: string, step: (...rest: A) => Promise<void>) =>
    async (...rest: A) => {
      await step(...rest);
      passed(`file: ${name}`);
    };
  return {
    writeFlushed: watched('written beside', real.writeFlushed),
    link: watched('named', real.link),
    rename: watched('renamed', real.rename),
    remove: watched('name removed', real.remove),
    flushFolder: watched('folder flushed', real.flushFolder),
  };
}
