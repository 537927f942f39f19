/**
 * Which way security keys are reached on a Windows whose user is an administrator, as Wine's is, and where node-hid does not start; and what
 * the way through Windows cannot do.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { WindowsUser } from './wine.ts';

describe('the way to security keys', () => {
  let user: WindowsUser;

  beforeAll(async () => {
    user = await WindowsUser.create(inject('windows'));
  });

  const glasskey = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    user.run(join(import.meta.dirname, 'glasskey.ts'), args, { environment });

  async function json(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<unknown> {
    return JSON.parse((await glasskey([...args, '--json'], environment)).stdout);
  }

  async function choose(way: 'direct' | 'windows'): Promise<void> {
    const settings = join(user.home, 'AppData', 'Local', 'Glasskey', 'settings.json');
    await writeFile(settings, JSON.stringify({ 'windows.securityKeys': way }), { mode: 0o600 });
  }

  it('is told by the token of the process: Wine’s is an administrator’s', async () => {
    const { stdout, stderr } = await user.run(join(import.meta.dirname, 'print-elevation.ts'));
    expect(stderr).toBe('');
    console.log(`Wine's token: ${stdout.trim()}`);
    expect(JSON.parse(stdout)).toEqual({ isElevated: true, isUserAnAdmin: true });
  });

  it('is that through Windows for an administrator whose keys cannot even be listed, and why is said', async () => {
    expect(await json(['status'])).toMatchObject({ keyWay: { way: 'windows', because: 'cannot-open' } });
  });

  it('is the direct one where the settings say so, and what does not start is told with its remedy', async () => {
    await choose('direct');
    const remedy = expect.stringContaining('glasskey settings set windows.securityKeys windows');
    expect(await json(['keys'])).toMatchObject({ error: { code: 'HID_NOT_LOADED', remedy } });
  });

  it('is that through Windows where the settings say so', async () => {
    await choose('windows');
    const { stdout } = await glasskey(['status']);
    expect(stdout).toContain(
      'Security keys are reached through Windows, whose dialogs ask for PIN and touch: windows.securityKeys says so',
    );
  });

  it('is told with what stands against it', async () => {
    const old = { GLASSKEY_TEST_WEBAUTHN_VERSION: '1' };
    const keyWay = { way: 'windows', because: 'setting', obstacle: { code: 'WEBAUTHN_TOO_OLD' } };
    expect(await json(['status'], old)).toMatchObject({ keyWay });
    expect(await json(['enroll', '--no-publish'], old)).toMatchObject({ error: { code: 'WEBAUTHN_TOO_OLD' } });
  });

  it('does not recover or manage a key, and it is said which way can', async () => {
    const refused = [['recover'], ['pin', 'change'], ['credentials', 'list'], ['fingerprints', 'list'], ['reset']];
    const said = await Promise.all(refused.map((args) => json(args)));
    const remedy = expect.stringContaining('as an administrator');
    expect(said).toEqual(refused.map(() => ({ error: expect.objectContaining({ code: 'WEBAUTHN_CANNOT', remedy }) })));
    expect(
      new Set(said.map((one) => z.object({ error: z.object({ message: z.string() }) }).parse(one).error.message)).size,
    ).toBe(5);
  });
});
