/** The zone of this computer, set to another one while the program runs: in mounts of its own, where /etc can be another. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';

const OWN_MOUNTS = ['--mount', '--map-root-user'];
const canHaveOwn =
  process.platform === 'linux' &&
  existsSync('/usr/share/zoneinfo/Asia/Tokyo') &&
  spawnSync('unshare', [...OWN_MOUNTS, 'mount', '-t', 'tmpfs', 'none', '/etc']).status === 0;

const SHELL = `mount -t tmpfs none /etc && ln -s /usr/share/zoneinfo/Europe/Berlin /etc/localtime && exec "$0" "$@"`;
const SCRIPT = `
  import { symlinkSync, unlinkSync } from 'node:fs';
  const { localOffset } = await import(process.argv[1]);
  const zones = ['Asia/Tokyo', 'America/New_York'];
  const seen = [localOffset(0)];
  for (const zone of zones) {
    unlinkSync('/etc/localtime');
    symlinkSync('/usr/share/zoneinfo/' + zone, '/etc/localtime');
    seen.push(localOffset(0));
  }
  console.log(JSON.stringify([seen, 'TZ' in process.env]));
`;

it.skipIf(!canHaveOwn)('is the one that it is set to now, in minutes ahead of UTC', () => {
  const { TZ: _, ...environment } = process.env;
  const module = new URL('../../main/reminders/quiet-hours.ts', import.meta.url).href;
  const words = [process.execPath, '--input-type=module', '-e', SCRIPT, module];
  const said = execFileSync('unshare', [...OWN_MOUNTS, '/bin/sh', '-c', SHELL, ...words], {
    env: environment,
    encoding: 'utf8',
  });
  expect(JSON.parse(said)).toEqual([[60, 540, -300], false]);
});
