/** The help texts, made from what the commands say of themselves. */
import type { Command, CommandSummary, OptionSpecs } from './command.ts';
import { COMMON_OPTIONS } from './command.ts';

export function overview(commands: readonly CommandSummary[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `glasskey ${version}: a security key as your break-glass key`,
    '',
    'Usage: glasskey <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'The usual way, once, calmly:',
    '  glasskey enroll                                  make the key and publish it',
    '  glasskey status                                  what is ready, and what is not yet',
    '  glasskey connect admin@10.0.0.7 --jump ops@jump  log in through the jump host',
    '',
    'glasskey <command> --help says more. Exit codes: 0 done, 1 failed, 2 misused, 3 not ready (status), 130 cancelled.',
  ].join('\n');
}

export function commandHelp(name: string, command: Command): string {
  const lines = [`Usage: glasskey ${name} ${command.usage}`.trimEnd(), '', command.about, '', 'Options:'];
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS } as OptionSpecs).map(
    ([option, { value, short, summary }]) =>
      [`${short ? `-${short}, ` : '    '}--${option}${value ? ` ${value}` : ''}`, summary] as const,
  );
  const width = Math.max(...options.map(([words]) => words.length));
  for (const [words, summary] of options) lines.push(`  ${words.padEnd(width)}  ${summary}`);
  lines.push('', 'Examples:');
  for (const [commandLine, meaning] of command.examples) lines.push(`  ${commandLine}`, `      ${meaning}`);
  return lines.join('\n');
}
