/** The two windows: where they come up, when they are shown, what is kept, how they survive a crash. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../electron-standin/driver.ts';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

const MAIN_URL = 'app://window/index.html';
const PROMPT_URL = 'app://prompt/index.html';
const mainOf = ({ windows }: Snapshot) => windows.find(({ url }) => url === MAIN_URL);
const promptOf = ({ windows }: Snapshot) => windows.find(({ url }) => url === PROMPT_URL);

describe.skipIf(!hasChromium)('the window', () => {
  let home = '';
  const launch = () => launchShell({ home });
  const shown = (shell: LaunchedShell) =>
    shell.app.until((snapshot) => mainOf(snapshot)?.isVisible === true, 'the window to be shown').then(mainOf);
  const stateFile = () => join(home, 'user-data', 'window-state.json');

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'gk-shell-'));
  });

  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  it('comes back where it was, as large and as far zoomed', async () => {
    const bounds = { x: 40, y: 60, width: 900, height: 610 };
    {
      await using shell = await launch();
      await shown(shell);
      await shell.app.evaluate(({ BrowserWindow }, wanted) => {
        const [window] = BrowserWindow.getAllWindows();
        window?.setBounds(wanted);
        window?.webContents.setZoomFactor(1.5);
      }, bounds);
      await shell.app.quit();
      expect(await shell.app.exited).toBe(0);
    }
    const kept = JSON.parse(await readFile(stateFile(), 'utf8'));
    expect(kept).toEqual({ bounds, isMaximized: false, zoomFactor: 1.5 });
    await using shell = await launch();
    expect(await shown(shell)).toMatchObject({ bounds, zoomFactor: 1.5, title: 'Glasskey', isFocused: true });
  });

  it('comes up on a display that is there, and maximized where it was', async () => {
    await mkdir(join(home, 'user-data'), { recursive: true });
    const lost = { bounds: { x: 5000, y: -900, width: 900, height: 610 }, isMaximized: true, zoomFactor: 1 };
    await writeFile(stateFile(), JSON.stringify(lost));
    await using shell = await launch();
    await shown(shell);
    const normal = await shell.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return { bounds: window?.getNormalBounds(), isMaximized: window?.isMaximized() };
    });
    expect(normal).toEqual({ bounds: { x: 510, y: 235, width: 900, height: 610 }, isMaximized: true });
  });

  it('comes up in its first place where what was kept is no such thing', async () => {
    await mkdir(join(home, 'user-data'), { recursive: true });
    await writeFile(stateFile(), '{"bounds":{"x":"0"},"__proto__":{"width":1}}');
    await using shell = await launch();
    expect((await shown(shell))?.bounds).toMatchObject({ width: 1100, height: 760 });
  });

  it('is dark before its document is, where the person wants it dark', async () => {
    await using shell = await launch();
    await shown(shell);
    const colour = () =>
      shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBackgroundColor());
    expect(await colour()).toBe('#FAFAFA');
    await shell.inside((app) => app.set('app.appearance', 'dark'), undefined);
    await expect.poll(colour).toBe('#1F1F1F');
    const isDark = async () => (await shell.window()).evaluate("matchMedia('(prefers-color-scheme: dark)').matches");
    await expect.poll(isDark).toBe(true);
  });

  it('is there again after its renderer has crashed, once, and says so', async () => {
    await using shell = await launch();
    await shown(shell);
    await shell.app.crash({ url: MAIN_URL });
    await shell.app.notification('was opened again');
    await shown(shell);
    await expect.poll(() => shell.probe('call', 'app.start').catch(String)).toMatchObject({ ok: true });
    await shell.app.crash({ url: MAIN_URL });
    await shell.app.notification('stopped again');
    expect(mainOf(await shell.app.snapshot())).toBeUndefined();
    await shell.app.chooseFromTray('open');
    await shown(shell);
  });

  it('that cannot be loaded ends nothing: the services go on, and it is said', async () => {
    await using shell = await launchShell({ home, env: { SHELL_DOCUMENTS: join(home, 'nowhere') } });
    await shell.app.until(({ app }) => app.isReady, 'the app');
    expect(await shell.inside((app) => app.agent.state, undefined)).toBe('listening');
    await shell.app.notification('The window could not be opened');
    expect((await shell.app.windows()).length).toBe(0);
    await shell.app.chooseFromTray('open');
    await shell.app.until(({ notifications }) => notifications.length === 2, 'it to be said again');
    expect((await shell.app.snapshot()).unhandledRejections).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('the prompt window', () => {
  let shell: LaunchedShell;
  const visible = (isVisible: boolean) =>
    shell.app.until(
      (snapshot) => (promptOf(snapshot)?.isVisible ?? false) === isVisible,
      `it to be ${isVisible ? 'shown' : 'hidden'}`,
    );

  beforeEach(async () => {
    shell = await launchShell({ args: ['--hidden'] });
  });

  afterEach(async () => {
    await shell?.[Symbol.asyncDispose]();
  });

  it('is on top with the keyboard while something is asked, small, protected, and hidden after the answer', async () => {
    expect((await shell.app.windows()).length).toBe(0);
    await shell.inside((app) => app.question('Log in to rack1'), undefined);
    await visible(true);
    const state = promptOf(await shell.app.snapshot());
    expect(state).toMatchObject({ isAlwaysOnTop: true, isFocused: true, title: 'Glasskey asks' });
    const made = await shell.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return [window?.isResizable(), window?.isContentProtected(), window?.isMinimizable()];
    });
    expect(made).toEqual([false, true, false]);
    const page = await shell.prompt();
    await expect.poll(() => page.textContent('#title')).toBe('Log in to rack1');
    await page.evaluate(() => {
      const { probe } = globalThis as unknown as { probe: { call(name: string, input: unknown): void } };
      probe.call('prompts.answer', { id: 'prompt-1', answer: { kind: 'deny' } });
    });
    await visible(false);
    expect(await shell.journal()).toEqual(['Log in to rack1: denied']);
  });

  it('has the height that its document asks for, within the display', async () => {
    await shell.inside((app) => app.question('A'), undefined);
    await visible(true);
    const fitTo = async (height: number) =>
      (await shell.prompt()).evaluate((wanted) => {
        const { probe } = globalThis as unknown as { probe: { call(name: string, input: unknown): Promise<unknown> } };
        return probe.call('prompts.fit', { height: wanted });
      }, height);
    const bounds = async () => promptOf(await shell.app.snapshot())?.bounds;
    await fitTo(412);
    await expect.poll(bounds).toMatchObject({ width: 440, height: 412 });
    await fitTo(9000);
    await expect.poll(bounds).toMatchObject({ height: 1000, y: expect.any(Number) });
    const { y = -1, height = 0 } = (await bounds()) ?? {};
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y + height).toBeLessThanOrEqual(1080);
    await fitTo(1);
    await expect.poll(bounds).toMatchObject({ height: 120 });
  });

  it('closed by its frame says no, and asks the next', async () => {
    await shell.inside((app) => {
      app.question('First');
      app.question('Second');
    }, undefined);
    await visible(true);
    const close = () =>
      shell.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .find((each) => each.isVisible())
          ?.close(),
      );
    await close();
    await expect.poll(() => shell.journal()).toEqual(['First: denied']);
    const page = await shell.prompt();
    await expect.poll(() => page.textContent('#title')).toBe('Second');
    await close();
    await visible(false);
    expect(await shell.journal()).toEqual(['First: denied', 'Second: denied']);
  });

  it('is not seen while the screen is locked, and comes back after; agent and reminders hear of it', async () => {
    await shell.inside((app) => app.question('A'), undefined);
    await visible(true);
    await shell.app.power('lock-screen');
    await visible(false);
    await shell.app.power('suspend');
    await shell.app.power('resume');
    const slept = ['agent lock', 'agent check', 'reminders look'];
    expect(await shell.journal()).toEqual(slept);
    expect((await shell.app.snapshot()).trays[0]?.toolTip).toBe('Glasskey: locked with the screen');
    await shell.app.power('unlock-screen');
    await visible(true);
    expect(await shell.journal()).toEqual([...slept, 'reminders look', 'agent unlock']);
  });

  it('crashed comes back once; crashed again, every question is answered with no', async () => {
    await shell.inside((app) => app.question('A'), undefined);
    await visible(true);
    const before = promptOf(await shell.app.snapshot())?.id;
    await shell.app.crash({ url: PROMPT_URL });
    await shell.app.until((now) => promptOf(now)?.isVisible === true && promptOf(now)?.id !== before, 'a new window');
    expect(await shell.journal()).toEqual([]);
    await shell.app.crash({ url: PROMPT_URL });
    await expect.poll(() => shell.journal()).toEqual(['A: denied']);
  });
});
