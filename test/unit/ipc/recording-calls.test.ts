import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { castEventLine } from '../../../main/connect/asciicast.ts';
import type { SessionState } from '../../../main/connect/connect-session.ts';
import { recordingsIn } from '../../../main/glasskey-recordings.ts';
import { CALLS, type RecordedEventView } from '../../../main/ipc/contract.ts';
import { recordingCalls } from '../../../main/ipc/recording-calls.ts';
import { ManualClock } from '../lab/authenticator/manual-clock.ts';

const ROUTE = {
  target: 'leaf1',
  device: 'alice@10.0.0.7',
  user: 'alice',
  jumps: ['ops@192.0.2.10'],
  way: 'jump' as const,
  keepAlive: { everySeconds: 15, count: 3 },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-rc-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start() {
  const clock = new ManualClock();
  const recordings = recordingsIn(folder, clock);
  const recording = recordings.start(ROUTE, { columns: 80, rows: 24 }, () => {});
  recording.output(new TextEncoder().encode('hello\r\n'));
  await clock.pass(2500);
  const state: { list: Partial<SessionState>[]; chosen: string | undefined } = {
    list: [{ isRecorded: true, recording: { file: recording.path, state: 'running' } }],
    chosen: undefined,
  };
  const asked: string[] = [];
  const calls = recordingCalls({
    recordings,
    sessions: { list: () => state.list as SessionState[] },
    chooseNewFile: async (name) => {
      asked.push(name);
      return state.chosen;
    },
  });
  const context = { signal: new AbortController().signal, progress: () => {}, windowId: 1 };
  const [name = ''] = readdirSync(recordings.folder);
  const readAll = async () => {
    const events: RecordedEventView[] = [];
    for (let from: number | undefined = 0, parts = 0; from !== undefined; parts += 1) {
      const part = await calls['recordings.read']({ name, from }, context);
      CALLS['recordings.read'].output.parse(part);
      events.push(...part.events);
      from = part.next;
      if (parts > 100) throw new Error('endless');
    }
    return events;
  };
  return { calls, context, recording, recordings, name, state, asked, readAll };
}

describe('recordings.list', () => {
  it('says of each what its file says, and how long it is once it has ended', async () => {
    const { calls, context, recording, name } = await start();
    const list = async () => {
      const output = await calls['recordings.list']({}, context);
      CALLS['recordings.list'].output.parse(output);
      return output.recordings;
    };
    const about = {
      name,
      title: 'leaf1 (alice@10.0.0.7)',
      subject: { target: 'leaf1', device: 'alice@10.0.0.7', jumps: ['ops@192.0.2.10'] },
    };
    expect(await list()).toMatchObject([about]);
    recording.end();
    expect(await list()).toMatchObject([{ ...about, seconds: 2.5 }]);
  });

  it('lists a file that cannot be understood, too', async () => {
    const { calls, context, recordings } = await start();
    writeFileSync(join(recordings.folder, 'z.cast'), 'nonsense');
    const { recordings: listed } = await calls['recordings.list']({}, context);
    expect(listed[0]).toEqual({ name: 'z.cast', bytes: 8 });
  });
});

describe('recordings.read', () => {
  it('gives a large recording in parts, each event once and in order', async () => {
    const { recordings, name, readAll } = await start();
    const lines = Array.from({ length: 12_345 }, (_, at) => castEventLine({ at, code: 'o', data: `${at}` }));
    writeFileSync(join(recordings.folder, name), `{"version":2,"width":80,"height":24}\n${lines.join('')}`);
    expect((await readAll()).map(({ data }) => data)).toEqual(lines.map((_, at) => `${at}`));
  });

  it('gives nothing of what is none', async () => {
    const { calls, context } = await start();
    const read = async (name: string) => calls['recordings.read']({ name, from: 0 }, context);
    await expect(read('../glasskey.db')).rejects.toMatchObject({ code: 'RECORDING_UNKNOWN' });
  });
});

describe('recordings.remove', () => {
  it('takes no file from under a session that writes it', async () => {
    const { calls, context, name, state, recordings } = await start();
    const remove = async () => calls['recordings.remove']({ name }, context);
    await expect(remove()).rejects.toMatchObject({ code: 'RECORDING_RUNNING' });
    state.list = [];
    expect([await remove(), await remove()]).toEqual([{ removed: true }, { removed: false }]);
    expect(readdirSync(recordings.folder)).toEqual([]);
  });
});

describe('recordings.export', () => {
  it('copies it to where the person chose, and nowhere where they declined', async () => {
    const { calls, context, name, state, asked } = await start();
    expect(await calls['recordings.export']({ name }, context)).toEqual({});
    state.chosen = join(folder, 'out.cast');
    writeFileSync(state.chosen, 'old');
    expect(await calls['recordings.export']({ name }, context)).toEqual({ file: state.chosen });
    expect(readFileSync(state.chosen, 'utf8')).toContain('hello');
    expect(asked).toEqual([name, name]);
  });

  it('asks for no place for what is not there', async () => {
    const { calls, context, asked } = await start();
    await expect(calls['recordings.export']({ name: 'none.cast' }, context)).rejects.toMatchObject({
      code: 'RECORDING_UNKNOWN',
    });
    expect(asked).toEqual([]);
  });
});
