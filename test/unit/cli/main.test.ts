import { describe, expect, it } from 'vitest';
import { runInProcess } from './run-in-process.ts';

const COMMANDS = [
  'enroll',
  'status',
  'publish',
  'connect',
  'agent',
  'keys',
  'pin',
  'credentials',
  'fingerprints',
  'reset',
];

describe('help', () => {
  it('is the overview without a command, and names every command', async () => {
    const overview = await runInProcess([]);
    expect(overview).toMatchObject({ exitCode: 0, stderr: '' });
    for (const name of COMMANDS) expect(overview.stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    for (const words of [['--help'], ['-h'], ['help']]) expect(await runInProcess(words)).toEqual(overview);
  });

  it.each(COMMANDS)(
    'of %s has usage, options and examples, by any of its names, and fits into 120 columns',
    async (name) => {
      const help = await runInProcess([name, '--help']);
      expect(help).toMatchObject({ exitCode: 0, stderr: '' });
      expect(help.stdout).toMatch(new RegExp(`^Usage: glasskey ${name} `));
      expect(help.stdout).toMatch(/^ {2}-h, --help +Show this help$/m);
      expect(help.stdout.split('Examples:')[1]).toMatch(/^\n {2}\S.*\n {6}\S/);
      expect(help.stdout.split('\n').filter((line) => line.length > 130)).toEqual([]);
      for (const words of [
        ['help', name],
        [name, '-h'],
        [name, '--json', '-h'],
      ])
        expect(await runInProcess(words)).toEqual(help);
    },
  );
});

describe('a command line that cannot be understood', () => {
  it.each([
    [['enrol'], 'Did you mean glasskey enroll?'],
    [['conect'], 'Did you mean glasskey connect?'],
    [['frobnicate'], 'Run glasskey --help'],
    [['--json'], 'Put the command first'],
    [['--json', 'status'], 'Put the command first'],
    [['enroll', '--frobnicate'], 'Run glasskey enroll --help'],
    [['enroll', '--algorithm', 'rsa'], 'Run glasskey enroll --help'],
    [['enroll', '--file'], 'Run glasskey enroll --help'],
    [['enroll', 'now'], 'Run glasskey enroll --help'],
    [['status', 'now'], 'Run glasskey status --help'],
    [['keys', 'now'], '"now" is none of list, wink, config.'],
    [['keys', 'config', 'banana'], 'A key has no setting "banana": there are always-uv and min-pin-length.'],
    [['keys', 'config', 'min-pin-length'], 'config min-pin-length needs a value: a number of characters.'],
    [['keys', 'list', 'it'], '"it" is one word too many.'],
    [['settings', 'set', 'connect.defaultJump'], 'It is used as: glasskey settings set KEY VALUE.'],
    [['settings', 'get'], 'It is used as: glasskey settings get KEY.'],
    [['settings', 'show'], '"show" is none of list, get, set, reset.'],
    [['settings', 'list', 'all'], '"all" is one word too many.'],
    [['status', '--foo'], 'There is no option --foo.'],
    [['status', '-x'], 'There is no option -x.'],
    [['status', '--json=yes'], '--json takes no value.'],
    [['enroll', '--file'], '--file needs a value: PATH.'],
    [['enroll', '--file', '--new'], '--file needs a value: PATH. One that begins with a dash is written --file=PATH.'],
    [['targets', 'add'], 'It is used as: glasskey targets add NAME DEVICE.'],
    [['targets', 'edit', 'leaf1'], 'say what with --name, --device, --role, --way, --jump, --tag or --notes.'],
    [['keys', 'now'], 'Run glasskey keys --help'],
    [['keys', 'wink', 'it'], 'Run glasskey keys --help'],
    [['keys', 'config', 'always-uv'], 'Run glasskey keys --help'],
    [['keys', 'config', 'always-uv', 'maybe'], 'Run glasskey keys --help'],
    [['keys', 'config', 'min-pin-length', 'long'], 'Run glasskey keys --help'],
    [['keys', 'config', 'enterprise-attestation', 'on'], 'Run glasskey keys --help'],
    [['keys', 'config', 'always-uv', 'on', 'now'], 'Run glasskey keys --help'],
    [['pin', 'remove'], 'Run glasskey pin --help'],
    [['pin', 'set', '123456'], 'Run glasskey pin --help'],
    [['credentials', 'purge'], 'Run glasskey credentials --help'],
    [['credentials', 'delete'], 'Run glasskey credentials --help'],
    [['credentials', 'delete', 'a', 'b'], 'Run glasskey credentials --help'],
    [['credentials', 'rename', 'a'], 'Run glasskey credentials --help'],
    [['credentials', 'list', 'a'], 'Run glasskey credentials --help'],
    [['fingerprints', 'remove'], 'Run glasskey fingerprints --help'],
    [['fingerprints', 'enroll', 'a', 'b'], 'Run glasskey fingerprints --help'],
    [['fingerprints', 'wipe'], 'Run glasskey fingerprints --help'],
    [['reset', 'it'], 'Run glasskey reset --help'],
    [['publish', 'now'], 'Run glasskey publish --help'],
    [['agent', 'now'], 'Run glasskey agent --help'],
    [['connect'], 'Run glasskey connect --help'],
    [['connect', '--', 'x'], 'Run glasskey connect --help'],
    [['connect', 'a', 'b'], 'Run glasskey connect --help'],
    [['connect', '-l', 'a'], 'Run glasskey connect --help'],
    [['connect', 'a', '--host-keys', 'no'], 'Run glasskey connect --help'],
    [['connect', 'a', '--direct', '--jump', 'b'], 'Run glasskey connect --help'],
    [['connect', 'a', '--pin-stdin'], 'Run glasskey connect --help'],
    [['connect', 'a', '--pin-stdin', '--'], 'Run glasskey connect --help'],
    [['connect', 'a', '--json'], 'Run glasskey connect --help'],
  ])('%j ends with 2, one sentence and what to do', async (words, remedy) => {
    const { exitCode, stdout, stderr } = await runInProcess(words);
    // `--json` may stand anywhere, and then the error is JSON.
    const told = words.includes('--json') ? stdout : stderr;
    expect(exitCode).toBe(2);
    expect(told).toContain('CLI_USAGE');
    expect(told).toContain(remedy);
  });

  it('with --json is one object of code, sentence and remedy, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await runInProcess(['frobnicate', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'CLI_USAGE',
        message: 'There is no command "frobnicate".',
        remedy: 'Run glasskey --help for the commands.',
        detail: {},
      },
    });
  });

  it('takes --json behind -- for the remote command’s', async () => {
    const { stdout, stderr } = await runInProcess(['connect', 'a', 'b', '--', 'x', '--json']);
    expect(stdout).toBe('');
    expect(stderr).toContain('CLI_USAGE');
  });
});
