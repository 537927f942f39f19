/** Every screen and dialog of the window in the states that look different, over the scripted bridge. */
import type { Page } from 'playwright-core';
import type {
  CallOutput,
  EnrollOutlook,
  EnrollStep,
  KeyStep,
  RecordingView,
  ReminderListView,
  SecurityKeyView,
  SessionView,
  TargetView,
} from '../../main/ipc/contract.ts';
import type { OpenWindow, WindowBrowser, WindowOptions } from '../window/open-window.ts';
import { sampleAgentRequests, sampleKeyPolicies } from '../window/sample-agent.ts';
import { eventsOf, sampleDrill, sampleDrills } from '../window/sample-drills.ts';
import { PUBLISHED_REPORT, STEPS, stepsUntil } from '../window/sample-enrollment.ts';
import { CREDENTIALS, FINGERPRINTS, RESET_STEPS, resetUntil, SAMPLES, SECURITY_KEYS } from '../window/sample-keys.ts';
import { NOW, OUTLOOK, READINESS } from '../window/sample-readiness.ts';
import { RECOVERED, recoveryUntil } from '../window/sample-recovery.ts';
import { noReminders, sampleReminders, sampleSchedule } from '../window/sample-reminders.ts';
import { ROTATIONS } from '../window/sample-rotation.ts';
import { sshConfigSample } from '../window/sample-ssh-config.ts';
import { cancelled, type ScriptedCalls, type ScriptedContext, ScriptedError } from '../window/scripted-bridge.ts';
import { manyTargets, SETTINGS_FILE, sampleSession, sampleSettings, sampleTargets } from '../window/window-samples.ts';
import type { Picture } from './picture.ts';

export interface WindowPicture extends Picture {
  readonly calls?: ScriptedCalls;
  /** Of the window, in CSS pixels; without it 1100 by 760. */
  readonly size?: { readonly width: number; readonly height: number };
  /** From the first screen to what the picture shows. */
  readonly reach?: (window: OpenWindow) => Promise<unknown>;
}

const ROLES_BY_NAME = [
  [/^ce/, 'ce'],
  [/^(leaf|tor)/, 'tor'],
  [/^mgmt/, 'management-switch'],
  [/^npb/, 'packet-broker'],
  [/^console/, 'terminal-server'],
] as const;

const TARGETS = sampleTargets(NOW).map(asSomebodyHasThem);

/** What devices have besides their way: what they are, tags, a favourite, a second way. */
function asSomebodyHasThem(target: TargetView): TargetView {
  const role = ROLES_BY_NAME.find(([pattern]) => pattern.test(target.name))?.[1] ?? 'other';
  const tags = [...(/rack(\d)/.test(target.name) ? [`row${/rack(\d)/.exec(target.name)?.[1]}`] : []), 'site-b'];
  if (target.name !== 'ce1-rack4') return { ...target, role, tags };
  const password = { kind: 'password' as const, jumps: ['jumper@jump-east'], device: 'telco-rw@ce1-rack4.fab.example' };
  return {
    ...target,
    role,
    tags,
    isFavourite: true,
    ways: [...target.ways, password],
    notes: 'Row 4, behind the door.',
  };
}

/** As narrow as main/shell/main-window.ts lets the window be. */
const NARROW = { width: 480, height: 640 };

const SETTINGS = sampleSettings();
const SOCKET = '/home/ada/.local/share/glasskey/agent/agent.sock';

const STANDARD: ScriptedCalls = {
  'readiness.get': () => READINESS.ready,
  'enroll.look': () => OUTLOOK.plain,
  'keys.list': () => ({ keys: [SECURITY_KEYS.yubikey] }),
  'targets.list': () => ({ targets: TARGETS, defaultJump: 'jumper@jump-east' }),
  'settings.list': () => ({
    settings: SETTINGS,
    file: SETTINGS_FILE,
  }),
  'agent.status': () => ({
    state: 'listening',
    keys: 1,
    socketPath: SOCKET,
    shellLine: `export SSH_AUTH_SOCK=${SOCKET}`,
  }),
  'reminders.list': () => noReminders(NOW),
  'reminders.schedule': () => sampleSchedule('off'),
  'sessions.write': () => ({}),
  'sessions.drawn': () => ({}),
  'sessions.resize': () => ({}),
};

