import { describe, expect, it } from 'vitest';
import {
  agentSocketPath,
  connectSocketPath,
  PIPE_PREFIX,
  sessionsSocketPath,
} from '../../../main/storage/agent-socket-path.ts';

const ALICE = 'C:\\Users\\alice\\AppData\\Local\\Glasskey';

describe('where the agents and the sessions listen', () => {
  it('is in the data folder', () => {
    expect(agentSocketPath('/d', 'linux')).toBe('/d/agent/agent.sock');
    expect(sessionsSocketPath('/d', 'darwin')).toBe('/d/agent/sessions.sock');
    expect(connectSocketPath('/d', '1-000.sock', 'linux')).toBe('/d/connect/1-000.sock');
  });

  it('is on Windows a pipe of the data folder’s own, however its path is written', () => {
    const path = agentSocketPath(ALICE, 'win32');
    expect(path.startsWith(`${PIPE_PREFIX}glasskey-agent-`)).toBe(true);
    expect(agentSocketPath('c:/users/ALICE/AppData/Local/./Glasskey', 'win32')).toBe(path);
    expect(agentSocketPath(ALICE.replace('alice', 'bob'), 'win32')).not.toBe(path);
  });

  it('is another pipe for each, and never that of OpenSSH’s own agent', () => {
    const paths = [
      agentSocketPath(ALICE, 'win32'),
      sessionsSocketPath(ALICE, 'win32'),
      connectSocketPath(ALICE, '7-000.sock', 'win32'),
      connectSocketPath(ALICE, '7-001.sock', 'win32'),
    ];
    expect(new Set(paths).size).toBe(4);
    expect(paths.filter((path) => path.includes('openssh'))).toEqual([]);
    // CreateNamedPipeW: a name of at most 256 characters.
    for (const path of paths) expect(path.length).toBeLessThanOrEqual(256);
  });
});
