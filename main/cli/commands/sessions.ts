import { existsSync, readFileSync } from 'node:fs';
import { resolve as absolute, basename } from 'node:path';
import { asGlasskeyError, GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { timeOfDay } from '../../../time/shown-times.ts';
import type { Cast } from '../../connect/asciicast.ts';
import type { AppSession } from '../../connect/session-messages.ts';
import type { AppSessions } from '../../connect/sessions-client.ts';
import type { Glasskey } from '../../glasskey.ts';
import type { RecordingReport } from '../../glasskey-recordings.ts';
import type { WayKind } from '../../storage/target-store.ts';
import { attachTerminal } from '../attach-terminal.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { replacingOnlyWith } from '../existing-file.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { printable } from '../output.ts';
import { playRecording } from '../play-recording.ts';

export const sessions: Command = {
  usage:
    '[list | attach [SESSION] | end SESSION | reconnect SESSION | recordings | play RECORDING | export RECORDING] [options]',
  about:
    'The sessions of the desktop app that runs: lists them, shows one on this terminal (Ctrl-] lets go of it, and the session goes\n' +
    'on), ends one, or begins one that has ended anew; the app asks for PIN and touch then. SESSION is its number in the list, its target\n' +
    'or the beginning of its id. Recordings are read from the disk, whether the app runs or not; RECORDING is a name or a file.',
  options: {
    speed: { value: 'N', summary: 'play: so many times as fast (1)' },
    'idle-limit': { value: 'SECONDS', summary: 'play: no rest is longer (2)' },
    output: { value: 'FILE', short: 'o', summary: 'export: where to (its name, in the current folder)' },
    overwrite: { summary: 'export: replace the file' },
  },
  examples: [
    ['glasskey sessions', 'what is open, since when, through which hosts'],
    ['glasskey sessions attach leaf1', 'that session in this terminal, beside the window'],
    ['glasskey sessions reconnect leaf1', 'the same login again, in its place, after it was cut off'],
    ['glasskey sessions play 2026-11-30T05-40-12Z-leaf1.cast --speed 4', 'what was seen then'],
    ['glasskey sessions export 2026-11-30T05-40-12Z-leaf1.cast -o leaf1.cast', 'a copy for a ticket'],
  ],
  run(invocation) {
    const [verb = 'list', name, extra] = invocation.positionals;
    const takesName = ['attach', 'end', 'reconnect', 'play', 'export'].includes(verb);
    const surplus = takesName ? extra : name;
    if (surplus !== undefined) throw usageError('sessions', `"${surplus}" is one word too many`);
    return withGlasskey(invocation, (glasskey) => {
      switch (verb) {
        case 'list':
          return withApp(glasskey, (app) => list(app, invocation));
        case 'attach':
          return withApp(glasskey, (app) => attach(app, name, invocation));
        case 'end':
          return withApp(glasskey, (app) => end(app, named('end', name), invocation));
        case 'reconnect':
          return withApp(glasskey, (app) => reconnect(app, named('reconnect', name), invocation));
        case 'recordings':
          return recordings(glasskey, invocation);
        case 'play':
          return play(glasskey, named('play', name), invocation);
        case 'export':
          return exportRecording(glasskey, named('export', name), invocation);
        default:
          throw usageError('sessions', `There is no "sessions ${verb}"`);
      }
    });
  },
};

async function withApp(glasskey: Glasskey, use: (app: AppSessions) => Promise<number>): Promise<number> {
  const app = await glasskey.appSessions();
  try {
    return await use(app);
  } finally {
    app.close();
  }
}

async function list(app: AppSessions, { output, world }: Invocation): Promise<number> {
  const all = await app.list();
  output.object({ sessions: all });
  if (all.length === 0) output.line('No session is open.');
  for (const [index, session] of all.entries()) {
    for (const line of sessionLines(index + 1, session, world.clock.now())) output.line(line);
  }
  return ExitCode.OK;
}

async function attach(app: AppSessions, name: string | undefined, invocation: Invocation): Promise<number> {
  const { output, world, signal } = invocation;
  if (output.json) throw usageError('sessions', '--json does not go with attach: a session is no JSON');
  const session = find(await app.list(), name);
  output.note(`${printable(session.target)}: Ctrl-] lets go of it, and the session goes on.`);
  if (session.isRecorded) output.warn('This session is recorded: what its terminal shows, and nothing that is typed.');
  const { why, session: last } = await attachTerminal(app, session, world, signal);
  if (why === 'detached') output.note(`Let go of ${printable(last.target)}. The session goes on.`);
  if (why === 'closed') throw appGone();
  if (why === 'detached' || why === 'gone') return ExitCode.OK;
  if (last.error !== undefined) throw new GlasskeyError(last.error);
  output.note(`The session on ${printable(last.target)} has ended.`);
  return last.exitCode ?? ExitCode.OK;
}

async function end(app: AppSessions, name: string, { output }: Invocation): Promise<number> {
  const { id, target, state } = find(await app.list(), name);
  await app.end(id);
  output.object({ id, ended: state !== 'ended', removed: state === 'ended' });
  output.line(state === 'ended' ? `${printable(target)} is off the list.` : `Ending ${printable(target)}.`);
  return ExitCode.OK;
}

async function reconnect(app: AppSessions, name: string, { output }: Invocation): Promise<number> {
  const { id, target } = find(await app.list(), name);
  await app.reconnect(id);
  output.object({ id, reconnected: true });
  output.line(`Logging in to ${printable(target)} again. The app asks for the PIN and for touches.`);
  return ExitCode.OK;
}

async function recordings(glasskey: Glasskey, { output }: Invocation): Promise<number> {
  const { folder, list: listed } = await glasskey.recordings();
  const all = listed();
  output.object({ folder, recordings: all });
  if (all.length === 0) output.line('Nothing was recorded.');
  for (const recording of all) output.line(recordingLine(recording));
  return ExitCode.OK;
}

async function play(glasskey: Glasskey, name: string, { options, output, world, signal }: Invocation): Promise<number> {
  if (output.json) throw usageError('sessions', '--json does not go with play: a recording is no JSON');
  const pace = {
    speed: numberOf('speed', options.value('speed') ?? '1', 0.01, 1000),
    idleLimit: numberOf('idle-limit', options.value('idle-limit') ?? '2', 0, 86_400),
  };
  await playRecording(await castOf(glasskey, name), pace, world, signal);
  return signal.aborted ? ExitCode.CANCELLED : ExitCode.OK;
}

async function exportRecording(glasskey: Glasskey, name: string, { options, output }: Invocation): Promise<number> {
  const file = absolute(options.value('output') ?? basename(name));
  const recordings = await glasskey.recordings();
  await replacingOnlyWith('--overwrite', () => recordings.exportTo(name, file, options.has('overwrite')));
  output.object({ name, file });
  output.line(`${printable(name)} is copied to ${printable(file)}.`);
  return ExitCode.OK;
}

/** A name of the data folder's recordings, or any file; one of the current folder only where no recording has its name. */
async function castOf(glasskey: Glasskey, name: string): Promise<Cast> {
  if (!/[\\/]/.test(name)) {
    try {
      return (await glasskey.recordings()).read(name);
    } catch (error) {
      if (asGlasskeyError(error).code !== 'RECORDING_UNKNOWN' || !existsSync(name)) throw error;
    }
  }
  const { readCast } = await import('../../connect/asciicast.ts');
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (cause) {
    throw new GlasskeyError({
      code: 'FILE_READ_FAILED',
      message: `${name} cannot be read.`,
      remedy: 'Check its path, and that it is yours.',
      detail: { path: name },
      cause,
    });
  }
  return readCast(text);
}

/** By its number in the list, its target or saved name, or the beginning of its id. */
function find(all: readonly AppSession[], name: string | undefined): AppSession {
  const matches = all.filter((session, index) => name === undefined || isCalled(session, index, name));
  const [only, another] = matches;
  if (only !== undefined && another === undefined) return only;
  const running = matches.filter(({ state }) => state !== 'ended');
  const [open] = running;
  if (open !== undefined && running.length === 1) return open;
  throw only === undefined ? unknown(name) : several(matches.length);
}

function isCalled({ id, target, name: saved, device }: AppSession, index: number, name: string): boolean {
  return (
    String(index + 1) === name || [target, saved, device].includes(name) || (name.length >= 4 && id.startsWith(name))
  );
}

/** `1  leaf1  open since 05:40, through ops@192.0.2.10`, then what is remarkable, indented. */
function sessionLines(number: number, session: AppSession, now: number): readonly string[] {
  const { target, device, jumps, way: kind, isRecorded, waitsFor, error } = session;
  const way = jumps.length === 0 ? '' : `, through ${jumps.join(', then ')}`;
  const first = `${number}  ${target}${target === device ? '' : ` (${device})`}  ${stateOf(session, now)}${way}`;
  const marks = [
    ...(kind === 'jump' ? [] : [WAY_MARKS[kind]]),
    ...(isRecorded ? ['recorded'] : []),
    ...(waitsFor === undefined ? [] : [waitsFor.sentence]),
    ...(error === undefined ? [] : [error.message]),
  ];
  return [printable(first), ...marks.map((mark) => `    ${printable(mark)}`)];
}

const WAY_MARKS: Readonly<Record<Exclude<WayKind, 'jump'>, string>> = {
  forwarded: 'from the jump host on, with the agent forwarded',
  console: 'a VM console',
  password: 'by a shared account’s password: the last resort',
};

function stateOf({ state, startedAt, openedAt, endedAt, exitCode, lost }: AppSession, now: number): string {
  if (state === 'starting') return `logging in since ${timeOfDay(startedAt, now)}`;
  if (state === 'open') return `open since ${timeOfDay(openedAt ?? startedAt, now)}`;
  const how = lost === undefined ? (exitCode === undefined ? 'ended' : `ended with ${exitCode}`) : LOST[lost];
  return `${how} at ${timeOfDay(endedAt ?? startedAt, now)}`;
}

const LOST = { 'not-answering': 'lost (the host does not answer)', cut: 'cut off' } as const;

function recordingLine({ name, bytes, seconds, title }: RecordingReport): string {
  const long = seconds === undefined ? '' : `  ${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return printable(`${name}  ${Math.ceil(bytes / 1024)} KiB${long}${title === undefined ? '' : `  ${title}`}`);
}

function named(verb: string, name: string | undefined): string {
  if (name !== undefined) return name;
  throw usageError('sessions', `sessions ${verb} needs to know which one`);
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw usageError('sessions', `--${option} takes a number from ${least} to ${most}`);
}

function unknown(name: string | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_UNKNOWN',
    message: name === undefined ? 'No session is open.' : `No session is called ${name}.`,
    remedy: 'Run glasskey sessions for all of them.',
  });
}

function several(count: number): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSION_AMBIGUOUS',
    message: `${count} sessions could be meant.`,
    remedy: 'Name one by its number; glasskey sessions lists them.',
  });
}

function appGone(): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_APP_NOT_RUNNING',
    message: 'The desktop app has gone, and its sessions with it.',
    remedy: 'Start Glasskey’s desktop app and log in again.',
  });
}