/** `options`: what is other than in the pictures. */
export async function openWindowPicture(
  browser: Pick<WindowBrowser, 'open'>,
  picture: WindowPicture,
  options: Partial<Omit<WindowOptions, 'calls'>> = {},
): Promise<OpenWindow> {
  const window = await browser.open({
    ...picture.size,
    ...options,
    calls: { ...STANDARD, ...picture.calls },
    reducedMotion: 'reduce',
    now: NOW,
    isTimeStopped: true,
  });
  await window.page.getByRole('heading', { level: 1 }).waitFor();
  await picture.reach?.(window);
  // Over nothing that answers to it.
  await window.page.mouse.move(100, 700);
  return window;
}

const go = (page: Page, screen: string) =>
  page.getByRole('navigation').getByRole('button', { name: screen, exact: true }).click();
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

function readiness(
  verdict: keyof typeof READINESS,
  shows: string,
  then?: (page: Page) => Promise<unknown>,
): WindowPicture {
  return {
    name: `readiness-${verdict}`,
    shows,
    calls: { 'readiness.get': () => READINESS[verdict] },
    reach: async ({ page }) => then?.(page),
  };
}

function enrollChoices(
  state: string,
  shows: string,
  look: EnrollOutlook,
  then?: (page: Page) => Promise<unknown>,
): WindowPicture {
  return {
    name: `enroll-${state}`,
    shows,
    calls: { 'readiness.get': () => READINESS['not-enrolled'], 'enroll.look': () => look },
    reach: async ({ page }) => {
      await go(page, 'Enroll');
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await then?.(page);
    },
  };
}

type Run = NonNullable<ScriptedCalls['enroll.run']>;

const waitsAfter =
  (steps: readonly EnrollStep[]): Run =>
  (_, { progress, signal }) => {
    for (const step of steps) progress(step);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
  };

function enrollRun(state: string, shows: string, title: string, run: Run): WindowPicture {
  return {
    name: `enroll-${state}`,
    shows,
    calls: { 'readiness.get': () => READINESS['not-enrolled'], 'enroll.run': run },
    reach: async ({ page }) => {
      await go(page, 'Enroll');
      await page.getByRole('button', { name: 'Enroll this key' }).click();
      await heading(page, title);
    },
  };
}

const waitsAfterKeySteps =
  (steps: readonly KeyStep[]) =>
  (_: unknown, { progress, signal }: ScriptedContext<'keys.reset' | 'fingerprints.enroll'>): Promise<never> => {
    for (const step of steps) progress(step);
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
  };

/** The list of keys, or with one key its page. */
function securityKeys(
  state: string,
  shows: string,
  keys: readonly SecurityKeyView[],
  calls: ScriptedCalls = {},
  then?: (page: Page) => Promise<unknown>,
): WindowPicture {
  return {
    name: `security-keys-${state}`,
    shows,
    calls: {
      'keys.list': () => ({ keys: [...keys] }),
      'credentials.list': () => CREDENTIALS,
      'fingerprints.list': () => FINGERPRINTS,
      ...calls,
    },
    reach: async ({ page }) => {
      await go(page, 'Security keys');
      await heading(page, 'Security keys');
      const [key] = keys;
      if (then === undefined || key === undefined) return;
      await page.getByRole('button', { name: key.product }).click();
      await heading(page, key.product);
      await then(page);
    },
  };
}

const showCredentials = async (page: Page) => {
  await page.getByRole('button', { name: 'Show the credentials' }).click();
  await heading(page, 'github.com');
};
const openReset = async (page: Page) => {
  await page.getByRole('button', { name: 'Reset this key…' }).click();
  await page.getByRole('button', { name: 'See what will be lost' }).click();
};

function recovery(
  state: string,
  shows: string,
  run: NonNullable<ScriptedCalls['recovery.run']>,
  title: string,
): WindowPicture {
  return {
    name: `recovery-${state}`,
    shows,
    calls: { 'readiness.get': () => READINESS['not-enrolled'], 'recovery.run': run },
    reach: async ({ page }) => {
      await page.getByRole('button', { name: 'Recover one I have' }).click();
      await page.getByRole('button', { name: 'Look on the key' }).waitFor();
      if (title === '') return;
      await page.getByRole('button', { name: 'Look on the key' }).click();
      await heading(page, title);
    },
  };
}

function rotation(state: keyof typeof ROTATIONS, shows: string): WindowPicture {
  return {
    name: `rotation-${state}`,
    shows,
    calls: { 'rotation.get': () => ROTATIONS[state] },
    reach: async ({ page }) => {
      await go(page, 'Security keys');
      await page.getByRole('button', { name: 'Replace your login key' }).click();
      await heading(page, 'Old key');
    },
  };
}

