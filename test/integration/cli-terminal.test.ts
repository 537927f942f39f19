/** The command line at a real terminal: what is asked, what Ctrl-C does at each point, and how the terminal is left. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finalScreen } from '../lab/screen.ts';
import type { Answer, TerminalResult } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';

const CTRL_C = '\x03';
const ESCAPE = '\x1b';
const PIN_PROMPT = /PIN of [^\n]*: $/;
const TOUCH = /Touch the security key[^\n]*$/;

let lab: Lab;
beforeAll(async () => {
  // Half a second after its publication a key counts as known to the devices.
  lab = await startLab({ fabric: 'loopback', reconcileEveryMs: 500 });
});
afterAll(() => lab?.close());
beforeEach(() => lab.authenticator.setTouch('at-once'));

const interruptAt = (when: RegExp): Answer => ({ when, type: () => CTRL_C });

/** What of the lab runs beside the daemons: nothing may be left when a command has ended. */
function leftovers(): string[] {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  const ours = processes.filter((line) => line.includes(lab.folder) && /^ssh |glasskey\.ts/.test(line));
  const data = join(lab.folder, 'data');
  const sockets = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sock'));
  return [...ours, ...sockets, ...readdirSync(join(lab.folder, 'tmp'))];
}

function keyFiles(): string[] {
  const folder = dirname(lab.keyFile);
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function enrollments(): Promise<{ state: string; verdict: string; count: number }> {
  const { stdout } = await lab.glasskeyScript(['status', '--json']);
  const { verdict, enrollments: list } = JSON.parse(stdout);
  return { verdict, state: list[0]?.state, count: list.length };
}

describe('Ctrl-C during an enrollment', () => {
  it('at the PIN prompt ends it with 130: no key is made, no file is written', async () => {
    const { exitCode, screen } = await lab.glasskey(['enroll'], { answers: [interruptAt(PIN_PROMPT)] });
    expect(exitCode, screen).toBe(130);
    expect(screen).toContain('Cancelled. Nothing was lost');
    expect(screen).not.toContain('Error');
    expect(lab.authenticator.credentials()).toEqual([]);
    expect(keyFiles()).toEqual([]);
  });

  it('during the touch wait stops the key’s blinking, ends with 130, and leaves nothing half-written', async () => {
    lab.authenticator.setTouch('by-hand');
    const { exitCode, screen, raw } = await lab.glasskey(['enroll'], {
      answers: [lab.typePin(), interruptAt(TOUCH)],
    });
    expect(exitCode, screen).toBe(130);
    expect(lab.authenticator.touchPad.blinking).toBe(false);
    expect(lab.authenticator.credentials()).toEqual([]);
    expect(keyFiles()).toEqual([]);
    expect(finalScreen(raw, 120)).not.toContain('Touch');
    expect(leftovers()).toEqual([]);
  });

  it('during the sign-in ends at once; the next run goes on with the same key and publishes it', async () => {
    // A browser in which nobody signs in.
    const browser = join(lab.folder, 'idle-browser');
    await writeFile(browser, '#!/bin/sh\nexit 0\n');
    await chmod(browser, 0o700);
    const began = performance.now();
    let interruptedAt = 0;
    const interrupted = await lab.glasskey(['enroll'], {
      environment: { BROWSER: browser },
      answers: [
        lab.typePin(),
        {
          when: /Sign in to Entra[^\n]*$/,
          type: () => {
            interruptedAt = performance.now();
            return CTRL_C;
          },
        },
      ],
    });
    expect(interrupted.exitCode, interrupted.screen).toBe(130);
    expect(interruptedAt).toBeGreaterThan(began);
    expect(performance.now() - interruptedAt).toBeLessThan(3_000);
    expect(keyFiles().toSorted()).toEqual(['id_ed25519_sk', 'id_ed25519_sk.pub']);
    expect(await enrollments()).toEqual({ state: 'written', verdict: 'not-published', count: 1 });

    const line = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    lab.authenticator.counters.reset();
    const resumed = await lab.glasskey(['enroll']);
    expect(resumed.exitCode, resumed.screen).toBe(0);
    expect(resumed.screen).toMatch(
      /Going on with the enrollment that was begun .*: its key files are written; it was not/,
    );
    expect(lab.authenticator.counters.read().touches).toBe(0);
    expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(line);
    expect(await enrollments()).toMatchObject({ state: 'published', count: 1 });
    expect(lab.authenticator.credentials()).toHaveLength(1);
  });
});

describe('Ctrl-C during a connect, before the login', () => {
  beforeAll(async () => {
    await lab.fabric.reconcile();
  });
  const words = () => ['connect', lab.device, '--jump', lab.jump, '--', 'show hostname'];

  it('at the PIN prompt ends it with 130 and starts no ssh', async () => {
    const before = (await lab.fabric.jumpLog()).length;
    const { exitCode, screen } = await lab.glasskey(words(), { answers: [interruptAt(PIN_PROMPT)] });
    expect(exitCode, screen).toBe(130);
    // That the jump host answers was looked at before the PIN was asked for; no ssh has spoken to it.
    expect((await lab.fabric.jumpLog()).slice(before)).not.toContain('SSH2_MSG_KEXINIT received');
    expect(leftovers()).toEqual([]);
  });

  it('before the PIN prompt, while the terminal is hushed already, ends it too', async () => {
    const { exitCode, screen } = await lab.glasskey(words(), { answers: [interruptAt(/Logging in/)] });
    expect(exitCode, screen).toBe(130);
    expect(leftovers()).toEqual([]);
  });

  it('during the touch wait stops the key’s blinking, ends with 130, and leaves no ssh, socket or configuration', async () => {
    lab.authenticator.setTouch('by-hand');
    const { exitCode, screen, raw } = await lab.glasskey(words(), { answers: [lab.typePin(), interruptAt(TOUCH)] });
    expect(exitCode, screen).toBe(130);
    expect(lab.authenticator.touchPad.blinking).toBe(false);
    expect(finalScreen(raw, 120)).not.toContain('Touch');
    expect(leftovers()).toEqual([]);
  });

  it('at the second question after a wrong PIN ends it with 130 too, not as a refused login', async () => {
    const wrong = { when: PIN_PROMPT, type: () => '00000000\r' };
    const { exitCode, screen } = await lab.glasskey(words(), { answers: [wrong, interruptAt(PIN_PROMPT)] });
    expect(screen).toContain('Wrong PIN. 7 tries left.');
    expect(exitCode, screen).toBe(130);
    expect(leftovers()).toEqual([]);
  });

  it('a wrong PIN is said with the tries that are left, and the right one then logs in', async () => {
    const wrong = { when: PIN_PROMPT, type: () => '00000000\r' };
    const { exitCode, screen } = await lab.glasskey(words(), { answers: [wrong, lab.typePin()] });
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('Wrong PIN. 6 tries left.');
    expect(lab.authenticator.pinRetries).toBe(8);
  });

  it('a line that was typed before the PIN prompt is not shown to the key', async () => {
    lab.authenticator.counters.reset();
    const terminal = lab.startGlasskey(words(), { answers: [lab.typePin()] });
    terminal.type('show version\r');
    const { exitCode, screen } = await terminal.ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).not.toContain('Wrong PIN');
    expect(lab.authenticator.counters.read()).toMatchObject({ pinChecks: 2 }); // one for each hop
    expect(lab.authenticator.pinRetries).toBe(8);
  });

  it('the hang-up of its terminal clears away as well', async () => {
    lab.authenticator.setTouch('by-hand');
    const terminal = lab.startGlasskey(words(), { answers: [lab.typePin()] });
    await lab.authenticator.touchPad.untilBlinking();
    terminal.kill('SIGHUP');
    await terminal.ended;
    expect(lab.authenticator.touchPad.blinking).toBe(false);
    expect(leftovers()).toEqual([]);
  });
});

