/** How the app ends, and that it does not end otherwise. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

const withSessions = async (): Promise<LaunchedShell> => {
  const shell = await launchShell();
  await shell.app.until(({ windows }) => windows[0]?.isFocused === true, 'the window to be shown');
  await shell.inside((app) => {
    app.session('s1');
    app.session('s2');
    app.session('s3', { state: 'ended' });
  }, undefined);
  return shell;
};

describe.skipIf(!hasChromium)('quitting', () => {
  it('asks while sessions are open, and goes on where the person says so', async () => {
    await using shell = await withSessions();
    await shell.app.quit();
    const dialog = await shell.app.answerDialog({ response: 1 });
    expect(dialog).toMatchObject({
      options: { message: '2 sessions are open. Quit and end the sessions?', buttons: ['Quit', 'Keep running'] },
    });
    expect(await shell.probe('call', 'app.start')).toMatchObject({ ok: true });
    await shell.app.quit();
    await shell.app.answerDialog({ response: 0 });
    expect(await shell.app.exited).toBe(0);
    expect(shell.app.stdout.match(/services closed/g)).toHaveLength(1);
  });

  it('asks nothing where none is open, and closes everything once', async () => {
    await using shell = await launchShell({ args: ['--hidden'] });
    await shell.app.chooseFromTray('quit');
    expect(await shell.app.exited).toBe(0);
    expect(shell.app.stdout.match(/services closed/g)).toHaveLength(1);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s asks nobody, and still closes everything', async (signal) => {
    await using shell = await withSessions();
    await shell.inside((app) => app.question('A question'), undefined);
    shell.app.process.kill(signal);
    expect(await shell.app.exited).toBe(0);
    expect(shell.app.stdout).toContain('services closed');
  });

  it('by a signal while the services begin waits for them, and closes them', async () => {
    const home = await mkdtemp(join(tmpdir(), 'gk-shell-quit-'));
    try {
      const started = await launchShell({ home, args: ['--hidden'], env: { SHELL_QUITS_EARLY: '1' } }).catch(
        (error: Error) => error,
      );
      // It may have ended before anybody could reach it.
      if (started instanceof Error) expect(started.message).toMatch(/ended/);
      else expect(await started.app.exited).toBe(0);
      expect(await readFile(join(home, 'glasskey', 'glasskey.log'), 'utf8')).toContain('services.closed');
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it('by a signal ends it also while it asks', async () => {
    await using shell = await withSessions();
    await shell.app.quit();
    await shell.app.until(({ dialogs }) => dialogs.length === 1, 'the dialog');
    shell.app.process.kill('SIGTERM');
    expect(await shell.app.exited).toBe(0);
    expect(shell.app.stdout).toContain('services closed');
  });

  it('waits for what is slow, and not for ever', async () => {
    await using shell = await withSessions();
    await shell.inside((app) => {
      app.beforeClose = () => new Promise(() => {});
    }, undefined);
    const begun = Date.now();
    shell.app.process.kill('SIGTERM');
    expect(await shell.app.exited).toBe(0);
    expect(Date.now() - begun).toBeGreaterThan(4000);
    expect(shell.app.stdout).not.toContain('services closed');
    expect((await shell.log()).map(({ event }) => event)).toContain('quit.too-slow');
  });

  it('is all there is to do where the services cannot start: said in a box, with the remedy', async () => {
    const failed = await launchShell({ env: { SHELL_FAILS: '1' } }).catch((error: Error) => error);
    if (failed instanceof Error) expect(failed.message).toMatch(/ended/);
    else {
      expect(await failed.app.exited).toBe(1);
      expect(await failed.log()).toContainEqual(
        expect.objectContaining({ event: 'app.not-started', code: 'INTERNAL' }),
      );
      await failed[Symbol.asyncDispose]();
    }
  });
});

describe.skipIf(!hasChromium)('a bug', () => {
  it('in the main process that nobody caught is in the log, and ends nothing', async () => {
    await using shell = await launchShell({ args: ['--hidden'] });
    await shell.app.evaluate(() => {
      void Promise.reject(new TypeError('a planted bug'));
    });
    await expect
      .poll(async () => (await shell.log()).find(({ event }) => event === 'app.unhandled-rejection')?.stack)
      .toContain('a planted bug');
    expect(await shell.inside((app) => app.agent.state, undefined)).toBe('listening');
  });
});
