/**
 * Starts one headless Chromium that belongs to this process and ends with it.
 *
 * - It speaks the debugging protocol over a pipe; when this process dies, however it dies, the pipe closes and Chromium
 *   ends by itself. Its helpers share a process group, which is killed if it does not.
 * - `debuggingPort` opens a port on 127.0.0.1 as well, so that Playwright can connect. Tests only.
 * - No host name resolves in it, whatever a page tries; what the app's own scheme serves never reaches the resolver.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readlinkSync, rmSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CdpConnection } from './cdp-connection.ts';
import { findChromium } from './find-chromium.ts';

export interface LaunchOptions {
  /** The profile: kept between runs, as Electron keeps its own. */
  readonly profileFolder: string;
  readonly debuggingPort: boolean;
  readonly language: string;
  /** What the app appended to its command line, as `--name=value`. */
  readonly switches: readonly string[];
}

export interface LaunchedChromium {
  readonly connection: CdpConnection;
  readonly processId: number;
  /** `ws://127.0.0.1:…/devtools/browser/…`, when `debuggingPort` was asked for. */
  readonly endpoint: string | undefined;
  /** Ends the browser and waits for it; kills it after `patienceMs`. */
  close(patienceMs?: number): Promise<void>;
  /** Ends it at once, for a process that is exiting. */
  kill(): void;
}

/** Chromium's own chatter and parts nobody looks at here: each costs a request, a process or time at the start. */
export const FEATURES_OFF = [
  'DialMediaRouteProvider',
  'MediaRouter',
  'OmniboxAimPopup',
  'OptimizationHints',
  'Translate',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxPopup',
];

const SWITCHES = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-startup-window',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-component-extensions-with-background-pages',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-breakpad',
  '--disable-domain-reliability',
  '--disable-client-side-phishing-detection',
  '--disable-hang-monitor',
  '--disable-search-engine-choice-screen',
  '--disable-infobars',
  '--disable-field-trial-config',
  '--metrics-recording-only',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  // Electron's windows are neither throttled nor unloaded for lying behind one another.
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--force-color-profile=srgb',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
];

/** Far longer than it takes on a computer that has nothing else to do. */
const ENDPOINT_WITHIN_MS = 30_000;

function commandLine(options: LaunchOptions): string[] {
  const own = options.switches.filter((each) => !each.startsWith('--disable-features='));
  const featuresOff = options.switches
    .filter((each) => each.startsWith('--disable-features='))
    .flatMap((each) => each.slice('--disable-features='.length).split(','));
  return [
    ...SWITCHES,
    `--user-data-dir=${options.profileFolder}`,
    `--lang=${options.language}`,
    `--disable-features=${[...FEATURES_OFF, ...featuresOff].join(',')}`,
    ...(options.debuggingPort ? ['--remote-debugging-port=0'] : []),
    // Chromium's sandbox refuses to run as root.
    ...(process.getuid?.() === 0 || process.env.ELECTRON_STANDIN_NO_SANDBOX === '1' ? ['--no-sandbox'] : []),
    ...own,
  ];
}

/** Its standard error, of which the last lines are told when it fails to start. */
function keepLastWords(child: ChildProcess): () => string {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-4000);
  });
  return () => words.trim();
}

/** Chromium writes the file when the port is open, a moment after it answers on the pipe. */
async function readEndpoint(profileFolder: string): Promise<string> {
  const deadline = Date.now() + ENDPOINT_WITHIN_MS;
  while (Date.now() < deadline) {
    const text = await readFile(join(profileFolder, 'DevToolsActivePort'), 'utf8').catch(() => '');
    const [port, path] = text.split('\n');
    if (port !== undefined && path !== undefined && path !== '') return `ws://127.0.0.1:${port}${path}`;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('Chromium opened no debugging port');
}

/**
 * Chromium keeps the socket of its profile lock in a folder of its own in the temporary folder, and one that was killed leaves it
 * there. A symbolic link in the profile says which it is; it is gone when Chromium ended by itself.
 */
function clearSocketFolder(profileFolder: string): void {
  try {
    const folder = dirname(readlinkSync(join(profileFolder, 'SingletonSocket')));
    if (/^(org\.chromium|com\.google)\./.test(basename(folder))) rmSync(folder, { recursive: true, force: true });
  } catch {
    // No link, so no folder.
  }
}

/** Throws when there is no browser, or when it ends before it has answered. */
export async function launchChromium(options: LaunchOptions): Promise<LaunchedChromium> {
  const program = findChromium();
  if (program === undefined) {
    throw new Error(
      'the Electron stand-in needs a Chromium, and none is on the PATH: install the package chromium, or name one in ELECTRON_STANDIN_CHROMIUM',
    );
  }
  await mkdir(options.profileFolder, { recursive: true, mode: 0o700 });
  rmSync(join(options.profileFolder, 'DevToolsActivePort'), { force: true });
  const child = spawn(program, commandLine(options), {
    // Standard output too: Debian's wrapper is a shell script.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const lastWords = keepLastWords(child);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let hasAnswered = false;
  const kill = (): void => {
    // Not before it answered: until then the lock may be another's, whose profile this is.
    if (hasAnswered) clearSocketFolder(options.profileFolder);
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Already gone, and its group with it.
    }
  };
  const connection = new CdpConnection(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const started = connection.browser.send('Browser.getVersion');
  started.catch(() => {});
  const early = ended.then(() => {
    throw new Error(`Chromium ended before it answered:\n${lastWords()}`);
  });
  await Promise.race([started, early]).catch((error: unknown) => {
    kill();
    throw new Error(`${program} could not be started: ${error instanceof Error ? error.message : String(error)}`);
  });
  early.catch(() => {});
  hasAnswered = true;
  return {
    connection,
    processId: child.pid ?? 0,
    endpoint: options.debuggingPort ? await readEndpoint(options.profileFolder) : undefined,
    kill,
    async close(patienceMs = 3000): Promise<void> {
      connection.browser.send('Browser.close').catch(() => {});
      const timer = setTimeout(kill, patienceMs);
      await ended;
      clearTimeout(timer);
      // The browser itself has gone; a helper that lingers goes now.
      kill();
    },
  };
}
