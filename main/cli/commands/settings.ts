import type { PlainValue, SettingLine } from '../../glasskey-settings.ts';
import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';

const SOURCES = { user: 'set by you', file: 'from settings.json', default: 'standard' } as const;

/** With the words that each takes. */
const VERBS: Readonly<Record<string, string>> = {
  list: 'list',
  get: 'get KEY',
  set: 'set KEY VALUE',
  reset: 'reset KEY',
};

export const settings: Command = {
  usage: '[list | get KEY | set KEY VALUE | reset KEY]',
  about:
    'Shows every setting with its value and where that comes from; get shows one, set gives one a value of your own, reset goes\n' +
    'back to the one before. The desktop app shows the same settings.',
  options: {},
  examples: [
    ['glasskey settings', 'all of them'],
    ['glasskey settings get connect.defaultJump', 'what holds for one, and where it comes from'],
    ['glasskey settings set connect.defaultJump ops@jump.example', 'the jump host where connect names none'],
    ['glasskey settings reset connect.defaultJump', 'as if it had never been set'],
    [
      'glasskey settings set attestation.roots /etc/pki/fido.pem,/etc/pki/more.pem',
      'a list: items with commas between',
    ],
  ],
  async run(invocation) {
    const { positionals, output } = invocation;
    const [verb = 'list', key = '', value = ''] = positionals;
    const usage = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
    if (usage === undefined) throw usageError('settings', `"${verb}" is none of ${Object.keys(VERBS).join(', ')}`);
    const expected = usage.split(' ').length;
    if (positionals.length > expected) throw usageError('settings', `"${positionals[expected]}" is one word too many`);
    if (verb !== 'list' && positionals.length < expected)
      throw usageError('settings', `It is used as: glasskey settings ${usage}`);
    return withGlasskey(invocation, async (glasskey) => {
      if (verb === 'list') {
        const { file, settings: lines } = await glasskey.settings();
        output.object({ file, settings: lines });
        const width = Math.max(...lines.map((line) => line.key.length));
        for (const line of lines) output.line(`  ${line.key.padEnd(width)}  ${described(line)}`);
        output.line();
        output.line(`settings.json: ${printable(file)}`);
        return ExitCode.OK;
      }
      const line =
        verb === 'get'
          ? await glasskey.settingLine(key)
          : verb === 'reset'
            ? await glasskey.resetSetting(key)
            : await glasskey.setSetting(key, typed(value, await kindOf(key, glasskey)));
      output.object(line);
      output.line(`${line.key}  ${described(line)}`);
      return ExitCode.OK;
    });
  },
};

function described({ value, source, problem, fixed }: SettingLine): string {
  const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  const shown = text === '' ? '(none)' : printable(text);
  return `${shown}  [${fixed === true ? 'decided by settings.json' : SOURCES[source]}]${problem === undefined ? '' : `  NOT USABLE: ${printable(problem)}`}`;
}

async function kindOf(
  key: string,
  glasskey: { settings(): Promise<{ readonly settings: readonly SettingLine[] }> },
): Promise<SettingLine['kind'] | undefined> {
  return (await glasskey.settings()).settings.find((line) => line.key === key)?.kind;
}

/** What was typed, as the setting's kind has it; what does not fit is left as it is, for the setting's rule to refuse. */
function typed(text: string, kind: SettingLine['kind'] | undefined): PlainValue {
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'switch' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
