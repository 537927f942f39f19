import { timeOfDay } from '../../../time/shown-times.ts';
import type { StandardPipe } from '../../agent/standard-pipe.ts';
import { shellWord } from '../../connect/shell-word.ts';
import type { AgentKeyPolicy, PolicyMember } from '../../glasskey-agent-policy.ts';
import type { PassThroughStatus } from '../../glasskey-pass-through.ts';
import type { AgentDecision, AgentRequestRecord } from '../../storage/agent-activity-store.ts';
import { ASK_POLICIES, FORWARDED_POLICIES } from '../../storage/key-policy-store.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey, withPeople } from '../open-glasskey.ts';
import { printable, type Style, style } from '../output.ts';

const VERBS: Readonly<Record<string, (invocation: Invocation) => Promise<number>>> = {
  serve,
  status,
  activity,
  policy,
};
/** Which options belong to which verb. */
const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  serve: ['socket'],
  status: ['socket'],
  activity: ['limit'],
  policy: ['ask', 'forwarded'],
};

export const agent: Command = {
  usage: '[serve | status | activity | policy [KEY]] [options]',
  about:
    'serve (also without a word): serves the enrolled keys to every ssh, scp and git on this computer that is told of its socket.\n' +
    'Runs until Ctrl-C, and asks in this terminal before each signature, and for the PIN; after a minute of silence it is denied.\n' +
    'status: does an agent answer on that socket? Its exit code is 3 where none does.\n' +
    'activity: what the agents were asked to sign, and what came of it. policy: what they do with each key.',
  options: {
    socket: {
      value: 'PATH',
      summary: 'Where to listen, or look (default: agent/agent.sock in the data folder; a pipe on Windows)',
    },
    limit: { value: 'N', summary: 'Of activity: the last N requests (default: 20)' },
    ask: { value: 'WHEN', summary: 'Of policy: always, once-per-session, or default (as the settings say)' },
    forwarded: {
      value: 'WHAT',
      summary: 'Of policy, for signatures that other hosts want: ask, refuse, or default',
    },
  },
  examples: [
    ['glasskey agent', 'then run the line it prints, export SSH_AUTH_SOCK=…, in another terminal'],
    ['ssh-add -l', 'in that other terminal: what it offers'],
    ['ssh -J ops@192.0.2.10 alice@10.0.0.7', 'there too: plain ssh logs in with the security key'],
    ['glasskey agent activity --limit 5', 'who wanted the last five signatures, for what, and what came of it'],
    ['glasskey agent policy --forwarded refuse', 'nothing that another host wants is signed with the newest key'],
  ],
  async run(invocation) {
    const { options, positionals } = invocation;
    const [verb = 'serve', ...more] = positionals;
    const run = VERBS[verb];
    if (run === undefined) throw usageError('agent', `"${verb}" is none of ${Object.keys(VERBS).join(', ')}`);
    const extra = more[verb === 'policy' ? 1 : 0];
    if (extra !== undefined) throw usageError('agent', `"${extra}" is one word too many`);
    for (const option of ['socket', 'limit', 'ask', 'forwarded']) {
      if (options.value(option) !== undefined && !OPTIONS_OF[verb]?.includes(option)) {
        throw usageError('agent', `${verb} has no --${option}`);
      }
    }
    return run(invocation);
  },
};

function serve(invocation: Invocation): Promise<number> {
  const { options, output, signal, world } = invocation;
  const choices = { pinFromStdin: false, replaceProfileKey: false, asksPinAtOnce: false };
  return withPeople(invocation, choices, async (glasskey, people, prompts) => {
    const { assertTerminal, terminalAgentPeople } = await import('../terminal-agent-people.ts');
    const asked = terminalAgentPeople(people, prompts, output, world.clock);
    await glasskey.serveAgent(options.value('socket'), asked, signal, (socketPath) => {
      // Only now: what else is wrong is told first.
      assertTerminal();
      output.object({ socketPath, pid: process.pid });
      output.line(`export SSH_AUTH_SOCK=${shellWord(socketPath)}`);
      output.note('Serving until Ctrl-C. It asks here before each signature, and for the PIN.');
    });
    return ExitCode.OK;
  });
}

