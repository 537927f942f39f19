/** The agent on a named pipe, under Wine: what it answers, who may come, and who it says has come. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { SshWriter } from '../../main/openssh/wire.ts';
import { compile } from './compile.ts';
import { type WindowsProgram, WindowsUser, windowsPath } from './wine.ts';

const AGENT = join(import.meta.dirname, 'pipe-agent.ts');
const ASK = join(import.meta.dirname, 'ask-agent.ts');

/** The agent's first line: what it says of itself. */
interface Start {
  readonly pid: number;
  readonly server: unknown;
  readonly nobody: unknown;
  readonly owner: unknown;
  readonly socketPath: string;
  readonly dataFolder: string;
  readonly publicLine: string;
  readonly pipes: { readonly own: string; readonly another: string; readonly unrestricted: string };
  readonly account: string;
}

let user: WindowsUser;
let agent: WindowsProgram;
let start: Start;

async function lines(program: WindowsProgram): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await program.output())
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function started(program: WindowsProgram): Promise<Start> {
  const first = async () => (await lines(program))[0] as Start | undefined;
  return vi.waitUntil(first, { timeout: 30_000 });
}

beforeAll(async () => {
  user = await WindowsUser.create(inject('windows'));
  agent = await user.start(AGENT, ['the key'], { seconds: 240 });
  start = await started(agent);
});
afterAll(async () => {
  agent.kill();
  await agent.ended;
});

/** PROTOCOL.sshsig: what is signed, and the file of a signature. */
const signedData = (message: string) =>
  new SshWriter()
    .bytes(Buffer.from('SSHSIG'))
    .text('file')
    .text('')
    .text('sha512')
    .string(createHash('sha512').update(message).digest())
    .toBytes();

function signatureFile(publicBlob: Buffer, signature: Buffer): string {
  const writer = new SshWriter().bytes(Buffer.from('SSHSIG')).uint32(1).string(publicBlob).text('file').text('');
  const bytes = writer.text('sha512').string(signature).toBytes();
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** `ssh-keygen -Y verify` of this computer. */
async function isVerified(message: string, publicLine: string, signature: string): Promise<boolean> {
  const file = (name: string) => join(user.home, name);
  const blob = Buffer.from(publicLine.split(' ')[1] ?? '', 'base64');
  await writeFile(file('signers'), `me ${publicLine}`);
  await writeFile(file('signature'), signatureFile(blob, Buffer.from(signature, 'hex')));
  const words = ['-Y', 'verify', '-n', 'file', '-I', 'me', '-f', file('signers'), '-s', file('signature')];
  const child = spawn('ssh-keygen', words, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(message);
  const [status] = await once(child, 'close');
  return status === 0;
}

const ask = async (socketPath: string, message: string) => {
  const { stdout, stderr } = await user.run(ASK, [socketPath, Buffer.from(signedData(message)).toString('hex')]);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

describe('the agent on a pipe', () => {
  it('has a name of its user’s own, which is not that of OpenSSH', () => {
    expect(start.dataFolder).toBe(windowsPath(join(user.home, 'AppData/Local/Glasskey')));
    expect(start.socketPath).toMatch(/^\\\\\.\\pipe\\glasskey-agent-[0-9a-f]{16}$/);
  });

  it('is its user’s alone, on this computer alone; such a list keeps everybody else out', async () => {
    const program = join(user.home, 'print-access.exe');
    await compile('print-access.c', program, ['-municode']);
    const { own, another, unrestricted } = start.pipes;
    const printed = await user.runProgram(program, [own, another, unrestricted]);
    expect(printed.stderr).toBe('');
    const [ofOwn, ofAnother, ofAnybody] = printed.stdout.trimEnd().split(/\r?\n/);
    expect(start.account).toMatch(/^S-1-5-21-/);
    expect(ofOwn).toBe(`D:P(D;;FA;;;NU)(A;;FA;;;${start.account}) 001f01ff`);
    expect(ofAnother).toBe('D:P(D;;FA;;;NU)(A;;FA;;;S-1-5-21-1-2-3-1001) 00000000');
    // Wine gives a new pipe no list, by which everybody may do everything.
    expect(ofAnybody).toBe(' 001f01ff');
  });

  it('says by its name who serves it, and that nobody serves another', () => {
    expect(start.server).toMatchObject({ pid: start.pid });
    expect(start.nobody).toBeNull();
    expect(start.owner).toEqual({ owner: 'other', program: expect.stringMatching(/\\node\.exe$/) });
  });

  it('answers a list and a signature, which ssh-keygen verifies, and knows which program has asked', async () => {
    const { pid, comments, signature } = await ask(start.socketPath, 'the text');
    expect(comments).toEqual(['the key']);
    expect(await isVerified('the text', start.publicLine, signature)).toBe(true);
    expect(await isVerified('another', start.publicLine, signature)).toBe(false);
    expect((await lines(agent)).at(-1)).toEqual({ client: { pid, program: 'node' }, decision: 'signed' });
  });

  it('tells apart programs that ask at the same time', async () => {
    const asked = await Promise.all(['one', 'two', 'three'].map((text) => ask(start.socketPath, text)));
    const told = (await lines(agent)).slice(-3).map(({ client }) => Reflect.get(client as object, 'pid'));
    expect(new Set(told)).toEqual(new Set(asked.map(({ pid }) => pid)));
  });

  it('is not taken twice', async () => {
    const second = await user.run(AGENT, ['another key']);
    expect(JSON.parse(second.stdout)).toMatchObject({ code: 'AGENT_ALREADY_RUNNING' });
    expect(second.status).toBe(1);
  });

  it('passes the keys of an agent on another pipe through, and never those of its own', async () => {
    const environment = { GLASSKEY_HOME: windowsPath(join(user.home, 'Elsewhere')) };
    const passing = (other = '') => user.start(AGENT, ['second', other], { environment, seconds: 60 });
    const first = await passing(start.socketPath);
    const path = (await started(first)).socketPath;
    expect((await ask(path, 'x')).comments).toEqual(['second', 'the key']);
    first.kill();
    await first.ended;
    const looping = await passing(path.toUpperCase().replace('PIPE', 'pipe'));
    expect((await started(looping)).socketPath).toBe(path);
    expect((await ask(path, 'x')).comments).toEqual(['second']);
    looping.kill();
    await looping.ended;
  });
});
