/**
 * The program is killed after every step of a rotation that leaves something behind. At each of these moments a login through the
 * real daemons works, whether they have reconciled since or not; and the next runs bring the rotation to its end.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { rotationIn } from '../../main/enrollment/rotation.ts';
import { Glasskey, type GlasskeyPeople } from '../../main/glasskey.ts';
import { parseKeyFile } from '../../main/openssh/key-file.ts';
import { parsePublicLine } from '../../main/openssh/public-line.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { type Fabric, startFabric } from '../lab/fabric/fabric.ts';
import { ACCOUNT, PIN } from '../unit/enrollment/enrollment-world.ts';
import { LaterClock, Rotating, RotatingPeople, userIdOf } from '../unit/enrollment/rotation-world.ts';

const CHILD = join(import.meta.dirname, 'rotate-and-die.ts');
const AT_ONCE = 2;
const NEVER = -1;
const PROFILES_BEFORE = 'profiles-before.json';
const SIGNAL = new AbortController().signal;

/** What is killed: the run that makes and publishes, the one that retires the old key, the one that gives it up. */
type Case = 'make' | 'retire' | 'give-up';

let fabric: Fabric;
let fabricFolder: string;
/** Whose profile the fabric reads. */
let profiles = '';
let kills = 0;
let logins = 0;

beforeAll(async () => {
  fabricFolder = await mkdtemp(join(tmpdir(), 'gk-fabric-'));
  fabric = await startFabric({
    folder: fabricFolder,
    readProfileKeys: async () => new Map(JSON.parse(readFileSync(profiles, 'utf8')) as [string, string][]),
    accounts: { jump: [{ user: 'jumper', upn: ACCOUNT }], device: [{ user: 'alice', upn: ACCOUNT }] },
  });
});
afterAll(async () => {
  await fabric?.close();
  await rm(fabricFolder, { recursive: true, force: true });
  console.log(`rotation kill sweep: ${kills} steps, ${logins} logins`);
});

/** With what the profile holds now, or held before the run that was killed. */
async function reconcile(folder: string, when: 'now' | 'before' = 'now'): Promise<void> {
  profiles = join(folder, when === 'now' ? 'profiles.json' : PROFILES_BEFORE);
  const { failure } = await fabric.reconcile();
  expect(failure).toBeUndefined();
}

class LoginPeople extends RotatingPeople implements GlasskeyPeople {
  async signingPin(): Promise<Pin> {
    return new Pin(new TextEncoder().encode(PIN));
  }
  touchWanted(): void {}
  touchDone(): void {}
  remark(): void {}
}