function status(invocation: Invocation): Promise<number> {
  const { options, output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const socket = options.value('socket');
    const [found, passThrough, standardPipe] = await Promise.all([
      glasskey.agentStatus(socket),
      glasskey.agentPassThrough(socket),
      glasskey.standardAgentPipe(),
    ]);
    output.object({ ...found, passThrough, ...(standardPipe === undefined ? {} : { standardPipe }) });
    output.line(`${STATE_WORDS[found.state]}: ${printable(found.socketPath)}`);
    if (found.state === 'absent') {
      const told = socket === undefined ? '' : ` --socket ${shellWord(found.socketPath)}`;
      output.line(`  ${told === '' ? 'Start Glasskey, or run' : 'To have one there, run'}: glasskey agent${told}`);
    }
    for (const { fingerprint, comment, isEnrolled } of found.keys) {
      const isOthers = passThrough.keys.some((key) => key.fingerprint === fingerprint);
      const whose = isEnrolled ? '' : isOthers ? '  (of your other agent)' : '  (not enrolled here)';
      output.line(`  ${fingerprint}  ${printable(comment)}${whose}`);
    }
    if (found.state === 'answers' && found.keys.length === 0) {
      output.line('  It offers no key: none is enrolled, or it is locked by ssh-add -x.');
    }
    const words = passThroughWords(passThrough);
    if (words !== undefined) output.line(words);
    if (standardPipe !== undefined) for (const line of standardPipeWords(standardPipe)) output.line(line);
    return found.state === 'answers' ? ExitCode.OK : ExitCode.NOT_READY;
  });
}

const STATE_WORDS = {
  answers: 'An agent answers',
  silent: 'Something listens there, and does not answer',
  absent: 'No agent is there',
} as const;

const PIPE_OWNERS: Readonly<Record<StandardPipe['owner'], string>> = {
  openssh: 'the OpenSSH Authentication Agent of Windows',
  '1password': '1Password',
  bitwarden: 'Bitwarden',
  keeagent: 'KeeAgent',
  other: 'a program that is not known here',
};

/** Windows: who has the pipe on which ssh looks for an agent by itself, and how Glasskey goes together with it. */
export function standardPipeWords({ owner, program }: StandardPipe): readonly string[] {
  const who = owner === 'other' && program !== undefined ? printable(program) : PIPE_OWNERS[owner];
  return [
    `ssh that is told of no agent asks ${who}; Glasskey leaves that pipe alone.`,
    '  To use both, run: glasskey settings set agent.passThrough SSH_AUTH_SOCK',
    '  and let ssh know of Glasskey with: glasskey ssh-config install',
  ];
}

function passThroughWords({ setting, state, socketPath, keys }: PassThroughStatus): string | undefined {
  const other = printable(socketPath ?? setting ?? '');
  switch (state) {
    case 'off':
      return undefined;
    case 'answers':
      return `Your other agent answers, with ${keys.length === 1 ? 'one key' : `${keys.length} keys`}: ${other}`;
    case 'own-socket':
      return `agent.passThrough leads to this agent itself here, so that nothing is passed through: ${other}`;
    case 'silent':
      return `Your other agent does not answer: ${other}`;
    case 'absent':
      return socketPath === undefined
        ? 'Your other agent is not there: SSH_AUTH_SOCK is not set here'
        : `Your other agent is not there: ${other}`;
    default:
      return state satisfies never;
  }
}

const DECISION_WORDS: Readonly<Record<AgentDecision, readonly [text: string, color: Style]>> = {
  signed: ['signed', 'green'],
  'passed-through': ['passed on', 'green'],
  denied: ['denied', 'yellow'],
  refused: ['refused', 'red'],
  'timed-out': ['timed out', 'yellow'],
  cancelled: ['cancelled', 'yellow'],
  failed: ['failed', 'red'],
};

