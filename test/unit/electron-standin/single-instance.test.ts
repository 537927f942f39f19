import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Handover, SingleInstance } from '../../electron-standin/api/single-instance.ts';

const MODULE = new URL('../../electron-standin/api/single-instance.ts', import.meta.url).href;

const handover = (argument: string): Handover => ({ argv: [argument], workingDirectory: '/', additionalData: null });

describe('the single-instance lock', () => {
  let folder: string;
  let first: SingleInstance;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'instance-'));
    first = new SingleInstance();
  });

  afterEach(() => {
    first.release();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is had by one, who asks again and still has it', () => {
    expect(first.request(folder, handover('a'), () => {})).toBe(true);
    expect(first.request(folder, handover('a'), () => {})).toBe(true);
    expect(first.isHeld).toBe(true);
  });

  it('is released, and can be had again', () => {
    first.request(folder, handover('a'), () => {});
    first.release();
    expect(first.isHeld).toBe(false);
    expect(first.request(folder, handover('b'), () => {})).toBe(true);
  });

  it('is taken over from a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(join(folder, 'instance.lock'), String(pid));
    expect(first.request(folder, handover('a'), () => {})).toBe(true);
  });

  it('is not taken from a process that lives and does not answer', () => {
    writeFileSync(join(folder, 'instance.lock'), String(process.ppid));
    expect(() => first.request(folder, handover('a'), () => {})).toThrow('does not answer');
  });

  it('is refused to another process, whose arguments have arrived before it hears so', async () => {
    const received: Handover[] = [];
    first.request(folder, handover('first'), (given) => received.push(given));
    const { spawn } = await import('node:child_process');
    const second = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { SingleInstance } from ${JSON.stringify(MODULE)};
         const asked = { argv: ['glasskey://connect/x'], workingDirectory: '/work', additionalData: 'data' };
         process.exit(new SingleInstance().request(${JSON.stringify(folder)}, asked, () => {}) ? 10 : 20);`,
      ],
      { stdio: 'inherit' },
    );
    const code = await new Promise((resolve) => second.once('close', resolve));
    expect(code).toBe(20);
    expect(received).toEqual([{ argv: ['glasskey://connect/x'], workingDirectory: '/work', additionalData: 'data' }]);
  });

  it('says when its socket’s path is too long for the system', () => {
    expect(() => first.request(join(folder, 'x'.repeat(120)), handover('a'), () => {})).toThrow(
      /longer than a Unix socket/,
    );
  });
});
