/**
 * Started by terminal-prompts.test.ts in a pseudo-terminal: `node ask-at-terminal.ts ACTION…` does one action more at each
 * SIGUSR2, so that the test says what happens between two keystrokes. What it answers is said in brackets.
 */
import { TerminalPrompts } from '../../../main/cli/terminal-prompts.ts';
import { type Clock, systemClock } from '../../../time/clock.ts';

/** Ten times as fast: the silence after which nobody types any more is 200 ms. */
const fastClock: Clock = { now: systemClock.now, after: (ms, run) => systemClock.after(ms / 10, run) };

const actions = process.argv.slice(2);
const prompts = new TerminalPrompts(fastClock, () => say('interrupted'));
let asking = new AbortController();

function say(text: string): void {
  process.stdout.write(`[${text}]\n`);
}

async function ask(question: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  asking = new AbortController();
  try {
    say(`answer: ${String(await question(asking.signal))}`);
  } catch {
    say('no answer');
  } finally {
    prompts.release();
  }
}

const does: Readonly<Record<string, () => void>> = {
  hush: () => prompts.hush(),
  secret: () => void ask(async (signal) => new TextDecoder().decode(await prompts.secret('PIN: ', signal))),
  yesNo: () => void ask((signal) => prompts.yesNo('Replace it?', signal)),
  takeBack: () => asking.abort(),
  end: () => void prompts.end(new AbortController().signal).then(() => process.exit(0)),
};

process.on('SIGUSR2', () => {
  const action = actions.shift() ?? 'end';
  does[action]?.();
  if (action === 'hush') say('hushed');
});
setInterval(() => {}, 60_000);
say('begun');
