/**
 * Watches, through the interfaces that the product has, each step that leaves something behind, and kills this process after one of
 * them. For the children of the kill sweeps.
 */
import type { EnrollmentJournal } from '../../main/enrollment/enrollment.ts';
import type { ProfileKeyHolder } from '../../main/enrollment/publish.ts';
import { type FileSteps, fileSteps } from '../../main/storage/whole-file.ts';
import type { ComputerOptions, FakeProfiles } from '../unit/enrollment/enrollment-world.ts';

export interface WatchedSteps {
  /** Those that were passed, in order. */
  readonly names: readonly string[];
  /** For a computer whose steps are watched. */
  readonly options: Pick<ComputerOptions, 'journal' | 'steps' | 'profiles'>;
  /** One more was passed. */
  passed(step: string): void;
}

/** SIGKILL after the step of that number, from 0; -1: never. */
export function dieAfterStep(killAfter: number): WatchedSteps {
  const names: string[] = [];
  const passed = (step: string) => {
    if (names.length === killAfter) process.kill(process.pid, 'SIGKILL');
    names.push(step);
  };
  const options = {
    journal: (journal: EnrollmentJournal) => watchedJournal(journal, passed),
    steps: watchedSteps(fileSteps, passed),
    profiles: (profiles: FakeProfiles) => watchedProfiles(profiles, passed),
  };
  return { names, options, passed };
}

type Passed = WatchedSteps['passed'];

function watchedJournal(journal: EnrollmentJournal, passed: Passed): EnrollmentJournal {
  return {
    ...journal,
    save(enrollment) {
      if (enrollment.state === 'made') passed('the key answered');
      journal.save(enrollment);
      passed(`journal: ${enrollment.state}`);
    },
  };
}

function watchedSteps(real: FileSteps, passed: Passed): FileSteps {
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

function watchedProfiles(profiles: FakeProfiles, passed: Passed): ProfileKeyHolder {
  return {
    account: () => profiles.account(),
    read: () => profiles.read(),
    async publish(line, options) {
      await profiles.publish(line, options);
      passed('profile written');
    },
  };
}
