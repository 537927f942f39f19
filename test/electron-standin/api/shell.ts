/**
 * shell: openExternal, openPath, showItemInFolder and beep are recorded for a test to look at, and nothing is opened.
 * Without a driver there is nobody to look, so openExternal and openPath reject and say what was to be opened.
 */
import { missing } from '../missing.ts';
import { registry } from './registry.ts';
import { StandInObject } from './standin-object.ts';

/** As the driver hands it out. */
export interface ShellRequest {
  readonly what: 'openExternal' | 'openPath' | 'showItemInFolder' | 'beep';
  readonly target: string;
}

const requests: ShellRequest[] = [];
/** What the next openExternal rejects with, when a test says that no program can open it. */
let refusal: string | undefined;

function record(what: ShellRequest['what'], target: string): void {
  requests.push({ what, target });
  registry.changes.emit('change');
}

class Shell extends StandInObject {
  static override readonly _apiName = 'shell';

  async openExternal(url: string, _options?: object): Promise<void> {
    if (URL.parse(url) === null) throw new Error('Invalid URL');
    record('openExternal', url);
    if (!registry.hasDriver) throw missing('system browser', `open ${url} yourself`);
    if (refusal !== undefined) throw new Error(refusal);
  }

  /** Electron resolves with an error's text, or with nothing. */
  async openPath(path: string): Promise<string> {
    record('openPath', path);
    return registry.hasDriver ? (refusal ?? '') : missing('file manager', `open ${path} yourself`).message;
  }

  showItemInFolder(path: string): void {
    record('showItemInFolder', path);
  }

  beep(): void {
    record('beep', '');
  }
}

export const shell = new Shell();

export function shellRequests(): readonly ShellRequest[] {
  return requests;
}

/** From now on nothing can be opened, for this reason; `undefined`: everything can again. */
export function refuseToOpen(reason: string | undefined): void {
  refusal = reason;
}
