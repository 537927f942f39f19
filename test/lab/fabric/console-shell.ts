/**
 * What the lab's VM console service gives: the serial console of a virtual machine, of which there is one. Who comes next takes it
 * over, and the session before is closed, as the real service does it.
 *
 *   node console-shell.ts VM-NAME FOLDER
 *
 * FOLDER keeps the process id of who has the console. It runs on its own, bind-mounted into the machine, so it imports nothing but
 * Node's own modules.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [name = 'vm', folder = '/tmp'] = process.argv.slice(2);
const holder = join(folder, 'console-holder');

try {
  process.kill(Number(readFileSync(holder, 'utf8')), 'SIGTERM');
} catch {
  // Nobody has it.
}
writeFileSync(holder, String(process.pid));
process.on('SIGTERM', () => {
  process.stdout.write('\r\nThis session is closed: another one has taken over the console.\r\n', () =>
    process.exit(1),
  );
});

process.stdout.write(`Connected to the console of ${name}.\n`);
const command = process.env.SSH_ORIGINAL_COMMAND;
if (command !== undefined) {
  process.stdout.write('A console runs no commands.\n');
  process.exit(1);
}
const lines = createInterface({
  input: process.stdin,
  output: process.stdout,
  terminal: process.stdin.isTTY === true,
  prompt: `${name} login: `,
});
lines.on('line', (line) => {
  if (line.trim() === 'exit') return lines.close();
  lines.prompt();
});
lines.on('close', () => process.exit(0));
lines.prompt();
