/** The app among others on a desktop: tray, menu, notifications, links, one instance, login, the clipboard and the keychain. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../electron-standin/driver.ts';
import { hasChromium, type LaunchedShell, launchShell } from './shell-app/launch.ts';

const mainOf = ({ windows }: Snapshot) => windows.find(({ url }) => url === 'app://window/index.html');
const promptOf = ({ windows }: Snapshot) => windows.find(({ url }) => url === 'app://prompt/index.html');
const labels = (snapshot: Snapshot) =>
  snapshot.trays[0]?.menu?.map(({ label }) => label).filter((label) => label !== '');

describe.skipIf(!hasChromium)('the app in the tray', () => {
  let shell: LaunchedShell;
  const shown = () => shell.app.until((snapshot) => mainOf(snapshot)?.isVisible === true, 'the window to be shown');
  const tray = async () => (await shell.app.snapshot()).trays[0];
  /** What the window was told to show. */
  const told = async () =>
    ((await shell.probe('received')) as { name: string; payload: unknown }[])
      .filter(({ name }) => name === 'app.go')
      .map(({ payload }) => payload);

  beforeEach(async () => {
    shell = await launchShell({ args: ['--hidden'] });
    await shell.app.until(({ trays }) => trays[0]?.toolTip.includes('starting') === false, 'the tray');
  });

  afterEach(async () => {
    expect((await shell.app.snapshot().catch(() => undefined))?.unhandledRejections ?? []).toEqual([]);
    await shell?.[Symbol.asyncDispose]();
  });

  it('starts without a window where it was asked to, and its icon says the state in a sentence', async () => {
    expect((await shell.app.windows()).length).toBe(0);
    expect(await tray()).toMatchObject({ toolTip: 'Glasskey: ready to log in', image: { width: 16, height: 16 } });
    expect((await tray())?.image.path).toMatch(/\/ready\.png$/);
    const at = Date.UTC(2026, 10, 23, 12);
    await shell.inside((app, until) => app.become('waiting-for-devices', until), at);
    await expect.poll(async () => (await tray())?.toolTip).toMatch(/new key by .+ on Nov 23, 2026$/);
    expect((await tray())?.image.path).toMatch(/\/waiting\.png$/);
    await shell.inside((app) => app.become('not-published'), undefined);
    await expect.poll(async () => (await tray())?.toolTip).toBe('Glasskey: your key is not on your profile yet');
    expect((await tray())?.image.path).toMatch(/\/attention\.png$/);
  });

  it('has a menu of the last five devices, the agent and the way out, and logs in from it', async () => {
    const expected = [
      'Open Glasskey',
      ...[1, 2, 3, 4, 5].map((n) => `Log in to rack${n}`),
      'Reminders: nothing is due',
      'Agent: on, 2 keys',
      'What the agent was asked',
      'Quit Glasskey',
    ];
    expect(labels(await shell.app.snapshot())).toEqual(expected);
    await shell.app.chooseFromTray(['Log in to rack3']);
    await shown();
    expect(await shell.inside((app) => app.calls.filter(({ name }) => name === 'sessions.open'), undefined)).toEqual([
      { name: 'sessions.open', input: { target: 'rack3', columns: 80, rows: 24 } },
    ]);
    await expect.poll(told).toEqual([{ screen: 'sessions', session: 's-rack3' }]);
    await shell.app.chooseFromTray(['What the agent was asked']);
    await expect.poll(async () => (await told()).at(-1)).toEqual({ screen: 'settings', part: 'activity' });
  });

  it('opens its window by a click, closes it and stays, and opens it again; keys are watched only meanwhile', async () => {
    const isWatched = () => shell.inside((app) => app.isWatched, undefined);
    expect(await isWatched()).toBe(false);
    for (const round of [1, 2]) {
      await shell.app.clickTray();
      await shown();
      expect(await isWatched(), `round ${round}`).toBe(true);
      await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
      await shell.app.until(({ windows }) => windows.length === 0, 'the window to close');
      expect(await isWatched(), `round ${round}`).toBe(false);
    }
    // The agent answers without a window.
    await shell.inside((app) => app.question('ssh asks'), undefined);
    await shell.app.until((snapshot) => promptOf(snapshot)?.isFocused === true, 'the prompt');
  });

  it('has a menu of the screens by keyboard, zoom, and help', async () => {
    await shell.app.chooseFromMenu('go-devices');
    await shown();
    await expect.poll(told).toEqual([{ screen: 'devices' }]);
    const page = await shell.window();
    await page.locator('#field').focus();
    await page.keyboard.press('Control+7');
    await expect.poll(told).toEqual([{ screen: 'devices' }, { screen: 'settings' }]);
    await shell.app.chooseFromMenu(['&View', 'Zoom in']);
    await expect.poll(async () => mainOf(await shell.app.snapshot())?.zoomFactor).toBeGreaterThan(1);
    await shell.app.chooseFromMenu('about');
    const dialog = await shell.app.answerDialog({ response: 0 });
    expect(dialog).toMatchObject({ options: { detail: expect.stringContaining('1.2.3') } });
    const { applicationMenu } = await shell.app.snapshot();
    expect(applicationMenu?.map(({ label }) => label)).toEqual(['&File', '&Edit', '&View', '&Help']);
  });

  it('says what is due in its sentence and its menu, which leads there', async () => {
    await shell.inside((app) => app.due(2, true), undefined);
    await shell.inside((app) => app.due(2), undefined);
    await expect.poll(async () => (await tray())?.toolTip).toBe('Glasskey: 2 things need attention');
    expect((await tray())?.image.path).toMatch(/\/attention\.png$/);
    await shell.app.chooseFromTray(['Reminders: 2 are due']);
    await shown();
    await expect.poll(told).toEqual([{ screen: 'reminders' }]);
    await shell.inside((app) => app.due(2, true), undefined);
    await expect.poll(async () => (await tray())?.toolTip).toBe('Glasskey: ready to log in');
  });

  it('reminds of several things in one notification, and of one with its remedy at a click', async () => {
    await shell.inside((app) => app.remind(['rack1', 'rack2', 'rack3', 'rack4', 'rack5']), undefined);
    const several = await shell.app.notification('5 things need attention');
    expect(several.body.split('\n')).toEqual([
      ...[1, 2, 3, 4].map((n) => `Rehearse the login to rack${n}`),
      'And 1 more',
    ]);
    await shell.app.actOnNotification('5 things', { do: 'click' });
    await shown();
    await expect.poll(told).toEqual([{ screen: 'reminders' }]);
    await shell.inside((app) => app.remind(['rack2'], true), undefined);
    const one = await shell.app.notification('Rehearse the login to rack2');
    expect(one).toMatchObject({ urgency: 'critical', body: expect.stringContaining('every 30 days') });
    await shell.app.actOnNotification('to rack2', { do: 'click' });
    await expect.poll(async () => (await told()).at(-1)).toEqual({ screen: 'reminders', act: 'drill-age:rack2' });
    expect(await shell.inside((app) => app.journal, undefined)).toEqual(['reminded', 'reminded']);
  });

  it('has what is due looked at after a sleep and after the screen was unlocked', async () => {
    await shell.app.evaluate(({ powerMonitor }) => {
      powerMonitor.emit('suspend');
      powerMonitor.emit('resume');
    });
    await expect
      .poll(async () =>
        (await shell.inside((app) => app.journal, undefined)).filter((entry) => entry === 'reminders look'),
      )
      .toHaveLength(2);
  });

  it('notifies of a question and of a session that failed while nobody looks, and a click leads there', async () => {
    await shell.inside((app) => {
      app.session('s1');
      app.session('s2');
    }, undefined);
    const error = {
      code: 'CONNECT_LOST',
      message: 'The connection was lost.',
      remedy: 'Connect again.',
      kind: 'expected' as const,
    };
    await shell.inside((app, why) => {
      app.session('s1', { state: 'ended', error: why });
      app.session('s2', { state: 'ended', exitCode: 0 });
    }, error);
    const notification = await shell.app.notification('The session to rack1 has ended');
    expect(notification.body).toBe('The connection was lost.');
    expect((await shell.app.snapshot()).notifications).toHaveLength(1);
    await shell.app.actOnNotification('has ended', { do: 'click' });
    await shown();
    await expect.poll(told).toEqual([{ screen: 'sessions', session: 's1' }]);
  });

  it('notifies of a question that comes while nobody looks, until it is answered', async () => {
    const isShown = async () => (await shell.app.snapshot()).notifications.map((one) => one.isShown);
    await shell.inside((app) => app.question('Log in to rack1', 'ssh in a terminal asks.'), undefined);
    const { body } = await shell.app.notification('Log in to rack1');
    expect(body).toBe('ssh in a terminal asks.');
    await shell.app.until((snapshot) => promptOf(snapshot)?.isFocused === true, 'the question');
    // The person looks at it now, so the next one needs no notification.
    await shell.inside((app) => app.question('Log in to rack2'), undefined);
    expect(await isShown()).toEqual([true]);
    await shell.inside((app) => app.desk.denyAll(), undefined);
    await expect.poll(isShown).toEqual([false]);
  });

  it('notifies of refused requests, of the first alone, and shows what the agent was asked', async () => {
    await shell.inside((app) => {
      const purpose = { kind: 'login', user: 'root', host: 'SHA256:stranger' } as const;
      const about = { at: 0, agent: 'app', decision: 'refused', asked: false } as const;
      const request = { ...about, purpose, through: ['jump-east'] };
      for (let times = 0; times < 3; times += 1) app.refused(request);
    }, undefined);
    const { body } = await shell.app.notification('A request for a signature was refused');
    expect(body).toContain('It was to log in as root on SHA256:stranger, through jump-east.');
    expect((await shell.app.snapshot()).notifications).toHaveLength(1);
    await shell.app.actOnNotification('was refused', { do: 'click' });
    await shown();
    await expect.poll(told).toEqual([{ screen: 'settings', part: 'activity' }]);
  });

  it.runIf(process.platform === 'linux')('lets no stranger’s name draw anything in a notification', async () => {
    await shell.inside((app) => app.question('Log in', 'Log in as “<img src=x>&<b>”.'), undefined);
    const { body } = await shell.app.notification('Log in');
    expect(body).toBe('Log in as “&lt;img src=x&gt;&amp;&lt;b&gt;”.');
    await shell.inside((app) => app.desk.denyAll(), undefined);
  });

  it('asks what a link asks, and logs in only after a yes', async () => {
    await shell.app.secondInstance(['glasskey://connect/rack2']);
    await shell.app.until((snapshot) => promptOf(snapshot)?.isVisible === true, 'the question');
    const [prompt] = await shell.inside((app) => app.desk.view().prompts, undefined);
    expect(prompt).toMatchObject({
      title: 'Log in to rack2',
      sentences: [
        'A link asks to log in to admin@rack2.example.',
        'The way goes through me@jump-east.',
        expect.stringContaining('only if you'),
      ],
    });
    const opened = () =>
      shell.inside((app) => app.calls.filter(({ name }) => name === 'sessions.open').length, undefined);
    // Another link meanwhile is not asked about.
    await shell.app.secondInstance(['glasskey://connect/rack3']);
    expect(await shell.inside((app) => app.desk.view().prompts.length, undefined)).toBe(1);
    await shell.inside((app, id) => app.desk.answer(id, { kind: 'deny' }), prompt?.id ?? '');
    await shell.app.until((snapshot) => promptOf(snapshot)?.isVisible === false, 'the question to go');
    expect(await opened()).toBe(0);
    await shell.app.openUrl('glasskey://connect/root@10.0.0.9');
    await shell.app.until((snapshot) => promptOf(snapshot)?.isVisible === true, 'the second question');
    await expect
      .poll(async () => {
        await shell.inside((app) => {
          const [asked] = app.desk.view().prompts;
          if (asked !== undefined) app.desk.answer(asked.id, { kind: 'allow', keep: 'once' });
        }, undefined);
        return opened();
      })
      .toBe(1);
    await shown();
    await expect.poll(told).toEqual([{ screen: 'sessions', session: 's-root@10.0.0.9' }]);
  });

  it('does nothing for a link that is none, or that names no device, and says so', async () => {
    await shell.app.secondInstance(['glasskey://connect/rack2?and=more']);
    await shell.app.notification('That link cannot be used');
    await shell.app.secondInstance(['glasskey://connect/rack99']);
    await shell.app.notification('There is no saved device rack99');
    expect(await shell.inside((app) => app.desk.view().prompts, undefined)).toEqual([]);
    expect((await shell.log()).map(({ event }) => event)).toContain('link.malformed');
    expect(JSON.stringify(await shell.log())).not.toContain('and=more');
  });

  it('is one: a second start shows the window of the first, and a hidden one does not', async () => {
    expect((await shell.app.secondInstance(['--hidden'])).exitCode).toBe(0);
    expect((await shell.app.windows()).length).toBe(0);
    expect((await shell.app.secondInstance([])).exitCode).toBe(0);
    await shown();
  });

  it.runIf(process.platform === 'linux')('opens at login where the person wants it, and no longer', async () => {
    const file = join(shell.home, 'config', 'autostart', 'glasskey.desktop');
    await expect(stat(file)).rejects.toThrow();
    await shell.inside((app) => app.set('app.openAtLogin', true), undefined);
    const exec = 'Exec="/opt/Glasskey \\\\"beta\\\\"/glasskey" "--flag=100%%" "--hidden"';
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain(exec);
    await shell.inside((app) => app.set('app.openAtLogin', false), undefined);
    await expect
      .poll(() =>
        stat(file).then(
          () => 'there',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });
});