function reminders(
  state: string,
  shows: string,
  list: ReminderListView,
  then?: (page: Page) => Promise<unknown>,
): WindowPicture {
  return {
    name: `reminders-${state}`,
    shows,
    calls: { 'reminders.list': () => list },
    reach: async ({ page }) => {
      await go(page, 'Reminders');
      await heading(page, 'Done');
      await then?.(page);
    },
  };
}

const scrolledTo = (page: Page, title: string) =>
  page
    .getByRole('heading', { name: title, exact: true })
    .evaluate((one) => (one as unknown as Scrolled).scrollIntoView());

interface Scrolled {
  scrollIntoView(): void;
}

const IMPORT: NonNullable<CallOutput<'targets.look-at-file'>['import']> = {
  id: 'import-1',
  file: '/home/ada/fabric-b.csv',
  lines: [
    { place: 'line 2', name: 'jump-inner', verdict: 'add', device: 'jumper@192.0.2.20' },
    { place: 'line 3', name: 'ce3-rack6', verdict: 'add', device: 'admin@ce3-rack6.fab.example' },
    { place: 'line 4', name: 'leaf1', verdict: 'clash', device: 'alice@10.20.0.1', fields: ['device', 'tags'] },
    { place: 'line 5', name: 'spine1', verdict: 'same', device: 'alice@spine1' },
    {
      place: 'line 6',
      name: 'leaf7',
      verdict: 'refused',
      reason: 'jump-north, through which leaf7 is to be reached, is no saved jump host. Save it first.',
    },
  ],
  notes: ['The column “Serial number” is not read.'],
};

const HOST_KEYS: CallOutput<'targets.host-keys'>['hosts'] = [
  {
    address: 'admin@ce1-rack4.fab.example',
    isPinned: true,
    keys: [
      {
        file: '/srv/team/host-keys',
        line: 12,
        origin: 'pinned',
        type: 'ssh-ed25519',
        fingerprint: 'SHA256:jFVW7YlglrRp5zdth4xrHewvtAgpZsrgKOuBAhaTRqQ',
      },
      {
        file: '/home/ada/.local/share/glasskey/known_hosts',
        line: 3,
        origin: 'own',
        type: 'ssh-rsa',
        fingerprint: 'SHA256:V5w4/eQ/UFw4WBWHzuVZXMZTspWElUy3nrA+VGc33hk',
      },
    ],
  },
];

function drilled(state: string, shows: string, then: (page: Page) => Promise<unknown>): WindowPicture {
  const targets = TARGETS.map((one) => ({ ...one, isFavourite: one.name.endsWith('rack4') }));
  const drills = [sampleDrill('ce1-rack4', NOW), sampleDrill('ce2-rack4', NOW + 1000, 'failed')];
  return {
    name: `drill-${state}`,
    shows,
    calls: {
      'targets.list': () => ({ targets, defaultJump: null }),
      'drill.list': () => ({ drills: sampleDrills(NOW), now: NOW }),
      'drill.run': (_, { progress }) => {
        for (const event of eventsOf(drills)) progress(event);
        return { drills };
      },
    },
    reach: async ({ page }) => {
      await go(page, 'Devices');
      await page.getByRole('button', { name: 'Rehearse', exact: true }).click();
      await then(page);
    },
  };
}

function devices(
  state: string,
  shows: string,
  targets: TargetView[],
  then?: (page: Page) => Promise<unknown>,
): WindowPicture {
  return {
    name: `devices-${state}`,
    shows,
    calls: {
      'targets.list': () => ({ targets, defaultJump: 'jumper@jump-east' }),
      'targets.look-at-file': () => ({ import: IMPORT }),
      'targets.host-keys': () => ({ hosts: HOST_KEYS }),
    },
    reach: async ({ page }) => {
      await go(page, 'Devices');
      await heading(page, 'Devices');
      await then?.(page);
    },
  };
}

/** By its button, or where the window is narrow by its item of the row's menu. */
async function doOnRow(page: Page, device: string, action: string): Promise<void> {
  await page.getByText(device, { exact: true }).click();
  const more = page.getByRole('button', { name: `More for ${device}` });
  const isNarrow = await more.isVisible();
  if (isNarrow) await more.click();
  await page.getByRole(isNarrow ? 'menuitem' : 'button', { name: action }).click();
}

