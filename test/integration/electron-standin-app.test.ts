/**
 * The stand-in as a process and a desktop program, proved with the fixture app: windows, focus, tray, menu, notifications, dialogs,
 * secrets, power, appearance, instances, quitting, and that nothing is left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { launchStandIn, type StandInApp, type StandInOptions } from '../electron-standin/driver.ts';

const REGISTER = fileURLToPath(new URL('../electron-standin/register.ts', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../electron-standin/fixture/', import.meta.url));
const hasChromium = findChromium() !== undefined;
if (!hasChromium) console.warn('SKIPPED: the tests of the Electron stand-in, because no Chromium is installed');

interface FixtureGlobals {
  readonly journal: string[];
  readonly fixture: {
    openWindow(path: string, options?: Electron.BrowserWindowConstructorOptions): Electron.BrowserWindow;
    windowOptions(options?: Electron.BrowserWindowConstructorOptions): Electron.BrowserWindowConstructorOptions;
    setToolTip(text: string): void;
  };
}

/** Processes whose command line names this folder: a browser is known by its profile. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const journalOf = (app: StandInApp): Promise<string[]> =>
  app.evaluate(() => (globalThis as unknown as FixtureGlobals).journal);

describe.skipIf(!hasChromium)('the stand-in app', () => {
  let app: StandInApp;

  const journal = (): Promise<string[]> => journalOf(app);
  /** Without what the windows of an earlier test, destroyed as they came up, still had to say. */
  const journalApartFromWindows = async (): Promise<string[]> =>
    (await journal()).filter((line) => !/^(window \d+|load failed) /.test(line));
  const untilJournal = (line: string): Promise<void> =>
    expect.poll(journal).toContain(line) as unknown as Promise<void>;

  beforeAll(async () => {
    app = await launchStandIn({ main: join(FIXTURE, 'main.ts') });
    await app.until(({ windows }) => windows[0]?.isFocused === true, 'the window to be shown');
  });

  afterAll(async () => {
    await app?.stop();
  });

  beforeEach(async () => {
    await app.evaluate(() => {
      (globalThis as unknown as FixtureGlobals).journal.length = 0;
    });
  });

  it('is who its package.json says, and is not packaged', async () => {
    const facts = await app.evaluate(({ app: electronApp }) => [
      electronApp.getName(),
      electronApp.getVersion(),
      electronApp.isPackaged,
      electronApp.getPath('userData'),
      process.type,
      typeof process.versions.chrome,
    ]);
    expect(facts).toEqual(['standin-fixture', '1.2.3', false, app.userDataDir, 'browser', 'string']);
  });

  it('records what it told the operating system, and touches nothing of it', async () => {
    await app.evaluate(({ app: electronApp }) => {
      electronApp.setLoginItemSettings({ openAtLogin: true, args: ['--hidden'] });
      electronApp.setBadgeCount(3);
    });
    const { app: recorded } = await app.snapshot();
    expect(recorded).toMatchObject({
      loginItem: { openAtLogin: true, args: ['--hidden'] },
      protocolClients: [{ protocol: 'fixture' }],
      userModelId: 'net.example.fixture',
      badge: 3,
    });
    expect(await app.evaluate(({ app: electronApp }) => electronApp.getLoginItemSettings().openAtLogin)).toBe(true);
  });

  it('throws for what the stand-in lacks, and names it', async () => {
    const words = await app.evaluate((electron) => {
      const window = electron.BrowserWindow.getAllWindows()[0] as Electron.BrowserWindow;
      const attempts: (() => unknown)[] = [
        () => electron.globalShortcut.register('CmdOrCtrl+X', () => {}),
        () => electron.net.request('https://remote.example'),
        () => new electron.TouchBar({ items: [] }),
        () => electron.app.relaunch(),
        () => electron.app.on('gpu-info-update', () => {}),
        () => window.setVibrancy('menu'),
        () => window.on('swipe', () => {}),
        () => window.webContents.openDevTools(),
        () => {
          window.webContents.userAgent = 'another';
        },
        () => window.webContents.session.cookies,
        () => electron.BrowserWindow.fromBrowserView(undefined as unknown as Electron.BrowserView),
        () => electron.session.fromPartition('persist:other'),
        () => electron.session.defaultSession.webRequest.onHeadersReceived(() => {}),
        () => electron.dialog.showMessageBoxSync({ message: 'now' }),
        () => electron.Menu.buildFromTemplate([{ role: 'toggleDevTools' }]),
        () => new electron.Notification({ title: 'x', toastXml: '<x/>' }),
        () => electron.protocol.registerFileProtocol('app', () => {}),
      ];
      return attempts.map((attempt) => {
        try {
          attempt();
          return 'nothing was thrown';
        } catch (error) {
          return (error as Error).message;
        }
      });
    });
    const lacking = (what: string): RegExp => new RegExp(`^the stand-in has no ${what}; use real Electron`);
    const expected = [
      ...[
        'globalShortcut\\.register',
        'net\\.request',
        'TouchBar\\.constructor',
        'app\\.relaunch',
        "event 'gpu-info-update' of app",
      ],
      ...['BrowserWindow\\.setVibrancy', "event 'swipe' of BrowserWindow", 'WebContents\\.openDevTools'],
      ...['WebContents\\.userAgent', 'Session\\.cookies', 'BrowserWindow\\.fromBrowserView', 'persistent partitions'],
      ...['WebRequest\\.onHeadersReceived', 'dialog\\.showMessageBoxSync', "menu role 'toggleDevTools'"],
      ...["Notification option 'toastXml'", 'protocol\\.registerFileProtocol'],
    ];
    expect(words).toHaveLength(expected.length);
    for (const [at, each] of words.entries()) expect(each).toMatch(lacking(expected[at] ?? ''));
  });

  it('refuses windows that would be less than sandboxed and isolated', async () => {
    const refusals = await app.evaluate(({ BrowserWindow }) => {
      const preferences = [
        { sandbox: false },
        { contextIsolation: false },
        { nodeIntegration: true },
        { webSecurity: false },
      ];
      return [...preferences, { webviewTag: true }, { enableBlinkFeatures: 'X' }].map((webPreferences) => {
        try {
          new BrowserWindow({ webPreferences });
          return 'opened';
        } catch (error) {
          return (error as Error).message;
        }
      });
    });
    for (const words of refusals) expect(words).toMatch(/^the stand-in has no webPreferences/);
    expect(await app.windows()).toHaveLength(1);
  });

  describe('and its windows', () => {
    afterEach(async () => {
      await app.evaluate(({ BrowserWindow }) => {
        for (const window of BrowserWindow.getAllWindows()) if (window.id !== 1) window.destroy();
        BrowserWindow.fromId(1)?.show();
      });
    });

    const open = (options: Electron.BrowserWindowConstructorOptions = {}): Promise<number> =>
      app.evaluate((_electron, given) => {
        const { fixture } = globalThis as unknown as FixtureGlobals;
        return fixture.openWindow('plain.html', given).id;
      }, options);
    const inWindow = (id: number, code: string): Promise<unknown> =>
      app.evaluate(({ BrowserWindow }, [of, run]) => BrowserWindow.fromId(of)?.webContents.executeJavaScript(run), [
        id,
        code,
      ] as const);
    const untilShown = (id: number): Promise<unknown> =>
      app.until(
        ({ windows }) => windows.some((window) => window.id === id && window.isFocused),
        `window ${id} to be shown`,
      );

    it('shows one that waited for ready-to-show, and focus goes from one to the other', async () => {
      const id = await open({ width: 320, height: 240 });
      await untilShown(id);
      const lines = await journal();
      expect(lines).toEqual([`window ${id} ready-to-show`, `window ${id} show`, 'window 1 blur', `window ${id} focus`]);
      expect(await inWindow(id, '[innerWidth, innerHeight, document.visibilityState]')).toEqual([320, 240, 'visible']);
    });

    it('gives each its own size, and follows setBounds, limits and maximize', async () => {
      const id = await open({ width: 400, height: 300, minWidth: 200, x: 10, y: 20 });
      await untilShown(id);
      const bounds = await app.evaluate(({ BrowserWindow }, of) => {
        const window = BrowserWindow.fromId(of);
        window?.setBounds({ x: 30, width: 100, height: 250 });
        const small = window?.getBounds();
        window?.maximize();
        return [small, window?.getBounds(), window?.getNormalBounds(), window?.isMaximized()];
      }, id);
      expect(bounds).toEqual([
        { x: 30, y: 20, width: 200, height: 250 },
        { x: 0, y: 0, width: 1920, height: 1080 },
        { x: 30, y: 20, width: 200, height: 250 },
        true,
      ]);
      await expect.poll(() => inWindow(id, 'innerWidth')).toBe(1920);
      expect(await inWindow(1, 'innerWidth')).toBe(700);
      expect(await journal()).toEqual(expect.arrayContaining([`window ${id} resize`, `window ${id} move`]));
    });

    it('hides and shows: the page knows, and the keyboard goes to the window below', async () => {
      const id = await open();
      await untilShown(id);
      await app.evaluate(({ BrowserWindow }, of) => BrowserWindow.fromId(of)?.hide(), id);
      await expect.poll(() => inWindow(id, 'document.visibilityState')).toBe('hidden');
      expect((await app.windows()).map(({ isVisible, isFocused }) => [isVisible, isFocused])).toEqual([
        [true, true],
        [false, false],
      ]);
      await app.evaluate(({ BrowserWindow }, of) => BrowserWindow.fromId(of)?.show(), id);
      await expect.poll(() => inWindow(id, 'document.visibilityState')).toBe('visible');
    });

    it('focuses the window that is pressed', async () => {
      const id = await open();
      await untilShown(id);
      const first = await app.page({ id: 1 });
      await first.click('h1');
      await app.until(({ windows }) => windows[0]?.isFocused === true, 'the pressed window to have the focus');
    });

    it('keeps a window on top, by option and by call', async () => {
      const id = await open({ alwaysOnTop: true });
      expect((await app.window({ id })).isAlwaysOnTop).toBe(true);
      await app.evaluate(({ BrowserWindow }, of) => BrowserWindow.fromId(of)?.setAlwaysOnTop(false), id);
      expect((await app.window({ id })).isAlwaysOnTop).toBe(false);
    });

    it('takes mouse and keyboard from the parent of a modal window, and closes it with its parent', async () => {
      const parent = await open();
      await untilShown(parent);
      const child = await app.evaluate(({ BrowserWindow }, of) => {
        const { fixture } = globalThis as unknown as FixtureGlobals;
        return fixture.openWindow('plain.html', {
          modal: true,
          parent: BrowserWindow.fromId(of) as Electron.BrowserWindow,
        }).id;
      }, parent);
      await untilShown(child);
      const page = await app.page({ id: parent });
      await inWindow(parent, 'window.clicks = 0; addEventListener("click", () => { window.clicks += 1; })');
      await page.mouse.click(50, 50);
      expect(await inWindow(parent, 'clicks')).toBe(0);
      await app.evaluate(({ BrowserWindow }, of) => BrowserWindow.fromId(of)?.close(), parent);
      await app.until(({ windows }) => windows.length === 1, 'both to be closed');
    });

    it('names a window by its page’s title, unless the app will not have it', async () => {
      expect((await app.window({ id: 1 })).title).toBe('Fixture page');
      await inWindow(1, 'document.title = "Renamed"');
      await app.window({ title: 'Renamed' });
      await app.evaluate(({ BrowserWindow }) => {
        BrowserWindow.fromId(1)?.once('page-title-updated', (event) => event.preventDefault());
      });
      await inWindow(1, 'document.title = "Fixture page"');
      await expect
        .poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)?.webContents.getTitle()))
        .toBe('Fixture page');
      expect((await app.window({ id: 1 })).title).toBe('Renamed');
    });

    it('asks before it closes: the app by the close event, the page by beforeunload', async () => {
      const id = await open();
      await untilShown(id);
      await app.evaluate(({ BrowserWindow }, of) => {
        const window = BrowserWindow.fromId(of);
        window?.once('close', (event) => event.preventDefault());
        window?.close();
      }, id);
      expect(await app.windows()).toHaveLength(2);
      // Chromium asks a page only after somebody used it.
      const page = await app.page({ id });
      await page.click('p');
      await inWindow(id, 'addEventListener("beforeunload", (event) => event.preventDefault())');
      const stayed = await app.evaluate(
        ({ BrowserWindow }, of) =>
          new Promise<boolean>((resolve) => {
            const window = BrowserWindow.fromId(of);
            window?.webContents.once('will-prevent-unload', () => resolve(window.isDestroyed()));
            window?.close();
          }),
        id,
      );
      expect(stayed).toBe(false);
      await app.evaluate(({ BrowserWindow }, of) => {
        const window = BrowserWindow.fromId(of);
        window?.webContents.once('will-prevent-unload', (event) => event.preventDefault());
        window?.close();
      }, id);
      await untilJournal(`window ${id} closed`);
    });

    it('keeps partitions apart', async () => {
      const store = 'localStorage.setItem("word", location.href + Math.random()), localStorage.length';
      const id = await open({ webPreferences: { partition: 'other' } });
      await app.evaluate(({ session, BrowserWindow }, of) => {
        session.fromPartition('other').protocol.handle('app', () => {
          return new Response('<title>Apart</title>', { headers: { 'content-type': 'text/html' } });
        });
        return BrowserWindow.fromId(of)?.loadURL('app://fixture/');
      }, id);
      expect(await inWindow(1, store)).toBe(1);
      expect(await inWindow(id, 'localStorage.length')).toBe(0);
      const page = await app.page({ title: 'Apart' });
      expect(await page.title()).toBe('Apart');
    });

    it('tells of a preload that is not there, and of one that throws', async () => {
      const id = await open({ webPreferences: { preload: '/nowhere/preload.js' } });
      await expect
        .poll(async () => (await journal()).find((line) => line.startsWith('preload-error')))
        .toMatch(/^preload-error \/nowhere\/preload\.js /);
      await untilShown(id);
      expect(await inWindow(id, 'typeof fixture')).toBe('undefined');
    });

    it('hears nothing more of a window that was destroyed while its page came up', async () => {
      await app.evaluate(async ({ BrowserWindow }) => {
        const { fixture } = globalThis as unknown as FixtureGlobals;
        const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
        for (let ms = 20; ms < 160; ms += 4) {
          const window = fixture.openWindow('plain.html');
          await pause(ms);
          window.destroy();
        }
        await pause(200);
        return BrowserWindow.getAllWindows().length;
      });
      expect(await app.windows()).toHaveLength(1);
    });

    it('says that an object has been destroyed', async () => {
      const words = await app.evaluate(({ BrowserWindow }) => {
        const { fixture } = globalThis as unknown as FixtureGlobals;
        const window = fixture.openWindow('plain.html');
        window.destroy();
        try {
          window.show();
          return BrowserWindow.getAllWindows().length;
        } catch (error) {
          return (error as Error).message;
        }
      });
      expect(words).toBe('Object has been destroyed');
    });
  });

  it('has a menu whose items a test chooses: labels, ids, checkboxes, roles', async () => {
    const { applicationMenu } = await app.snapshot();
    expect(applicationMenu?.map(({ label }) => label)).toEqual(['&File', 'Edit', 'View']);
    await app.chooseFromMenu(['File', 'Find']);
    await app.chooseFromMenu('loud');
    await app.chooseFromMenu('loud');
    expect(await journalApartFromWindows()).toEqual(['menu find', 'menu loud true', 'menu loud false']);
    await expect(app.chooseFromMenu('off')).rejects.toThrow('the menu item the id off is disabled');
    await expect(app.chooseFromMenu(['File', 'Nothing'])).rejects.toThrow('no menu item File > Nothing');
    await app.chooseFromMenu(['View', 'Zoom In']);
    await app.until(({ windows }) => (windows[0]?.zoomFactor ?? 1) > 1.05, 'the page to be larger');
    await app.chooseFromMenu(['View', 'Actual Size']);
  });

  it('opens context menus that a test chooses from', async () => {
    await app.evaluate(({ Menu }) => {
      const { journal: lines } = globalThis as unknown as FixtureGlobals;
      Menu.buildFromTemplate([{ label: 'Copy it', click: () => lines.push('copied') }]).popup({
        callback: () => lines.push('popup closed'),
      });
    });
    await app.chooseFromPopup(['Copy it']);
    expect(await journalApartFromWindows()).toEqual(['copied', 'popup closed']);
    expect((await app.snapshot()).popup).toBeUndefined();
  });

  it('has a tray icon with state, a menu and clicks', async () => {
    await app.evaluate(() => (globalThis as unknown as FixtureGlobals).fixture.setToolTip('Fixture: busy'));
    const { trays } = await app.snapshot();
    expect(trays).toMatchObject([{ toolTip: 'Fixture: busy', image: { width: 16, height: 16 } }]);
    expect(trays[0]?.menu?.map(({ label, type }) => label || type)).toEqual(['Open', 'separator', 'Quit']);
    await app.clickTray();
    expect(await journal()).toContain('tray click');
    await app.chooseFromTray(['Open']);
    await app.until(({ windows }) => windows.length === 2 && windows[1]?.isFocused === true, 'the second window');
    await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find(({ id }) => id !== 1)
        ?.destroy(),
    );
  });

  it('shows notifications that a test clicks, acts on and dismisses', async () => {
    const page = await app.page({ id: 1 });
    await page.evaluate('fixture.invoke("notify", "Key plugged in")');
    expect(await app.notification('Key plugged in')).toMatchObject({ body: 'a body', actions: ['Do'], isShown: true });
    await app.actOnNotification('Key plugged in', { do: 'click' });
    await app.actOnNotification('Key plugged in', { do: 'action', index: 0 });
    await app.actOnNotification('Key plugged in', { do: 'dismiss' });
    expect(await journalApartFromWindows()).toEqual([
      'notification click',
      'notification action 0',
      'notification close',
    ]);
    expect((await app.snapshot()).notifications.filter(({ isShown }) => isShown)).toEqual([]);
  });

  it('asks by dialogs that a test answers', async () => {
    const page = await app.page({ id: 1 });
    const answer = page.evaluate('fixture.invoke("ask")');
    const dialog = await app.answerDialog({ response: 0 });
    expect(dialog).toMatchObject({
      kind: 'message',
      windowId: 1,
      options: { message: 'Really?', buttons: ['Yes', 'No'] },
    });
    expect(await answer).toEqual({ response: 0, checkboxChecked: false });
    const again = page.evaluate('fixture.invoke("ask")');
    await app.answerDialog({ canceled: true });
    expect(await again).toEqual({ response: 1, checkboxChecked: false });
  });

  it('records what it would have opened outside, and can be told that it cannot', async () => {
    const page = await app.page({ id: 1 });
    await page.evaluate('fixture.invoke("open-external", "https://remote.example/sign-in")');
    expect((await app.snapshot()).shell).toEqual([{ what: 'openExternal', target: 'https://remote.example/sign-in' }]);
    await app.refuseToOpen('no browser');
    expect(await page.evaluate('fixture.invoke("open-external", "https://x.example").catch((e) => e.message)')).toMatch(
      /no browser/,
    );
    await app.refuseToOpen(undefined);
  });

  it('keeps its clipboard to itself', async () => {
    const text = await app.evaluate(async ({ clipboard }) => {
      await clipboard.writeText('ssh -J jump device');
      return clipboard.readText();
    });
    expect([text, (await app.snapshot()).clipboard]).toEqual(['ssh -J jump device', 'ssh -J jump device']);
  });

  it('encrypts for real, and admits that its key lies in a file', async () => {
    const page = await app.page({ id: 1 });
    expect(await app.evaluate(({ safeStorage }) => safeStorage.isEncryptionAvailable())).toBe(false);
    expect(await page.evaluate('fixture.invoke("secret", "a token")')).toBe('a token');
    const [backend, cipherText] = await app.evaluate(({ safeStorage }) => [
      safeStorage.getSelectedStorageBackend(),
      safeStorage.encryptString('a token').toString('latin1'),
    ]);
    expect(backend).toBe('basic_text');
    expect(cipherText).not.toContain('a token');
    expect(statSync(join(app.userDataDir, 'electron-standin', 'safe-storage.key')).mode & 0o777).toBe(0o600);
  });

  it('hears of power and the screen’s lock from a test', async () => {
    await app.power('lock-screen');
    expect(await app.evaluate(({ powerMonitor }) => powerMonitor.getSystemIdleState(60))).toBe('locked');
    await app.power('unlock-screen');
    await app.power('suspend');
    await app.power('resume');
    await app.idle(90);
    expect(await app.evaluate(({ powerMonitor }) => powerMonitor.getSystemIdleState(60))).toBe('idle');
    expect(await journalApartFromWindows()).toEqual(['lock-screen', 'unlock-screen', 'suspend', 'resume']);
    await app.idle(0);
  });

  it('turns dark, high-contrast and still with the system, and as the app says', async () => {
    const page = await app.page({ id: 1 });
    const query = (media: string): Promise<boolean> => page.evaluate(`matchMedia("(${media})").matches`);
    await app.appearance({ dark: true, forcedColors: true, reducedMotion: true });
    await untilJournal('theme dark');
    await expect.poll(() => query('prefers-color-scheme: dark')).toBe(true);
    expect(await query('forced-colors: active')).toBe(true);
    expect(await query('prefers-reduced-motion: reduce')).toBe(true);
    expect(await app.evaluate(({ nativeTheme }) => nativeTheme.inForcedColorsMode)).toBe(true);
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'light';
    });
    await expect.poll(() => query('prefers-color-scheme: dark')).toBe(false);
    await app.evaluate(({ nativeTheme }) => {
      nativeTheme.themeSource = 'system';
    });
    await app.appearance({ dark: false, forcedColors: false, reducedMotion: false });
    await expect.poll(() => query('forced-colors: active')).toBe(false);
  });

  it('hands a second instance’s arguments to the first, and the second ends', async () => {
    const second = await app.secondInstance(['fixture://connect/rack4']);
    expect(second).toEqual({ exitCode: 0, stderr: '' });
    expect(await journalApartFromWindows()).toEqual([
      `second-instance fixture://connect/rack4 ${process.cwd()} {"from":"fixture"}`,
    ]);
    await app.openUrl('fixture://connect/rack5');
    expect(await journal()).toContain('open-url fixture://connect/rack5');
  });

  it('takes a picture of a window', async () => {
    const png = await app.screenshot({ id: 1 });
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([700, 500]);
  });

  it('is one of several that run at once and share nothing', async () => {
    await using other = await launchStandIn({ main: join(FIXTURE, 'main.ts') });
    await other.window({ title: 'Fixture page' });
    expect(other.userDataDir).not.toBe(app.userDataDir);
    expect((await app.snapshot()).endpoint).not.toBe((await other.snapshot()).endpoint);
    await other.evaluate(({ app: electronApp }) => electronApp.setBadgeCount(99));
    expect((await app.snapshot()).app.badge).toBe(3);
  });

  it('warned of no rejection that nobody handled', async () => {
    expect((await app.snapshot()).unhandledRejections).toEqual([]);
  });
});

