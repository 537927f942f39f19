/**
 * The stand-in's pages, proved with the fixture app in a real Chromium: preload and page in two worlds, contextBridge, IPC, the
 * app's scheme and its CSP, navigation, popups, permissions, workers, the network that is not there.
 */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { launchStandIn, type StandInApp } from '../electron-standin/driver.ts';

const MAIN = fileURLToPath(new URL('../electron-standin/fixture/main.ts', import.meta.url));
const hasChromium = findChromium() !== undefined;
if (!hasChromium) console.warn('SKIPPED: the tests of the Electron stand-in, because no Chromium is installed');

describe.skipIf(!hasChromium)('a page of the stand-in', () => {
  let app: StandInApp;
  let page: Page;

  /** Evaluates an expression in the page's own world, as its script would. */
  const inPage = <T>(expression: string): Promise<T> => page.evaluate(expression) as Promise<T>;
  const journal = (): Promise<string[]> => app.evaluate(() => (globalThis as unknown as { journal: string[] }).journal);
  const untilJournal = async (line: RegExp): Promise<string> => {
    let found: string | undefined;
    await expect
      .poll(async () => {
        found = (await journal()).find((each) => line.test(each));
        return found;
      })
      .toBeDefined();
    return found ?? '';
  };

  beforeAll(async () => {
    app = await launchStandIn({ main: MAIN });
    page = await app.page({ title: 'Fixture page' });
    await app.until(({ windows }) => windows[0]?.isLoading === false, 'the page to have loaded');
  });

  afterAll(async () => {
    await app?.stop();
  });

  beforeEach(async () => {
    await app.evaluate(() => {
      (globalThis as unknown as { journal: string[] }).journal.length = 0;
    });
    await app.clearRecords();
  });

  describe('and its preload', () => {
    it('has what the preload exposed before its first script runs', async () => {
      expect(await inPage('firstSight')).toMatchObject({ api: 'object' });
    });

    it('finds neither the binding to the main process, nor the preload’s variables, nor anything of the stand-in’s', async () => {
      expect(await inPage('firstSight.names')).toEqual([]);
      expect(await inPage('typeof electronStandInSend')).toBe('undefined');
      expect(await inPage('typeof electronStandInSaw')).toBe('undefined');
      expect(await inPage('typeof electronStandInReceive')).toBe('undefined');
      expect(await inPage('typeof secretOfThePreload')).toBe('undefined');
      expect(await inPage('typeof require + typeof process + typeof module + typeof Buffer')).toBe(
        'undefined'.repeat(4),
      );
    });

    it('has a preload that finds no way to the main process but ipcRenderer', async () => {
      expect(await inPage('fixture.standInNames')).toEqual(['electronStandInReceive']);
    });

    it('cannot overhear the bridge, even when it replaced everything the bridge could use', async () => {
      expect(await inPage('fixture.invoke("echo", 1)')).toEqual([1]);
      expect(await inPage('fixture.add(1, 2)')).toBe(3);
      expect(await inPage('overheard')).toEqual([]);
    });

    it('cannot forge the handing over: the event is taken once, and its name is known to nobody', async () => {
      // Every event name of a page's own choosing, dispatched where the bridge once listened, changes nothing.
      await inPage(`(() => {
        const node = new EventTarget();
        window.forged = 0;
        for (const name of ['electron-standin', 'HANDOVER', 'to-page', 'to-preload', 'standin']) {
          node.addEventListener('to-preload', () => { window.forged += 1; });
          window.dispatchEvent(new FocusEvent(name, { relatedTarget: node }));
          node.dispatchEvent(new CustomEvent('to-page', { detail: { t: 'expose', key: 'evil', api: { k: 'v', v: 1 } } }));
          window.dispatchEvent(new CustomEvent('to-preload', { detail: { t: 'call', call: 1, fn: 1, args: [] } }));
        }
      })()`);
      expect(await inPage('[window.forged, typeof window.evil]')).toEqual([0, 'undefined']);
      expect(await inPage('fixture.add(2, 3)')).toBe(5);
    });

    it('gives no other frame an API, not even one of the same origin', async () => {
      const seen = await inPage(`new Promise((resolve) => {
        addEventListener('message', (event) => resolve(event.data), { once: true });
        const frame = document.createElement('iframe');
        frame.src = '/frame.html';
        document.body.append(frame);
      })`);
      expect(seen).toEqual({ api: 'undefined' });
      expect(await journal()).toContain('will-frame-navigate app://fixture/frame.html');
      expect(await inPage('typeof frames[0].electronStandInSend')).toBe('undefined');
    });

    it('keeps what it exposed: the property and everything in it are frozen', async () => {
      expect(
        await inPage(`(() => {
          'use strict';
          const tries = [
            () => { window.fixture = {}; },
            () => { delete window.fixture; },
            () => { fixture.add = () => 0; },
            () => { fixture.point.nested.list.push(1); },
            () => { fixture.add.x = 1; },
          ];
          return tries.map((attempt) => { try { attempt(); return 'done'; } catch (error) { return error.name; } });
        })()`),
      ).toEqual(Array(5).fill('TypeError'));
    });

    it('refuses to bind an API over a property that is there, in Electron’s words', async () => {
      expect(await inPage('exposedTwice')).toBe(
        'Error: Cannot bind an API on top of an existing property on the window object',
      );
    });

    it('has `process` as a sandboxed preload does', async () => {
      const facts = await inPage<{ argv: string[] }>('fixture.process');
      expect(facts).toMatchObject({ type: 'renderer', sandboxed: true, platform: process.platform });
      expect(facts.argv).toContain('--colour=blue');
    });

    it('says what the stand-in lacks', async () => {
      expect(await inPage('missingInPreload')).toBe(
        'Error: the stand-in has no ipcRenderer.sendSync; use real Electron',
      );
    });
  });

  describe('over contextBridge', () => {
    it('calls synchronously', async () => {
      expect(await inPage('fixture.add(20, 22)')).toBe(42);
    });

    it('gets plain data without prototypes: a class keeps its values and loses its methods', async () => {
      expect(await inPage('[fixture.point.x, fixture.point.nested, typeof fixture.point.distance]')).toEqual([
        1,
        { list: [1, { deep: true }] },
        'undefined',
      ]);
      expect(await inPage('Object.getPrototypeOf(fixture.point) === Object.prototype')).toBe(true);
    });

    it('passes what the structured clone algorithm takes', async () => {
      expect(await inPage('fixture.describe(new Map([[1, 2]]))')).toBe('[object Map] {}');
      expect(await inPage('fixture.describe(new Date(0))')).toBe('[object Date] "1970-01-01T00:00:00.000Z"');
      expect(await inPage('fixture.describe(new Uint8Array([1, 2]))')).toBe('[object Uint8Array] {"0":1,"1":2}');
      expect(await inPage('fixture.describe(undefined)')).toBe('[object Undefined] undefined');
    });

    it('gets errors with their message only, thrown and rejected', async () => {
      expect(
        await inPage(`(() => { try { fixture.fail(); } catch (error) {
          return [error instanceof Error, error.name, error.message, 'secret' in error];
        } })()`),
      ).toEqual([true, 'Error', 'the preload threw', false]);
      expect(
        await inPage('fixture.failLater().catch((error) => [error instanceof Error, error.name, error.message])'),
      ).toEqual([true, 'Error', 'the preload rejected']);
    });

    it('passes callbacks in, which answer at once or by a promise', async () => {
      expect(await inPage('fixture.callBack((value) => value * 2)')).toBe(41);
      expect(await inPage('fixture.callBackLater(async (value) => value * 3)')).toBe(61);
    });

    it('hands callbacks to keep, and functions back to let them go', async () => {
      expect(
        await inPage(`(() => {
          const heard = [];
          const stop = fixture.subscribe((text) => heard.push(text));
          fixture.publish('one');
          const stopped = stop();
          fixture.publish('two');
          return [heard, stopped];
        })()`),
      ).toEqual([['one'], true]);
    });

    it('knows a function of the preload that comes home', async () => {
      expect(await inPage('[fixture.comesHome(fixture.home), fixture.comesHome(() => 1)]')).toEqual([true, false]);
    });

    it('refuses elements and what nests too deep', async () => {
      const attempt = (value: string): Promise<string> =>
        inPage(`(() => { try { return fixture.describe(${value}); } catch (error) { return error.message; } })()`);
      expect(await attempt('document.body')).toMatch(/the stand-in has no elements over contextBridge/);
      expect(await attempt('(() => { const value = {}; value.self = value; return value; })()')).toMatch(
        /recursion depth exceeded/,
      );
    });
  });

  describe('over IPC', () => {
    it('gets back from a handler what it sent, with its types', async () => {
      expect(
        await inPage(`fixture.invoke('echo', undefined, NaN, -0, 10n, new Date(5), new Map([['a', new Set([1])]]),
          new Uint8Array([1, 2, 3]), { '__proto__': null, a: 1 }).then((back) => [
            back[0] === undefined, Number.isNaN(back[1]), Object.is(back[2], -0), back[3] === 10n, back[4].getTime(),
            [...back[5].get('a')], back[6] instanceof Uint8Array && back[6].length, back[7].a])`),
      ).toEqual([true, true, true, true, 5, [1], 3, 1]);
    });

    it('hears errors in Electron’s words: of a handler, of a channel without one, of what cannot be cloned', async () => {
      const failure = (call: string): Promise<string> =>
        inPage(`fixture.invoke(${call}).catch((error) => error.message)`);
      expect(await failure('"fail"')).toBe("Error invoking remote method 'fail': TypeError: it went wrong");
      expect(await failure('"nobody"')).toBe(
        "Error invoking remote method 'nobody': Error: No handler registered for 'nobody'",
      );
      expect(await failure('"function"')).toBe(
        "Error invoking remote method 'function': Error: An object could not be cloned.",
      );
      expect(await failure('"echo", () => 1')).toBe('An object could not be cloned.');
      expect(await failure('5')).toBe('The channel must be a string');
    });

    it('is known to the main process by its frame: URL and origin of the app’s scheme, top, its window', async () => {
      expect(await inPage('fixture.invoke("sender")')).toEqual({
        url: 'app://fixture/index.html',
        origin: 'app://fixture',
        isTop: true,
        window: 1,
      });
    });

    it('is answered once by handleOnce', async () => {
      expect(await inPage('fixture.invoke("once")')).toBe('only once');
      expect(await inPage('fixture.invoke("once").catch(() => "no more")')).toBe('no more');
    });

    it('sends, is answered by reply, and hears webContents.send in order', async () => {
      expect(
        await inPage('(() => { const heard = fixture.once("noted"); fixture.send("note", "hi"); return heard; })()'),
      ).toEqual(['hi']);
      await inPage('(() => { window.heard = []; window.stop = fixture.on("number", (n) => heard.push(n)); })()');
      await app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        for (let n = 0; n < 500; n += 1) window?.webContents.send('number', n);
      });
      await expect.poll(() => inPage('heard.length')).toBe(500);
      expect(await inPage('heard.every((n, at) => n === at)')).toBe(true);
      await inPage('stop()');
    });

    it('throws from webContents.send what cannot be cloned', async () => {
      const words = await app.evaluate(({ BrowserWindow }) => {
        try {
          BrowserWindow.getAllWindows()[0]?.webContents.send('number', () => 1);
          return 'sent';
        } catch (error) {
          return (error as Error).message;
        }
      });
      expect(words).toBe('An object could not be cloned.');
    });

    it('survives a channel named error and names of Object.prototype', async () => {
      await inPage(
        '["error", "constructor", "__proto__", "toString", ""].forEach((channel) => fixture.send(channel, 1))',
      );
      expect(await inPage('fixture.invoke("toString").catch((error) => error.message)')).toMatch(
        /No handler registered/,
      );
    });

    it('keeps nothing of what was sent: 40 MB that a page let go of do not pile up in its memory', async () => {
      const session = await page.context().newCDPSession(page);
      const used = async () => (await session.send('Runtime.getHeapUsage')).usedSize;
      const [rounds, each, bytes] = [25, 50, 32 * 1024];
      await inPage('void (window.got = 0, fixture.on("many", (data) => { window.got += data.length; }))');
      const before = await used();
      for (let round = 1; round <= rounds; round += 1) {
        await app.evaluate(
          ({ BrowserWindow }, { round: fill, each: count, bytes: length }) => {
            const [window] = BrowserWindow.getAllWindows();
            for (let one = 0; one < count; one += 1) {
              // No two alike: one text is one script.
              window?.webContents.send('many', new Uint8Array(length).fill(fill, one));
            }
          },
          { round, each, bytes },
        );
        await expect.poll(() => inPage('got')).toBe(round * each * bytes);
      }
      // What the next scavenge takes is in it, up to 20 MB; of scripts that are kept it is 3 bytes for each that was sent.
      expect(((await used()) - before) / (rounds * each * bytes)).toBeLessThan(1.5);
      await session.detach();
    });
  });

  describe('served by protocol.handle', () => {
    it('is a secure document of the app’s own origin, under the CSP its response carried', async () => {
      expect(await inPage('[isSecureContext, origin, typeof inlineScriptRan]')).toEqual([
        true,
        'https://fixture.app.standin',
        'undefined',
      ]);
      expect(await inPage('getComputedStyle(document.getElementById("inline")).color')).toBe('rgb(0, 0, 0)');
      expect(await inPage('firstSight')).toMatchObject({ mayEvaluate: false, mayInject: false });
    });

    it('reaches the handler with method, headers and body, and URLs of the app’s scheme', async () => {
      const echoed = await inPage<{ url: string; method: string; body: string; headers: Record<string, string> }>(
        'fetch("/echo?a=1", { method: "POST", body: "a body", headers: { "x-mine": "yes" } }).then((r) => r.json())',
      );
      expect(echoed).toMatchObject({ url: 'app://fixture/echo?a=1', method: 'POST', body: 'a body' });
      expect(echoed.headers).toMatchObject({ 'x-mine': 'yes', origin: 'app://fixture' });
      expect(echoed.headers.referer).toBe('app://fixture/index.html');
    });

    it('follows the handler’s redirects and sees its statuses', async () => {
      expect(await inPage('fetch("/moved").then((r) => [r.status, r.redirected, new URL(r.url).search])')).toEqual([
        200,
        true,
        '?moved',
      ]);
      expect(await inPage('fetch("/nothing").then((r) => r.status)')).toBe(404);
    });
  });

  describe('and the network', () => {
    it('reaches nothing: every request is refused and counted', async () => {
      // The policy allows only 'self': a page without one is needed to see the requests themselves.
      await app.evaluate(({ BrowserWindow }) => {
        const { openWindow } = (
          globalThis as unknown as { fixture: { openWindow(path: string): Electron.BrowserWindow } }
        ).fixture;
        openWindow('echo');
        return BrowserWindow.getAllWindows().length;
      });
      const bare = await app.page({ url: 'app://fixture/echo' });
      const refused = await bare.evaluate(`Promise.all([
        fetch('https://remote.example/fetch').catch((error) => error.name),
        fetch('http://127.0.0.1:9/').catch((error) => error.name),
        new Promise((resolve) => { const image = new Image(); image.onerror = () => resolve('image'); image.src = 'https://remote.example/a.png'; }),
        new Promise((resolve) => { const socket = new WebSocket('wss://remote.example/socket'); socket.onerror = () => resolve('socket'); }),
      ])`);
      expect(refused).toEqual(['TypeError', 'TypeError', 'image', 'socket']);
      const { blockedRequests } = await app.snapshot();
      expect(blockedRequests.map(({ url }) => url).sort()).toEqual([
        'http://127.0.0.1:9/',
        'https://remote.example/a.png',
        'https://remote.example/fetch',
        'wss://remote.example/socket',
      ]);
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().at(-1)?.destroy());
    });

    it('is no nearer from a worker, which the app’s scheme serves all the same', async () => {
      expect(
        await inPage(`new Promise((resolve) => {
          const policy = trustedTypes.createPolicy('own', { createScriptURL: (url) => url });
          const worker = new Worker(policy.createScriptURL('/worker.js'));
          worker.onmessage = (event) => resolve(event.data);
          worker.postMessage('go');
        })`),
      ).toEqual({ own: 200, remote: 'refused' });
    });
  });

  describe('that wants to go elsewhere', () => {
    afterEach(async () => {
      await app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (contents?.getURL() !== 'app://fixture/index.html') await contents?.loadURL('app://fixture/index.html');
      });
      // Playwright's own waiting compiles its condition again in the page, which the policy forbids.
      await expect
        .poll(() => inPage('location.pathname + typeof window.fixture').catch(String))
        .toBe('/index.htmlobject');
    });

    it('is held back by will-navigate: another site, another path, form and script', async () => {
      await inPage('document.getElementById("remote").click()');
      await untilJournal(/^will-navigate https:\/\/remote\.example\/remote$/);
      await inPage('void (location.href = "/forbidden")');
      await untilJournal(/^will-navigate app:\/\/fixture\/forbidden$/);
      expect(await inPage('location.pathname')).toBe('/index.html');
      expect((await app.snapshot()).blockedRequests).toEqual([]);
    });

    it('is held back from what is no page: mailto:, blob:, about:, the app’s scheme by its name', async () => {
      await inPage('document.getElementById("mail").click()');
      await untilJournal(/^will-navigate mailto:someone@example\.com$/);
      await inPage('void (location.href = URL.createObjectURL(new Blob(["<p>hi"], { type: "text/html" })))');
      await untilJournal(/^will-navigate blob:/);
      await inPage('void (location.href = "about:blank")');
      await untilJournal(/^will-navigate about:blank$/);
      expect(await inPage('location.pathname')).toBe('/index.html');
    });

    it('opens no window, whichever way it tries, and the handler hears of each', async () => {
      const before = (await app.windows()).length;
      expect(await inPage('String(window.open("https://remote.example/open", "name", "width=10"))')).toBe('null');
      await untilJournal(/^window-open https:\/\/remote\.example\/open foreground-tab$/);
      await page.click('#blank');
      await untilJournal(/^window-open https:\/\/remote\.example\/blank foreground-tab$/);
      await page.click('#remote', { button: 'middle' });
      await untilJournal(/^window-open https:\/\/remote\.example\/remote background-tab$/);
      await page.click('#remote', { modifiers: ['Shift'] });
      await untilJournal(/^window-open https:\/\/remote\.example\/remote new-window$/);
      expect((await app.windows()).length).toBe(before);
      await expect
        .poll(async () => (await app.playwright()).contexts().flatMap((context) => context.pages()).length)
        .toBe(before);
      expect((await app.snapshot()).console.filter(({ level }) => level === 'error')).toEqual([]);
    });

    it('downloads nothing, and will-download hears of it', async () => {
      await inPage('document.getElementById("download").click()');
      await untilJournal(/^will-download app:\/\/fixture\/page\.css$/);
    });

    it('may go where the app lets it, and is a new document to the main process', async () => {
      await inPage('void (location.href = "/plain.html")');
      // Playwright must have seen it too, or it asks the document that is going.
      await page.waitForURL('**/plain.html');
      expect(await inPage('fixture.invoke("sender")')).toMatchObject({ url: 'app://fixture/plain.html', isTop: true });
      await inPage('history.pushState(null, "", "/plain.html?pushed#here")');
      await app.window({ url: 'app://fixture/plain.html?pushed#here' });
      await app.evaluate(async ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.loadURL('app://fixture/index.html'),
      );
      expect(await journal()).not.toContain('will-navigate app://fixture/index.html');
    });

    it('leaves a message of the old document without a frame', async () => {
      const verdict = app.evaluate(
        ({ ipcMain }) =>
          new Promise<unknown>((resolve) => {
            ipcMain.once('leaving', (event) => {
              const before = event.senderFrame?.url;
              event.sender.once('did-navigate', () => resolve([before, event.senderFrame]));
              void event.sender.loadURL('app://fixture/plain.html');
            });
          }),
      );
      await inPage('fixture.send("leaving")');
      expect(await verdict).toEqual(['app://fixture/index.html', null]);
    });

    it('rejects loadURL of what cannot be loaded, as Electron does', async () => {
      const words = await app.evaluate(async ({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]
          ?.loadURL('https://remote.example/')
          .catch((error: Error) => error.message),
      );
      expect(words).toBe("ERR_BLOCKED_BY_CLIENT (-20) loading 'https://remote.example/'");
      expect(await inPage('location.pathname')).toBe('/index.html');
    });
  });

  it('has the permissions its session’s handlers grant, and no other', async () => {
    const states = await inPage(`Promise.all(
      ['clipboard-write', 'clipboard-read', 'geolocation', 'notifications', 'camera', 'microphone', 'midi', 'persistent-storage',
       'idle-detection', 'window-management', 'local-fonts'].map((name) =>
        navigator.permissions.query({ name }).then((status) => [name, status.state])))`);
    expect(Object.fromEntries(states as [string, string][])).toEqual({
      'clipboard-write': 'granted',
      'clipboard-read': 'denied',
      geolocation: 'denied',
      notifications: 'denied',
      camera: 'denied',
      microphone: 'denied',
      midi: 'denied',
      'persistent-storage': 'denied',
      'idle-detection': 'denied',
      'window-management': 'denied',
      'local-fonts': 'denied',
    });
    expect(await inPage('Notification.requestPermission()')).toBe('denied');
    expect(await inPage('document.documentElement.requestFullscreen().catch((error) => error.name)')).toBe('TypeError');
    expect(await inPage('navigator.hid.requestDevice({ filters: [] }).catch((error) => error.name)')).toBe(
      'SecurityError',
    );
    expect(
      await inPage(
        'new Promise((r) => navigator.geolocation.getCurrentPosition(() => r("found"), (error) => r(error.code)))',
      ),
    ).toBe(1);
  });

  it('takes real input through Playwright, and a key it leaves alone reaches the menu', async () => {
    await page.fill('#name', 'World');
    await page.click('#greet');
    await expect.poll(() => page.textContent('#greeting')).toBe('Hello, World');
    await page.keyboard.press('Control+f');
    await untilJournal(/^menu find$/);
    await inPage('addEventListener("keydown", (event) => event.key === "f" && event.preventDefault())');
    await app.evaluate(() => {
      (globalThis as unknown as { journal: string[] }).journal.length = 0;
    });
    await page.keyboard.press('Control+f');
    await inPage('new Promise((resolve) => setTimeout(resolve, 50))');
    expect(await journal()).not.toContain('menu find');
  });

  it('zooms as a browser does: the window stays, its pixels grow', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2));
    await expect.poll(() => inPage('[innerWidth, innerHeight, devicePixelRatio]')).toEqual([350, 250, 2]);
    await page.click('#greet');
    await page.keyboard.press('Control+0');
    await expect.poll(() => inPage('[innerWidth, innerHeight, devicePixelRatio]')).toEqual([700, 500, 1]);
  });

  it('tells what happened on its console', async () => {
    await inPage('console.warn("careful", 5)');
    await app.until(({ console: lines }) => lines.some(({ message }) => message === 'careful 5'), 'the warning');
    await inPage('void setTimeout(() => { throw new Error("thrown in the page"); }, 0)');
    await app.until(
      ({ console: lines }) => lines.some(({ message }) => /thrown in the page/.test(message)),
      'the error',
    );
  });

  it('answers executeJavaScript and capturePage', async () => {
    const [title, size] = await app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return [await contents?.executeJavaScript('document.title'), (await contents?.capturePage())?.getSize()];
    });
    expect([title, size]).toEqual(['Fixture page', { width: 700, height: 500 }]);
  });

  it('is told gone when its renderer crashes, and comes back when it is reloaded', async () => {
    await app.crash({ id: 1 });
    await untilJournal(/^gone crashed$/);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    const seen = (): Promise<unknown> =>
      app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]
          ?.webContents.executeJavaScript('typeof fixture + document.title')
          .catch(String),
      );
    await expect.poll(seen).toBe('objectFixture page');
  });
});