const OUTPUT = `Logging in to admin@ce1-rack4 through jumper@jump-east: one PIN, 2 touches.
ce1-rack4>show version
Arista DCS-7280CR3K-32P4-F
Hardware version: 11.02
Serial number: JPE21350123

Software image version: 4.31.5M
Architecture: x86_64
Internal build version: 4.31.5M-38783123.4315M

Uptime: 12 weeks, 3 days, 4 hours and 17 minutes
Total memory: 32458244 kB
Free memory: 27461908 kB
ce1-rack4>show interfaces status
Port       Name                  Status       Vlan     Duplex Speed  Type
Et1/1      AR-CE1(Fab)-Ma1       connected    routed   full   100G   100GBASE-SR4
Et2/1      AR-TOR1-Et49          connected    routed   full   100G   100GBASE-CR4
Et3/1      AR-TOR2-Et49          connected    routed   full   100G   100GBASE-CR4
Et4/1                            notconnect   1        auto   auto   Not Present
Ma1        MGMT                  connected    routed   a-full a-1G   10/100/1000
ce1-rack4>`;
const bytes = (text: string) => new TextEncoder().encode(text.replaceAll('\n', '\r\n'));

const OPEN = sampleSession({ device: 'admin@ce1-rack4', startedAt: NOW - 240_000, openedAt: NOW - 210_000 });
const SECOND = sampleSession({ id: 'session-0', target: 'leaf1', device: 'alice@leaf1', startedAt: NOW - 900_000 });
const LAST_RESORT: SessionView = { ...OPEN, device: 'telco-rw@ce1-rack4', way: 'password', terminals: 1 };

const LOST: SessionView = {
  ...OPEN,
  state: 'ended',
  endedAt: NOW - 60_000,
  lost: 'not-answering',
  error: {
    code: 'CONNECT_UNREACHABLE',
    message: 'The connection to the device admin@ce1-rack4 was lost: it no longer answers.',
    remedy: 'Check the address and your own network (VPN, cable), then connect again.',
    kind: 'expected',
  },
};
const RECORDED: SessionView = {
  ...OPEN,
  isRecorded: true,
  recording: { name: '2026-03-10T09-12-00Z-ce1-rack4.cast', state: 'running' },
};

const RECORDINGS: readonly RecordingView[] = ['ce1-rack4', 'leaf1', 'ce1-rack4'].map((target, at) => ({
  name: `2026-03-0${9 - at}T13-17-00Z-${target}.cast`,
  bytes: 48_200 + at * 830_000,
  startedAt: NOW - (at + 1) * 86_400_000,
  seconds: 185 + at * 1_800,
  subject: { target, device: `admin@${target}.fab.example`, jumps: ['jumper@jump-east'] },
}));

function recordings(state: string, shows: string, then: (page: Page) => Promise<unknown>): WindowPicture {
  return {
    name: `recordings-${state}`,
    shows,
    calls: {
      'sessions.list': () => ({ sessions: [] }),
      'recordings.list': () => ({ recordings: [...RECORDINGS], folder: '/home/ada/.local/share/glasskey/recordings' }),
      'recordings.read': () => ({
        size: { columns: 100, rows: 24 },
        isWhole: true,
        events: OUTPUT.split(/(?<=\n)/).map((line, at) => ({
          at: at * 9,
          code: 'o',
          data: line.replace('\n', '\r\n'),
        })),
      }),
    },
    reach: async ({ page }) => {
      await go(page, 'Sessions');
      await page.getByRole('button', { name: 'Recordings' }).click();
      await page.getByRole('button', { name: 'Play the recording of leaf1' }).waitFor();
      await then(page);
    },
  };
}

function sessions(
  state: string,
  shows: string,
  list: SessionView[],
  then?: (window: OpenWindow) => Promise<unknown>,
  output = OUTPUT,
): WindowPicture {
  return {
    name: `sessions-${state}`,
    shows,
    calls: {
      'sessions.list': () => ({ sessions: list }),
      'sessions.attach': () => ({ replay: bytes(output) }),
    },
    reach: async (window) => {
      const { page } = window;
      await go(page, 'Sessions');
      if (list.length > 0) {
        const written = output.slice(output.lastIndexOf('\n') + 1);
        await page.locator('.xterm-rows:visible', { hasText: written }).waitFor();
        await page.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
      }
      await then?.(window);
    },
  };
}

const paste = (page: Page, text: string) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    );
  }, text);

const FAILED: SessionView = {
  ...OPEN,
  state: 'ended',
  openedAt: undefined,
  endedAt: NOW - 60_000,
  error: {
    code: 'CONNECT_UNREACHABLE',
    message: 'The jump host jumper@jump-east could not be reached within 8 s.',
    remedy: 'Check the address and your own network (VPN, cable), then connect again.',
    kind: 'expected',
  },
};

