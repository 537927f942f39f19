import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginHeadStart } from '../../main/glasskey-head-start.ts';
import type { KeptLogin } from '../../main/storage/kept-logins.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-head-'));
  mkdirSync(join(folder, 'connect'), { mode: 0o700 });
  mkdirSync(join(folder, 'tmp'), { mode: 0o700 });
  vi.stubEnv('TMPDIR', join(folder, 'tmp'));
  writeFileSync(join(folder, 'connect', 'a.pub'), 'the line');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Of an ssh that is this script. */
function kept(script: string): KeptLogin {
  const [configFolder, agentSocket] = [join(folder, 'tmp', 'glasskey-0'), join(folder, 'connect', '1-001.sock')];
  const program = join(folder, 'ssh');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return {
    words: ['connect', 'leaf1', '--pin-stdin'],
    program,
    arguments: ['-F', join(configFolder, 'ssh_config'), 'glasskey-device'],
    environment: { SSH_AUTH_SOCK: agentSocket },
    configFile: join(configFolder, 'ssh_config'),
    configText: `Host glasskey-device\n  IdentityAgent ${agentSocket}\n`,
    agentSocket,
    publicKeys: [{ file: join(folder, 'connect', 'a.pub'), line: 'the line' }],
  };
}

const begin = (login: KeptLogin) =>
  beginHeadStart(login, ['true'], { dataFolder: folder, environment: process.env, logins: [login] });

const made = () => [
  ...readdirSync(join(folder, 'tmp')),
  ...readdirSync(join(folder, 'connect')).filter((name) => name !== 'a.pub'),
];

describe('the head start of a login', () => {
  it('keeps what its ssh said for whoever takes it over, also where that has ended before', async () => {
    const begun = begin(kept('echo "this is what I say" >&2; exit 5'));
    const ssh = begun?.ssh;
    if (ssh?.child.stderr == null || ssh.stderr === null) return expect.unreachable();
    await Promise.all([once(ssh.child, 'exit'), once(ssh.child.stderr, 'end')]);
    expect(await text(ssh.stderr)).toBe('this is what I say\n');
    expect(await ssh.ended).toEqual({ kind: 'exited', code: 5 });
    await begun?.end();
    expect(made()).toEqual([]);
  });

  it('is none with another temporary or data folder, with another key, or where others may enter its folder', () => {
    const here = kept('exit 0');
    for (const other of [
      { ...here, configFile: here.configFile.replace(folder, '/elsewhere') },
      { ...here, agentSocket: here.agentSocket.replace(folder, '/elsewhere') },
      { ...here, publicKeys: [{ file: join(folder, 'connect', 'a.pub'), line: 'another line' }] },
      { ...here, arguments: ['a NUL: \0'] },
    ]) {
      expect(begin(other)).toBeUndefined();
      expect(made()).toEqual([]);
    }
    chmodSync(join(folder, 'connect'), 0o755);
    expect(begin(here)).toBeUndefined();
    expect(made()).toEqual([]);
  });
});
