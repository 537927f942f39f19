import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  isAmongOldest,
  type KeptLogin,
  keptLoginOf,
  keptLogins,
  withKeptLogin,
} from '../../../main/storage/kept-logins.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-kept-'));
  file = join(folder, 'kept-logins.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function login(...words: string[]): KeptLogin {
  return {
    words,
    program: '/usr/bin/ssh',
    arguments: ['-F', '/tmp/glasskey-0/ssh_config', 'glasskey-device'],
    environment: { SSH_AUTH_SOCK: '/data/connect/1-001.sock', SHELL: '/bin/sh' },
    configFile: '/tmp/glasskey-0/ssh_config',
    configText: `Host glasskey-device\n  # ${words.join(' ')}\n`,
    agentSocket: '/data/connect/1-001.sock',
    publicKeys: [{ file: '/data/connect/a.pub', line: 'sk-ssh-ed25519@openssh.com AAAA comment' }],
  };
}

function keep(one: KeptLogin): void {
  writeFileSync(file, withKeptLogin(one, keptLogins(file)));
}

describe('kept logins', () => {
  it('are found again by all of their words, and by no others', () => {
    keep(login('connect', 'leaf1', '--pin-stdin'));
    keep(login('connect', 'leaf2', '--pin-stdin'));
    const found = (...words: string[]) => keptLoginOf(words, keptLogins(file));
    expect(found('connect', 'leaf1', '--pin-stdin')).toEqual(login('connect', 'leaf1', '--pin-stdin'));
    expect(found('connect', 'leaf2', '--pin-stdin')).toEqual(login('connect', 'leaf2', '--pin-stdin'));
    expect(found('connect', 'leaf1')).toBeUndefined();
    expect(found('connect', '--pin-stdin', 'leaf1')).toBeUndefined();
    expect(found('connect', 'leaf1', '--pin-stdin', '--direct')).toBeUndefined();
  });

  it('give way to a newer one by the same words, and the oldest to a seventeenth', () => {
    for (let at = 1; at <= 17; at += 1) keep(login('connect', `leaf${at}`));
    const newer = { ...login('connect', 'leaf3'), program: '/opt/ssh' };
    keep(newer);
    const kept = keptLogins(file);
    const others = [17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2].map((at) => `leaf${at}`);
    expect(kept.map(({ words }) => words[1])).toEqual(['leaf3', ...others]);
    expect(kept[0]).toEqual(newer);
  });

  it('are known as those that go next in time to be kept anew', () => {
    for (let at = 1; at <= 16; at += 1) keep(login('connect', `leaf${at}`));
    const kept = keptLogins(file);
    const old = kept.filter((one) => isAmongOldest(one, kept)).map(({ words }) => words[1]);
    expect(old).toEqual(['leaf8', 'leaf7', 'leaf6', 'leaf5', 'leaf4', 'leaf3', 'leaf2', 'leaf1']);
  });

  it('are none where there is no file, or one of another form', () => {
    expect(keptLogins(file)).toEqual([]);
    for (const text of [
      '',
      'null',
      '{}',
      '[{"words":["connect"]}]',
      '[1',
      JSON.stringify([{ ...login('a'), words: 7 }]),
    ]) {
      writeFileSync(file, text);
      expect(keptLogins(file), text).toEqual([]);
    }
  });

  it('are none where something else lies there, which could keep a login waiting', () => {
    keep(login('connect', 'leaf1'));
    writeFileSync(file, readFileSync(file, 'utf8') + ' '.repeat(1024 * 1024));
    expect(keptLogins(file)).toEqual([]);
    rmSync(file);
    execFileSync('mkfifo', [file]);
    expect(keptLogins(file)).toEqual([]);
  });
});