/** The settings, with the part of that heading on top. */
async function settingsAt(page: Page, name: string): Promise<void> {
  await go(page, 'Settings');
  await page.getByRole('heading', { name, exact: true }).evaluate((element) => {
    element.scrollIntoView();
    element.closest('main')?.scrollBy(0, -24);
  });
}

function otherPrograms(state: 'absent' | 'installed', shows: string): WindowPicture {
  return {
    name: `settings-programs-${state}`,
    shows,
    calls: { 'ssh-config.get': () => sshConfigSample(state) },
    reach: ({ page }) => settingsAt(page, 'Use from other programs'),
  };
}

export const WINDOW_PICTURES: readonly WindowPicture[] = [
  readiness('not-enrolled', 'First start: no key yet'),
  readiness('not-published', 'The key is made, the devices do not know it'),
  readiness('waiting-for-devices', 'Published: how long until every device has it'),
  readiness('ready', 'A login would work now'),
  readiness(
    'with-backup',
    'Two keys: which one the profile holds, and the button that puts the other there',
    async (page) => {
      await page.getByRole('heading', { name: 'Enrolled keys' }).evaluate((element) => {
        element.scrollIntoView();
        element.closest('main')?.scrollBy(0, -24);
      });
    },
  ),
  readiness('unfinished', 'An enrollment stopped half-way'),
  readiness('files-missing', 'The key is there, its files are gone'),
  {
    name: 'readiness-error',
    shows: 'It cannot be told: why, and what to do',
    calls: {
      'readiness.get': () => {
        throw new ScriptedError(
          'STORAGE_BUSY',
          'Another program holds Glasskey’s database.',
          'Close the other Glasskey, then try again.',
        );
      },
    },
    reach: ({ page }) => page.getByRole('alert').waitFor(),
  },
  {
    ...readiness('ready', 'A narrow window'),
    name: 'readiness-narrow',
    size: NARROW,
  },

  enrollChoices('no-key', 'No security key is plugged in', OUTLOOK.none),
  enrollChoices('choose', 'Which of several keys', OUTLOOK.several),
  enrollChoices('first-pin', 'A key without a PIN: the rules before it is chosen', OUTLOOK['no-pin']),
  enrollChoices('unusable', 'A key that cannot be read: why', OUTLOOK.unusable),
  enrollChoices('few-tries', 'A key with two PIN tries left', OUTLOOK['few-tries']),
  enrollChoices('no-app', 'Nothing could be published: what is missing', OUTLOOK['no-app']),
  enrollChoices('unfinished', 'An enrollment is taken up again', OUTLOOK.unfinished),
  enrollChoices('file-taken', 'A key file is replaced only with consent', OUTLOOK.taken),
  enrollChoices('backup', 'A second security key, for the day on which the first is lost', OUTLOOK.published, (page) =>
    page.getByRole('radio', { name: /^Backup key/ }).check(),
  ),
  enrollRun('pin', 'Waiting for the PIN', 'Give the PIN', waitsAfter(stepsUntil('pin-wanted'))),
  enrollRun('touch', 'Waiting for the touch', 'Touch your key now', waitsAfter(stepsUntil('touch-wanted'))),
  enrollRun(
    'sign-in',
    'Waiting for the browser',
    'Sign in with your browser',
    waitsAfter(stepsUntil('sign-in-wanted')),
  ),
  enrollRun('failed', 'The key was pulled out', 'That did not work', (_, { progress }) => {
    for (const step of stepsUntil('touch-wanted')) progress(step);
    throw new ScriptedError(
      'HID_DISCONNECTED',
      'The security key was unplugged.',
      'Plug it in again and leave it until this is done.',
    );
  }),
  enrollRun('done', 'Made, checked, written, published', 'Enrolled and published', (_, { progress }) => {
    for (const step of STEPS) progress(step);
    return PUBLISHED_REPORT;
  }),

  securityKeys('none', 'No security key is plugged in', []),
  securityKeys('list', 'Several keys, each drawn as far as its model tells', [
    SECURITY_KEYS.yubikey,
    SECURITY_KEYS.bio,
    SECURITY_KEYS.solo,
  ]),
  securityKeys('page', 'What a key is, and what can be done with it', [SECURITY_KEYS.yubikey], {}, (page) =>
    heading(page, 'Reset'),
  ),
  securityKeys('first-pin', 'A key without a PIN', [SECURITY_KEYS['no-pin']], {}, (page) => heading(page, 'Reset')),
  securityKeys('blocked', 'A key whose PIN is blocked', [SECURITY_KEYS.blocked], {}, (page) => heading(page, 'Reset')),
  securityKeys('advisory', 'What is known against a model, in plain words', [SECURITY_KEYS.bio], {}, (page) =>
    heading(page, 'Reset'),
  ),
  securityKeys('credentials', 'What is stored on it, by relying party', [SECURITY_KEYS.yubikey], {}, showCredentials),
  securityKeys('delete', 'A login depends on it: the word is typed', [SECURITY_KEYS.yubikey], {}, async (page) => {
    await showCredentials(page);
    await page.getByRole('button', { name: 'Delete ada@workstation 2026-11-03' }).click();
    await page.getByRole('alertdialog').waitFor();
  }),
  securityKeys(
    'finger',
    'A new fingerprint: what the reader says of each sample',
    [SECURITY_KEYS.bio],
    { 'fingerprints.enroll': waitsAfterKeySteps(SAMPLES) },
    async (page) => {
      await page.getByRole('button', { name: 'Add a fingerprint' }).click();
      await page.getByLabel('Name of the finger').fill('left index');
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByText('Too quick', { exact: false }).first().waitFor();
    },
  ),
  securityKeys(
    'reset-losses',
    'Before a reset: what will be lost, and the word to type',
    [SECURITY_KEYS.yubikey],
    { 'keys.reset': waitsAfterKeySteps(resetUntil('consent-wanted')) },
    async (page) => {
      await openReset(page);
      await heading(page, 'What will be lost');
    },
  ),
  securityKeys(
    'reset-touch',
    'The touch, with the seconds that the key takes it',
    [SECURITY_KEYS.yubikey],
    { 'keys.reset': waitsAfterKeySteps(resetUntil('reset-touch-wanted')) },
    async (page) => {
      await openReset(page);
      await heading(page, 'Touch the key now to erase it');
    },
  ),
  securityKeys(
    'reset-done',
    'After the reset',
    [SECURITY_KEYS.yubikey],
    {
      'keys.reset': (_, { progress }) => {
        for (const step of RESET_STEPS) progress(step);
        return {};
      },
    },
    async (page) => {
      await openReset(page);
      await heading(page, 'The key is empty');
    },
  ),

  recovery('begin', 'Keys made elsewhere come to this computer', () => RECOVERED, ''),
  recovery(
    'choose',
    'What was found on the key, and which of it the profile holds',
    (_, { progress, signal }) => {
      for (const step of recoveryUntil('choice-wanted')) progress(step);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(cancelled())));
    },
    'Which keys do you want on this computer?',
  ),
  recovery('done', 'What has come, with its files', () => RECOVERED, 'One key is now on this computer'),

  rotation('none', 'Before a key is replaced'),
  rotation('waiting', 'Old and new side by side: by when every device has the new one'),
  rotation('to-retire', 'A login has proven the new key: the old one may go'),

  devices('empty', 'No devices yet', [], (page) => heading(page, 'No devices yet')),
  devices('list', 'A dozen devices', TARGETS, (page) => page.getByRole('row', { name: 'leaf10' }).waitFor()),
  devices('no-match', 'No device fits: what else to search for', TARGETS, (page) =>
    page.getByRole('combobox', { name: 'Search devices' }).fill('rack9'),
  ),
  devices('typed', 'A host that is not saved', TARGETS, (page) =>
    page.getByRole('combobox', { name: 'Search devices' }).fill('ada@leaf99'),
  ),
  {
    ...devices('narrow', 'A narrow window', TARGETS, (page) => page.getByRole('row', { name: 'console' }).waitFor()),
    size: NARROW,
  },
  devices('menu', 'Import and export', TARGETS, async (page) => {
    await page.getByRole('button', { name: 'Import and export' }).click();
    await page.getByRole('menuitem', { name: 'Import from a file…' }).waitFor();
  }),
  devices('ways-menu', 'By which way to log in', TARGETS, async (page) => {
    await page.getByText('ce1-rack4', { exact: true }).click();
    await page.getByRole('button', { name: 'Choose the way to ce1-rack4' }).click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  devices('filtered', 'Narrowed to a tag', TARGETS, async (page) => {
    await page.getByRole('button', { name: '#row4' }).click();
  }),
  devices('refused', 'What is refused is told at its field', TARGETS, async (page) => {
    await page.getByRole('button', { name: 'Add a device' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByText(/name/i).first().waitFor();
  }),
  devices('search', 'Ten thousand devices, searched', manyTargets(10_000), (page) =>
    page.getByRole('combobox', { name: 'Search devices' }).fill('rack42 east'),
  ),
  devices('add', 'A device and its jump hosts', TARGETS, async (page) => {
    await page.getByRole('button', { name: 'Add a device' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('ce3-rack4');
    await dialog.getByLabel('Address').fill('admin@ce3-rack4.fab.example');
    await dialog.getByRole('button', { name: 'Add a jump host' }).click();
    await dialog.getByLabel('Jump host 2', { exact: true }).fill('jumper@jump-inner');
  }),
  devices('ways', 'The ways in to a device, the last resort marked', TARGETS, async (page) => {
    await doOnRow(page, 'ce1-rack4', 'Change ce1-rack4');
    await page.getByRole('dialog').getByRole('group', { name: 'Way 2' }).scrollIntoViewIfNeeded();
  }),
  devices('import', 'What an import would do, before it is done', TARGETS, async (page) => {
    await page.getByRole('button', { name: 'Import and export' }).click();
    await page.getByRole('menuitem', { name: 'Import from a file…' }).click();
    await page.getByRole('dialog', { name: 'Import devices' }).waitFor();
  }),
  devices('host-keys', 'What is known of a device’s host keys', TARGETS, async (page) => {
    await doOnRow(page, 'ce1-rack4', 'Host keys of ce1-rack4');
    await page.getByText('It does not count.').waitFor();
  }),
  devices('remove', 'A device is removed only with consent', TARGETS, async (page) => {
    await page.getByText('leaf10', { exact: true }).click();
    await page.getByRole('button', { name: 'Remove leaf10' }).click();
    await page.getByRole('alertdialog').waitFor();
  }),

  drilled('done', 'Two logins were rehearsed: one would work, and of the other it is said why not', async (page) => {
    await page.getByRole('menuitem', { name: 'Favourites' }).click();
    await page.getByText('CONNECT_UNREACHABLE').first().scrollIntoViewIfNeeded();
  }),
  drilled('results', 'Rehearsals of the last 90 days, with the time that each host took', async (page) => {
    await page.getByRole('menuitem', { name: 'Results so far' }).click();
    await page.getByRole('img', { name: /ce1-rack4/ }).waitFor();
  }),

  drilled('table', 'The same as a table', async (page) => {
    await page.getByRole('menuitem', { name: 'Results so far' }).click();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('table').waitFor();
  }),

  sessions('none', 'No session is open', [], ({ page }) =>
    page.getByRole('button', { name: 'Connect to console' }).waitFor(),
  ),
  sessions('open', 'Logged in, with a second session behind', [SECOND, OPEN]),
  sessions(
    'touch',
    'The key is wanted: for what, through which hop',
    [
      {
        ...OPEN,
        state: 'starting',
        openedAt: undefined,
        waitsFor: {
          what: 'touch',
          sentence: 'Log in as jumper on jump-east.',
          hop: { at: 1, of: 2, host: 'jump-east' },
        },
      },
    ],
    ({ page }) => page.getByText('Touch your security key', { exact: true }).waitFor(),
    OUTPUT.split('\n', 1)[0],
  ),
  sessions(
    'key',
    'The key is not plugged in',
    [
      {
        ...OPEN,
        state: 'starting',
        openedAt: undefined,
        waitsFor: { what: 'key', sentence: 'Plug in YubiKey 5C NFC.' },
      },
    ],
    ({ page }) => page.getByText('Plug in your security key', { exact: true }).waitFor(),
    OUTPUT.split('\n', 1)[0],
  ),
  { ...sessions('narrow', 'A narrow window', [SECOND, RECORDED]), size: NARROW },
  sessions(
    'failed',
    'It failed: why, and what to do',
    [FAILED],
    ({ page }) => page.getByRole('alert').waitFor(),
    OUTPUT.split('\n', 1)[0],
  ),
  sessions('lost', 'The connection went: why, and the way back in its place', [LOST], ({ page }) =>
    page.getByRole('alert').waitFor(),
  ),
  sessions('recorded', 'A session that is recorded', [SECOND, RECORDED]),
  sessions('last-resort', 'By the shared password, marked so, and attached in a terminal too', [LAST_RESORT]),
  sessions('search', 'Search in the terminal', [OPEN], async ({ page }) => {
    await page.keyboard.press('Control+Shift+F');
    await page.getByRole('textbox', { name: 'Search in this terminal' }).fill('connected');
    await page.getByText(/of \d/).waitFor();
  }),
  sessions('paste', 'Several lines are looked at before they are pasted', [OPEN], async ({ page }) => {
    await paste(page, 'configure\ninterface Et4/1\nno shutdown\nend\n');
    await page.getByRole('alertdialog').waitFor();
  }),
  sessions('close', 'An open session is closed only with consent', [OPEN], async ({ page }) => {
    await page.getByRole('button', { name: 'Close the session on ce1-rack4' }).first().click();
    await page.getByRole('alertdialog').waitFor();
  }),
  recordings('list', 'The recordings there are', async () => undefined),
  {
    ...recordings('none', 'Nothing was recorded yet', async () => undefined),
    calls: {
      'sessions.list': () => ({ sessions: [] }),
      'recordings.list': () => ({ recordings: [], folder: '/home/ada/.local/share/glasskey/recordings' }),
    },
    reach: async ({ page }) => {
      await go(page, 'Sessions');
      await page.getByRole('button', { name: 'Recordings' }).click();
      await heading(page, 'Recordings');
    },
  },
  recordings('player', 'A recording is played', async (page) => {
    await page.getByRole('button', { name: 'Play the recording of ce1-rack4' }).first().click();
    await page.locator('.xterm-rows').waitFor();
    await page.getByRole('slider').press('End');
    await page.locator('.xterm-rows', { hasText: 'Et4/1' }).waitFor();
  }),

  {
    name: 'reminders-home',
    shows: 'The home screen with what is due, each with what helps',
    calls: { 'reminders.list': () => sampleReminders(NOW) },
    reach: async ({ page }) => page.getByRole('heading', { name: '2 things need attention' }).waitFor(),
  },
  reminders('open', 'What needs attention, each with what helps, later, or not at all', sampleReminders(NOW)),
  reminders(
    'coming',
    'What comes in the next 120 days, what was put aside, what was done',
    sampleReminders(NOW),
    (page) => scrolledTo(page, 'The next 120 days'),
  ),
  reminders('later', 'When to be reminded again', sampleReminders(NOW), async (page) => {
    await page.getByRole('button', { name: 'Later: Rehearse the login to leaf1' }).click();
    await page.getByRole('menuitem').first().waitFor();
  }),
  reminders('none', 'Nothing needs attention', noReminders(NOW)),
  reminders('dismiss', 'A reminder is dismissed with a reason', sampleReminders(NOW), async (page) => {
    await page.getByRole('button', { name: 'Dismiss: Rehearse the login to leaf1' }).click();
    await page.getByRole('dialog').waitFor();
  }),
  reminders('settings', 'When one is told, and the check while the app is closed', sampleReminders(NOW), (page) =>
    scrolledTo(page, 'When and how you are told'),
  ),
  reminders(
    'schedule',
    'What the scheduled check writes and runs, before it does',
    sampleReminders(NOW),
    async (page) => {
      await page.getByRole('switch', { name: 'Tell me while Glasskey is closed' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ),
  {
    name: 'settings-top',
    shows: 'Connecting, terminal, the app itself',
    reach: async ({ page }) => {
      await go(page, 'Settings');
      await heading(page, 'Connecting');
    },
  },
  {
    name: 'settings-fixed',
    shows: 'What an administrator has set can be read, not changed',
    reach: ({ page }) => settingsAt(page, 'Microsoft Entra'),
  },
  {
    name: 'settings-agent',
    shows: 'The SSH agent, key files, Microsoft Entra',
    calls: { 'agent.policies': () => ({ policies: sampleKeyPolicies().slice(0, 1) }) },
    reach: ({ page }) => settingsAt(page, 'SSH agent'),
  },
  {
    name: 'settings-policies',
    shows: 'What the agent does with each key, and the other agent that is passed through',
    calls: {
      'agent.policies': () => ({ policies: sampleKeyPolicies() }),
      'agent.pass-through': () => ({
        state: 'answers',
        socketPath: '/run/user/1000/keyring/ssh',
        keys: [{ fingerprint: 'SHA256:V5w4/eQ/UFw4WBWHzuVZXMZTspWElUy3nrA+VGc33hk', comment: 'ada@laptop' }],
      }),
    },
    reach: ({ page }) => settingsAt(page, 'Your other agent'),
  },
  otherPrograms('absent', 'ssh does not know the devices yet: the one line that would be added'),
  otherPrograms('installed', 'ssh knows the devices by their names; lines for shells, ssh and git'),
  {
    name: 'settings-activity',
    shows: 'What the agent was asked, through which hosts, and what came of it',
    calls: { 'agent.activity': () => ({ requests: sampleAgentRequests(NOW) }) },
    reach: ({ page }) => settingsAt(page, 'What the agent was asked'),
  },
];
