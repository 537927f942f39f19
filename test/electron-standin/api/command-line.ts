/**
 * app.commandLine: the switches this process was started with (`--name`, `--name=value`) and those the app appends. The
 * appended ones reach Chromium when it starts, which is after `ready` was asked for; those that would unmake the stand-in are
 * refused.
 */
import { missing } from '../missing.ts';
import { StandInObject } from './standin-object.ts';

const REFUSED = ['remote-debugging-port', 'remote-debugging-pipe', 'user-data-dir', 'headless', 'host-resolver-rules'];

class CommandLine extends StandInObject {
  static override readonly _apiName = 'commandLine';

  private readonly _given = new Map<string, string>();
  private readonly _appended = new Map<string, string>();
  private readonly _arguments: string[] = [];

  constructor(argv: readonly string[]) {
    super();
    for (const each of argv) {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(each) ?? [];
      if (name !== undefined) this._given.set(name, value ?? '');
    }
  }

  appendSwitch(name: string, value = ''): void {
    if (REFUSED.includes(name)) throw missing(`switch '${name}'`, 'the stand-in sets it itself');
    this._appended.set(name, value);
  }

  appendArgument(value: string): void {
    this._arguments.push(value);
  }

  hasSwitch(name: string): boolean {
    return this._appended.has(name) || this._given.has(name);
  }

  getSwitchValue(name: string): string {
    return this._appended.get(name) ?? this._given.get(name) ?? '';
  }

  removeSwitch(name: string): void {
    this._appended.delete(name);
    this._given.delete(name);
  }

  /** For Chromium. */
  _switches(): string[] {
    return [...this._appended].map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
  }

  _all(): Record<string, string> {
    return Object.fromEntries(this._appended);
  }
}

export const commandLine = new CommandLine(process.argv.slice(2));
