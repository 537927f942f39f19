/** The system's programs that the lab's fabric runs, found on the PATH and where an ordinary user's PATH does not look. */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

const ALSO_SEARCHED = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The absolute path, which sshd insists on being started by; undefined where there is none. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...ALSO_SEARCHED]) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

export async function requireProgram(name: string): Promise<string> {
  const path = await findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed; run "npm run setup"`);
  return path;
}

/** Runs a program to its end and returns its stdout; what it wrote to stderr is in the error when it fails. */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = stderr.trim() || error.message;
      reject(new Error(`${program} ${args.join(' ')}: ${said}`));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
