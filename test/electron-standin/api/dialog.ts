/**
 * dialog: showMessageBox, showOpenDialog, showSaveDialog, answered by a test through the driver; showErrorBox is recorded.
 *
 * Nobody sees a dialog here. One that no driver can answer, or that no test has answered within ANSWER_WITHIN_MS, rejects:
 * a test that hangs, or an app that goes on as if someone had said no, would both be lies. The synchronous forms are missing.
 */
import { missing } from '../missing.ts';
import type { BrowserWindow } from './browser-window.ts';
import { registry } from './registry.ts';
import { StandInObject } from './standin-object.ts';

export const ANSWER_WITHIN_MS = 15_000;

export type DialogKind = 'message' | 'open' | 'save';

/** As the driver hands it out. `options` are the app's, what is plain of them. */
export interface DialogState {
  readonly number: number;
  readonly kind: DialogKind;
  readonly windowId: number | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a person does: choose a button, pick files, or cancel. */
export type DialogAnswer =
  | { readonly response: number; readonly checkboxChecked?: boolean }
  | { readonly filePaths: readonly string[] }
  | { readonly filePath: string }
  | { readonly canceled: true };

interface Open {
  readonly state: DialogState;
  readonly answer: (answer: DialogAnswer) => void;
}

const open = new Map<number, Open>();
const errorBoxes: { readonly title: string; readonly content: string }[] = [];
let lastNumber = 0;

function resultOf(state: DialogState, answer: DialogAnswer): object {
  if (state.kind === 'message') {
    if ('response' in answer) return { response: answer.response, checkboxChecked: answer.checkboxChecked === true };
    if ('canceled' in answer) return { response: cancelId(state.options), checkboxChecked: false };
  }
  if (state.kind === 'open') {
    if ('filePaths' in answer) return { canceled: false, filePaths: [...answer.filePaths] };
    if ('canceled' in answer) return { canceled: true, filePaths: [] };
  }
  if (state.kind === 'save') {
    if ('filePath' in answer) return { canceled: false, filePath: answer.filePath };
    if ('canceled' in answer) return { canceled: true, filePath: '' };
  }
  throw new Error(`that is no answer to a ${state.kind} dialog: ${JSON.stringify(answer)}`);
}

/** Electron: cancelId, else the button labelled cancel or no, else 0. */
function cancelId(options: Readonly<Record<string, unknown>>): number {
  if (typeof options.cancelId === 'number') return options.cancelId;
  const buttons = Array.isArray(options.buttons) ? options.buttons : [];
  const at = buttons.findIndex((label) => /^(cancel|no)$/i.test(String(label)));
  return at === -1 ? 0 : at;
}

function isWindow(value: unknown): value is BrowserWindow {
  return typeof value === 'object' && value !== null && 'webContents' in value;
}

function plain(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(options, (key, value) => (key === 'icon' || key === 'signal' ? undefined : value)));
}

function show(kind: DialogKind, args: readonly unknown[]): Promise<object> {
  const [first, second] = args;
  const window = isWindow(first) ? first : undefined;
  const options = (window === undefined ? first : second) as Record<string, unknown>;
  lastNumber += 1;
  const state = { number: lastNumber, kind, windowId: window?.id, options: plain(options) };
  const words = `${kind} dialog ${JSON.stringify(state.options.message ?? state.options.title ?? '')}`;
  if (!registry.hasDriver) {
    return Promise.reject(missing('dialogs without a test that answers them', words));
  }
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      open.delete(state.number);
      registry.changes.emit('change');
    };
    const timer = setTimeout(() => {
      settle();
      reject(missing(`answer to the ${words}`, `no test gave one within ${ANSWER_WITHIN_MS} ms`));
    }, ANSWER_WITHIN_MS);
    const answer = (given: DialogAnswer): void => {
      resolve(resultOf(state, given));
      settle();
    };
    const { signal } = options;
    if (signal instanceof AbortSignal)
      signal.addEventListener('abort', () => answer({ canceled: true }), { once: true });
    open.set(state.number, { state, answer });
    registry.changes.emit('change');
  });
}

class Dialog extends StandInObject {
  static override readonly _apiName = 'dialog';

  showMessageBox(...args: unknown[]): Promise<object> {
    return show('message', args);
  }

  showOpenDialog(...args: unknown[]): Promise<object> {
    return show('open', args);
  }

  showSaveDialog(...args: unknown[]): Promise<object> {
    return show('save', args);
  }

  /** Before ready, Electron writes it to the standard error; so does this, always. */
  showErrorBox(title: string, content: string): void {
    errorBoxes.push({ title, content });
    console.error(`${title}\n${content}`);
    registry.changes.emit('change');
  }
}

export const dialog = new Dialog();

export function openDialogs(): DialogState[] {
  return [...open.values()].map(({ state }) => state);
}

export function answerDialog(number: number, answer: DialogAnswer): void {
  const dialog = open.get(number);
  if (dialog === undefined) throw new Error(`no dialog ${number} is open`);
  dialog.answer(answer);
}

export function shownErrorBoxes(): readonly { readonly title: string; readonly content: string }[] {
  return errorBoxes;
}
