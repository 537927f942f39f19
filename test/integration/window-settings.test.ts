/** The settings screen as built, in Chromium, over a scripted bridge. */
/// <reference lib="dom" />
import { expect, test } from 'vitest';
import type { CallOutput, SettingView } from '../../main/ipc/contract.ts';
import {
  axeViolations,
  axeViolationsInBothSchemes,
  type OpenWindow,
  type WindowBrowser,
} from '../window/open-window.ts';
import { sampleAgentRequests, sampleKeyPolicies } from '../window/sample-agent.ts';
import { sshConfigSample } from '../window/sample-ssh-config.ts';
import { cancelled, type ScriptedCalls, ScriptedError } from '../window/scripted-bridge.ts';
import { soon } from '../window/soon.ts';
import { windowBrowser } from '../window/window-browser.ts';
import { SETTINGS_FILE, sampleSettings, UNKNOWN_SETTING, WINDOW_START } from '../window/window-samples.ts';

const browser = windowBrowser();

const SOCKET = '/run/user/1000/glasskey/agent.sock';

/** Settings that can be set, as the main process does it; `terminal.fontSize` has limits. `beforeSaving` delays the answer. */
async function openSettings(
  options: Partial<Parameters<WindowBrowser['open']>[0]> = {},
  beforeSaving: () => Promise<void> = async () => {},
  as: (setting: SettingView) => SettingView = (setting) => setting,
): Promise<OpenWindow> {
  let settings = [...sampleSettings(), UNKNOWN_SETTING].map(as);
  const put = (key: string, change: (setting: SettingView) => SettingView) => {
    settings = settings.map((one) => (one.key === key ? change(one) : one));
    const setting = settings.find((one) => one.key === key);
    if (setting === undefined) throw new Error(`no setting ${key}`);
    return { setting };
  };
  const calls: ScriptedCalls = {
    ...WINDOW_START,
    'settings.list': () => ({ settings, file: SETTINGS_FILE }),
    'settings.set': async ({ key, value }) => {
      await beforeSaving();
      if (key === 'terminal.fontSize' && (typeof value !== 'number' || value > 40))
        throw new ScriptedError('SETTING_INVALID', 'The font size is at most 40.', 'Choose a smaller one.');
      return put(key, (one) => ({ ...one, value, source: 'user' }));
    },
    'settings.reset': ({ key }) => put(key, (one) => ({ ...one, value: one.standard, source: 'default' })),
    'agent.status': () => ({
      state: 'listening',
      keys: 1,
      socketPath: SOCKET,
      shellLine: `export SSH_AUTH_SOCK=${SOCKET}`,
    }),
  };
  const window = await browser.open({ calls, ...options });
  await window.page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
  await window.page.getByRole('heading', { name: 'Connecting' }).waitFor();
  return window;
}

const made = ({ bridge }: OpenWindow, name: string) =>
  bridge.made.filter((call) => call.name === name).map(({ input }) => input);

test('Every setting is there under its heading, with its name, its value and where that is from', async () => {
  await using window = await openSettings();
  const { page } = window;
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'Connecting',
    'Sessions',
    'Terminal',
    'Glasskey',
    'Reminders',
    'Windows',
    'SSH agent',
    'Use from other programs',
    'What the agent was asked',
    'Key files',
    'Security keys that may be enrolled',
    'Microsoft Entra',
    'Publishing',
    'Other',
  ]);
  expect(await page.getByRole('textbox', { name: 'Usual jump host' }).inputValue()).toBe('jumper@jump-east');
  expect(await page.getByRole('combobox', { name: 'Cloud' }).inputValue()).toBe('public');
  expect(await page.getByRole('switch', { name: 'Keep running when the window is closed' }).isChecked()).toBe(true);
  const entra = page.getByRole('region', { name: 'Microsoft Entra' });
  expect(await entra.getByText('From settings.json').count()).toBe(2);
  expect(await page.getByText('Set here').count()).toBe(1);
  // A key that has no texts yet is still there.
  expect(await page.getByRole('textbox', { name: 'later.thing' }).inputValue()).toBe('what no text is there for');
  await page.getByText(SETTINGS_FILE).waitFor();
  expect(window.faults).toEqual([]);
});

