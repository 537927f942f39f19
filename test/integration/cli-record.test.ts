/** `glasskey connect --record` at a real terminal, through the jump host to a real sshd: what is in the file, and how the terminal is left. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readCast } from '../../main/connect/asciicast.ts';
import type { Answer, TerminalResult } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';

const PIN_PROMPT = /PIN of [^\n]*: $/;
const PROMPT = /ce1-rack4>\s*$/;
const SECRET = 'c0rrect-h0rse';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ reconcileEveryMs: 200 });
  const { exitCode, stderr } = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(exitCode, stderr).toBe(0);
  await lab.fabric.reconcile();
});
afterAll(() => lab?.close());
beforeEach(() => lab.authenticator.setTouch('at-once'));

const file = (name: string) => join(lab.folder, 'home', name);

/** Between two looks at the terminal's settings. */
async function recorded(
  name: string,
  answers: readonly Answer[],
  command = '',
): Promise<TerminalResult & { same: boolean }> {
  const line = `glasskey connect ${lab.device} --jump ${lab.jump} --record ${name} ${command}`;
  const script = `stty -a > before; ${line}; code=$?; stty -a > after; exit $code`;
  const result = await lab.startInTerminal('sh', ['-c', script], { answers }).ended;
  const read = (which: string) => readFileSync(file(which), 'utf8');
  return { ...result, same: read('before') === read('after') };
}

function outputOf(name: string): string {
  const { events } = readCast(readFileSync(file(name), 'utf8'));
  expect(events.map(({ code }) => code)).not.toContain('i');
  return events.flatMap(({ code, data }) => (code === 'o' ? [data] : [])).join('');
}

describe('glasskey connect --record', () => {
  it('has what was shown, and in no byte what was typed without an echo, nor the PIN; the terminal is as it was', async () => {
    if (!lab.fabric.givesTerminals) return console.warn('cli-record: sshd cannot give terminals here');
    const result = await recorded('one.cast', [
      lab.typePin(),
      { when: PROMPT, type: () => 'bash read -s\r' },
      { when: /Secret: $/, type: () => `${SECRET}\r` },
      { when: PROMPT, type: () => 'bash stty size\r' },
      { when: PROMPT, type: () => 'exit\r' },
    ]);
    expect(result, result.screen).toMatchObject({ exitCode: 0, same: true });
    const text = readFileSync(file('one.cast'), 'utf8');
    for (const part of [SECRET, SECRET.slice(0, 4), SECRET.slice(-4), lab.pin]) expect(text).not.toContain(part);
    const output = outputOf('one.cast');
    expect(output).toMatch(
      /Logging in to [\s\S]*Touch the security key: Log in as [\s\S]*Secret: [\s\S]*13 characters\./,
    );
    // The size of this terminal reached the device.
    expect(result.screen).toContain('40 120');
    expect(readCast(text)).toMatchObject({ isWhole: true, header: { size: { columns: 120, rows: 40 } } });
    expect(statSync(file('one.cast')).mode & 0o777).toBe(0o600);
  });

  it('passes the exit code of a command on, and replaces no file', async () => {
    const failing = await recorded('two.cast', [lab.typePin()], '-- "show nonsense"');
    expect(failing, failing.screen).toMatchObject({ exitCode: 1, same: true });
    expect(outputOf('two.cast')).toContain('Invalid input');
    const again = await recorded('two.cast', []);
    expect(again, again.screen).toMatchObject({ exitCode: 1, same: true });
    expect(again.screen).toContain('[FILE_EXISTS]');
  });

  it('asks for a PIN that was wrong again, and gives neither of them to ssh', async () => {
    const wrong = { when: PIN_PROMPT, type: () => '00000000\r' };
    const result = await recorded('three.cast', [wrong, lab.typePin()], '-- "show hostname"');
    expect(result, result.screen).toMatchObject({ exitCode: 0, same: true });
    const text = readFileSync(file('three.cast'), 'utf8');
    expect(text).toContain('Hostname: ce1-rack4');
    for (const pin of ['00000000', lab.pin]) expect(text).not.toContain(pin);
  });

  it('ends at Ctrl-C during the touch wait, and at a soft kill, with no ssh left and the terminal as it was', async () => {
    lab.authenticator.setTouch('by-hand');
    const interrupted = await recorded('four.cast', [
      lab.typePin(),
      { when: /Touch the security key[^\n]*$/, type: () => '\x03' },
    ]);
    expect(interrupted, interrupted.screen).toMatchObject({ exitCode: 130, same: true });
    await expect.poll(() => lab.authenticator.touchPad.blinking).toBe(false);
    lab.authenticator.setTouch('at-once');
    const killed = await recorded('five.cast', [
      lab.typePin(),
      { when: PROMPT, type: () => 'show version\r' },
      {
        when: PROMPT,
        type: () => {
          for (const pid of glasskeys('five.cast')) process.kill(pid, 'SIGTERM');
          return '';
        },
      },
    ]);
    expect(killed, killed.screen).toMatchObject({ exitCode: 130, same: true });
    expect(outputOf('five.cast')).toContain('Software image version');
    expect(readdirSync(join(lab.folder, 'tmp'))).toEqual([]);
  });

  it('leaves a file that can be read up to the moment at which it was killed', async () => {
    const killed = await recorded('six.cast', [
      lab.typePin(),
      { when: PROMPT, type: () => 'show version\r' },
      {
        when: PROMPT,
        type: () => {
          for (const pid of glasskeys('six.cast')) process.kill(pid, 'SIGKILL');
          return '';
        },
      },
    ]);
    expect(killed.exitCode, killed.screen).toBe(137);
    expect(outputOf('six.cast')).toContain('Software image version');
  });

  it('goes with neither --json nor --pin-stdin, and needs a terminal', async () => {
    for (const option of ['--json', '--pin-stdin']) {
      const words = ['connect', lab.device, '--record', file('none.cast'), option, '--', 'show version'];
      expect(await lab.glasskeyScript(words, { stdin: `${lab.pin}\n` })).toMatchObject({ exitCode: 2 });
    }
    const { exitCode, stderr } = await lab.glasskeyScript(['connect', lab.device, '--record', file('none.cast')]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('[NO_TERMINAL]');
    expect(existsSync(file('none.cast'))).toBe(false);
  });
});

/** The processes of the command line that record to that file. */
function glasskeys(recording: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.some((word) => word.endsWith('test/lab/glasskey.ts')) && words.includes(recording);
      } catch {
        return false; // ended just now
      }
    });
}
