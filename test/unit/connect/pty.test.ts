/** On real pseudo-terminals. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Pty, type PtyExit, spawnPty } from '../../../main/connect/pty.ts';

function shell(script: string, environment: NodeJS.ProcessEnv = process.env) {
  const pty: Pty = spawnPty({
    file: '/bin/sh',
    arguments: ['-c', script],
    environment,
    folder: tmpdir(),
    size: { columns: 91, rows: 17 },
  });
  const pieces: Uint8Array[] = [];
  pty.onOutput((bytes) => pieces.push(bytes));
  const ended = new Promise<PtyExit>((resolve) => pty.onExit(resolve));
  const bytes = () => Buffer.concat(pieces);
  return { pty, ended, bytes, text: () => bytes().toString() };
}

describe('a pty', () => {
  it('has its size and a type, and tells the program of a new size', async () => {
    const { pty, ended, text } = shell('echo "$TERM [$GONE]"; stty size; read line; stty size', {
      PATH: process.env.PATH,
      GONE: undefined,
    });
    await expect.poll(text).toBe('xterm-256color []\r\n17 91\r\n');
    pty.resize({ columns: 44, rows: 5 });
    pty.write('\r');
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(text()).toContain('5 44\r\n');
    pty.resize({ columns: 10, rows: 10 });
  });

  it('gives bytes as they are, and the exit code after the last of them', async () => {
    const { ended, bytes } = shell('printf "\\303"; printf "\\244\\377"; exit 7');
    expect(await ended).toMatchObject({ exitCode: 7 });
    expect([...bytes()]).toEqual([0xc3, 0xa4, 0xff]);
  });

  it('says which signal ended the program', async () => {
    const { ended } = shell('kill -TERM $$');
    expect(await ended).toMatchObject({ signal: 15 });
  });

  it('that is paused loses nothing of what a program wrote before it ended', async () => {
    const { pty, ended, text } = shell('printf "%03000d" 5; exit 3');
    pty.pause();
    expect(await ended).toMatchObject({ exitCode: 3 });
    expect(text()).toHaveLength(3000);
  });

  it('that is paused keeps the program waiting, and goes on where it was', async () => {
    const { pty, ended, text } = shell('stty raw; head -c 2000000 /dev/zero; echo done');
    await expect.poll(() => text().length).toBeGreaterThan(0);
    pty.pause();
    const before = text().length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(text().length).toBeLessThan(before + 200_000);
    pty.resume();
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(text()).toHaveLength(2_000_000 + 'done\n'.length);
  });

  it('takes a large paste whole and in order, and says how much still waits', async () => {
    const { pty, ended, text } = shell('stty raw -echo; echo ready; sleep 0.3; head -c 500000 | cksum');
    await expect.poll(text).toContain('ready');
    const paste = Array.from({ length: 100_000 }, (_, at) => String(at % 100_000).padStart(5, '0')).join('');
    pty.write(paste);
    expect(pty.unwritten).toBeGreaterThan(100_000);
    await ended;
    expect(pty.unwritten).toBe(0);
    const sum = shell(`i=0; while [ $i -lt 100000 ]; do printf "%05d" $i; i=$((i+1)); done | cksum`);
    await sum.ended;
    expect(text().split('ready')[1]?.trim()).toBe(sum.text().trim());
  });
});