test('A list has an item on each line, and is saved when its field is left', async () => {
  await using window = await openSettings();
  const { page } = window;
  await page.getByRole('textbox', { name: 'Further roots' }).fill('/etc/pki/one.pem\n\n  /etc/pki/two more.pem ');
  await page.keyboard.press('Tab');
  await page.getByText('Further roots is saved.').waitFor({ state: 'attached' });
  expect(made(window, 'settings.set')).toEqual([
    { key: 'attestation.roots', value: ['/etc/pki/one.pem', '/etc/pki/two more.pem'] },
  ]);
  expect(await page.getByRole('textbox', { name: 'Further roots' }).inputValue()).toBe(
    '/etc/pki/one.pem\n/etc/pki/two more.pem',
  );
});

test('What settings.json decides is shown and cannot be changed', async () => {
  await using window = await openSettings({}, undefined, (one) =>
    one.key === 'attestation.require' ? { ...one, value: 'genuine', source: 'file', fixed: true } : one,
  );
  const { page } = window;
  const control = page.getByRole('combobox', { name: 'A key must prove' });
  expect(await control.inputValue()).toBe('genuine');
  expect(await control.isDisabled()).toBe(true);
  expect(await page.getByText('Decided by settings.json').count()).toBe(1);
});

test('A switch and a choice are saved at once, text and numbers when Enter is pressed or the field is left', async () => {
  await using window = await openSettings();
  const { page } = window;
  await page.getByRole('switch', { name: 'Start with the computer' }).click();
  await page.getByRole('combobox', { name: 'Appearance' }).selectOption('Dark');
  await page.getByRole('textbox', { name: 'Font size' }).fill('18');
  await page.keyboard.press('Enter');
  await page.getByText('Font size is saved.').waitFor({ state: 'attached' });
  await page.getByRole('textbox', { name: 'Tenant' }).fill(' fabrikam.example ');
  await page.keyboard.press('Tab');
  await page.getByRole('textbox', { name: 'Usual jump host' }).fill('');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'settings.set')).toEqual([
    { key: 'app.openAtLogin', value: true },
    { key: 'app.appearance', value: 'dark' },
    { key: 'terminal.fontSize', value: 18 },
    { key: 'entra.tenant', value: 'fabrikam.example' },
    { key: 'connect.defaultJump', value: null },
  ]);
  // A field that is left as it was saves nothing.
  await page.getByRole('textbox', { name: 'Font', exact: true }).focus();
  await page.keyboard.press('Tab');
  await page.getByRole('textbox', { name: 'Font', exact: true }).press('Enter');
  expect(made(window, 'settings.set').slice(5)).toEqual([]);
});

test('Enter, and leaving the field before the answer is here, is saved once', async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await using window = await openSettings({}, () => answered);
  const { page } = window;
  await page.getByRole('textbox', { name: 'Tenant' }).fill('fabrikam.example');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  answer();
  await page.getByText('Tenant is saved.').waitFor({ state: 'attached' });
  // A wish that is new is saved again, also when it is the first one's old value.
  await page.getByRole('textbox', { name: 'Tenant' }).fill('contoso.example');
  await page.keyboard.press('Enter');
  await soon(() => made(window, 'settings.set')).toEqual([
    { key: 'entra.tenant', value: 'fabrikam.example' },
    { key: 'entra.tenant', value: 'contoso.example' },
  ]);
});

test('What is refused is told at its field and stays to be mended; Escape takes it back', async () => {
  await using window = await openSettings();
  const { page } = window;
  const size = page.getByRole('textbox', { name: 'Font size' });
  await size.fill('900');
  await size.press('Enter');
  await page.getByText('The font size is at most 40. Choose a smaller one.').waitFor();
  expect(await size.inputValue()).toBe('900');
  expect(await size.getAttribute('aria-invalid')).toBe('true');
  const words = await size.evaluate((input) =>
    (input.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' '),
  );
  expect(words).toContain('at most 40');
  expect(words).toContain('From 8 to 40');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await size.fill('big');
  await size.press('Enter');
  await page.getByText('Write a number.').waitFor();
  expect(made(window, 'settings.set')).toHaveLength(1);
  await size.press('Escape');
  await soon(() => size.inputValue()).toBe('14');
  await page.getByText('Write a number.').waitFor({ state: 'detached' });
});

