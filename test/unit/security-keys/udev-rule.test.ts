import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installUdevRule, UDEV_RULE, udevRule } from '../../../main/security-keys/udev-rule.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-udev-'));
  for (const name of ['rules', 'packaged', 'bin']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const installed = () => join(folder, 'rules', '70-glasskey-fido.rules');

/** A computer with these programs, each a line of shell. */
function computer(programs: Readonly<Record<string, string>>, isRoot = false) {
  for (const [name, line] of Object.entries(programs)) {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\n${line}\n`);
    chmodSync(file, 0o755);
  }
  const folders = { administrators: join(folder, 'rules'), packages: [join(folder, 'packaged')] };
  // The shell and its programs are the system's; those who ask for a password are not.
  const PATH = isRoot ? `${join(folder, 'bin')}:/usr/bin:/bin` : join(folder, 'bin');
  return { platform: 'linux', isRoot, environment: { PATH, CALLS: join(folder, 'calls') }, folders };
}

const UDEVADM = 'echo "udevadm $*" >> "$CALLS"';
/** Runs what it is given, as root would. */
const BECOMES_ROOT = (name: string) =>
  `echo "${name} $1" >> "$CALLS"\nPATH="$PATH:/usr/bin:/bin"\nexport PATH\nexec "$@"`;
const calls = () => (existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').split('\n') : []);

describe('the udev rule', () => {
  it('is that of the packages, byte for byte', () => {
    const packaged = new URL('../../../packaging/linux/70-glasskey-fido.rules', import.meta.url);
    expect(UDEV_RULE).toBe(readFileSync(packaged, 'utf8'));
  });

  it('is found where it is installed, by hand or by a package, and not taken for another of that name', async () => {
    const world = computer({});
    expect(await udevRule(world)).toMatchObject({ path: installed(), installedAt: undefined });
    writeFileSync(installed(), 'another');
    expect(await udevRule(world)).toMatchObject({ installedAt: undefined });
    writeFileSync(join(folder, 'packaged', '70-glasskey-fido.rules'), UDEV_RULE);
    expect(await udevRule(world)).toMatchObject({ installedAt: join(folder, 'packaged', '70-glasskey-fido.rules') });
  });

  it('is nothing for other systems', async () => {
    await expect(udevRule({ ...computer({}), platform: 'win32' })).rejects.toMatchObject({ code: 'UDEV_NOT_HERE' });
  });
});

describe('installing it', () => {
  it.runIf(process.platform === 'linux')('as root needs nobody else, and has udev read it at once', async () => {
    const world = computer({ udevadm: UDEVADM }, true);
    expect(await installUdevRule(world, signal)).toMatchObject({ installedAt: installed() });
    expect(readFileSync(installed(), 'utf8')).toBe(UDEV_RULE);
    expect(readdirSync(join(folder, 'rules'))).toEqual(['70-glasskey-fido.rules']);
    expect(calls().slice(0, 2)).toEqual([
      'udevadm control --reload-rules',
      'udevadm trigger --subsystem-match=hidraw --action=change',
    ]);
  });

  it.runIf(process.platform === 'linux')(
    'keeps beside, each time, what an administrator wrote, and tells it first',
    async () => {
      const world = computer({ udevadm: UDEVADM }, true);
      expect(await udevRule(world)).toMatchObject({ present: undefined, keptAs: undefined });
      for (const [mine, keptAs] of [
        ['mine\n', `${installed()}.old`],
        ['mine again\n', `${installed()}.old-2`],
      ] as const) {
        writeFileSync(installed(), mine);
        expect(await udevRule(world)).toMatchObject({ present: mine, keptAs, installedAt: undefined });
        expect(await installUdevRule(world, signal)).toMatchObject({
          installedAt: installed(),
          keptAs,
          present: undefined,
        });
        expect(readFileSync(installed(), 'utf8')).toBe(UDEV_RULE);
        expect(readFileSync(keptAs, 'utf8')).toBe(mine);
      }
      expect(readdirSync(join(folder, 'rules'))).toHaveLength(3);
      expect(await udevRule(world)).toMatchObject({ present: undefined, keptAs: undefined });
    },
  );

  it.runIf(process.platform === 'linux')(
    'keeps a link to /dev/null, by which a rule is switched off, as that link',
    async () => {
      const world = computer({ udevadm: UDEVADM }, true);
      symlinkSync('/dev/null', installed());
      const { keptAs = '' } = await installUdevRule(world, signal);
      expect(readlinkSync(keptAs)).toBe('/dev/null');
      expect(readFileSync(installed(), 'utf8')).toBe(UDEV_RULE);
    },
  );

  it.runIf(process.platform === 'linux').each(['sudo', 'pkexec'])('goes through %s', async (name) => {
    const world = computer({ [name]: BECOMES_ROOT(name), udevadm: UDEVADM });
    expect(await installUdevRule(world, signal)).toMatchObject({ installedAt: installed() });
    expect(calls()[0]).toBe(`${name} sh`);
  });

  it.runIf(process.platform === 'linux')('that sudo refuses leaves everything as it was', async () => {
    const world = computer({ sudo: 'exit 1' });
    await expect(installUdevRule(world, signal)).rejects.toMatchObject({ code: 'UDEV_NOT_INSTALLED' });
    expect(readdirSync(join(folder, 'rules'))).toEqual([]);
  });

  it('says that it takes root where neither is there', async () => {
    await expect(installUdevRule(computer({}), signal)).rejects.toMatchObject({ code: 'UDEV_NEEDS_ROOT' });
  });

  it('that was done already does nothing, and one that was cancelled neither', async () => {
    const world = computer({ sudo: 'exit 1' });
    await expect(installUdevRule(world, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    writeFileSync(installed(), UDEV_RULE);
    expect(await installUdevRule(world, signal)).toMatchObject({ installedAt: installed() });
  });
});