describe('the terminal', () => {
  /** Runs the words between two looks at the terminal's settings. */
  async function settingsAround(line: string, answers: readonly Answer[]): Promise<TerminalResult & { same: boolean }> {
    const script = `stty -a > before; ${line}; code=$?; stty -a > after; exit $code`;
    const result = await lab.startInTerminal('sh', ['-c', script], { answers }).ended;
    const read = (name: string) => readFileSync(join(lab.folder, 'home', name), 'utf8');
    expect(read('before')).toMatch(/ echo /);
    return { ...result, same: read('before') === read('after') };
  }
  const connectLine = () => `glasskey connect ${lab.device} --jump ${lab.jump} -- show hostname`;

  it('is as it was after a PIN prompt that was answered', async () => {
    const result = await settingsAround(connectLine(), [lab.typePin()]);
    expect(result, result.screen).toMatchObject({ exitCode: 0, same: true });
  });

  it('is as it was after a PIN prompt that was given up, by Ctrl-C or Escape', async () => {
    for (const key of [CTRL_C, ESCAPE, '\x04']) {
      const result = await settingsAround(connectLine(), [{ when: PIN_PROMPT, type: () => key }]);
      expect(result, result.screen).toMatchObject({ exitCode: 130, same: true });
    }
  });

  it('is as it was after an error that came before any prompt', async () => {
    const result = await settingsAround('glasskey connect alice@-oops', []);
    expect(result, result.screen).toMatchObject({ exitCode: 1, same: true });
  });

  it('takes no yes that was typed during the sign-in for the answer to a question that came later', async () => {
    const foreign = 'sk-ssh-ed25519@openssh.com AAAA somebody-else';
    lab.entra.graph.setExtension(lab.upn, { publicKey: foreign });
    const { exitCode, screen } = await lab.glasskey(['publish'], {
      answers: [
        { when: /Sign in to Entra[^\n]*$/, type: () => 'y\r' },
        { when: /Replace it\? \[y\/N\] $/, type: () => '\r' },
      ],
    });
    expect(exitCode, screen).toBe(1);
    expect(screen).toContain('[PROFILE_KEY_KEPT]');
    expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(foreign);
  });

  it('is as it was after a yes-or-no question, whose answer decides', async () => {
    const ours = readFileSync(`${lab.keyFile}.pub`, 'utf8');
    const foreign = 'sk-ssh-ed25519@openssh.com AAAA somebody-else';
    lab.entra.graph.setExtension(lab.upn, { publicKey: foreign });
    const question = /Replace it\? \[y\/N\] $/;
    const no = await settingsAround('glasskey publish', [{ when: question, type: () => '\r' }]);
    expect(no, no.screen).toMatchObject({ exitCode: 1, same: true });
    expect(no.screen).toContain('[PROFILE_KEY_KEPT]');
    expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(foreign);

    const yes = await settingsAround('glasskey publish', [{ when: question, type: () => 'y\r' }]);
    expect(yes, yes.screen).toMatchObject({ exitCode: 0, same: true });
    expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(ours);
  });

  it('that is narrow shows no rest of the long touch lines', async () => {
    const columns = 50;
    await lab.fabric.reconcile();
    const { raw, screen } = await lab.startInTerminal('sh', ['-c', connectLine()], {
      columns,
      answers: [lab.typePin()],
    }).ended;
    expect(screen).toContain('Touch the security key');
    expect(finalScreen(raw, columns)).not.toMatch(/Touch|SHA256/);
    expect(finalScreen(raw, columns)).toContain(lab.fabric.deviceName);
  });

  it('gets no colours with NO_COLOR, and no escape codes at all where it is dumb', async () => {
    const coloured = await lab.glasskey(['status']);
    expect(coloured.raw).toContain(`${ESCAPE}[32m`);
    const plain = await lab.glasskey(['status'], { environment: { NO_COLOR: '1' } });
    expect(plain.raw).not.toContain(ESCAPE);
    const words = ['connect', lab.device, '--jump', lab.jump, '--', 'show hostname'];
    const dumb = await lab.glasskey(words, { environment: { TERM: 'dumb' }, answers: [lab.typePin()] });
    expect(dumb.exitCode, dumb.screen).toBe(0);
    expect(dumb.raw).not.toContain(ESCAPE);
  });
});

