/**
 * The shell of the lab's device: enough of Arista EOS to be logged in to. sshd runs it as ForceCommand.
 *
 *   node eos-shell.ts HOSTNAME
 *
 * With SSH_ORIGINAL_COMMAND set it runs that command and exits (1 if there is no such command), else it prompts. It runs on its own,
 * bind-mounted into the device, so it imports nothing but Node's own modules.
 */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const hostname = process.argv[2] ?? 'ce1-rack4';
let privileged = false;

interface Command {
  readonly words: readonly string[];
  readonly help: string;
  /** Only after `enable`. */
  readonly privileged?: boolean;
  readonly run: (rest: readonly string[]) => Answer;
}

interface Answer {
  readonly text?: string;
  readonly failed?: boolean;
  readonly ends?: boolean;
}

const INVALID: Answer = { text: '% Invalid input', failed: true };

const SHOW_VERSION = `Arista DCS-7280CR3K-32P4-F
Hardware version: 11.02
Serial number: JPE21350123
Hardware MAC address: 2cdd.e9f1.4a6b
System MAC address: 2cdd.e9f1.4a6b

Software image version: 4.31.5M
Architecture: x86_64
Internal build version: 4.31.5M-38783123.4315M
Internal build ID: 6a1b2c3d-8f0e-4c57-9a44-0d2f6b1e7c90
Image format version: 3.0
Image optimization: None

Uptime: 12 weeks, 3 days, 4 hours and 17 minutes
Total memory: 32458244 kB
Free memory: 27461908 kB`;

const SHOW_INTERFACES_STATUS = `Port       Name                  Status       Vlan     Duplex Speed  Type         Flags Encapsulation
Et1/1      AR-CE1(Fab)-Ma1       connected    routed   full   100G   100GBASE-SR4
Et2/1      AR-TOR1-Et49          connected    routed   full   100G   100GBASE-CR4
Et3/1      AR-TOR2-Et49          connected    routed   full   100G   100GBASE-CR4
Et4/1                            notconnect   1        auto   auto   Not Present
Ma1        MGMT                  connected    routed   a-full a-1G   10/100/1000`;

const COMMANDS: readonly Command[] = [
  { words: ['show', 'version'], help: 'Software and hardware versions', run: () => ({ text: SHOW_VERSION }) },
  {
    words: ['show', 'interfaces', 'status'],
    help: 'Interface line status',
    run: () => ({ text: SHOW_INTERFACES_STATUS }),
  },
  {
    words: ['show', 'hostname'],
    help: 'The host name',
    run: () => ({ text: `Hostname: ${hostname}\nFQDN:     ${hostname}` }),
  },
  {
    words: ['show', 'privilege'],
    help: 'The current privilege level',
    run: () => ({ text: `Current privilege level is ${privileged ? 15 : 1}` }),
  },
  {
    words: ['enable'],
    help: 'Turn on privileged commands',
    run: () => {
      privileged = true;
      return {};
    },
  },
  {
    words: ['disable'],
    help: 'Turn off privileged commands',
    run: () => {
      privileged = false;
      return {};
    },
  },
  {
    words: ['bash'],
    help: 'Run bash (in the lab: ssh …, ssh-add -l or -L, stty size, read -s, seq, or complain TEXT)',
    run: runBash,
  },
  { words: ['exit'], help: 'Leave the session', run: () => ({ ends: true }) },
  { words: ['logout'], help: 'Leave the session', run: () => ({ ends: true }) },
  { words: ['quit'], help: 'Leave the session', run: () => ({ ends: true }) },
];

/**
 * On the real thing any command; here those that show whether an agent was forwarded and how large the terminal is, one that writes
 * as much as one likes, one that asks for a secret, one that fails as ssh does, and ssh itself.
 */
