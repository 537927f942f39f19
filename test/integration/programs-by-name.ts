/** The system's own ssh programs as the lab's person runs them, who has saved targets by their names in ~/.ssh/config. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lab } from '../lab/world.ts';

const run = promisify(execFile);

export interface ProgramsByName {
  /** `environment` is added to that of the person's computer. Rejects where the program fails. */
  run(
    program: 'ssh' | 'scp' | 'sftp' | 'git',
    words: readonly string[],
    input?: string,
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Whether any of these programs asked for a secret by itself (SSH_ASKPASS). */
  hasAskedForASecret(): boolean;
}

/**
 * As root the lab's home folder takes the place of the real one, in mounts of its own, because ssh finds ~/.ssh/config by the account;
 * else the file is named by -F, which has the same effect for the hops. Each program has an SSH_ASKPASS that it may always use.
 */
export function programsByName(lab: Lab): ProgramsByName {
  const home = join(lab.folder, 'home');
  const config = join(home, '.ssh', 'config');
  const isRoot = lab.fabric.mode === 'namespaces';
  const [askpass, asked] = [join(lab.folder, 'askpass'), join(lab.folder, 'askpass-ran')];
  writeFileSync(askpass, `#!/bin/sh\necho "$@" >> '${asked}'\necho 000000\n`, { mode: 0o700 });
  const environment = {
    ...lab.environment,
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    DISPLAY: ':99',
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
    ...(isRoot ? {} : { GIT_SSH_COMMAND: `ssh -F '${config}'` }),
  };
  return {
    run(program, words, input = '') {
      const inPlace = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
      const [file = '', ...args] = isRoot
        ? ['unshare', '--mount', 'sh', '-c', inPlace, 'sh', home, homedir(), program, ...words]
        : [program, ...(program === 'git' ? [] : ['-F', config]), ...words];
      const done = run(file, args, { cwd: home, timeout: 30_000, env: environment });
      done.child.stdin?.end(input);
      return done;
    },
    hasAskedForASecret: () => existsSync(asked),
  };
}
