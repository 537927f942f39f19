/** Which way security keys are reached on a Windows whose user is an administrator, as Wine's is, and where node-hid does not start. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { WindowsUser } from './wine.ts';

describe('the way to security keys', () => {
  let user: WindowsUser;

  beforeAll(async () => {
    user = await WindowsUser.create(inject('windows'));
  });

  async function json(...args: string[]): Promise<unknown> {
    const { stdout } = await user.run(join(import.meta.dirname, 'glasskey.ts'), [...args, '--json']);
    return JSON.parse(stdout);
  }

  it('is told by the token of the process: Wine’s is an administrator’s', async () => {
    const { stdout, stderr } = await user.run(join(import.meta.dirname, 'print-elevation.ts'));
    expect(stderr).toBe('');
    console.log(`Wine's token: ${stdout.trim()}`);
    expect(JSON.parse(stdout)).toEqual({ isElevated: true, isUserAnAdmin: true });
  });

  it('is that through Windows for an administrator whose keys cannot even be listed, and why is said', async () => {
    expect(await json('status')).toMatchObject({ keyWay: { way: 'windows', because: 'cannot-open' } });
  });

  it('is the direct one where the settings say so, and what does not start is told with its remedy', async () => {
    const settings = join(user.home, 'AppData', 'Local', 'Glasskey', 'settings.json');
    await writeFile(settings, JSON.stringify({ 'windows.securityKeys': 'direct' }), { mode: 0o600 });
    const remedy = expect.stringContaining('glasskey settings set windows.securityKeys windows');
    expect(await json('keys')).toMatchObject({ error: { code: 'HID_NOT_LOADED', remedy } });
  });
});