/** Logs in to the device through the jump host, as `glasskey connect` does it on the computer in the folder. */
async function expectLogin({ computer, clock }: Rotating): Promise<void> {
  const { folder, bus } = computer;
  const glasskey = new Glasskey({
    hid: async () => bus,
    clock,
    log: silentLog,
    environment: { ...process.env, GLASSKEY_HOME: join(folder, 'data') },
    homeFolder: join(folder, 'home'),
    owner: 'alice@laptop',
  });
  const address = ({ user, host, port }: Fabric['device']) => `${user}@${host}:${port}`;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said: string[] = [];
  for (const stream of [stdout, stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  try {
    const target = address(fabric.device);
    const request = { target, jump: [address(fabric.jump)], command: ['show', 'version'], save: undefined } as const;
    const { exitCode } = await glasskey.connect(
      { ...request, hostKeys: 'yes', forwardAgent: false },
      new LoginPeople(),
      SIGNAL,
      { streams: { stdout, stderr } },
    );
    expect(exitCode, said.join('')).toBe(0);
    logins += 1;
  } finally {
    await glasskey.close();
  }
}

/** Before the run that is killed: a published key, and for the others the rotation as far as that. */
async function prepared(kind: Case): Promise<{ folder: string; aheadMs: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-rotate-'));
  const clock = new LaterClock();
  const rotating = takenUp(folder, clock);
  await rotating.computer.enroll();
  await writeFile(join(folder, 'data', 'known_hosts'), fabric.knownHosts, { mode: 0o600 });
  rotating.reconcile();
  if (kind !== 'make') await rotating.rotate();
  if (kind === 'retire') {
    rotating.reconcile();
    rotating.prove(rotating.replacement);
  }
  rotating.computer.database.close();
  await cp(join(folder, 'profiles.json'), join(folder, PROFILES_BEFORE));
  return { folder, aheadMs: clock.aheadMs };
}

function takenUp(folder: string, clock: LaterClock): Rotating {
  return Rotating.again(folder, clock, { authenticator: { stateFile: join(folder, 'key.json') } });
}

async function runInChild(folder: string, killAfter: number, aheadMs: number, kind: Case) {
  const child = spawn(process.execPath, [CHILD, folder, String(killAfter), String(aheadMs), kind], {
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
  const [, signal] = await once(child, 'close');
  return { signal, output, errors };
}

async function isProfileChanged(folder: string): Promise<boolean> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  return (await read('profiles.json')) !== (await read(PROFILES_BEFORE));
}

/** The default place holds one key's pair, or the private half is not there at all; it is never one that was deleted. */
async function expectWholeDefault({ computer }: Rotating): Promise<void> {
  const { keyFile } = computer;
  if (!existsSync(keyFile)) return;
  const { publicKey, keyHandle } = parseKeyFile(await readFile(keyFile));
  if (existsSync(`${keyFile}.pub`)) {
    expect(parsePublicLine(await readFile(`${keyFile}.pub`, 'utf8')).publicKey).toEqual(publicKey);
  }
  const onKey = computer.authenticator.credentials().map(({ credentialId }) => credentialId);
  expect(onKey).toContain(Buffer.from(keyHandle).toString('hex'));
}

/** Runs what a person would, until nothing is left to do: the logins prove the key. */
async function bringToItsEnd(rotating: Rotating, kind: Case): Promise<void> {
  const { folder, journal } = rotating.computer;
  for (let runs = 0; runs < 4 && rotationIn(journal.list()) !== undefined; runs++) {
    if (kind === 'give-up') await rotating.giveUp();
    else await rotating.rotate();
    await reconcile(folder);
    rotating.reconcile();
    await expectLogin(rotating);
  }
}

async function expectEnded(rotating: Rotating, kind: Case): Promise<void> {
  const { computer } = rotating;
  expect(rotationIn(computer.journal.list())).toBeUndefined();
  const [old, replacement] = computer.journal.list();
  const [staying, gone] = kind === 'give-up' ? [old, replacement] : [replacement, old];
  if (staying?.state !== 'published') throw new Error('the key that stays is not published');
  expect(gone?.state).toBe('retired');
  expect(rotating.credentials).toEqual([userIdOf(staying)]);
  expect(computer.profiles.lines.get(ACCOUNT)).toBe(staying.files.publicLine);
  expect(staying.plan.keyFile).toBe(computer.keyFile);
  expect(await readFile(`${computer.keyFile}.pub`, 'utf8')).toBe(staying.files.publicLine);
  const names = await computer.keyFiles();
  expect(names.filter((name) => name.endsWith('.tmp') || /\.new(\.pub)?$/.test(name))).toEqual([]);
  // The other pair is kept, both halves under one name.
  const olds = names.filter((name) => name.includes('.old-'));
  const [kept] = olds;
  expect(olds).toEqual([kept, `${kept}.pub`]);
}

interface Killed {
  readonly name: string;
  readonly step: number;
  readonly folder: string;
  readonly aheadMs: number;
}

async function killedAfterEach(kind: Case): Promise<readonly Killed[]> {
  const whole = await prepared(kind);
  const { output, errors } = await runInChild(whole.folder, NEVER, whole.aheadMs, kind);
  expect(errors).toBe('');
  await rm(whole.folder, { recursive: true });
  const waiting = (JSON.parse(output) as string[]).map((name, step) => ({ name, step }));
  const killed: Killed[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const computer = await prepared(kind);
      const result = await runInChild(computer.folder, next.step, computer.aheadMs, kind);
      expect({ signal: result.signal, errors: result.errors }).toEqual({ signal: 'SIGKILL', errors: '' });
      killed.push({ ...next, ...computer });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return killed.toSorted((a, b) => a.step - b.step);
}

describe('a rotation that is killed after any step', () => {
  it.each([
    ['make', 12],
    ['retire', 10],
    ['give-up', 3],
  ] as const)(
    'logs in with the old key or the new one at that moment, and comes to its end (%s)',
    async (kind, fewest) => {
      const killed = await killedAfterEach(kind);
      expect(killed.length).toBeGreaterThanOrEqual(fewest);
      for (const { name, step, folder, aheadMs } of killed) {
        const clock = new LaterClock();
        clock.aheadMs = aheadMs;
        const rotating = takenUp(folder, clock);
        try {
          // The daemons have what the profile held before the run…
          await reconcile(folder, 'before');
          await expectWholeDefault(rotating);
          await expectLogin(rotating);
          // … and then what it holds now, where that is something else.
          if (await isProfileChanged(folder)) {
            await reconcile(folder);
            await expectLogin(rotating);
          }
          await bringToItsEnd(rotating, kind);
          await expectEnded(rotating, kind);
          kills += 1;
        } catch (error) {
          throw new Error(`killed after step ${step} (${name})`, { cause: error });
        } finally {
          await rotating.computer.close();
        }
      }
    },
    400_000,
  );
});
