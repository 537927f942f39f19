/** The options that the commands over security keys share. */
import type { OptionSpecs, ParsedOptions } from './command.ts';
import type { KeyChoices } from './terminal-key-people.ts';

export const DEVICE_OPTION = {
  device: { value: 'PATH', summary: 'Which security key, when several are plugged in; without it, the one you touch' },
} as const satisfies OptionSpecs;

export const PIN_OPTION = {
  'pin-stdin': { summary: 'Read the PIN from the first line of standard input instead of the terminal' },
} as const satisfies OptionSpecs;

export const YES_OPTION = {
  yes: { short: 'y', summary: 'Agree beforehand, where a yes is enough' },
} as const satisfies OptionSpecs;

/** What the options say of who is asked. `asksPinAtOnce`: nothing that is typed before the PIN's prompt is shown. */
export function keyChoices(
  options: ParsedOptions,
  asksPinAtOnce: boolean,
): KeyChoices & { readonly asksPinAtOnce: boolean } {
  return {
    pinFromStdin: options.has('pin-stdin'),
    yes: options.has('yes'),
    confirm: options.value('confirm'),
    asksPinAtOnce,
  };
}