function runBash(rest: readonly string[]): Answer {
  const [program, option, ...more] = rest;
  if (program === 'complain') {
    process.stderr.write(`${rest.slice(1).join(' ')}\n`);
    process.exitCode = 255;
    return {};
  }
  if (program === 'stty' && option === 'size' && more.length === 0) {
    // Of the terminal that sshd gave.
    const ran = spawnSync('stty', ['size'], { encoding: 'utf8', stdio: ['inherit', 'pipe', 'pipe'] });
    return { text: `${ran.stdout}${ran.stderr}`.trimEnd(), failed: ran.status !== 0 };
  }
  if (program === 'seq') {
    // Straight to the terminal: of many megabytes nothing is to be kept here.
    const ran = spawnSync('seq', rest.slice(1), { stdio: 'inherit' });
    return { failed: ran.status !== 0 };
  }
  if (program === 'read' && option === '-s') {
    // As a program asks for a password: the terminal is as a shell has it, but for its echo.
    process.stdin.setRawMode?.(false);
    const script = 'read -s -p "Secret: " it; echo; echo "$(printf %s "$it" | wc -c) characters."';
    const ran = spawnSync('bash', ['-c', script], { stdio: 'inherit' });
    process.stdin.setRawMode?.(true);
    return { failed: ran.status !== 0 };
  }
  if (program === 'ssh') {
    const ran = spawnSync('ssh', rest.slice(1), { stdio: 'inherit' });
    process.exitCode = ran.status ?? 255;
    return {};
  }
  if (program !== 'ssh-add' || (option !== '-l' && option !== '-L') || more.length > 0) {
    return { text: '% Not permitted in the lab', failed: true };
  }
  const ran = spawnSync('ssh-add', [option], { encoding: 'utf8' });
  return { text: `${ran.stdout ?? ''}${ran.stderr ?? ''}`.trimEnd(), failed: ran.status !== 0 };
}

/** EOS takes any unambiguous beginning of a word: `sh ver`. */
function run(line: string): Answer {
  const words = line.trim().split(/\s+/);
  if (words[0] === '' || words[0] === undefined) return {};
  if (words.at(-1) === '?') return { text: help(words.slice(0, -1)) };
  const found = COMMANDS.filter((command) => beginsLike(command, words));
  const [command] = found;
  if (command === undefined) return INVALID;
  if (found.length > 1) {
    const exact = found.find((candidate) => candidate.words.join(' ') === words.join(' '));
    return exact === undefined ? { text: '% Ambiguous command', failed: true } : exact.run([]);
  }
  if (words.length < command.words.length) return { text: '% Incomplete command', failed: true };
  const rest = words.slice(command.words.length);
  if (rest.length > 0 && command.words[0] !== 'bash') return INVALID;
  return command.run(rest);
}

function beginsLike(command: Command, words: readonly string[]): boolean {
  return command.words.every((word, index) => words[index] === undefined || word.startsWith(words[index]));
}

function help(words: readonly string[]): string {
  const lines = COMMANDS.filter((command) => beginsLike(command, words) && command.words.length > words.length);
  if (lines.length === 0) return '% Unrecognized command';
  return lines
    .map((command) => `  ${command.words.slice(words.length).join(' ').padEnd(20)}${command.help}`)
    .join('\n');
}

function print(answer: Answer): void {
  if (answer.text !== undefined && answer.text !== '') process.stdout.write(`${answer.text}\n`);
}

function prompt(): string {
  return `${hostname}${privileged ? '#' : '>'}`;
}

function interact(): void {
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal, prompt: prompt() });
  lines.on('line', (line) => {
    const answer = run(line);
    print(answer);
    if (answer.ends) return lines.close();
    lines.setPrompt(prompt());
    lines.prompt();
  });
  lines.on('SIGINT', () => {
    process.stdout.write('\n');
    lines.prompt();
  });
  lines.on('close', () => process.exit(0));
  lines.prompt();
}

function runOnce(text: string): void {
  for (const line of text.split('\n')) {
    const answer = run(line);
    print(answer);
    if (answer.failed) process.exitCode = 1;
    if (answer.ends || answer.failed) return;
  }
}

const command = process.env.SSH_ORIGINAL_COMMAND;
if (command === undefined) interact();
else runOnce(command);
