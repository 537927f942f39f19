/**
 * Runs under Wine: serves the app's sessions on their pipe, as the app does; its one session is a terminal that stays silent. Its lines are
 * JSON.
 */
import { silentLog } from '../../diagnostics/log.ts';
import { systemCliWorld } from '../../main/cli/cli-world.ts';
import type { RunSession } from '../../main/connect/connect-session.ts';
import { SessionList } from '../../main/connect/session-list.ts';
import { Glasskey } from '../../main/glasskey.ts';
import { sessionsSocketPath } from '../../main/storage/agent-socket-path.ts';
import { dataFolderPath } from '../../main/storage/data-folder.ts';
import { systemClock } from '../../time/clock.ts';
import { fakePtys } from '../unit/connect/fake-pty.ts';

const say = (what: object) => console.log(JSON.stringify(what));
const notWanted = () => {
  throw new Error('nothing is recorded or begun anew here');
};
const sessions = new SessionList({ clock: systemClock, spawn: fakePtys().spawn, record: notWanted });
const login: RunSession = ({ terminal, signal }) => {
  terminal.onStarted(
    terminal.spawn({ file: 'ssh', arguments: [], environment: {}, folder: '/', size: terminal.size() }),
  );
  terminal.onOpened();
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('hung up'))));
};
const route = { target: 'leaf1', device: 'alice@10.0.0.7', user: 'alice', jumps: [], way: 'jump' as const };
sessions.open({
  route: { ...route, keepAlive: { everySeconds: 15, count: 3 } },
  run: login,
  isRecorded: false,
  size: { columns: 80, rows: 24 },
});
sessions.onChange(() => say({ states: sessions.list().map(({ state }) => state) }));
const glasskey = new Glasskey({ ...systemCliWorld(), log: silentLog, check: [process.execPath] });
await glasskey.serveSessions({ sessions, reconnect: notWanted });
const dataFolder = dataFolderPath({ platform: process.platform, env: process.env, home: '' });
say({ pid: process.pid, socketPath: sessionsSocketPath(dataFolder) });
