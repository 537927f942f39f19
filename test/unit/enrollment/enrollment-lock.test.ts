import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withEnrollmentLock } from '../../../main/enrollment/enrollment-lock.ts';

const MODULE = JSON.stringify(join(import.meta.dirname, '../../../main/enrollment/enrollment-lock.ts'));
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-lock-'));
  file = join(folder, 'enrollment.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (path: string) => withEnrollmentLock(path, async () => 'done');

describe('the enrollment lock', () => {
  it('keeps a second one out while the first works, and is free after it, failed or not', async () => {
    await withEnrollmentLock(file, async () => {
      await expect(at(file)).rejects.toMatchObject({ code: 'ENROLLMENT_RUNNING', kind: 'expected' });
    });
    await expect(withEnrollmentLock(file, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await at(file)).toBe('done');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('keeps other processes out, and does not outlive one that is killed', async () => {
    const script = `
      const { withEnrollmentLock } = await import(${MODULE});
      await withEnrollmentLock(${JSON.stringify(file)}, () => {
        console.log('locked');
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await expect(at(file)).rejects.toMatchObject({ code: 'ENROLLMENT_RUNNING' });
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await at(file)).toBe('done');
  });

  it('that cannot be made says so', async () => {
    await expect(at(join(folder, 'nowhere', 'lock'))).rejects.toMatchObject({ code: 'ENROLLMENT_LOCK_FAILED' });
  });
});