describe.skipIf(!hasChromium)('the app without a tray to live in', () => {
  const close = (shell: LaunchedShell) =>
    shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => {});

  it('gives its window a smaller place instead of closing it', async () => {
    await using shell = await launchShell({ env: { SHELL_ICONS: '/nowhere' } });
    await shell.app.until((snapshot) => mainOf(snapshot)?.isVisible === true, 'the window');
    expect((await shell.app.snapshot()).trays).toEqual([]);
    await close(shell);
    await shell.app.until((snapshot) => mainOf(snapshot)?.isMinimized === true, 'the window to be minimised');
  });

  it('ends with its window where the person does not want it in the tray', async () => {
    await using shell = await launchShell({ args: ['--without-tray-setting'] });
    await shell.app.until((snapshot) => mainOf(snapshot)?.isVisible === true, 'the window');
    await expect.poll(async () => (await shell.app.snapshot()).trays[0]?.toolTip).toBe('Glasskey: ready to log in');
    await close(shell);
    expect(await shell.app.exited).toBe(0);
    expect(shell.app.stdout).toContain('services closed');
  });
});

describe.skipIf(!hasChromium)('the tokens', () => {
  const tokens = (shell: LaunchedShell, blob?: string) =>
    shell.inside(
      (app, given) => (given === undefined ? app.needs.tokens.read() : app.needs.tokens.write(given).then(() => given)),
      blob,
    );

  it('lie encrypted in a file where there is a keychain', async () => {
    await using shell = await launchShell({ args: ['--hidden'], passwordStore: 'gnome-libsecret' });
    await tokens(shell, 'a refresh token');
    const file = join(shell.home, 'glasskey', 'tokens.bin');
    expect(await tokens(shell)).toBe('a refresh token');
    expect((await readFile(file)).toString('latin1')).not.toContain('refresh');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('stay in memory where there is none', async () => {
    await using shell = await launchShell({ args: ['--hidden'] });
    await tokens(shell, 'a refresh token');
    expect(await tokens(shell)).toBe('a refresh token');
    await expect(stat(join(shell.home, 'glasskey', 'tokens.bin'))).rejects.toThrow();
    expect(await shell.log()).toContainEqual(
      expect.objectContaining({ event: 'tokens.in-memory', why: 'the keychain is basic_text' }),
    );
  });
});
