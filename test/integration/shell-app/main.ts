/**
 * The shell over services of the test's own: the real windows, guards, prompts desk and binder, and handlers that note what they are
 * asked. A test reaches them by `globalThis.shellApp` through the driver's evaluate().
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NotifyReminders } from '../../../main/glasskey-reminder-telling.ts';
import type { ListedReminder } from '../../../main/glasskey-reminders.ts';
import type { CallHandlers, Tell } from '../../../main/ipc/call-server.ts';
import type {
  AgentView,
  Readiness,
  ReminderView,
  SessionView,
  SettingView,
  TargetView,
} from '../../../main/ipc/contract.ts';
import type { Desktop, DesktopWorld } from '../../../main/ipc/desktop.ts';
import { PromptDesk } from '../../../main/prompts/prompt-desk.ts';
import { runApp } from '../../../main/shell/run-app.ts';
import { systemClock } from '../../../time/clock.ts';
import { sampleTarget } from '../../window/window-samples.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MAIN = join(HERE, '..', '..', '..', 'main');

const setting = (key: string, value: SettingView['value']): SettingView => ({
  key,
  kind: typeof value === 'boolean' ? 'switch' : 'text',
  value,
  standard: value,
  source: 'default',
});

export class ShellApp {
  readonly calls: { name: string; input: unknown }[] = [];
  readonly journal: string[] = [];
  readonly desk: PromptDesk;
  readonly needs: DesktopWorld;
  tell: Tell = () => {};
  refused: Parameters<Desktop['onRequestRefused']>[0] = () => {};
  verdict: Readiness['verdict'] = 'ready';
  waitUntil = 0;
  targets: TargetView[] = ['rack1', 'rack2', 'rack3', 'rack4', 'rack5', 'rack6'].map((name) =>
    sampleTarget(name, `admin@${name}.example`, ['me@jump-east']),
  );
  sessions: SessionView[] = [];
  isWatched = false;
  reminders: ReminderView[] = [];
  notify: NotifyReminders = () => {};
  agent: AgentView = { state: 'listening', keys: 2 };
  settings: Record<string, SettingView['value']> = {
    'app.keepInTray': !process.argv.includes('--without-tray-setting'),
    'app.openAtLogin': false,
    'app.appearance': 'system',
  };
  /** Called when the app ends; a test makes it slow. */
  beforeClose: () => Promise<void> = async () => {};

  constructor(needs: DesktopWorld) {
    this.needs = needs;
    this.desk = new PromptDesk(needs);
  }

  set(key: string, value: SettingView['value']): void {
    this.settings[key] = value;
    this.tell('settings.changed', {});
  }

  /** So many rehearsals are due; one that `isSnoozed` is not told of. */
  due(count: number, isSnoozed = false): void {
    this.reminders = Array.from({ length: count }, (_, at) => ({
      id: `drill-age:rack${at}`,
      severity: 'due',
      title: `Rehearse the login to rack${at}`,
      sentence: '',
      dueAt: 0,
      remedy: { kind: 'drill', target: `rack${at}` },
      ...(isSnoozed ? { snoozedUntil: Date.now() + 86_400_000 } : {}),
    }));
    this.tell('reminders.changed', {});
  }

  /** Tells the person of the rehearsals of these; what came of it goes into the journal. */
  remind(names: readonly string[], critical = false): void {
    const reminders = names.map((name): ListedReminder => {
      const values = { name, proven: new Date(Date.UTC(2026, 9, 20, 12)), days: 30 };
      return {
        id: `drill-age:${name}`,
        rule: 'drill-age',
        subject: name,
        since: 0,
        stages: [{ severity: 'due', at: 0 }],
        title: { key: 'reminder.drill-age.title', values: { name } },
        sentence: { key: 'reminder.drill-age', values },
        remedy: { action: { kind: 'drill', target: name }, command: ['glasskey', 'drill', name] },
        severity: 'due',
        dueAt: 0,
        commandLine: `glasskey drill ${name}`,
        snoozedUntil: undefined,
        dismissed: undefined,
      };
    });
    Promise.resolve(this.notify({ critical, reminders })).then(
      () => this.journal.push('reminded'),
      (error: Error) => this.journal.push(`not reminded: ${error.message}`),
    );
  }

  become(verdict: Readiness['verdict'], waitUntil = 0): void {
    this.verdict = verdict;
    this.waitUntil = waitUntil;
    this.tell('readiness.changed', {});
  }

  session(id: string, changes: Partial<SessionView> = {}): void {
    const before = this.sessions.find((each) => each.id === id);
    const fresh: SessionView = {
      id,
      target: 'rack1',
      device: 'admin@rack1.example',
      user: 'admin',
      jumps: [],
      state: 'open',
      startedAt: 0,
      reconnects: 0,
      terminals: 0,
      way: 'jump',
      keepAlive: { everySeconds: 15, count: 3 },
      isRecorded: false,
    };
    this.sessions = [...this.sessions.filter((each) => each !== before), { ...(before ?? fresh), ...changes }];
    this.tell('sessions.changed', { sessions: this.sessions });
  }

  /** Asks something, as an agent request would; what came of it goes into the journal. */
  question(title: string, sentence = 'ssh asks.'): void {
    const prompt = this.desk.open({ title, sentences: [sentence], cancel: () => {} });
    const buttons = [{ answer: 'once', label: 'Allow once' }] as const;
    void prompt.ask({ buttons }, new AbortController().signal).then((allowed) => {
      this.journal.push(`${title}: ${allowed === undefined ? 'denied' : 'allowed'}`);
      prompt.close();
    });
  }

  services(): Desktop {
    const { desk, journal } = this;
    return {
      handlers: this.#handlers(),
      prompts: desk,
      agent: {
        lock: () => {
          journal.push('agent lock');
          this.agent = { ...this.agent, state: 'locked' };
          this.tell('agent.changed', this.agent);
        },
        unlock: () => {
          journal.push('agent unlock');
          this.agent = { ...this.agent, state: 'listening' };
          this.tell('agent.changed', this.agent);
        },
        check: async () => {
          journal.push('agent check');
        },
      },
      reminders: {
        start: async (notify) => {
          this.notify = notify;
        },
        look: () => void journal.push('reminders look'),
      },
      setWatched: (isWatched) => {
        this.isWatched = isWatched;
      },
      windowGone: () => {},
      onRequestRefused: (refused) => {
        this.refused = refused;
      },
      onEvent: (tell) => {
        this.tell = tell;
        desk.onChange(() => tell('prompts.changed', desk.view()));
      },
      close: async () => {
        await this.beforeClose();
        process.stdout.write('services closed\n');
        this.needs.log('info', 'services.closed');
      },
    };
  }

  #handlers(): CallHandlers {
    const { needs, desk } = this;
    const own: Partial<CallHandlers> = {
      'app.start': () => {
        const { version, platform, texts } = needs;
        return { version, platform, language: texts.language, texts: {} };
      },
      'app.copy': ({ text }) => {
        void needs.copy(text);
        return {};
      },
      'readiness.get': () => ({
        verdict: this.verdict,
        chain: [],
        next: this.verdict === 'waiting-for-devices' ? { action: 'wait', until: this.waitUntil } : { action: 'enroll' },
        enrollments: [],
        now: Date.now(),
      }),
      'targets.list': () => ({ targets: this.targets, defaultJump: null }),
      'settings.list': () => ({
        settings: Object.entries(this.settings).map(([key, value]) => setting(key, value)),
        file: '',
      }),
      'reminders.list': () => ({ open: this.reminders, upcoming: [], done: [], now: Date.now(), until: Date.now() }),
      'sessions.list': () => ({ sessions: this.sessions }),
      'sessions.open': ({ target }) => {
        this.session(`s-${target}`, { target, state: 'starting' });
        return { id: `s-${target}` };
      },
      'recordings.export': async ({ name }) => {
        const file = await needs.chooseNewFile(name);
        return file === undefined ? {} : { file };
      },
      'agent.status': () => this.agent,
      'prompts.show': () => desk.view(),
      'prompts.answer': ({ id, answer }) => {
        desk.answer(id, answer);
        return {};
      },
      'prompts.fit': ({ height }) => {
        needs.fitPrompt(height);
        return {};
      },
      'enroll.run': (_input, { signal, progress, windowId }) => {
        progress({ kind: 'key-busy' });
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            this.journal.push(`enroll.run of window ${windowId} was aborted`);
            reject(signal.reason);
          });
        });
      },
    };
    const noted = (name: string) => (input: unknown, context: unknown) => {
      this.calls.push({ name, input });
      const handler = own[name as keyof CallHandlers] as ((...args: unknown[]) => unknown) | undefined;
      if (handler === undefined) throw new Error(`the test has no ${name}`);
      return handler(input, context);
    };
    return new Proxy({} as CallHandlers, { get: (_none, name) => noted(String(name)) });
  }
}

void runApp({
  hid: () => Promise.reject(new Error('there is no security key here')),
  clock: systemClock,
  environment: process.env,
  homeFolder: String(process.env.HOME),
  owner: 'me@here',
  files: {
    preload: join(MAIN, 'preload.ts'),
    documents: process.env.SHELL_DOCUMENTS ?? join(HERE, 'documents'),
    icons: process.env.SHELL_ICONS ?? join(MAIN, 'shell', 'icons'),
  },
  command: ['/opt/Glasskey "beta"/glasskey', '--flag=100%'],
  startDesktop: async (needs) => {
    if (process.env.SHELL_FAILS === '1') throw new Error('the database is a lobster');
    if (process.env.SHELL_QUITS_EARLY === '1') {
      const heard = once(process, 'SIGINT');
      process.kill(process.pid, 'SIGINT');
      await heard;
    }
    const shellApp = new ShellApp(needs);
    (globalThis as unknown as { shellApp: ShellApp }).shellApp = shellApp;
    return shellApp.services();
  },
});
