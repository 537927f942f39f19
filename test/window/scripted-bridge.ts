/**
 * `window.glasskey` for tests of the window alone: what the main process would answer is written in the test, in Node, and held
 * to the contract in both directions. The page's end has the shape that the preload exposes.
 */
import type { Page } from 'playwright-core';
import {
  CALLS,
  type CallInput,
  type CallName,
  type CallOutput,
  type CallProgress,
  type CallReply,
  type ContractBridge,
  type CrossedError,
  EVENTS,
  type EventName,
  type EventPayload,
} from '../../main/ipc/contract.ts';
import { ENGLISH } from '../../main/texts/catalogue.ts';
import { noReminders, sampleSchedule } from './sample-reminders.ts';
import { sshConfigSample } from './sample-ssh-config.ts';

export interface ScriptedContext<N extends CallName> {
  readonly signal: AbortSignal;
  readonly progress: (value: CallProgress<N>) => void;
}

export type ScriptedCalls = {
  readonly [N in CallName]?: (
    input: CallInput<N>,
    context: ScriptedContext<N>,
  ) => Promise<CallOutput<N>> | CallOutput<N>;
};

/** What a handler throws to have the call refused. */
export class ScriptedError extends Error {
  readonly crossed: CrossedError;
  constructor(
    code: string,
    message: string,
    remedy: string,
    kind: CrossedError['kind'] = 'expected',
    place: Pick<CrossedError, 'field' | 'index' | 'part'> = {},
  ) {
    super(message);
    this.crossed = { code, message, remedy, kind, ...place };
  }
}

/** What most cancelled work answers. */
export function cancelled(): ScriptedError {
  return new ScriptedError(
    'CANCELLED',
    'It was stopped.',
    'Nothing was lost; run it again when you are ready.',
    'cancelled',
  );
}

export interface ScriptedBridge {
  /** Calls that were made, oldest first. */
  readonly made: readonly { readonly name: CallName; readonly input: unknown }[];
  /** Puts other answers in place from now on. */
  change(calls: ScriptedCalls): void;
  tell<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void>;
}

/** The page's two ends, beside `window.glasskey`. */
interface PageEnd {
  glasskey: ContractBridge;
  scriptedTell: (name: string, payload: unknown) => void;
  scriptedProgress: (id: number, value: unknown) => void;
  scriptedCall: (id: number, name: string, input: unknown) => Promise<CallReply>;
  scriptedCancel: (id: number) => Promise<void>;
}

/** Gives the page its bridge; before the page is navigated. */
export async function scriptBridge(page: Page, calls: ScriptedCalls): Promise<ScriptedBridge> {
  let answers: ScriptedCalls = { ...STANDARD, ...calls };
  const made: { name: CallName; input: unknown }[] = [];
  const running = new Map<number, AbortController>();

  const answer = async (id: number, name: CallName, input: unknown): Promise<CallReply> => {
    const shape = CALLS[name];
    if (shape === undefined || shape.from !== 'main') throw new Error(`the window called ${name}`);
    const parsed = shape.input.parse(input);
    made.push({ name, input: parsed });
    const handler = answers[name] as ((input: unknown, context: ScriptedContext<never>) => unknown) | undefined;
    if (handler === undefined) throw new Error(`the test has no answer to ${name}`);
    const controller = new AbortController();
    running.set(id, controller);
    // One after the other, and all of them before the answer, as the wire keeps them.
    let told = Promise.resolve();
    const progress = (value: unknown) => {
      const checked = 'progress' in shape ? shape.progress.parse(value) : value;
      told = told.then(() =>
        page.evaluate(([of, one]) => (globalThis as unknown as PageEnd).scriptedProgress(of, one), [
          id,
          checked,
        ] as const),
      );
    };
    try {
      const output = await handler(parsed, { signal: controller.signal, progress });
      await told;
      return { ok: true, output: shape.output.parse(output) };
    } catch (error) {
      if (!(error instanceof ScriptedError)) throw error;
      await told;
      return { ok: false, error: error.crossed };
    } finally {
      running.delete(id);
    }
  };

  await page.exposeFunction('scriptedCall', answer);
  await page.exposeFunction('scriptedCancel', (id: number) => running.get(id)?.abort());
  await page.addInitScript(() => {
    const end = globalThis as unknown as PageEnd;
    end.glasskey = Object.freeze({
      call: (id: number, name: string, input: unknown) => end.scriptedCall(id, name, input),
      cancel: (id: number) => void end.scriptedCancel(id),
      onProgress(receive: Parameters<ContractBridge['onProgress']>[0]) {
        end.scriptedProgress = (id, value) => receive({ id, value });
      },
      onEvent(receive: Parameters<ContractBridge['onEvent']>[0]) {
        end.scriptedTell = (name, payload) => receive({ name: name as EventName, payload });
      },
    });
  });

  return {
    made,
    change(more) {
      answers = { ...answers, ...more };
    },
    async tell(name, payload) {
      const checked = EVENTS[name].payload.parse(payload);
      await page.evaluate(([to, one]) => (globalThis as unknown as PageEnd).scriptedTell(to, one), [
        name,
        checked,
      ] as const);
    },
  };
}

const STANDARD: ScriptedCalls = {
  'app.start': () => ({ version: '0.0.0', platform: 'linux', language: 'en-GB', texts: ENGLISH }),
  'app.copy': () => ({}),
  'keys.list': () => ({ keys: [] }),
  'targets.list': () => ({ targets: [], defaultJump: null }),
  'sessions.list': () => ({ sessions: [] }),
  'agent.status': () => ({ state: 'off', keys: 0 }),
  'agent.activity': () => ({ requests: [] }),
  'agent.policies': () => ({ policies: [] }),
  'agent.pass-through': () => ({ state: 'off', keys: [] }),
  'ssh-config.get': () => ({ ...sshConfigSample('absent'), hosts: [], hostCount: 0, remarks: [] }),
  'reminders.list': () => noReminders(Date.now()),
  'reminders.schedule': () => sampleSchedule('off'),
  'settings.list': () => ({ settings: [], file: '/home/ada/.config/glasskey/settings.json' }),
};
