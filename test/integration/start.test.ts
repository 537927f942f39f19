/** `npm start` on a computer that never had Glasskey: main/index.ts as it is, no switch given, on the stand-in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const hasChromium = findChromium() !== undefined;
if (!hasChromium) console.warn('SKIPPED: the tests of npm start, because no Chromium is installed');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-start-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(environment: Readonly<Record<string, string>>) {
  const words = [join(ROOT, 'scripts', 'start.ts'), '--standin', '--hidden'];
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), ...environment };
  const child = spawn(process.execPath, words, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, closed: once(child, 'close'), errors: () => errors };
}

describe.skipIf(!hasChromium)('npm start', () => {
  it('brings up the agent at the first start, touches nothing of the person’s, and ends at Ctrl-C', async () => {
    const data = join(folder, 'data');
    const autostart = join(folder, 'config', 'autostart');
    await mkdir(autostart, { recursive: true });
    await writeFile(join(autostart, 'glasskey.desktop'), 'of another installation');
    const { child, closed, errors } = start({ GLASSKEY_HOME: data });
    try {
      const socket = join(data, 'agent', 'agent.sock');
      await expect.poll(() => existsSync(socket) || errors(), { timeout: 30_000 }).toBe(true);
      await expect.poll(() => readFile(join(data, 'glasskey.log'), 'utf8')).toContain('agent.listening');
      expect((await stat(join(data, 'desktop'))).mode & 0o777).toBe(0o700);
      expect(await readFile(join(autostart, 'glasskey.desktop'), 'utf8')).toBe('of another installation');
      child.kill('SIGINT');
      await closed;
      expect(existsSync(socket)).toBe(false);
      expect(await readFile(join(autostart, 'glasskey.desktop'), 'utf8')).toBe('of another installation');
      expect(errors()).not.toMatch(/Unhandled|Error:/);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('says why it cannot begin, and ends', async () => {
    const { child, closed, errors } = start({ GLASSKEY_HOME: '/proc/nowhere' });
    try {
      const [code] = await closed;
      expect(code, errors()).toBe(1);
      expect(errors()).toMatch(/\[[A-Z_]+\]/);
      expect(errors()).not.toContain('at async');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
