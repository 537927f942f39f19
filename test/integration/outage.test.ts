/**
 * The outage: Entra, Graph and ARM are gone, and so is every name. What is on the disk, the security key and the fabric's addresses must
 * be enough for each login, for the drill, and in the middle of a rotation.
 *
 * It is shown in two ways. Every process of Glasskey notes where it connects to and which names it looks up (a preload of Node's own
 * modules): it may ask for nothing at all, ssh does that. And as root what is run has a network in which there is nothing but the fabric.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';

let lab: Lab;
/** Where Node's processes note what they ask the network for. */
let notes: string;
let environment: Record<string, string>;
let old: string | undefined;

/** Notes each TCP connection and each name that is looked up, and lets no name be found. */
const WATCH = `
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';
const note = (what) => appendFileSync(process.env.OUTAGE_NOTES + '/' + process.pid, what + '\\n');
note('watched');
const fail = (name, callback) => {
  note('name ' + name);
  const error = Object.assign(new Error('getaddrinfo EAI_AGAIN ' + name), { code: 'EAI_AGAIN', hostname: name });
  process.nextTick(() => callback(error));
};
dns.lookup = (name, options, callback) => fail(name, callback ?? options);
dns.promises.lookup = async (name) => {
  note('name ' + name);
  throw Object.assign(new Error('getaddrinfo EAI_AGAIN ' + name), { code: 'EAI_AGAIN', hostname: name });
};
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...words) {
  const [first] = Array.isArray(words[0]) ? words[0] : words;
  if (typeof first === 'object' && first !== null && first.path === undefined) note('tcp ' + first.host + ':' + first.port);
  return connect.apply(this, words);
};
syncBuiltinESMExports();
`;

beforeAll(async () => {
  lab = await startLab({
    // The rotation waits for its reconciliation: both keys are in use.
    reconcileEveryMs: 4 * 60 * 60 * 1000,
    topology: { further: [{ name: 'jump-b', kind: 'jump-host', accounts: [{ user: 'jumper', upn: UPN }] }] },
  });
  notes = join(lab.folder, 'asked');
  mkdirSync(notes);
  const watch = join(lab.folder, 'watch.mjs');
  writeFileSync(watch, WATCH);
  environment = { NODE_OPTIONS: `--import ${watch}`, OUTAGE_NOTES: notes };

  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  old = /SHA256:\S+/.exec(enrolled.stdout)?.[0];
  await lab.fabric.reconcile();
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  const targets = targetStore(database);
  const leaf = plainTarget('leaf1', lab.device, [lab.jump]);
  targets.add({ ...leaf, ways: [...leaf.ways, { kind: 'jump', jumps: [addressOf('jump-b')] }] });
  database.close();

  const rotated = await lab.glasskeyScript(['rotate', '--pin-stdin', '--json'], { stdin: `${lab.pin}\n` });
  expect(rotated.exitCode, rotated.stdout + rotated.stderr).toBe(0);
  // The services are gone, and their ports with them.
  await lab.entra.close();
}, 60_000);
afterAll(() => lab?.close());

function addressOf(name: string): string {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
}

/** In a network with nothing but the fabric, where there is one. */
function alone(...words: string[]): [string, string[]] {
  const [file = '', ...args] = [...(lab.fabric.alone ?? []), 'glasskey', ...words];
  return [file, args];
}

async function login(...words: string[]) {
  const before = (await lab.fabric.deviceLog()).length;
  const [file, args] = alone('connect', 'leaf1', ...words, '--', 'show hostname');
  const done = await lab.startInTerminal(file, args, { answers: [lab.typePin(2)], environment }).ended;
  expect(done.exitCode, done.screen).toBe(0);
  expect(done.screen).toContain(`Hostname: ${lab.fabric.deviceName}`);
  return /Accepted publickey .*(SHA256:\S+)/.exec((await lab.fabric.deviceLog()).slice(before))?.[1];
}

/** What was asked of the network since the last call, by the processes that were watched. */
function asked(): string[] {
  const lines = readdirSync(notes).flatMap((name) => readFileSync(join(notes, name), 'utf8').trim().split('\n'));
  expect(lines).toContain('watched');
  return lines.filter((line) => line !== 'watched');
}

describe('with Entra, Graph and ARM gone, and no name to be found', () => {
  it('cannot publish, which shows that they are', async () => {
    const { exitCode, stdout } = await lab.glasskeyScript(['publish', '--json'], { environment });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toMatch(/^(ENTRA|GRAPH|SIGN_IN|NETWORK)/);
    expect(asked().length).toBeGreaterThan(0);
    for (const name of readdirSync(notes)) writeFileSync(join(notes, name), 'watched\n');
  });

  it.runIf(process.getuid?.() === 0)('has a network in which there is nothing but the fabric', async () => {
    const [file = '', ...args] = [...(lab.fabric.alone ?? []), 'ip', 'route', 'show'];
    const { screen } = await lab.startInTerminal(file, args).ended;
    expect(screen.trim().split(/\r?\n/)).toEqual([expect.stringMatching(/^198\.\S+\/28 dev edge /)]);
  });

  it('says how things stand', async () => {
    const { stdout } = await lab.glasskeyScript(['status', '--json'], { environment });
    expect(JSON.parse(stdout)).toMatchObject({ rotation: { stage: 'waiting' } });
  });

  it('logs in through either jump host, in the middle of a rotation, with the key that the devices have', async () => {
    expect(await login()).toBe(old);
    expect(await login('--jump', addressOf('jump-b'))).toBe(old);
  });

  it('logs in with the new key as soon as a device has it', async () => {
    const line = readFileSync(`${lab.keyFile}.new.pub`, 'utf8');
    expect(lab.entra.graph.profileKeys().get(lab.upn)).toBe(line);
    await lab.fabric.reconcile();
    const accepted = await login();
    expect(accepted).toMatch(/^SHA256:/);
    expect(accepted).not.toBe(old);
  });

  it('rehearses the login', async () => {
    const [file, args] = alone('drill', 'leaf1');
    const drill = await lab.startInTerminal(file, args, { answers: [lab.typePin()], environment }).ended;
    expect(drill.exitCode, drill.screen).toBe(0);
    const { stdout } = await lab.glasskeyScript(['drill', '--list', '--json'], { environment });
    expect(JSON.parse(stdout)).toMatchObject({ drills: [{ target: 'leaf1', verdict: 'passed' }] });
  });

  it('has looked up no name, and connected to nobody but the jump hosts, which it sees answer before ssh begins', () => {
    const jumpHosts = [lab.jump, addressOf('jump-b')].map(
      (address) => `tcp ${address.slice(address.indexOf('@') + 1)}`,
    );
    expect([...new Set(asked())].toSorted()).toEqual(jumpHosts.toSorted());
  });
});
