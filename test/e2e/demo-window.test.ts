/** `npm run demo -- --window` as a process, on the stand-in: what it shows, and what it leaves. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { Demo } from '../integration/demo-process.ts';
import { electronBinary } from '../lab/desktop-app.ts';

// Real Electron leaves the window to a person.
const isHeadless = electronBinary() === undefined && findChromium() !== undefined;
if (!isHeadless) console.warn('SKIPPED: the demo in the window, which does its job by itself on the stand-in only');

/** Takes the pictures away, which are meant to stay. */
function takePictures(demo: Demo): string[] {
  const folder = readdirSync(demo.folder).find((name) => name.startsWith('glasskey-demo-'));
  if (folder === undefined) return [];
  const pictures = readdirSync(join(demo.folder, folder)).map((name) => join(demo.folder, folder, name));
  const whole = pictures.filter((path) => readFileSync(path).subarray(1, 4).toString() === 'PNG');
  rmSync(join(demo.folder, folder), { recursive: true });
  return whole;
}

describe.skipIf(!isHeadless)('the demo in the window', { timeout: 150_000 }, () => {
  it('does the main job, rehearses it and lets ssh know the device, names its pictures, ends with 0, and leaves nothing but them', () =>
    Demo.with(async (demo) => {
      const exitCode = await demo.start({}, ['--window']).ended;
      expect(exitCode, demo.stdout + demo.stderr).toBe(0);
      expect(demo.stdout).toContain('No window is shown');
      expect(demo.stdout).toContain('Software image version: 4.31.5M');
      expect(demo.stdout).toContain('typed the PIN once; the key was touched 2 times');
      expect(demo.stdout).toContain(demo.folder);
      expect(takePictures(demo)).toHaveLength(11);
    }));

  it('--keep stays up with the PIN told, until it is stopped, and leaves nothing then', () =>
    Demo.with(async (demo) => {
      const { child, ended } = demo.start({}, ['--window', '--keep']);
      await expect.poll(() => demo.stdout, { timeout: 100_000 }).toMatch(/PIN of the lab's security key: \d{9}/);
      expect(demo.leftovers().join('\n')).toContain('electron-standin');
      child.kill('SIGINT');
      expect(await ended, demo.stderr).toBe(130);
      takePictures(demo);
    }));

  it('stopped while the app starts leaves nothing', () =>
    Demo.with(async (demo) => {
      const { child, ended } = demo.start({}, ['--window']);
      await expect.poll(() => demo.leftovers().join('\n'), { timeout: 60_000 }).toContain('electron-standin');
      child.kill('SIGTERM');
      expect(await ended, demo.stderr).toBe(143);
      // It may have begun by then.
      takePictures(demo);
    }));
});
