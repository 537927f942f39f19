/** Each rule of main/shell/guards.ts, tried by a page. Those that no page here can try are tried by the event they answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RULE_NAMES } from '../../main/shell/guards.ts';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

/** One case for each row of the tables, by its name. */
type Case = (shell: LaunchedShell) => Promise<void>;

/** The guard said so in the log, and the window shows what it showed. */
async function expectLogged(shell: LaunchedShell, event: string): Promise<void> {
  await expect.poll(async () => (await shell.log()).map((line) => line.event)).toContain(event);
  expect((await shell.app.windows()).map(({ url }) => url)).toEqual(['app://window/index.html']);
}

const CASES: Readonly<Record<string, Case>> = {
  async 'no request but to our own documents'(shell) {
    // The policy stops a page first; the session's own rule is asked here.
    const answers = await shell.app.evaluate(({ session }) => {
      const { webRequest } = session.defaultSession as unknown as {
        webRequest: { _isCancelled(details: object): Promise<boolean> };
      };
      const urls = ['https://example.com/', 'http://127.0.0.1/', 'ws://a/', 'file:///etc/passwd', 'app://other/a.js'];
      const asked = [...urls, 'app://window/page.js', 'app://prompt/prompt.js'];
      return Promise.all(asked.map((url) => webRequest._isCancelled({ url, method: 'GET', resourceType: 'xhr' })));
    });
    expect(answers).toEqual([true, true, true, true, true, false, false]);
  },
  async 'no permission when a page asks'(shell) {
    expect(await shell.probe('location')).not.toBe('done');
    expect(await shell.probe('camera')).toMatch(/Error/);
  },
  async 'no permission when a page looks'(shell) {
    for (const name of ['geolocation', 'notifications', 'clipboard-read', 'clipboard-write', 'camera', 'midi']) {
      expect(await shell.probe('permission', name), name).toBe('denied');
    }
  },
  async 'no HID, serial or USB device'(shell) {
    for (const kind of ['hid', 'serial', 'usb', 'bluetooth'])
      expect(await shell.probe('devices', kind)).toMatch(/Error/);
  },
  async 'no picture of the screen'(shell) {
    expect(await shell.probe('screen')).toMatch(/Error/);
  },
  async 'no download'(shell) {
    await shell.probe('download');
    await expectLogged(shell, 'guard.download');
  },
  async 'no dictionary from the network'(shell) {
    expect(await shell.app.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled())).toBe(false);
  },
  async 'a frame goes nowhere but to the document that it shows'(shell) {
    for (const url of ['https://example.com/', 'app://prompt/index.html', 'page.js', 'file:///etc/passwd']) {
      await shell.probe('go', url);
      await expectLogged(shell, 'guard.navigation');
    }
    await shell.probe('submit', 'https://example.com/');
    await shell.probe('frame', 'app://prompt/index.html');
    await shell.probe('frame', 'data:text/html,<script>parent.ranFrame=1</script>');
    await expectLogged(shell, 'guard.navigation');
    expect(await shell.probe('ran')).toEqual([]);
    // Itself anew, it may.
    await shell.probe('go', 'index.html');
    await expect.poll(() => shell.probe('colour').catch(String)).toBe('rgb(1, 2, 3)');
  },
  async 'no window is opened'(shell) {
    for (const url of ['https://example.com/', 'index.html', 'about:blank']) {
      expect(await shell.probe('open', url)).toBe(true);
    }
    await expectLogged(shell, 'guard.window-open');
  },
  async 'no WebRTC packet leaves but through a proxy'(shell) {
    const policies = await shell.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getWebRTCIPHandlingPolicy()),
    );
    expect(new Set(policies)).toEqual(new Set(['disable_non_proxied_udp']));
  },
  async 'no webview is attached'(shell) {
    expect(await emitted(shell, 'contents', 'will-attach-webview', [])).toEqual({ isPrevented: true, answers: [] });
    await expectLogged(shell, 'guard.webview');
  },
  async 'no certificate is taken that Chromium refuses'(shell) {
    const args = [null, 'https://example.com/', 'net::ERR_CERT_AUTHORITY_INVALID', {}];
    expect(await emitted(shell, 'app', 'certificate-error', args)).toEqual({ isPrevented: true, answers: [[false]] });
    await expectLogged(shell, 'guard.certificate');
  },
  async 'no client certificate is offered'(shell) {
    const args = [null, 'https://example.com/', []];
    expect(await emitted(shell, 'app', 'select-client-certificate', args)).toEqual({
      isPrevented: true,
      answers: [[]],
    });
    await expectLogged(shell, 'guard.client-certificate');
  },
  async 'no password is given to a server or proxy'(shell) {
    const args = [null, { url: 'https://example.com/' }, {}];
    expect(await emitted(shell, 'app', 'login', args)).toEqual({ isPrevented: true, answers: [] });
    await expectLogged(shell, 'guard.login');
  },
};

/** Emits an event of Electron's with a callback at its end, and says what was answered. */
function emitted(shell: LaunchedShell, of: 'app' | 'contents', name: string, args: readonly unknown[]) {
  return shell.app.evaluate(
    ({ app, BrowserWindow }, given) => {
      const answers: unknown[][] = [];
      let isPrevented = false;
      const event = {
        preventDefault() {
          isPrevented = true;
        },
      };
      const emitter = given.of === 'app' ? app : BrowserWindow.getAllWindows()[0]?.webContents;
      (emitter as unknown as NodeJS.EventEmitter).emit(given.name, event, ...given.args, (...answer: unknown[]) =>
        answers.push(answer),
      );
      return { isPrevented, answers };
    },
    { of, name, args },
  );
}

describe.skipIf(!hasChromium)('the guard', () => {
  let shell: LaunchedShell;

  beforeAll(async () => {
    shell = await launchShell();
    await shell.app.until(({ windows }) => windows[0]?.isFocused === true, 'the window to be shown');
  });

  beforeEach(async () => {
    await shell.app.clearRecords();
  });

  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]();
  });

  it.each(Object.entries(CASES))('holds: %s', async (_name, run) => {
    await run(shell);
    expect((await shell.app.snapshot()).unhandledRejections).toEqual([]);
  });

  it('has a case here for each rule', () => {
    expect(Object.keys(CASES).toSorted()).toEqual([...RULE_NAMES].toSorted());
  });
});
