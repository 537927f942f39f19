import { cancelled } from '../../../diagnostics/glasskey-error.ts';
import type { AgentStatus } from '../../glasskey-agent-status.ts';
import { gitCommands, type SshConfigState } from '../../glasskey-ssh-config.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { YES_OPTION } from '../key-options.ts';
import { askConsent } from '../missing-consent.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';

const VERBS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = { show, status, install, remove };

const STATES = {
  installed: 'ssh, scp, git and editors know your targets by their names.',
  half: 'Half installed: run glasskey ssh-config install again.',
  absent: 'Not installed: other programs know nothing of your targets.',
} as const;

/** The entries offer no key by themselves. */
const AGENT_WORDS = {
  answers: undefined,
  silent: 'The agent does not answer: end it and start it again, Glasskey or glasskey agent.',
  absent: 'No agent answers yet: start Glasskey, or run glasskey agent.',
} as const;

export const sshConfig: Command = {
  usage: '[show | status | install | remove] [options]',
  about:
    'Makes your saved targets known to every program that uses ssh: entries for ssh_config, in a file of Glasskey’s, and one line in\n' +
    '~/.ssh/config that includes it. show prints the entries; install writes both, after it has shown the line and asked; remove takes\n' +
    'both away. Once installed, the entries follow your targets and keys. They use the agent: glasskey agent, or the app.',
  options: { ...YES_OPTION },
  examples: [
    ['glasskey ssh-config', 'the entries, and once they are installed, what git needs'],
    ['glasskey ssh-config install', 'from then on: ssh leaf1, scp FILE leaf1:, code --remote ssh-remote+leaf1'],
    ['glasskey ssh-config remove', 'as it was before'],
  ],
  async run(invocation) {
    const [verb = 'show', extra] = invocation.positionals;
    const run = VERBS[verb];
    if (run === undefined) throw usageError('ssh-config', `"${verb}" is none of show, status, install, remove`);
    if (extra !== undefined) throw usageError('ssh-config', `"${extra}" is one word too many`);
    return run(invocation);
  },
};

function show(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const state = await glasskey.sshConfig();
    output.object(state);
    for (const line of state.text.trimEnd().split('\n')) output.line(line);
    tellRemarks(state, invocation);
    tellGit(state, invocation);
    return ExitCode.OK;
  });
}

function status(invocation: Invocation): Promise<number> {
  return withGlasskey(invocation, async (glasskey) => {
    const [state, agent] = await Promise.all([glasskey.sshConfig(), glasskey.agentStatus()]);
    invocation.output.object({ ...state, agent: agent.state });
    tellState(state, invocation);
    if (state.state !== 'absent') tellAgent(agent, invocation);
    tellRemarks(state, invocation);
    return ExitCode.OK;
  });
}

/** What is to be written is shown before anybody is asked for it. */
async function install(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const before = await glasskey.sshConfig();
    if (!before.isIncluded) {
      output.note(`${printable(before.configFile)} gets one line, at its top:`);
      output.note(`+ ${printable(before.line)}`);
      output.note(`That file has the entries of ${hostCount(before)}; glasskey ssh-config shows them.`);
      await agree('Add it?', 'install', 'The installation', invocation);
    }
    const { state, keptAs } = await glasskey.installSshConfig();
    const agent = await glasskey.agentStatus();
    output.object({ ...state, ...(keptAs === undefined ? {} : { keptAs }), agent: agent.state });
    tellState(state, invocation);
    tellAgent(agent, invocation);
    if (keptAs !== undefined) output.line(`What was there before is kept: ${printable(keptAs)}`);
    tellRemarks(state, invocation);
    tellGit(state, invocation);
    return ExitCode.OK;
  });
}

async function remove(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const before = await glasskey.sshConfig();
    if (before.isIncluded) {
      output.note(`${printable(before.configFile)} loses one line:`);
      output.note(`- ${printable(before.line)}`);
      await agree('Remove it?', 'remove', 'The removal', invocation);
    }
    const state = await glasskey.removeSshConfig();
    output.object(state);
    tellState(state, invocation);
    return ExitCode.OK;
  });
}

function hostCount({ hosts: { length } }: SshConfigState): string {
  return length === 1 ? 'your one host' : `your ${length} hosts`;
}

async function agree(question: string, verb: string, what: string, invocation: Invocation): Promise<void> {
  const { options, output, world, signal } = invocation;
  if (options.has('yes')) return;
  const { TerminalPrompts } = await import('../terminal-prompts.ts');
  const prompts = new TerminalPrompts(world.clock);
  const missing = {
    message: 'Nobody agreed that your ssh configuration is changed: nothing was changed.',
    remedy: `Where you mean it: glasskey ssh-config ${verb} --yes`,
  };
  try {
    if (await askConsent(output, missing, () => prompts.yesNo(question, signal))) return;
  } finally {
    await prompts.end(signal);
  }
  throw cancelled(what);
}

function tellState({ state, hosts }: SshConfigState, { output }: Invocation): void {
  output.line(STATES[state]);
  const width = Math.max(0, ...hosts.map(({ alias }) => alias.length));
  for (const { alias, device } of hosts) output.line(`  ${printable(alias).padEnd(width)}  ${printable(device)}`);
}

function tellAgent({ state }: AgentStatus, { output }: Invocation): void {
  const words = AGENT_WORDS[state];
  if (words !== undefined) output.line(words);
}

function tellRemarks({ remarks }: SshConfigState, { output }: Invocation): void {
  for (const remark of remarks) output.note(printable(remark));
}

function tellGit(state: SshConfigState, { output }: Invocation): void {
  if (state.signingKeyFile === undefined) output.note('No key is enrolled yet: the entries offer none.');
  const commands = gitCommands(state);
  if (commands === undefined) return;
  output.note('For signatures of git, which finds the agent by SSH_AUTH_SOCK:');
  for (const command of commands) output.note(`  ${command}`);
}
