/**
 * Opens a URL in the person's browser: what $BROWSER names, as xdg-open honours it, else the system's opener. Always
 * by an argument array; nothing goes through a shell.
 */
import { spawn } from 'node:child_process';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { type Clock, pause, systemClock } from '../../time/clock.ts';

export interface SystemBrowserOptions {
  /** Gets the URL before any program is started, so that a person on a machine without a browser can open it elsewhere. */
  readonly onUrl?: (url: string) => void;
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** A program that still runs after this has shown the page, or is about to: browsers in the foreground never end. */
const STARTED_AFTER_MS = 3000;

/**
 * Resolves when a program took the URL: it ended with status 0, or runs for three seconds. Tries each candidate in
 * turn. Throws `BROWSER_URL_REFUSED` for anything but https (or http on this computer), `BROWSER_NOT_STARTED` when no
 * candidate worked, `CANCELLED` when the signal fired.
 */
export async function openSystemBrowser(url: string, options: SystemBrowserOptions = {}): Promise<void> {
  const safeUrl = assertOpenable(url);
  options.onUrl?.(safeUrl);
  const env = options.env ?? process.env;
  const tried: string[] = [];
  for (const command of browserCommands(safeUrl, env, options.platform ?? process.platform)) {
    if (options.signal?.aborted) throw cancelled('Opening the browser');
    tried.push(command.program);
    if (await started(command, env, options.clock ?? systemClock, options.signal)) return;
  }
  throw notStarted(tried);
}

/**
 * The programs to try, best first. $BROWSER is a list separated by colons; each entry is words separated by spaces (no
 * quoting), with `%s` where the URL goes, or at the end without one: xdg-open(1) reads it so.
 */
export function browserCommands(url: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly Command[] {
  if (platform === 'win32') return [{ program: 'rundll32', args: ['url.dll,FileProtocolHandler', url] }];
  const named = (env.BROWSER ?? '').split(':').flatMap((entry) => commandOf(entry, url));
  const opener = platform === 'darwin' ? 'open' : 'xdg-open';
  return [...named, { program: opener, args: [url] }];
}

function commandOf(entry: string, url: string): readonly Command[] {
  const [program, ...args] = entry.split(/\s+/).filter((word) => word !== '');
  if (program === undefined) return [];
  if (!args.some((word) => word.includes('%s'))) return [{ program, args: [...args, url] }];
  // A function, because in a replacement string `$&` and the like mean something.
  return [{ program, args: args.map((word) => word.replaceAll('%s', () => url)) }];
}

/** Only web pages: an opener would start programs for other schemes. */
function assertOpenable(url: string): string {
  const parsed = URL.parse(url);
  const loopback = parsed?.hostname === 'localhost' || parsed?.hostname === '127.0.0.1' || parsed?.hostname === '[::1]';
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && loopback)) return parsed.href;
  throw new GlasskeyError({
    code: 'BROWSER_URL_REFUSED',
    message: 'Glasskey opens only https addresses in the browser.',
    remedy: 'Check the addresses in the settings.',
    detail: { scheme: parsed?.protocol ?? '' },
  });
}

async function started(
  command: Command,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const child = spawn(command.program, [...command.args], { env, stdio: 'ignore', detached: true, shell: false });
  child.unref();
  const ended = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (status) => resolve(status === 0));
  });
  const waiting = new AbortController();
  const stop = signal === undefined ? waiting.signal : AbortSignal.any([signal, waiting.signal]);
  const running = pause(clock, STARTED_AFTER_MS, stop).then(() => true);
  const result = await Promise.race([ended, running]);
  waiting.abort();
  return result;
}

function notStarted(tried: readonly string[]): GlasskeyError {
  return new GlasskeyError({
    code: 'BROWSER_NOT_STARTED',
    message: 'No browser could be started on this computer.',
    remedy: 'Open the address that Glasskey shows in a browser on this computer, or set BROWSER to one.',
    detail: { tried: tried.join(', ') },
  });
}
