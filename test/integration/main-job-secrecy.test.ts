/** The PIN stays between the person and the key: no file, log, argument list, environment or screen has it, in any form. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TerminalResult } from '../lab/terminal.ts';
import { type Lab, startLab } from '../lab/world.ts';

const SAMPLE_EVERY_MS = 10;

let lab: Lab;
const results: TerminalResult[] = [];
const scripts: string[] = [];
const seen = { arguments: new Set<string>(), environments: new Set<string>(), sshConfigs: new Set<string>() };

beforeAll(async () => {
  lab = await startLab();
  const watcher = setInterval(sampleProcesses, SAMPLE_EVERY_MS);
  try {
    // Verbose, so that the log is looked at where it is fullest.
    const answers = [lab.typePin()];
    results.push(await lab.glasskey(['enroll', '--verbose'], { answers }));
    results.push(await lab.glasskey(['status', '--verbose'], { answers }));
    await lab.fabric.reconcile();
    const login = [lab.device, '--jump', lab.jump];
    results.push(await lab.glasskey(['connect', '--verbose', ...login, '--', 'show version'], { answers }));
    const wrong = `${lab.pin.slice(1)}0`;
    const mistyped = [{ when: /PIN of [^\n]*: $/, type: () => `${wrong}\r` }, lab.typePin()];
    results.push(await lab.glasskey(['connect', '--verbose', ...login, '--', 'show version'], { answers: mistyped }));
    for (const words of [['connect', ...login, '--pin-stdin', '--json', '--', 'show version']]) {
      const { stdout, stderr, exitCode } = await lab.glasskeyScript(words, { stdin: `${lab.pin}\n` });
      expect(exitCode, stderr).toBe(0);
      scripts.push(stdout, stderr);
    }
  } finally {
    clearInterval(watcher);
  }
});
afterAll(() => lab?.close());

/** All processes of this computer that may be looked at: what the lab starts is found without being told. */
function sampleProcesses(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    seen.arguments.add(readProc(`/proc/${pid}/cmdline`));
    seen.environments.add(readProc(`/proc/${pid}/environ`));
  }
  const temporary = join(lab.folder, 'tmp');
  for (const name of readdirSync(temporary)) seen.sshConfigs.add(readProc(join(temporary, name, 'ssh_config')));
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // ended in between, or another user's
  }
}

/** The PIN as somebody might have written it down. */
function forms(pin: string): readonly Buffer[] {
  const hash = createHash('sha256').update(pin).digest();
  const texts = [
    pin,
    Buffer.from(pin).toString('hex'),
    hash.toString('hex'),
    // LEFT(SHA-256(PIN), 16) is what the protocol sends, encrypted.
    hash.subarray(0, 16).toString('hex'),
    ...base64Forms(Buffer.from(pin)),
    ...base64Forms(hash.subarray(0, 16)),
    JSON.stringify([...Buffer.from(pin)]).slice(1, -1),
    [...Buffer.from(pin)].map((byte) => byte.toString(16)).join(' '),
  ];
  return [
    ...texts.flatMap((text) => [text, text.toUpperCase()]).map((text) => Buffer.from(text)),
    hash,
    hash.subarray(0, 16),
  ];
}

/** As it looks inside longer base64, wherever it begins there. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    return text.slice(shift === 0 ? 0 : shift + 1, -1);
  });
}

/** Which of `haystacks` hold the PIN in any form. */
function leaks(haystacks: Iterable<readonly [name: string, bytes: Buffer]>): string[] {
  const needles = forms(lab.pin);
  return [...haystacks]
    .filter(([, bytes]) => needles.some((needle) => bytes.includes(needle)))
    .map(([name]) => name.slice(0, 200));
}

function filesUnder(folder: string): (readonly [string, Buffer])[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile())
    .map((path) => [path, readFileSync(path)] as const);
}

const named = (texts: Iterable<string>) => [...texts].map((text) => [text, Buffer.from(text, 'latin1')] as const);

it('the job was done, and the watcher saw its processes', () => {
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 3, 0, 0]);
  const commandLines = [...seen.arguments].map((one) => one.replaceAll('\0', ' '));
  expect(commandLines.some((one) => one.includes('glasskey.ts enroll'))).toBe(true);
  expect(commandLines.some((one) => /^ssh -F \S+ -E \S+ glasskey-device/.test(one))).toBe(true);
  expect(commandLines.some((one) => /^ssh -F \S+ -E \S+ -W \S+ glasskey-hop-1/.test(one))).toBe(true);
  expect([...seen.environments].some((one) => one.includes(`GLASSKEY_HOME=${lab.folder}`))).toBe(true);
  expect([...seen.sshConfigs].some((one) => one.includes('Host glasskey-device'))).toBe(true);
});

it('the search finds a planted PIN in every form it knows', () => {
  const { pin } = lab;
  const hash = createHash('sha256').update(pin).digest();
  const planted = [
    `{"pin":"${pin}"}`,
    Buffer.from(`{"a":1,"pin":"${pin}"}`).toString('base64'),
    Buffer.from(`x${pin}y`).toString('hex'),
    hash.toString('hex').toUpperCase(),
    hash.toString('base64'),
  ];
  for (const text of planted) expect(leaks(named([text])), text).toHaveLength(1);
  expect(leaks([['raw', Buffer.concat([Buffer.from('x'), hash])]])).toHaveLength(1);
});

it('no file of the lab holds the PIN: logs, database and its WAL, settings, key files, known hosts', () => {
  const files = filesUnder(lab.folder);
  const names = files.map(([path]) => path).join('\n');
  for (const expected of ['glasskey.db', 'id_ed25519_sk', 'sshd.log', 'settings.json'])
    expect(names).toContain(expected);
  expect(leaks(files)).toEqual([]);
});

it('no screen and no script’s output shows the PIN', () => {
  expect(leaks(named(results.flatMap(({ raw, screen }) => [raw, screen])))).toEqual([]);
  expect(leaks(named(scripts))).toEqual([]);
});

it('no argument list, no environment and no ssh configuration of any process held the PIN', () => {
  expect(leaks(named(seen.arguments))).toEqual([]);
  expect(leaks(named(seen.environments))).toEqual([]);
  expect(leaks(named(seen.sshConfigs))).toEqual([]);
});

it.each([
  // The second answer is wanted where the first came early enough: it is dropped then, which the next question says.
  ['before its prompt appears is not echoed, and the prompt asks for it', /Logging in/],
  ['the very moment its prompt appears is not echoed, and is taken', /P$|PI$|PIN/],
])('a PIN that is typed %s', async (_, when) => {
  const type = () => `${lab.pin}\r`;
  const words = ['connect', lab.device, '--jump', lab.jump, '--', 'show hostname'];
  const { exitCode, screen, raw } = await lab.glasskey(words, {
    answers: [
      { when, type },
      { when: /was not taken\.\)\s+PIN of [^\n]*: $/, type },
    ],
  });
  expect(exitCode, screen).toBe(0);
  expect(leaks(named([screen, raw]))).toEqual([]);
});