it('a key that was reset is told from the enrolled one before anybody types a PIN', async () => {
  lab.authenticator.setPinState({ pin: null });
  const { exitCode, screen } = await lab.glasskey(['connect', lab.device, '--jump', lab.jump]);
  lab.authenticator.setPinState({ pin: lab.pin });
  expect(exitCode).toBe(1);
  expect(screen).toContain('[PIN_NOT_SET]');
  expect(screen).not.toContain('PIN of');
});

describe('a key without a PIN', () => {
  it('gets one on the way, typed twice alike, and is asked for it no third time', async () => {
    const fresh = await startLab({ fabric: 'loopback', withoutPin: true });
    try {
      const typed = ['123', '493815', '493816', '493815', '493815'];
      const { exitCode, screen } = await fresh.glasskey(['enroll', '--no-publish'], {
        answers: [{ when: /(New PIN|The same PIN again): $/, type: () => `${typed.shift()}\r`, times: 5 }],
      });
      expect(exitCode, screen).toBe(0);
      expect(screen).toContain('has no PIN yet, and needs one: 4 characters or more');
      expect(screen).toMatch(/is shorter than 4 characters\./);
      expect(screen).toContain('The two were not the same.');
      expect(screen).toContain('The key has its PIN');
      expect(screen).not.toContain('PIN of');
      expect(screen).not.toContain('4938');
      await rm(join(fresh.folder, 'home', '.ssh'), { recursive: true });
    } finally {
      await fresh.close();
    }
  });
});
