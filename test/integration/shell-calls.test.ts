/** Calls and events between real documents and the main process: who may, what comes back, how they end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

describe.skipIf(!hasChromium)('calls of the window', () => {
  let shell: LaunchedShell;

  beforeAll(async () => {
    shell = await launchShell();
    await shell.app.until(({ windows }) => windows[0]?.isFocused === true, 'the window to be shown');
  });

  afterAll(async () => {
    await shell?.[Symbol.asyncDispose]();
  });

  it('are answered', async () => {
    const reply = await shell.probe('call', 'app.start');
    expect(reply).toEqual({
      ok: true,
      output: { version: '1.2.3', platform: process.platform, language: expect.any(String), texts: {} },
    });
    await shell.probe('call', 'app.copy', { text: 'ssh -J a b' });
    expect((await shell.app.snapshot()).clipboard).toBe('ssh -J a b');
  });

  it('are refused where they are the prompt’s, unknown or malformed, and the log says so without what was sent', async () => {
    const code = async (name: string, input: unknown) =>
      ((await shell.probe('call', name, input)) as { error: { code: string } }).error.code;
    expect(await code('prompts.show', {})).toBe('CALL_FOREIGN');
    expect(await code('app.destroy', {})).toBe('CALL_UNKNOWN');
    expect(await code('app.copy', { text: 7, note: 'a secret word' })).toBe('CALL_MALFORMED');
    const lines = (await shell.log()).filter(({ event }) => event === 'ipc.refused');
    expect(lines.map((line) => line.code)).toEqual(['CALL_FOREIGN', 'CALL_UNKNOWN', 'CALL_MALFORMED']);
    expect(JSON.stringify(lines)).not.toContain('secret word');
  });

  it('ask where a new file goes by a dialog of the window, which may be declined', async () => {
    const exported = () => shell.probe('call', 'recordings.export', { name: 'leaf1.cast' });
    const declined = exported();
    const dialog = await shell.app.answerDialog({ canceled: true });
    expect(dialog).toMatchObject({
      kind: 'save',
      windowId: expect.any(Number),
      options: { defaultPath: 'leaf1.cast' },
    });
    expect(await declined).toEqual({ ok: true, output: {} });
    const chosen = exported();
    await shell.app.answerDialog({ filePath: '/home/me/leaf1.cast' });
    expect(await chosen).toEqual({ ok: true, output: { file: '/home/me/leaf1.cast' } });
  });

  it('tell progress, and end when the page cancels them', async () => {
    const page = await shell.window();
    const input = { algorithm: 'ed25519-sk', publish: false, fresh: false, overwrite: false };
    const reply = await page.evaluate(async (given) => {
      const { glasskey, probe } = globalThis as unknown as {
        glasskey: { cancel(id: number): void };
        probe: { begin(name: string, input: unknown): { id: number; reply: Promise<unknown> }; progress(): unknown[] };
      };
      const { id, reply: answer } = probe.begin('enroll.run', given);
      while (probe.progress().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      glasskey.cancel(id);
      return answer;
    }, input);
    expect(reply).toMatchObject({ ok: false });
    const told = (await shell.probe('progress')) as { value: unknown }[];
    expect(told.map(({ value }) => value)).toEqual([{ kind: 'key-busy' }]);
    expect(await shell.journal()).toHaveLength(1);
  });

  it('end when the page is loaded anew, and the new page’s first calls are answered', async () => {
    const before = (await shell.journal()).length;
    const input = { algorithm: 'ed25519-sk', publish: false, fresh: false, overwrite: false };
    const page = await shell.window();
    await page.evaluate((given) => {
      const { probe } = globalThis as unknown as { probe: { begin(name: string, input: unknown): void } };
      probe.begin('enroll.run', given);
    }, input);
    await expect.poll(() => shell.inside((app) => app.calls.at(-1)?.name, undefined)).toBe('enroll.run');
    await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.reload());
    await expect.poll(async () => (await shell.journal()).length).toBe(before + 1);
    await expect.poll(() => shell.probe('call', 'app.start').catch(String)).toMatchObject({ ok: true });
  });

  it('are those of our own top documents only: another window of the same origin is a stranger', async () => {
    const preload = new URL('../../main/preload.ts', import.meta.url).pathname;
    const answer = await shell.app.evaluate(async ({ BrowserWindow }, path) => {
      const other = new BrowserWindow({ show: false, webPreferences: { preload: path } });
      await other.loadURL('app://window/index.html');
      const result = await other.webContents.executeJavaScript("window.glasskey.call(0, 'app.start', {})");
      other.destroy();
      return result as { error: { code: string } };
    }, preload);
    expect(answer.error.code).toBe('CALL_FOREIGN');
  });

  it('leave no rejection unhandled', async () => {
    expect((await shell.app.snapshot()).unhandledRejections).toEqual([]);
  });
});
