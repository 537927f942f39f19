import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browserCommands, openSystemBrowser } from '../../../main/entra/system-browser.ts';

const URL_GIVEN = 'https://login.example/authorize?a=1&b=$(touch+x)&c=%20';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o700);
  return path;
}

describe('the programs to try', () => {
  it('are those of $BROWSER, as xdg-open reads it, then the system’s opener', () => {
    const env = { BROWSER: 'firefox --new-window:w3m -o x=%s -v::' };
    expect(browserCommands('https://x.example/?a:b', env, 'linux')).toEqual([
      { program: 'firefox', args: ['--new-window', 'https://x.example/?a:b'] },
      { program: 'w3m', args: ['-o', 'x=https://x.example/?a:b', '-v'] },
      { program: 'xdg-open', args: ['https://x.example/?a:b'] },
    ]);
  });

  it('are the system’s own without $BROWSER', () => {
    expect(browserCommands('https://x.example/', {}, 'darwin')).toEqual([
      { program: 'open', args: ['https://x.example/'] },
    ]);
    expect(browserCommands('https://x.example/', {}, 'win32')).toEqual([
      { program: 'rundll32', args: ['url.dll,FileProtocolHandler', 'https://x.example/'] },
    ]);
  });
});

describe('opening a URL', () => {
  it('hands it over as one argument that no shell has read, after showing it', async () => {
    const args = join(folder, 'args');
    const browser = await program('good', `printf '%s\\n' "$#" "$1" > '${args}'`);
    const shown: string[] = [];
    await openSystemBrowser(URL_GIVEN, { env: { ...process.env, BROWSER: browser }, onUrl: (url) => shown.push(url) });
    expect(await readFile(args, 'utf8')).toBe(`1\n${URL_GIVEN}\n`);
    expect(shown).toEqual([URL_GIVEN]);
  });

  it('goes on to the next program when one fails', async () => {
    const args = join(folder, 'args');
    const bad = await program('bad', 'exit 3');
    const good = await program('good', `echo "$1" > '${args}'`);
    await openSystemBrowser('https://x.example/', { env: { ...process.env, BROWSER: `/nonexistent:${bad}:${good}` } });
    expect(await readFile(args, 'utf8')).toBe('https://x.example/\n');
  });

  it('takes a program that keeps running for started', async () => {
    const running = await program('running', `echo $$ > '${join(folder, 'pid')}'; exec sleep 30`);
    const clock = { now: () => 0, after: (_ms: number, run: () => void) => clearing(setTimeout(run, 300)) };
    await openSystemBrowser('https://x.example/', { env: { ...process.env, BROWSER: running }, clock });
    process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')));
  });

  it('says so when nothing could be started, and has shown the URL before', async () => {
    const shown: string[] = [];
    const options = { env: { PATH: folder }, platform: 'linux' as const, onUrl: (url: string) => shown.push(url) };
    await expect(openSystemBrowser('https://x.example/', options)).rejects.toMatchObject({
      code: 'BROWSER_NOT_STARTED',
    });
    expect(shown).toEqual(['https://x.example/']);
  });

  it.each(['http://x.example/', 'file:///etc/passwd', 'javascript:alert(1)', '-h', 'https:', ''])(
    'refuses %j',
    async (url) => {
      await expect(openSystemBrowser(url, { env: {} })).rejects.toMatchObject({ code: 'BROWSER_URL_REFUSED' });
    },
  );

  it('takes plain http on this computer', async () => {
    const browser = await program('good', 'exit 0');
    await openSystemBrowser('http://localhost:1/', { env: { ...process.env, BROWSER: browser } });
    await openSystemBrowser('http://127.0.0.1:1/', { env: { ...process.env, BROWSER: browser } });
  });
});

function clearing(timer: NodeJS.Timeout): () => void {
  return () => clearTimeout(timer);
}