test('By keyboard, a value goes back to the standard one, and the focus to its field', async () => {
  await using window = await openSettings();
  const { page } = window;
  const jump = page.getByRole('textbox', { name: 'Usual jump host' });
  await jump.focus();
  await page.keyboard.press('Tab');
  const button = page.getByRole('button', { name: 'Use the standard value for Usual jump host' });
  await soon(() => button.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await button.waitFor({ state: 'detached' });
  expect(made(window, 'settings.reset')).toEqual([{ key: 'connect.defaultJump' }]);
  await soon(() => jump.inputValue()).toBe('');
  await soon(() => jump.evaluate((input) => input === document.activeElement)).toBe(true);
});

test('A setting that is changed elsewhere is shown; what is being typed stays', async () => {
  await using window = await openSettings();
  const { page } = window;
  const font = page.getByRole('textbox', { name: 'Font', exact: true });
  await font.fill('Iosev');
  const settings = sampleSettings().map((one) =>
    one.kind === 'text' ? { ...one, value: `new ${one.key}`, source: 'user' as const } : one,
  );
  window.bridge.change({ 'settings.list': () => ({ settings, file: '/settings.json' }) });
  await window.bridge.tell('settings.changed', {});
  await soon(() => page.getByRole('textbox', { name: 'Tenant' }).inputValue()).toBe('new entra.tenant');
  expect(await font.inputValue()).toBe('Iosev');
});

test('The agent says how it is, and how other programs reach it', async () => {
  await using window = await openSettings();
  const { page } = window;
  window.bridge.change({ 'ssh-config.get': () => sshConfigSample('installed') });
  await window.bridge.tell('ssh-config.changed', {});
  const section = page.getByRole('region', { name: 'SSH agent' });
  await section.getByText('Running, 1 key').waitFor();
  const programs = page.getByRole('region', { name: 'By the agent’s address' });
  for (const copies of ['the line for a shell', 'what lists the keys', 'the line for ssh', 'the lines for git']) {
    await programs.getByRole('button', { name: `Copy ${copies}` }).click();
  }
  await soon(() => made(window, 'app.copy')).toEqual([
    { text: `export SSH_AUTH_SOCK=${SOCKET}` },
    { text: 'ssh-add -l' },
    { text: sshConfigSample('installed').identityAgentLine },
    { text: sshConfigSample('installed').gitCommands },
  ]);
  await window.bridge.tell('agent.changed', { state: 'locked', keys: 1 });
  await section.getByText('Locked while the screen is locked').waitFor();
  const error = {
    code: 'AGENT_IN_USE',
    message: 'It is taken.',
    remedy: 'Stop the other one.',
    kind: 'expected' as const,
  };
  await window.bridge.tell('agent.changed', { state: 'failed', keys: 0, error });
  await section.getByText('Stop the other one.').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
});

test('What the agent was asked is told with who asked, through which hosts and what came of it, and can be sifted', async () => {
  await using window = await openSettings();
  const { page } = window;
  const section = page.getByRole('region', { name: 'What the agent was asked' });
  await section.getByText('Nothing yet.').waitFor();
  // Looked for by itself while somebody looks.
  window.bridge.change({ 'agent.activity': () => ({ requests: sampleAgentRequests(Date.now()) }) });
  const alice = section.getByRole('listitem').filter({ hasText: 'Log in as alice on leaf2' });
  expect(await alice.textContent()).toContain(
    'asked by /usr/bin/ssh · this computer → jump-east → leaf1 · you were asked',
  );
  await alice.getByText('Signed', { exact: true }).waitFor();
  await section.getByText('asked by /usr/bin/ssh-keygen, started by /usr/bin/git').waitFor();
  await section.getByLabel('Show').selectOption('Refused by Glasskey');
  await soon(() => section.getByRole('listitem').count()).toBe(2);
  await section
    .getByText('A host that the agent is forwarded to wanted what is never signed for another host.')
    .waitFor();
  await section.getByText('It was neither a login nor a signature of a file').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await section.getByLabel('Show').selectOption('Failed');
  await section.getByText('No request ended like that.').waitFor();
  const [first] = sampleAgentRequests(0);
  if (first === undefined) throw new Error('there are samples');
  const many = Array.from({ length: 25 }, (_, id) => ({ ...first, id }));
  window.bridge.change({ 'agent.activity': () => ({ requests: many }) });
  await section.getByLabel('Show').selectOption('Everything');
  await section.getByRole('button', { name: 'Show all 25' }).click();
  await soon(() => section.getByRole('listitem').count()).toBe(25);
});

test('Each key has its rules, which may be as for all keys, and what settings.json decides cannot be changed', async () => {
  let policies = sampleKeyPolicies();
  await using window = await openSettings();
  const { page } = window;
  const section = page.getByRole('region', { name: 'Rules for single keys' });
  await section.getByText('No key is enrolled on this computer.').waitFor();
  window.bridge.change({
    'agent.policies': () => ({ policies }),
    'agent.set-policy': ({ key, ask }) => {
      if (ask === 'once-per-session') throw new ScriptedError('DATABASE_FAILED', 'It is full.', 'Make room.');
      const value = ask ?? 'once-per-session';
      policies = policies.map((one) =>
        one.key === key ? { ...one, ask: { value, source: ask === null ? 'settings' : 'key' } } : one,
      );
      const policy = policies.find((one) => one.key === key);
      if (policy === undefined) throw new Error('no such key');
      return { policy };
    },
  });
  await window.bridge.tell('readiness.changed', {});
  const first = section.getByRole('group', { name: 'YubiKey 5C NFC, /home/ada/.ssh/id_ed25519_sk' });
  const ask = first.getByLabel('Ask before a key signs');
  await soon(() => ask.locator('option:checked').textContent()).toBe(
    'As for all keys (Once for each session, if you allow it)',
  );
  const backup = section.getByRole('group', { name: '/home/ada/.ssh/id_ed25519_sk_backup' });
  expect(await backup.getByLabel('Signatures for other hosts').inputValue()).toBe('refuse');
  await ask.selectOption('Always');
  await page
    .getByText('The rules for YubiKey 5C NFC, /home/ada/.ssh/id_ed25519_sk are saved.')
    .waitFor({ state: 'attached' });
  await soon(() => ask.inputValue()).toBe('always');
  await ask.selectOption('');
  await soon(() => ask.inputValue()).toBe('');
  await ask.selectOption('once-per-session');
  await section.getByText('Make room.').waitFor();
  await soon(() => ask.inputValue()).toBe('');
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  const key = sampleKeyPolicies()[0]?.key;
  expect(made(window, 'agent.set-policy')).toEqual([
    { key, ask: 'always' },
    { key, ask: null },
    { key, ask: 'once-per-session' },
  ]);

  policies = policies.map((one) => ({ ...one, forwarded: { value: 'refuse', source: 'file' } }));
  await window.bridge.tell('settings.changed', {});
  const decided = first.getByLabel('Signatures for other hosts');
  await soon(() => decided.isDisabled()).toBe(true);
  expect(await decided.inputValue()).toBe('refuse');
  await first.getByText('Decided by settings.json').waitFor();
  expect(window.faults).toEqual([]);
});

test('The line for ssh’s configuration is shown before it is added, and taken out again; what fails is told', async () => {
  await using window = await openSettings();
  const { page } = window;
  const section = page.getByRole('region', { name: 'By the names of your devices' });
  await section.getByText('Not set up').waitFor();
  await section.getByRole('button', { name: 'Add a device first' }).waitFor();
  let config = sshConfigSample('absent');
  let answer: () => { keptAs?: string } = () => ({});
  window.bridge.change({
    'ssh-config.get': () => config,
    'ssh-config.entries': () => ({ text: 'Host ce1-rack4\n' }),
    'ssh-config.install': () => {
      const rest = answer();
      config = sshConfigSample('installed');
      return { config, ...rest };
    },
    'ssh-config.remove': () => {
      config = sshConfigSample('absent');
      return { config };
    },
  });
  await window.bridge.tell('targets.changed', {});
  await section.getByText('/home/ada/.ssh/config gets one line for that').waitFor();
  await section.getByText(config.line, { exact: true }).waitFor();

  const entries = section.getByRole('button', { name: 'Show what ssh is told' });
  expect(await entries.getAttribute('aria-expanded')).toBe('false');
  await entries.press('Enter');
  await section.getByRole('region', { name: 'What ssh is told' }).getByText('Host ce1-rack4').waitFor();
  await section.getByText('A shared account with a password').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);

  const add = section.getByRole('button', { name: 'Add the line…' });
  answer = () => {
    throw cancelled();
  };
  await add.press('Enter');
  await soon(() => made(window, 'ssh-config.install').length).toBe(1);
  await soon(() => add.isEnabled()).toBe(true);
  expect(await section.getByRole('alert').count()).toBe(0);
  answer = () => {
    throw new ScriptedError('SSH_CONFIG_UNUSABLE', 'Line 3 is no setting of ssh.', 'Put that file right first.');
  };
  await add.press('Enter');
  await section.getByRole('alert').getByText('Put that file right first.').waitFor();
  answer = () => ({ keptAs: '/home/ada/.ssh/config.before-glasskey' });
  await add.press('Enter');
  await section.getByText('What was there before is kept in /home/ada/.ssh/config.before-glasskey.').waitFor();
  await window.bridge.tell('ssh-config.changed', {});
  await section.getByText('ssh knows your devices').waitFor();
  await section.getByText('ssh ce1-rack4', { exact: true }).waitFor();
  await section.getByText('telco-rw@ce1-rack4.fab.example:22, with a password: the last resort').waitFor();
  expect(await section.getByRole('alert').count()).toBe(0);
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await section.getByRole('button', { name: 'Take it out…' }).press('Enter');
  await soon(() => made(window, 'ssh-config.remove').length).toBe(1);
  await window.bridge.tell('ssh-config.changed', {});
  await section.getByText('Not set up').waitFor();
  expect(window.faults).toEqual([]);
});