describe.skipIf(!hasChromium)('an app of the stand-in', () => {
  const folders: string[] = [];
  const makeFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'standin-test-'));
    folders.push(folder);
    return folder;
  };
  const launch = (main: string, options: Partial<StandInOptions> = {}): Promise<StandInApp> =>
    launchStandIn({ main: join(FIXTURE, main), ...options });
  /** Without a driver, as `npm start` would. */
  const run = (folder: string, main: string, ...args: string[]): ChildProcess =>
    spawn(process.execPath, ['--import', REGISTER, join(FIXTURE, main), `--user-data-dir=${folder}`, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const outputOf = async (child: ChildProcess): Promise<{ code: number | null; stdout: string }> => {
    let stdout = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr?.resume();
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, stdout };
  };

  afterAll(async () => {
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  });

  it('quits as Electron does: before-quit, the windows, will-quit, quit, and the code 0', async () => {
    await using app = await launch('main.ts');
    await app.window({ title: 'Fixture page' });
    const folder = app.userDataDir;
    await app.chooseFromTray(['Quit']);
    expect(await app.exited).toBe(0);
    expect(app.stdout).toBe('will-quit\nquit 0\n');
    // The kernel takes a moment to clear up what was killed.
    await expect.poll(() => processesOf(folder)).toEqual([]);
  });

  it('stays when before-quit or a window will not have it', async () => {
    await using app = await launch('main.ts');
    await app.window({ title: 'Fixture page' });
    await app.evaluate(({ app: electronApp }) => {
      electronApp.once('before-quit', (event) => event.preventDefault());
    });
    await app.quit();
    await app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.once('close', (event) => event.preventDefault());
    });
    await app.quit();
    expect(await app.windows()).toHaveLength(1);
    await app.quit();
    expect(await app.exited).toBe(0);
  });

  it('quits on SIGTERM', async () => {
    await using app = await launch('main.ts', { args: ['--hidden'] });
    app.process.kill('SIGTERM');
    expect(await app.exited).toBe(0);
  });

  it('lives on without windows where it listens for window-all-closed, and quits where it does not', async () => {
    await using stays = await launch('main.ts');
    await stays.window({ title: 'Fixture page' });
    await stays.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(() => journalOf(stays)).toContain('window-all-closed');
    expect((await stays.snapshot()).trays).toHaveLength(1);
    await using goes = await launch('bare.ts');
    await goes.window({ title: 'Bare' });
    await goes.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {});
    expect(await goes.exited).toBe(0);
  });

  it('leaves no process when it is killed, and its lock is taken over', async () => {
    const folder = await makeFolder();
    const first = await launch('main.ts', { userDataDir: folder });
    first.process.kill('SIGKILL');
    await first.exited;
    await expect.poll(() => processesOf(folder), { timeout: 10_000 }).toEqual([]);
    await first.stop();
    await using second = await launch('main.ts', { userDataDir: folder });
    expect(await second.evaluate(({ app: electronApp }) => electronApp.hasSingleInstanceLock())).toBe(true);
  });

  it('ends when Chromium does', async () => {
    await using app = await launch('main.ts');
    const { chromiumProcessId } = await app.snapshot();
    const socket = readlinkSync(join(app.userDataDir, 'electron-standin', 'chromium', 'SingletonSocket'));
    expect(existsSync(socket)).toBe(true);
    process.kill(-(chromiumProcessId ?? Number.NaN), 'SIGKILL');
    expect(await app.exited).toBe(1);
    expect(app.stderr).toContain('Chromium ended unasked');
    expect(existsSync(dirname(socket))).toBe(false);
  });

  it('keeps a page’s storage, and its secrets, between runs', async () => {
    const folder = await makeFolder();
    const options = { userDataDir: folder, passwordStore: 'gnome-libsecret' } as const;
    await using first = await launch('main.ts', options);
    const page = await first.page({ title: 'Fixture page' });
    await page.evaluate('localStorage.setItem("kept", "yes")');
    const sealed = await first.evaluate(({ safeStorage }) => [
      safeStorage.getSelectedStorageBackend(),
      safeStorage.encryptString('kept').toString('base64'),
    ]);
    expect(sealed[0]).toBe('gnome_libsecret');
    await first.quit();
    await first.exited;
    await using second = await launch('main.ts', options);
    const again = await second.page({ title: 'Fixture page' });
    expect(await again.evaluate('localStorage.getItem("kept")')).toBe('yes');
    expect(
      await second.evaluate(
        ({ safeStorage }, text) => safeStorage.decryptString(Buffer.from(text, 'base64')),
        sealed[1] ?? '',
      ),
    ).toBe('kept');
  });

  describe('that guards nothing', () => {
    it('shows what a missing guard means: permissions granted, popups said loudly, other sites still not reached', async () => {
      await using app = await launch('bare.ts');
      const page = await app.page({ title: 'Bare' });
      expect(
        await page.evaluate('navigator.permissions.query({ name: "geolocation" }).then((status) => status.state)'),
      ).toBe('granted');
      await page.click('#other');
      await app.until(
        ({ console: lines }) => lines.some(({ message }) => /no windows opened by pages/.test(message)),
        'words',
      );
      await page.click('#away', { noWaitAfter: true });
      const { blockedRequests } = await app.until((each) => each.blockedRequests.length > 0, 'the request');
      expect(blockedRequests).toMatchObject([{ url: 'https://remote.example/away', resourceType: 'Document' }]);
      expect((await app.windows()).map(({ url }) => url)).toEqual(['app://bare/']);
    });

    it('rejects a dialog that nobody can answer', async () => {
      const { code, stdout } = await outputOf(run(await makeFolder(), 'bare.ts', '--ask'));
      expect([code, stdout]).toEqual([
        7,
        'the stand-in has no dialogs without a test that answers them; use real Electron (message dialog "Anybody there?")\n',
      ]);
    });
  });

  it('opens no debugging port without a driver', async () => {
    const folder = await makeFolder();
    const child = run(folder, 'bare.ts', '--say');
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    expect(existsSync(join(folder, 'electron-standin', 'chromium'))).toBe(true);
    expect(existsSync(join(folder, 'electron-standin', 'chromium', 'DevToolsActivePort'))).toBe(false);
    expect(
      processesOf(folder).some((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('remote-debugging-port')),
    ).toBe(false);
    const ended = outputOf(child);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await expect.poll(() => processesOf(folder)).toEqual([]);
  });

  it('ends when the process that drove it is gone, and clears up after it', async () => {
    const [folder, temporary] = [await makeFolder(), await makeFolder()];
    const driver = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { launchStandIn } from ${JSON.stringify(fileURLToPath(new URL('../electron-standin/driver.ts', import.meta.url)))};
         const app = await launchStandIn({ main: ${JSON.stringify(join(FIXTURE, 'main.ts'))}, userDataDir: ${JSON.stringify(folder)} });
         console.log(app.process.pid);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: temporary } },
    );
    await new Promise<void>((resolve) => driver.stdout?.once('data', () => resolve()));
    driver.kill('SIGKILL');
    await expect.poll(() => processesOf(folder), { timeout: 10_000 }).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
