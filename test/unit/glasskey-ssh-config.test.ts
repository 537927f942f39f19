import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  installSshConfig,
  refreshSshConfig,
  removeSshConfig,
  type SshConfigWorld,
  sshConfigState,
} from '../../main/glasskey-ssh-config.ts';
import { type Database, openDatabase } from '../../main/storage/database.ts';
import { openSettings } from '../../main/storage/settings.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';

let folder: string;
let database: Database;
let world: SshConfigWorld;
let config: string;
const MINE = '# mine\nHost *\n    Compression yes\n';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-ssh-config-'));
  const [dataFolder, homeFolder] = [join(folder, 'data'), join(folder, 'home')];
  mkdirSync(dataFolder);
  mkdirSync(homeFolder);
  database = openDatabase(join(dataFolder, 'glasskey.db'));
  targetStore(database).add(plainTarget('leaf1', 'alice@10.0.0.7', ['ops@192.0.2.10']));
  world = {
    settings: openSettings(database, join(dataFolder, 'settings.json')),
    database,
    dataFolder,
    homeFolder,
    environment: process.env,
    enrollments: [],
    agentSocket: join(dataFolder, 'agent', 'agent.sock'),
  };
  config = join(homeFolder, '.ssh', 'config');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeMine(text = MINE, mode = 0o644): void {
  mkdirSync(join(world.homeFolder, '.ssh'), { mode: 0o700 });
  writeFileSync(config, text);
  chmodSync(config, mode);
}

const fragment = () => readFileSync(join(world.dataFolder, 'ssh_config'), 'utf8');