test('The tray and notifications lead to the part that they are about, also from within the settings', async () => {
  await using window = await openSettings();
  const { page } = window;
  window.bridge.change({ 'agent.activity': () => ({ requests: sampleAgentRequests(Date.now()) }) });
  const isOnTop = (name: string) =>
    page
      .getByRole('heading', { name, exact: true })
      .evaluate((heading) => heading === document.activeElement && heading.getBoundingClientRect().top < 200);
  await window.bridge.tell('app.go', { screen: 'settings', part: 'activity' });
  await soon(() => isOnTop('What the agent was asked')).toBe(true);
  await window.bridge.tell('app.go', { screen: 'settings', part: 'programs' });
  await soon(() => isOnTop('Use from other programs')).toBe(true);
  await window.bridge.tell('app.go', { screen: 'devices' });
  await page.getByRole('heading', { level: 1, name: 'Devices' }).waitFor();
  await window.bridge.tell('app.go', { screen: 'settings', part: 'activity' });
  await soon(() => isOnTop('What the agent was asked')).toBe(true);
  expect(window.faults).toEqual([]);
});

test('The other agent that is passed through is told with its keys, or with what to do where it does not answer', async () => {
  await using window = await openSettings();
  const { page } = window;
  const section = page.getByRole('region', { name: 'Your other agent' });
  expect(await section.count()).toBe(0);
  const become = async (pass: CallOutput<'agent.pass-through'>) => {
    window.bridge.change({ 'agent.pass-through': () => pass });
    await window.bridge.tell('settings.changed', {});
  };
  const socketPath = '/run/user/1000/keyring/ssh';
  const keys = [{ fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDjrM1TlVdrKn4jTcU', comment: 'ada@laptop' }];
  await become({ state: 'answers', socketPath, keys });
  await section.getByText('Passed through, 1 key').waitFor();
  await section.getByText('ada@laptop').waitFor();
  expect(await axeViolationsInBothSchemes(page)).toEqual([]);
  await become({ state: 'absent', socketPath, keys: [] });
  await section.getByText('Start your other agent, or correct the setting above.').waitFor();
  await become({ state: 'silent', socketPath, keys: [] });
  await section.getByText('Look whether it asks you something').waitFor();
  await become({ state: 'own-socket', socketPath, keys: [] });
  await section.getByText('Leads to Glasskey itself').waitFor();
  expect(window.faults).toEqual([]);
});

test.each(['light', 'dark'] as const)(
  'axe finds nothing wrong, %s, and at twice the size nothing is cut off',
  async (colorScheme) => {
    await using window = await openSettings({ colorScheme, reducedMotion: 'reduce' });
    expect(await axeViolations(window.page)).toEqual([]);
    await window.page.setViewportSize({ width: 640, height: 440 });
    expect(await window.page.evaluate(() => document.querySelector('main')?.scrollWidth)).toBeLessThanOrEqual(640);
    expect(await axeViolations(window.page)).toEqual([]);
    expect(window.faults).toEqual([]);
  },
);
