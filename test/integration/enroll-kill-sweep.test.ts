/** The program is killed after every step of an enrollment that leaves something behind; the next run always finishes it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseKeyFile } from '../../main/openssh/key-file.ts';
import { parsePublicLine } from '../../main/openssh/public-line.ts';
import { expectOneUsableEnrollment } from '../unit/enrollment/enrollment-expectations.ts';
import { ACCOUNT, Computer, OTHER_LINE } from '../unit/enrollment/enrollment-world.ts';

const CHILD = join(import.meta.dirname, 'enroll-and-die.ts');
const AT_ONCE = 2;
const OLD_PRIVATE = 'an old private key file\n';
const NEVER = -1;

type Case = 'fresh' | 'overwrite';
let kills = 0;
afterAll(() => console.log(`kill sweep: ${kills} steps`));

async function enrollInChild(folder: string, killAfter: number, kind: Case) {
  const child = spawn(process.execPath, [CHILD, folder, String(killAfter), kind], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [status, signal] = await once(child, 'close');
  return { status, signal, output, errors };
}

/** Overwriting: an old pair is in the way, and the profile holds another key. */
async function prepared(kind: Case): Promise<string> {
  const computer = await Computer.start();
  if (kind === 'overwrite') {
    await mkdir(computer.keyFolder, { recursive: true });
    await writeFile(computer.keyFile, OLD_PRIVATE);
    await writeFile(`${computer.keyFile}.pub`, OTHER_LINE);
    computer.profiles.set(ACCOUNT, OTHER_LINE);
  }
  computer.database.close();
  return computer.folder;
}

async function stepsOf(kind: Case): Promise<string[]> {
  const folder = await prepared(kind);
  const { output, errors } = await enrollInChild(folder, NEVER, kind);
  expect(errors).toBe('');
  const computer = takenUp(folder);
  try {
    await expectFinished(computer, kind);
  } finally {
    await computer.close();
  }
  return JSON.parse(output) as string[];
}

function takenUp(folder: string): Computer {
  const computer = Computer.again(folder, { authenticator: { stateFile: join(folder, 'key.json') } });
  computer.people.mayReplace = true;
  return computer;
}

async function killAfter(step: number, kind: Case): Promise<void> {
  const folder = await prepared(kind);
  const { signal, errors } = await enrollInChild(folder, step, kind);
  const computer = takenUp(folder);
  try {
    expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' });
    await expectNoMixedPair(computer);
    if (kind === 'overwrite') await expectOldPairWhole(computer);
    // The last step ends it: then there is nothing to take up.
    const isDone = computer.journal.list().some(({ state }) => state === 'published');
    if (!isDone) await computer.enroll({ overwrite: kind === 'overwrite' });
    await expectFinished(computer, kind);
  } finally {
    await computer.close();
  }
}

async function expectFinished(computer: Computer, kind: Case): Promise<void> {
  await expectOneUsableEnrollment(computer);
  const [enrollment] = computer.journal.list();
  if (enrollment?.state !== 'published') throw new Error('not published');
  expect(enrollment.publication.previousLine).toBe(kind === 'overwrite' ? OTHER_LINE : null);
  const olds = (await readdir(computer.keyFolder)).filter((name) => name.includes('.old-')).sort();
  const [old] = olds;
  expect(olds).toEqual(kind === 'overwrite' ? [old, `${old}.pub`] : []);
  if (kind === 'overwrite') await expectOldPairWhole(computer);
  const names = [...olds, 'id_ed25519_sk', 'id_ed25519_sk.pub'].sort();
  expect((await readdir(computer.keyFolder)).sort()).toEqual(names);
}

/** A file that is where it should be is whole, and the two together are one key's. */
async function expectNoMixedPair({ keyFile }: Computer): Promise<void> {
  const privateFile = existsSync(keyFile) ? await readFile(keyFile, 'utf8') : undefined;
  const publicFile = existsSync(`${keyFile}.pub`) ? await readFile(`${keyFile}.pub`, 'utf8') : undefined;
  if (publicFile !== undefined) parsePublicLine(publicFile);
  if (privateFile === undefined) return;
  if (privateFile === OLD_PRIVATE) expect([undefined, OTHER_LINE]).toContain(publicFile);
  else expect(parseKeyFile(Buffer.from(privateFile)).publicKey).toEqual(parsePublicLine(publicFile ?? '').publicKey);
}

/** The old pair is somewhere, both halves under one name. */
async function expectOldPairWhole({ keyFolder }: Computer): Promise<void> {
  const pairs = await Promise.all(
    (await readdir(keyFolder))
      .map((name) => join(keyFolder, name))
      .filter((path) => existsSync(`${path}.pub`))
      .map(async (path) => [await readFile(path, 'utf8'), await readFile(`${path}.pub`, 'utf8')]),
  );
  expect(pairs).toContainEqual([OLD_PRIVATE, OTHER_LINE]);
}

describe('an enrollment that is killed after any step', () => {
  it.each(['fresh', 'overwrite'] as const)(
    'finishes at the next run (%s)',
    async (kind) => {
      const steps = await stepsOf(kind);
      expect(steps.length).toBeGreaterThan(14);
      const waiting = steps.map((name, step) => ({ name, step }));
      const worker = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { name, step } = next;
          await killAfter(step, kind).catch((error: unknown) => {
            throw new Error(`killed after step ${step} (${name})`, { cause: error });
          });
          kills += 1;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    60_000,
  );
});