describe('the installation into ~/.ssh/config', () => {
  it('changes nothing by looking', async () => {
    const state = await sshConfigState(world);
    expect(state).toMatchObject({ state: 'absent', isIncluded: false, configFile: config });
    expect(state.hosts).toEqual([{ alias: 'leaf1', device: 'alice@10.0.0.7', kind: 'jump' }]);
    expect(existsSync(join(world.homeFolder, '.ssh'))).toBe(false);
    expect(existsSync(state.fragmentFile)).toBe(false);
  });

  it('makes the folder and the file where there are none, and takes away what it made', async () => {
    const { state, keptAs } = await installSshConfig(world);
    expect(state.state).toBe('installed');
    expect(keptAs).toBeUndefined();
    expect(readFileSync(config, 'utf8')).toBe(`${state.line}\n`);
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(statSync(join(world.homeFolder, '.ssh')).mode & 0o777).toBe(0o700);
    expect(fragment()).toContain('Host leaf1\n');
    expect((await removeSshConfig(world)).state).toBe('absent');
    expect(existsSync(config)).toBe(false);
    expect(existsSync(state.fragmentFile)).toBe(false);
  });

  it('adds one line to what is there, keeps its mode and a copy, and gives it back', async () => {
    writeMine();
    const { state, keptAs } = await installSshConfig(world);
    expect(readFileSync(config, 'utf8')).toBe(`${state.line}\n${MINE}`);
    expect(statSync(config).mode & 0o777).toBe(0o644);
    expect(readFileSync(keptAs ?? '', 'utf8')).toBe(MINE);
    // Once more changes nothing.
    expect((await installSshConfig(world)).keptAs).toBeUndefined();
    expect(readFileSync(config, 'utf8')).toBe(`${state.line}\n${MINE}`);
    await removeSshConfig(world);
    expect(readFileSync(config, 'utf8')).toBe(MINE);
    await removeSshConfig(world);
    expect(readFileSync(config, 'utf8')).toBe(MINE);
  });

  it('leaves every byte of it as it is, whatever its encoding', async () => {
    // "Köln" as an editor of another age writes it, and a byte that is no character in any.
    const old = Buffer.from('# K\xf6ln \xa0\x85\r\nHost *\r\n', 'latin1');
    mkdirSync(join(world.homeFolder, '.ssh'), { mode: 0o700 });
    writeFileSync(config, old);
    const { state, keptAs } = await installSshConfig(world);
    expect(readFileSync(config)).toEqual(Buffer.concat([Buffer.from(`${state.line}\r\n`), old]));
    expect(readFileSync(keptAs ?? '')).toEqual(old);
    expect((await sshConfigState(world)).state).toBe('installed');
    await removeSshConfig(world);
    expect(readFileSync(config)).toEqual(old);
  });

  it('finds its own line in a folder of any name', async () => {
    const dataFolder = join(folder, 'Dätä 資料');
    mkdirSync(dataFolder);
    writeMine();
    const elsewhere = { ...world, dataFolder };
    expect((await installSshConfig(elsewhere)).state.state).toBe('installed');
    expect(readFileSync(config, 'utf8')).toBe(`Include "${join(dataFolder, 'ssh_config')}"\n${MINE}`);
    expect((await installSshConfig(elsewhere)).keptAs).toBeUndefined();
    await removeSshConfig(elsewhere);
    expect(readFileSync(config, 'utf8')).toBe(MINE);
  });

  it('writes to where a link leads, and leaves the link', async () => {
    writeMine();
    const elsewhere = join(folder, 'dotfiles');
    writeFileSync(elsewhere, MINE, { mode: 0o640 });
    rmSync(config);
    symlinkSync(elsewhere, config);
    const { state } = await installSshConfig(world);
    expect(lstatSync(config).isSymbolicLink()).toBe(true);
    expect(readFileSync(elsewhere, 'utf8')).toBe(`${state.line}\n${MINE}`);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o640);
    await removeSshConfig(world);
    expect(readFileSync(elsewhere, 'utf8')).toBe(MINE);
    expect(lstatSync(config).isSymbolicLink()).toBe(true);
  });

  it('does not touch a file that ssh refuses as it is', async () => {
    const broken = 'Host *\n  Compressoin yes\n';
    writeMine(broken);
    await expect(installSshConfig(world)).rejects.toMatchObject({
      code: 'SSH_CONFIG_UNUSABLE',
      message: expect.stringMatching(/line 2: Bad configuration option: compressoin/),
    });
    expect(readFileSync(config, 'utf8')).toBe(broken);
    expect(readdirSync(join(world.homeFolder, '.ssh'))).toEqual(['config']);
    expect(existsSync(join(world.dataFolder, 'ssh_config'))).toBe(false);
  });

  it('leaves nothing behind where ssh would refuse the file with the line', async () => {
    writeMine();
    // An ssh that takes anything but an Include.
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    writeFileSync(
      join(programs, 'ssh'),
      '#!/bin/sh\n[ "$1" = -V ] && { echo OpenSSH_9.2p1 >&2; exit 0; }\nif grep -q ^Include "$2"; then echo "$2: line 1: no Include today" >&2; exit 255; fi\n',
      { mode: 0o700 },
    );
    const refusing = { ...world, environment: { PATH: `${programs}:/usr/bin:/bin` } };
    await expect(installSshConfig(refusing)).rejects.toMatchObject({
      code: 'SSH_CONFIG_REFUSED',
      message: expect.stringContaining('no Include today'),
    });
    expect(readFileSync(config, 'utf8')).toBe(MINE);
    expect(readdirSync(join(world.homeFolder, '.ssh'))).toEqual(['config']);
    expect(existsSync(join(world.dataFolder, 'ssh_config'))).toBe(false);
  });

  it('says that half of it is there', async () => {
    const { state } = await installSshConfig(world);
    rmSync(state.fragmentFile);
    expect((await sshConfigState(world)).state).toBe('half');
  });
});

describe('the entries after a change', () => {
  it('follow the targets where they are installed', async () => {
    await installSshConfig(world);
    targetStore(database).add(plainTarget('leaf2', 'alice@10.0.0.8', []));
    await refreshSshConfig(world);
    expect(fragment()).toContain('Host leaf2\n');
  });

  it('are not written where they are not installed', async () => {
    await refreshSshConfig(world);
    expect(existsSync(join(world.dataFolder, 'ssh_config'))).toBe(false);
  });

  it('leave a way out that leads nowhere, and say so', async () => {
    targetStore(database).add(plainTarget('leaf3', 'alice@10.0.0.9', ['nobody-saved-this']));
    const { hosts, remarks } = await sshConfigState(world);
    expect(hosts.map(({ alias }) => alias)).toEqual(['leaf1']);
    expect(remarks).toEqual([expect.stringMatching(/^leaf3: way 1 is left out\. .*no saved jump host/)]);
  });
});
