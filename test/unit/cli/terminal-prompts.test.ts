/** Whose answer is what was typed? On a real pseudo-terminal, whose own queue and echo are half of the matter. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startInTerminal } from '../../lab/terminal.ts';

const PROGRAM = fileURLToPath(new URL('./ask-at-terminal.ts', import.meta.url));
const AHEAD = '(What was typed before this question was not taken.)';

/** A person who waits for what the screen shows before doing the next thing. */
class Session {
  screen = '';
  readonly #terminal;

  constructor(...actions: string[]) {
    this.#terminal = startInTerminal({
      file: process.execPath,
      arguments: [PROGRAM, ...actions],
      environment: { PATH: process.env.PATH ?? '', TERM: 'xterm' },
      timeoutMs: 10_000,
      onOutput: (text) => {
        this.screen += text.replaceAll('\r', '');
      },
    });
  }

  static async with(actions: readonly string[], use: (session: Session) => Promise<void>): Promise<void> {
    const session = new Session(...actions);
    try {
      await session.shows('[begun]');
      await use(session);
    } finally {
      session.#terminal.kill('SIGKILL');
      await session.#terminal.ended;
    }
  }

  async shows(text: string): Promise<void> {
    await expect.poll(() => this.screen, { timeout: 5_000, interval: 10 }).toContain(text);
  }

  /** The program does its next action. */
  next(): void {
    this.#terminal.kill('SIGUSR2');
  }

  /** Types, and gives the keystrokes the time to arrive. */
  async type(text: string): Promise<void> {
    this.#terminal.type(text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  ended(): Promise<unknown> {
    return this.#terminal.ended;
  }
}

describe('a prompt for a secret', () => {
  it('does not take lines that were typed before it, in a terminal that nobody had hushed', () =>
    Session.with(['secret'], async (session) => {
      await session.type('ls -l\rshow version\r');
      session.next();
      await session.shows(`${AHEAD}\nPIN: `);
      expect(session.screen).not.toContain('answer');
      await session.type('1234\r');
      await session.shows('[answer: 1234]');
    }));

  it('neither echoes nor takes what was typed while the terminal was hushed', () =>
    Session.with(['hush', 'secret'], async (session) => {
      session.next();
      await session.shows('[hushed]');
      await session.type('4938\r');
      session.next();
      await session.shows(`${AHEAD}\nPIN: `);
      await session.type('1234\r');
      await session.shows('[answer: 1234]');
      expect(session.screen).not.toContain('4938');
    }));

  it('lets a line that was begun before it come to its end, and takes neither half', () =>
    Session.with(['hush', 'secret'], async (session) => {
      session.next();
      await session.shows('[hushed]');
      await session.type('49');
      session.next();
      await session.type('38\r');
      await session.shows(`${AHEAD}\nPIN: `);
      await session.type('1234\r');
      await session.shows('[answer: 1234]');
      expect(session.screen).not.toMatch(/49|38/);
    }));

  it('waits no longer than a pause in the typing for the end of such a line', () =>
    Session.with(['secret'], async (session) => {
      await session.type('ls');
      session.next();
      await session.shows(`${AHEAD}\nPIN: `);
      await session.type('1234\r');
      await session.shows('[answer: 1234]');
    }));

  it('says nothing of it, and asks at once, where nothing was typed before it', () =>
    Session.with(['secret'], async (session) => {
      session.next();
      await session.shows('PIN: ');
      expect(session.screen).not.toContain(AHEAD);
    }));

  it('lets Ctrl-C through that comes while the terminal is hushed', () =>
    Session.with(['hush'], async (session) => {
      session.next();
      await session.shows('[hushed]');
      await session.type('\x03');
      await session.shows('[interrupted]');
    }));
});

describe('a yes-or-no question', () => {
  it('does not take a yes that was typed before it', () =>
    Session.with(['yesNo'], async (session) => {
      await session.type('y\ry\r');
      session.next();
      await session.shows(`${AHEAD}\nReplace it? [y/N] `);
      expect(session.screen).not.toContain('answer');
      await session.type('\r');
      await session.shows('[answer: false]');
    }));
});

describe('a prompt that is taken back while the PIN is being typed', () => {
  it('shows nothing of the rest, and the next prompt takes nothing of it', () =>
    Session.with(['secret', 'takeBack', 'secret'], async (session) => {
      session.next();
      await session.shows('PIN: ');
      await session.type('49');
      session.next();
      await session.shows('[no answer]');
      await session.type('38');
      session.next();
      await session.type('15\r');
      await expect.poll(() => session.screen.split('PIN: ').length - 1, { timeout: 5_000 }).toBe(2);
      expect(session.screen).not.toContain('[answer');
      await session.type('1234\r');
      await session.shows('[answer: 1234]');
      expect(session.screen).not.toMatch(/49|38|15/);
    }));

  it('gives the terminal back when nobody types any more, and not before', () =>
    Session.with(['secret', 'takeBack'], async (session) => {
      session.next();
      await session.shows('PIN: ');
      await session.type('49');
      session.next();
      await session.shows('[no answer]');
      for (const digit of '381538') await session.type(digit);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await session.type('echoed again');
      await session.shows('echoed again');
      expect(session.screen).not.toMatch(/[34589]/);
    }));

  it('lets Ctrl-C through meanwhile', () =>
    Session.with(['secret', 'takeBack'], async (session) => {
      session.next();
      await session.shows('PIN: ');
      session.next();
      await session.shows('[no answer]');
      await session.type('38\x03');
      await session.shows('[interrupted]');
    }));

  it('keeps the command from ending before the rest was typed: a shell would show it', () =>
    Session.with(['secret', 'takeBack', 'end'], async (session) => {
      session.next();
      await session.shows('PIN: ');
      await session.type('49');
      session.next();
      await session.shows('[no answer]');
      session.next();
      await session.type('38\r');
      await session.ended();
      expect(session.screen).not.toMatch(/49|38/);
    }));
});
