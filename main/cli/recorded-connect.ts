/**
 * A connect that is recorded: ssh runs on a terminal of ours, and this one is handed through to it. What the terminal shows goes into the
 * file too; what is typed does not.
 */
import { resolve as absolute } from 'node:path';
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { shownHostSpec } from '../connect/host-spec.ts';
import { type Pty, spawnPty } from '../connect/pty.ts';
import { Recording } from '../connect/recording.ts';
import type { ConnectTo, Glasskey, GlasskeyPeople } from '../glasskey.ts';
import { aboutRoute } from '../glasskey-recordings.ts';
import { createRecordingFile } from '../storage/recording-store.ts';
import type { Invocation } from './command.ts';
import { printable } from './output.ts';
import { openRawTerminal, type RawTerminal, terminalSize } from './raw-terminal.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

export interface RecordedConnect {
  readonly request: ConnectTo;
  readonly people: GlasskeyPeople;
  readonly prompts: Pick<TerminalPrompts, 'release'>;
  /** Where to; made anew. */
  readonly file: string;
}

/** Returns the exit code. Throws `NO_TERMINAL`, `FILE_EXISTS`, `RECORDING_WRITE_FAILED` before anything else, and what a connect throws. */
export async function recordedConnect(
  glasskey: Glasskey,
  { request, people, prompts, file }: RecordedConnect,
  { world, output, signal }: Invocation,
): Promise<number> {
  const size = terminalSize(world);
  const { hops } = await glasskey.planConnect(request);
  const [device = '', ...jumps] = hops.map(({ spec }) => shownHostSpec(spec)).toReversed();
  const recording = new Recording({
    clock: world.clock,
    file: createRecordingFile(absolute(file)),
    size,
    ...aboutRoute({ target: request.target, device, jumps: jumps.toReversed() }),
    onEnd() {
      const why = recording.state === 'full' ? 'it has reached its largest size.' : (recording.error?.message ?? '');
      output.warn(`The recording ends: ${printable(why)} The session goes on.`);
    },
  });
  const line = (text: string) => recording.output(new TextEncoder().encode(`${printable(text)}\r\n`));
  let terminal: RawTerminal | undefined;
  let pty: Pty | undefined;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const handThrough = (started: Pty) => {
    prompts.release();
    pty = started;
    terminal = openRawTerminal(world, {
      typed(bytes) {
        const text = decoder.decode(bytes, { stream: true });
        if (text !== '') pty?.write(text);
      },
      resized(to) {
        recording.resize(to);
        pty?.resize(to);
      },
      ended: () => pty?.write('\x04'),
    });
  };
  const place = {
    terminal: {
      spawn: spawnPty,
      size: () => terminalSize(world),
      onStarted: handThrough,
      onOutput(bytes: Uint8Array) {
        recording.output(bytes);
        world.stdout.write(bytes);
      },
      onOpened() {},
    },
  };
  output.note(`Recording what this terminal shows, to ${printable(recording.path)}`);
  try {
    const told = tellingRecording(people, line, () => terminal);
    const { exitCode } = await glasskey.connect(request, told, signal, place);
    return exitCode;
  } catch (thrown) {
    line(asGlasskeyError(thrown).message);
    throw thrown;
  } finally {
    pty = undefined;
    terminal?.restore();
    recording.end();
  }
}

/** The same people. What they are told stands in the recording too, and while they type a PIN, nobody else reads what is typed. */
function tellingRecording(
  people: GlasskeyPeople,
  line: (text: string) => void,
  terminal: () => RawTerminal | undefined,
): GlasskeyPeople {
  return {
    ...people,
    async signingPin(question, signal) {
      terminal()?.suspend();
      try {
        return await people.signingPin(question, signal);
      } finally {
        terminal()?.resume();
      }
    },
    touchWanted(...about) {
      line(`Touch the security key: ${about[0]}`);
      people.touchWanted(...about);
    },
    remark(text) {
      line(text);
      people.remark(text);
    },
  };
}
