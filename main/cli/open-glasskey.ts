/** Glasskey for one command, over the command line's world; released when the command is done. */
import { Glasskey } from '../glasskey.ts';
import type { SecurityKeys } from '../glasskey-security-keys.ts';
import type { Invocation } from './command.ts';
import { printable } from './output.ts';
import type { KeyChoices, TerminalKeyPeople } from './terminal-key-people.ts';
import type { TerminalChoices, TerminalPeople } from './terminal-people.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

/** For commands that ask nobody anything. */
export async function withGlasskey<T>(
  { world, output }: Invocation,
  use: (glasskey: Glasskey) => Promise<T>,
): Promise<T> {
  const { hid, windows, clock, environment, homeFolder, owner, command } = world;
  const glasskey = new Glasskey({
    hid,
    windows,
    clock,
    environment,
    homeFolder,
    owner,
    log: output.log,
    settingUnusable: (sentence) => output.warn(printable(sentence)),
    check: [...command, 'reminders', 'check'],
  });
  try {
    return await use(glasskey);
  } finally {
    await glasskey.close();
  }
}

/** For commands that ask and tell the person at the terminal. What is typed before the PIN's prompt is not echoed either. */
export async function withPeople<T>(
  invocation: Invocation,
  choices: TerminalChoices & { readonly asksPinAtOnce: boolean },
  use: (glasskey: Glasskey, people: TerminalPeople, prompts: TerminalPrompts) => Promise<T>,
): Promise<T> {
  const [{ TerminalPrompts }, { terminalPeople }] = await Promise.all([
    import('./terminal-prompts.ts'),
    import('./terminal-people.ts'),
  ]);
  const { world, output } = invocation;
  const prompts = new TerminalPrompts(world.clock);
  const people = terminalPeople(world, output, prompts, choices);
  if (choices.asksPinAtOnce && !choices.pinFromStdin) prompts.hush();
  try {
    return await withGlasskey(invocation, (glasskey) => use(glasskey, people, prompts));
  } finally {
    await prompts.end(invocation.signal);
    output.settle();
  }
}

/** For commands that manage security keys. */
export async function withKeyPeople<T>(
  invocation: Invocation,
  choices: KeyChoices & { readonly asksPinAtOnce: boolean },
  use: (keys: SecurityKeys, people: TerminalKeyPeople) => Promise<T>,
): Promise<T> {
  const [{ TerminalPrompts }, { terminalKeyPeople }] = await Promise.all([
    import('./terminal-prompts.ts'),
    import('./terminal-key-people.ts'),
  ]);
  const { world, output } = invocation;
  const prompts = new TerminalPrompts(world.clock);
  const people = terminalKeyPeople(world, output, prompts, choices);
  if (choices.asksPinAtOnce && !choices.pinFromStdin) prompts.hush();
  try {
    return await withGlasskey(invocation, async (glasskey) => use(await glasskey.securityKeys(), people));
  } finally {
    people.end();
    await prompts.end(invocation.signal);
    output.settle();
  }
}
