import type { PlainValue, SettingLine } from '../../glasskey-settings.ts';
import { type Command, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';

const SOURCES = { user: 'set by you', file: 'from settings.json', default: 'standard' } as const;

export const settings: Command = {
  usage: '[set KEY VALUE | reset KEY]',
  about:
    'Shows every setting with its value and where that comes from; set gives one a value of your own, reset goes back to the\n' +
    'one before. The desktop app shows the same settings.',
  options: {},
  examples: [
    ['glasskey settings', 'all of them'],
    ['glasskey settings set connect.defaultJump ops@jump.example', 'the jump host where connect names none'],
    ['glasskey settings reset connect.defaultJump', 'as if it had never been set'],
    [
      'glasskey settings set attestation.roots /etc/pki/fido.pem,/etc/pki/more.pem',
      'a list: items with commas between',
    ],
  ],
  async run(invocation) {
    const { positionals, output } = invocation;
    const [verb, key, value, ...more] = positionals;
    return withGlasskey(invocation, async (glasskey) => {
      if (verb === undefined) {
        const { file, settings: lines } = await glasskey.settings();
        output.object({ file, settings: lines });
        const width = Math.max(...lines.map((line) => line.key.length));
        for (const line of lines) output.line(`  ${line.key.padEnd(width)}  ${described(line)}`);
        output.line();
        output.line(`settings.json: ${printable(file)}`);
        return ExitCode.OK;
      }
      if (verb !== 'set' && verb !== 'reset') throw usageError('settings', `"${verb}" is neither set nor reset`);
      const expected = verb === 'set' ? 3 : 2;
      if (key === undefined || positionals.length < expected) throw usageError('settings', `${verb} needs more words`);
      if (positionals.length > expected) throw usageError('settings', `"${more[0] ?? value}" is one word too many`);
      const line =
        verb === 'reset'
          ? await glasskey.resetSetting(key)
          : await glasskey.setSetting(key, typed(value ?? '', await kindOf(key, glasskey)));
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
