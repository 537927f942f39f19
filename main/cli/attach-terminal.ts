/** Shows a session of the app on this terminal, and types to it, until a key lets go of it. */
import type { AppSession } from '../connect/session-messages.ts';
import type { AppSessions, SessionAttachment } from '../connect/sessions-client.ts';
import type { CliWorld } from './cli-world.ts';
import { printable } from './output.ts';
import { openRawTerminal, type RawTerminal, terminalSize } from './raw-terminal.ts';

/** Ctrl-], as telnet has it: no shell and no editor of devices wants it. */
export const DETACH_KEY = 0x1d;

export type AttachEnd = Awaited<SessionAttachment['over']>;

/** Resolves when it is let go, or over; the terminal is as it was found then. Throws `NO_TERMINAL`, and what attaching throws. */
export async function attachTerminal(
  sessions: AppSessions,
  { id }: AppSession,
  world: Pick<CliWorld, 'stdout'>,
  signal: AbortSignal,
): Promise<AttachEnd> {
  const size = terminalSize(world);
  let attachment: SessionAttachment | undefined;
  const terminal = openRawTerminal(world, {
    typed(bytes) {
      const at = bytes.indexOf(DETACH_KEY);
      if (at !== 0) attachment?.type(at < 0 ? bytes : bytes.subarray(0, at));
      if (at >= 0) attachment?.detach();
    },
    resized: (to) => attachment?.resize(to),
    ended: () => attachment?.detach(),
  });
  try {
    attachment = await sessions.attach(id, size, (bytes) => terminal.write(bytes), tellingWaits(terminal));
    const letGo = () => attachment?.detach();
    if (signal.aborted) letGo();
    signal.addEventListener('abort', letGo, { once: true });
    return await attachment.over;
  } finally {
    terminal.restore();
    world.stdout.write('\r\n');
  }
}

/** What the app asks for while it logs in: a line each. In an open session it would stand in the midst of a program's screen. */
function tellingWaits(terminal: RawTerminal): (session: AppSession) => void {
  let told = '';
  return ({ state, waitsFor }) => {
    const sentence = state === 'starting' ? (waitsFor?.sentence ?? '') : '';
    if (sentence !== told && sentence !== '') terminal.write(new TextEncoder().encode(`${printable(sentence)}\r\n`));
    told = sentence;
  };
}