const SHOWN_REQUESTS = 20;

function activity(invocation: Invocation): Promise<number> {
  const { options, output, world } = invocation;
  const limit = options.value('limit') ?? String(SHOWN_REQUESTS);
  if (!/^[1-9][0-9]{0,3}$/.test(limit)) throw usageError('agent', '--limit takes a number from 1 to 9999');
  return withGlasskey(invocation, async (glasskey) => {
    const requests = await glasskey.agentActivity(Number(limit));
    output.object({ requests });
    if (requests.length === 0) output.line('No agent was asked for a signature yet.');
    for (const request of requests) {
      const [text, color] = DECISION_WORDS[request.decision];
      const reason = request.reason === undefined ? '' : ` [${request.reason}]`;
      output.line(
        `${timeOfDay(request.at, world.clock.now())}  ${style(color, text.padEnd(9))}  ${printable(whatFor(request))}${reason}`,
      );
    }
    return ExitCode.OK;
  });
}

function whatFor({ purpose, through, client, agent, asked: wasAsked }: AgentRequestRecord): string {
  const names = through.map(({ name, fingerprint }) => name ?? fingerprint ?? 'an unknown host');
  const way = names.length === 0 ? '' : ` through ${names.join(', then ')}`;
  const unnamed = agent === 'connect' ? 'a login of Glasskey' : 'a program that could not be told';
  const program = client.starter === undefined ? client.program : `${client.program} for ${client.starter}`;
  const asker = client.program === undefined ? unnamed : program;
  const asked = `, asked by ${asker}${wasAsked ? '; you were asked' : ''}`;
  switch (purpose.kind) {
    case 'login': {
      const host = purpose.hostName ?? purpose.hostKeyFingerprint ?? 'an unknown host';
      return `Log in as ${purpose.user} on ${host}${way}${asked}`;
    }
    case 'sshsig':
      return `Sign for ${purpose.namespace}${way}${asked}`;
    case 'other':
      return `Something that is no login and no signature${way}${asked}`;
    default:
      return purpose satisfies never;
  }
}

function policy(invocation: Invocation): Promise<number> {
  const { options, positionals, output } = invocation;
  const [, key] = positionals;
  const ask = choiceOf('ask', ASK_POLICIES, options.value('ask'));
  const forwarded = choiceOf('forwarded', FORWARDED_POLICIES, options.value('forwarded'));
  return withGlasskey(invocation, async (glasskey) => {
    const isOne = key !== undefined || ask !== undefined || forwarded !== undefined;
    const policies = isOne
      ? [await glasskey.setAgentPolicy(key, { ...ask, ...forwarded })]
      : await glasskey.agentPolicies();
    output.object({ policies });
    if (policies.length === 0) output.line('No key is enrolled on this computer.');
    for (const one of policies) {
      output.line(`${one.key}  ${printable(one.comment)}`);
      output.line(`  ask: ${one.ask}${sourceOf(one, 'ask')}`);
      output.line(`  forwarded: ${one.forwarded}${sourceOf(one, 'forwarded')}`);
    }
    return ExitCode.OK;
  });
}

/** `{ask: 'always'}`; `default` is `{ask: undefined}`; undefined where the option was not given. */
function choiceOf<M extends PolicyMember, C extends string>(
  member: M,
  choices: readonly C[],
  text: string | undefined,
): { readonly [member in M]: C | undefined } | undefined {
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined && text !== 'default') {
    throw usageError('agent', `--${member} knows no "${text}": ${choices.join(', ')}, default`);
  }
  return { [member]: choice } as { readonly [member in M]: C | undefined };
}

function sourceOf({ source }: AgentKeyPolicy, member: PolicyMember): string {
  if (source[member] === 'settings.json') return ' (fixed by settings.json)';
  return source[member] === 'settings' ? ' (as the settings say)' : '';
}
