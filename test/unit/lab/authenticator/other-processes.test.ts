import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabControl } from '../../../lab/authenticator/control-client.ts';
import { serveControl } from '../../../lab/authenticator/control-server.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import { labHidBus } from '../../../lab/authenticator/socket-bus.ts';
import { getAssertionRequest, makeCredentialRequest, Platform } from './platform.ts';

const PIN = '123456';

let folder: string;
let cleanups: (() => Promise<void> | void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-lab-'));
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

async function served() {
  const authenticator = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
  const socket = join(folder, 'hid');
  const hid = await authenticator.serve(socket);
  cleanups.push(() => hid.close());
  return { authenticator, socket, bus: labHidBus(socket) };
}

describe('the authenticator over a Unix socket', () => {
  it('makes a credential for a client that has two handles open at once', async () => {
    const { authenticator, bus } = await served();
    const platform = await Platform.connect(bus);
    const other = await Platform.connect(bus);
    expect(other.channel).not.toBe(platform.channel);
    expect((await platform.command(0x01, makeCredentialRequest({ rk: false }))).status).toBe(0);
    expect((await other.command(0x04)).status).toBe(0);
    expect(authenticator.counters.read()).toMatchObject({ inits: 2, touches: 1 });
    await Promise.all([platform.host.close(), other.host.close()]);
  });

  it('unplugged, it is not on the bus and its handles are gone; plugged again, it is back', async () => {
    const { authenticator, bus, socket } = await served();
    const platform = await Platform.connect(bus);
    await authenticator.unplug();
    await expect(platform.host.next()).rejects.toThrow('gone');
    await expect(platform.host.write([1])).rejects.toMatchObject({ code: 'HID_GONE' });
    expect(await bus.list()).toEqual([]);
    expect(existsSync(socket)).toBe(false);
    await authenticator.replug();
    expect((await (await Platform.connect(bus)).command(0x04)).status).toBe(0);
  });

  it('the packets before an unplug arrive, the ones after it do not', async () => {
    const { authenticator, bus } = await served();
    const platform = await Platform.connect(bus);
    const before = platform.host.reports.length;
    authenticator.faults.set({ unplugAfterPackets: 3 });
    await platform.host.send(platform.channel, 0x10, Uint8Array.of(4));
    await expect(platform.host.next()).rejects.toThrow('gone');
    expect(platform.host.reports.length - before).toBe(2);
  });
});

describe('the control channel', () => {
  it('touches, sets touch, faults and PIN state, unplugs, reads and resets counters', async () => {
    const { authenticator, bus } = await served();
    const controlSocket = join(folder, 'control');
    const server = await serveControl(authenticator, controlSocket);
    cleanups.push(() => server.close());
    expect(statSync(controlSocket).mode & 0o777).toBe(0o600);
    const control = await LabControl.connect(controlSocket);
    cleanups.push(() => control.close());

    await control.setTouch('by-hand');
    const platform = await Platform.connect(bus);
    await platform.host.send(platform.channel, 0x10, Uint8Array.of(0x0b));
    await authenticator.touchPad.untilBlinking();
    expect(await control.status()).toMatchObject({ blinking: true, plugged: true, profile: 'yubikey-5.7' });
    expect(await control.touch()).toBe(true);
    expect((await platform.reply()).status).toBe(0);
    expect(await control.touch()).toBe(false);
    expect(await control.counters()).toMatchObject({ touches: 1, commands: [{ command: 0x0b }] });
    await control.resetCounters();
    expect(await control.counters()).toMatchObject({ touches: 0, commands: [] });

    await control.setPinState({ pinRetries: 1 });
    expect((await control.status()).pinRetries).toBe(1);
    expect(await platform.token(2, '000000', 4)).toBe(0x32);
    await control.unplug();
    expect(await bus.list()).toEqual([]);
    await control.replug();
    expect(await bus.list()).toHaveLength(1);
    await control.setFaults({ unplugAfterPackets: 0 });
    await expect(Platform.connect(bus)).rejects.toThrow();
  });

  it('answers nonsense with an error and goes on', async () => {
    const { authenticator } = await served();
    const server = await serveControl(authenticator, join(folder, 'control'));
    cleanups.push(() => server.close());
    const control = await LabControl.connect(join(folder, 'control'));
    cleanups.push(() => control.close());
    await expect(control.setPinState({ pinRetries: 9 })).rejects.toThrow();
    expect((await control.status()).plugged).toBe(true);
  });
});

describe('state on disk', () => {
  it('outlives the process: credentials, PIN, retries and counter, in a file of mode 0600 with nothing beside it', async () => {
    const stateFile = join(folder, 'key.json');
    const first = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN, stateFile });
    const platform = await Platform.connect(first.bus);
    const token = await platform.mustToken(2, PIN, 1, 'ssh:');
    await platform.command(0x01, makeCredentialRequest({ token, rk: true }));
    await platform.token(2, '000000', 4);

    const second = new LabAuthenticator({ profile: 'yubikey-5.7', stateFile });
    expect(second.pinRetries).toBe(7);
    expect(second.credentials()).toEqual(first.credentials());
    const again = await Platform.connect(second.bus);
    const ga = await again.mustToken(2, PIN, 2, 'ssh:');
    expect((await again.command(0x02, getAssertionRequest({ token: ga }))).status).toBe(0);
    expect(statSync(stateFile).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['key.json']);
    expect(readFileSync(stateFile, 'utf8')).not.toContain(PIN);
  });

  it('of another profile is refused', () => {
    const state = new LabAuthenticator({ profile: 'yubikey-5.4' }).save();
    expect(() => new LabAuthenticator({ profile: 'yubikey-5.7', state })).toThrow(/yubikey-5\.4/);
  });
});

describe('main.ts', () => {
  it('runs the key as a process of its own, takes the PIN from the environment, and leaves no socket at SIGTERM', async () => {
    const main = fileURLToPath(new URL('../../../lab/authenticator/main.ts', import.meta.url));
    const [hid, control, state] = ['h', 'c', 's.json'].map((name) => join(folder, name));
    const args = ['--profile', 'yubikey-5.4', '--socket', `${hid}`, '--control', `${control}`, '--state', `${state}`];
    const child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env.PATH, GLASSKEY_LAB_PIN: PIN },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanups.push(() => {
      child.kill('SIGKILL');
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const ready = await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(String(ready)).toBe('ready\n');
    const platform = await Platform.connect(labHidBus(`${hid}`));
    expect(await platform.token(2, PIN)).toBeTypeOf('object');
    const hand = await LabControl.connect(`${control}`);
    expect(await hand.counters()).toMatchObject({ pinChecks: 1 });
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(readdirSync(folder)).toEqual(['s.json']);
    await expect(hand.status()).rejects.toThrow('gone');
  });
});
