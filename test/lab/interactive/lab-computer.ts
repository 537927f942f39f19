/**
 * `lab-computer` of the interactive lab: lays out another computer of the person, unless it is there from the last time, and prints
 * the path of the commands with which its shell starts. Arguments: the lab's folder, then what the person typed: a name, or nothing.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { computerFolders, secondComputer } from '../second-computer.ts';
import { SSH_BY_HOME } from './ssh-by-home.ts';

const [folder = '', name = 'laptop2', ...more] = process.argv.slice(2);
if (more.length > 0 || !/^[a-z][a-z0-9-]{0,15}$/.test(name)) {
  process.stderr.write(
    `lab-computer [NAME]    opens a shell on another computer: a new one for each NAME (laptop2 unless said)\n`,
  );
  process.exit(2);
}
const { home, data } = computerFolders(folder, name);
if (!existsSync(data)) {
  if (existsSync(home)) {
    process.stderr.write(`lab-computer: the lab needs the name ${name} itself, take another\n`);
    process.exit(2);
  }
  const first = join(folder, 'data');
  await secondComputer(
    {
      folder,
      environment: { GLASSKEY_HOME: first },
      fabric: { knownHosts: await readFile(join(first, 'known_hosts'), 'utf8') },
    },
    name,
  );
}
const start = join(folder, `${name}-shell-start`);
await writeFile(
  start,
  `export HOME='${home}' GLASSKEY_HOME='${data}'\ncd\n${SSH_BY_HOME}PS1='glasskey lab, ${name}$ '\n`,
);
process.stdout.write(start);
