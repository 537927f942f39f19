/** One lab with the desktop app upon it, for one test; when the test fails, what was on the screen and in the log is kept. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { type DesktopOptions, electronBinary, type LabDesktop, startDesktop } from '../lab/desktop-app.ts';
import { Person } from '../lab/desktop-person.ts';
import { type Lab, type LabOptions, startLab } from '../lab/world.ts';

/** Neither real Electron nor a browser for the stand-in: nothing to drive. */
export const canRunDesktop = electronBinary() !== undefined || findChromium() !== undefined;
if (!canRunDesktop)
  console.warn('SKIPPED: the tests of the whole app, because neither Electron nor Chromium is installed');

/** A machine on which everything runs at once is slow. */
export const PATIENCE_MS = 30_000;

export interface Scene {
  readonly lab: Lab;
  readonly desktop: LabDesktop;
  readonly person: Person;
}

export interface SceneOptions {
  readonly by?: 'mouse' | 'keyboard';
  readonly lab?: LabOptions;
  readonly desktop?: DesktopOptions;
}

/** Runs `play`, and checks in the end that the app has met no error of its own. */
export async function withDesktop(options: SceneOptions, play: (scene: Scene) => Promise<void>): Promise<void> {
  const lab = await startLab(options.lab ?? { authenticator: { touch: { afterMs: 200 } }, reconcileEveryMs: 2_000 });
  try {
    await using desktop = await startDesktop(lab, options.desktop);
    desktop.window.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(options.by ?? 'mouse', lab, desktop);
    try {
      await play({ lab, desktop, person });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${await evidence(lab, desktop)}`, {
        cause: error,
      });
    }
    await assertNoBug(lab, desktop);
  } finally {
    await lab.close();
  }
}

async function logOf(lab: Lab): Promise<string> {
  return readFile(join(lab.folder, 'data', 'glasskey.log'), 'utf8').catch(() => '');
}

/** A bug of ours is in the log with its stack, whatever the screen says. */
async function assertNoBug(lab: Lab, desktop: LabDesktop): Promise<void> {
  const bugs = (await logOf(lab)).split('\n').filter((line) => line.includes('"level":"error"'));
  if (bugs.length > 0) throw new Error(`the app met errors of its own:\n${bugs.join('\n')}`);
  const { standIn } = desktop;
  if (standIn?.process.exitCode !== null) return;
  const { unhandledRejections, blockedRequests } = await standIn.snapshot();
  const wrong = [...unhandledRejections, ...blockedRequests.map((one) => JSON.stringify(one))];
  if (wrong.length > 0) throw new Error(`unhandled or blocked:\n${wrong.join('\n')}`);
}

async function evidence(lab: Lab, desktop: LabDesktop): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-e2e-failed-'));
  const screen = await desktop.window
    .screenshot({ path: join(folder, 'window.png'), timeout: 5_000 })
    .then(() => desktop.window.locator('body').innerText({ timeout: 5_000 }))
    .catch((error: unknown) => `no screenshot: ${error}`);
  const log = (await logOf(lab)).split('\n').slice(-15).join('\n');
  return `--- screen (${folder})\n${screen}\n--- log\n${log}\n--- standard error\n${desktop.errors}`;
}
