/** What real daemons refuse a login for, and how it is told: the cause, whose it is, and what to do. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { skPublicKey } from '../../main/enrollment/key-files.ts';
import { formatKeyFile } from '../../main/openssh/key-file.ts';
import { formatPublicLine } from '../../main/openssh/public-line.ts';
import { SkFlag } from '../../main/openssh/sk-key.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { plainTarget, targetStore } from '../../main/storage/target-store.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import { systemClock } from '../../time/clock.ts';
import { sshdVersion } from '../lab/fabric/daemon.ts';
import { requireProgram } from '../lab/fabric/programs.ts';
import { type Lab, startLab, UPN } from '../lab/world.ts';

const ALICE = [{ user: 'alice', upn: UPN }] as const;
const JUMPER = [{ user: 'jumper', upn: UPN }] as const;
const SOMEBODY_ELSE = [{ user: 'bob', upn: 'bob@lab.example' }] as const;
const MINUTE = 60_000;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    // The devices have the key when a test says so.
    reconcileEveryMs: 240 * MINUTE,
    topology: {
      sshd: { jump: { verifyRequired: false } },
      further: [
        { name: 'jump-strict', kind: 'jump-host', accounts: JUMPER, sshd: { allowsTcpForwarding: false } },
        { name: 'jump-mute', kind: 'jump-host', accounts: JUMPER, sshd: { allowsAgentForwarding: false } },
        { name: 'leaf-old', kind: 'device', accounts: ALICE, sshd: { takesSecurityKeys: false } },
        { name: 'leaf-lax', kind: 'device', accounts: ALICE, sshd: { verifyRequired: false } },
        { name: 'leaf-bob', kind: 'device', accounts: SOMEBODY_ELSE },
        { name: 'leaf-tries', kind: 'device', accounts: SOMEBODY_ELSE, sshd: { maxAuthTries: 1 } },
      ],
    },
  });
  const enrolled = await lab.glasskeyScript(['enroll', '--pin-stdin'], { stdin: `${lab.pin}\n` });
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
}, 60_000);
afterAll(() => lab?.close());

const at = (name: string) => {
  const { user, host, port } = lab.fabric.machine(name);
  return `${user}@${host}:${port}`;
};
/** As a sentence names it. */
const shown = (name: string) => at(name).replace(/:22$/, '');

async function connect(device: string, ...words: string[]) {
  lab.authenticator.counters.reset();
  const route = words.includes('--jump') ? [] : ['--jump', lab.jump];
  const { exitCode, stdout, stderr } = await lab.glasskeyScript(
    ['connect', '--pin-stdin', '--json', at(device), ...route, ...words, '--', 'show hostname'],
    { stdin: `${lab.pin}\n` },
  );
  const answer = JSON.parse(stdout) as { error?: { code: string; message: string; remedy: string } };
  return { exitCode, stderr, error: answer.error, touches: lab.authenticator.counters.read().touches };
}

/** What a machine has for the key of that account. */
function authorizedKeysOf(name: string): string {
  const fabric = join(lab.folder, 'fabric');
  const { user } = lab.fabric.machine(name);
  const found = readdirSync(fabric, { recursive: true, encoding: 'utf8' }).find(
    (file) =>
      file.endsWith(`${name}/home/${user}/.ssh/authorized_keys`) || file.endsWith(`${name}/authorized_keys/${user}`),
  );
  return join(fabric, found ?? 'none');
}

function sql(statement: string, ...values: (string | number)[]): void {
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  try {
    database.sqlite.prepare(statement).run(...values);
  } finally {
    database.close();
  }
}

describe('a key that was published lately', () => {
  it('is said not to be there yet, with the time by when it is; after the reconciliation the login works', async () => {
    const publishedAt = Date.now() - 40 * MINUTE;
    sql("UPDATE enrollments SET data = json_set(data, '$.publication.publishedAt', ?)", publishedAt);
    const by = new Date(publishedAt + 240 * MINUTE);
    const clock = [by.getHours(), by.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
    const early = await connect('device');
    expect(early).toMatchObject({ exitCode: 1, touches: 0, error: { code: 'CONNECT_KEY_NOT_THERE_YET' } });
    expect(early.error?.message).toMatch(
      new RegExp(
        `^The jump host ${shown('jump')} does not know .* published 4[01] min ago; at the latest by .*${clock}\\.$`,
      ),
    );
    expect(early.error?.remedy).toContain(clock);

    const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
    targetStore(database).add(plainTarget('leaf1', lab.device, [lab.jump]));
    database.close();
    const drill = await lab.glasskeyScript(['drill', 'leaf1', '--pin-stdin', '--json'], { stdin: `${lab.pin}\n` });
    expect(drill.exitCode).toBe(1);
    const steps = JSON.parse(drill.stdout).drills[0].steps as { state: string; code?: string; message?: string }[];
    expect(steps.find(({ state }) => state === 'failed')).toMatchObject({
      code: 'CONNECT_KEY_NOT_THERE_YET',
      message: expect.stringContaining(`at the latest by`),
    });

    await lab.fabric.reconcile();
    expect(await connect('device')).toMatchObject({ exitCode: 0, touches: 2 });
  });
});

describe('a real sshd', () => {
  beforeAll(async () => {
    await lab.fabric.reconcile();
    // Published so long ago that every device has it.
    sql("UPDATE enrollments SET data = json_set(data, '$.publication.publishedAt', ?)", Date.now() - 500 * MINUTE);
  });

  it('that does not know the user, or the key for it, is told as that', async () => {
    const { exitCode, error, touches } = await connect('leaf-bob');
    expect(exitCode).toBe(1);
    expect(error?.code).toBe('CONNECT_ACCOUNT_OR_KEY_UNKNOWN');
    expect(error?.message).toContain(`The device ${shown('leaf-bob')} does not know this user, or not this key for it`);
    expect(error?.remedy).toContain('glasskey publish');
    // The jump host's alone: what is not known is not signed for.
    expect(touches).toBe(1);
  });

  it('that takes no signatures of security keys is told as that, as far as it says so', async () => {
    const { exitCode, error, touches } = await connect('leaf-old');
    expect(exitCode).toBe(1);
    expect(touches).toBe(1);
    const { major, minor } = await sshdVersion(await requireProgram('sshd'));
    if (major * 100 + minor >= 906) {
      expect(error?.code).toBe('CONNECT_NO_SIGNATURE_ALGORITHM');
      expect(error?.message).toContain('takes no signatures of security keys.');
      expect(error?.remedy).toContain('PubkeyAcceptedAlgorithms');
    } else {
      // Before 9.6 it says that it takes all that it was built with.
      expect(error?.code).toBe('CONNECT_ACCOUNT_OR_KEY_UNKNOWN');
      expect(error?.message).toBe(
        `The device ${shown('leaf-old')} does not know this user, or not this key for it, or takes no security keys.`,
      );
    }
  });

  it('that ends the login after too many tries is told as that', async () => {
    const { exitCode, error, touches } = await connect('leaf-tries');
    expect(exitCode).toBe(1);
    expect(error?.code).toBe('CONNECT_TOO_MANY_TRIES');
    expect(error?.message).toBe(`The device ${shown('leaf-tries')} ended the login after too many tries.`);
    expect(error?.remedy).toContain('MaxAuthTries');
    expect(touches).toBe(1);
  });

  it('that forwards no connection is told as that, and the other way is named', async () => {
    const { exitCode, error } = await connect('device', '--jump', at('jump-strict'));
    expect(exitCode).toBe(1);
    expect(error?.code).toBe('CONNECT_FORWARDING_DENIED');
    expect(error?.message).toBe(`The jump host does not allow a connection on to the device ${shown('device')}.`);
    expect(error?.remedy).toContain('--way forwarded');
    const other = await connect('device', '--jump', at('jump-strict'), '--way', 'forwarded');
    expect(other, other.stderr).toMatchObject({ exitCode: 0, touches: 2 });
  });

  it('that forwards no agent is told as that, and the other way is named', async () => {
    const { exitCode, error, touches } = await connect('device', '--jump', at('jump-mute'), '--way', 'forwarded');
    expect(exitCode).toBe(1);
    expect(error?.code).toBe('CONNECT_FORWARDING_DENIED');
    expect(error?.message).toContain(`The jump host ${shown('jump-mute')} does not let the agent be forwarded`);
    expect(error?.remedy).toContain('--way jump');
    expect(touches).toBe(1);
    expect(await connect('device', '--jump', at('jump-mute'))).toMatchObject({ exitCode: 0, touches: 2 });
  });

  it('whose entry for the key forbids what the way needs is told as that', async () => {
    const file = authorizedKeysOf('jump');
    const line = readFileSync(file, 'utf8');
    try {
      writeFileSync(file, `no-agent-forwarding ${line}`);
      const agent = await connect('device', '--way', 'forwarded');
      expect(agent.error?.code).toBe('CONNECT_FORWARDING_DENIED');
      writeFileSync(file, `no-port-forwarding ${line}`);
      const connection = await connect('device');
      expect(connection.error?.code).toBe('CONNECT_FORWARDING_DENIED');
      writeFileSync(file, `expiry-time="20200101" ${line}`);
      const expired = await connect('device');
      expect(expired.error?.code).toBe('CONNECT_ACCOUNT_OR_KEY_UNKNOWN');
    } finally {
      writeFileSync(file, line);
    }
  });
});

describe('a key that signs with a touch alone', () => {
  it('is refused where the user is to be verified, by sshd or by the entry for the key, and let in elsewhere', async () => {
    const [device] = await lab.authenticator.bus.list();
    if (device === undefined) throw new Error('no key is plugged in');
    const key = await Authenticator.open(device, systemChannelWorld({ clock: systemClock, log: silentLog }));
    const user = { id: new Uint8Array(32), name: 'openssh' };
    const about = { clientDataHash: new Uint8Array(32), user, algorithm: CoseAlgorithm.ES256, residentKey: false };
    const pin = new Pin(new TextEncoder().encode(lab.pin));
    const made = await key.makeCredential({ ...about, rpId: 'ssh:' }, pin).finally(() => key.close());
    const { publicKey: cose, credentialId: keyHandle } = made.authData.attested;
    const publicKey = skPublicKey(cose, 'ssh:');
    const comment = 'touched alone';
    const file = join(lab.folder, 'home', '.ssh', 'id_ecdsa_sk');
    await mkdir(join(lab.folder, 'home', '.ssh'), { recursive: true, mode: 0o700 });
    const half = { publicKey, flags: SkFlag.USER_PRESENCE_REQUIRED, keyHandle, reserved: new Uint8Array(), comment };
    writeFileSync(
      file,
      formatKeyFile(half, (length) => new Uint8Array(length)),
      { mode: 0o600 },
    );
    writeFileSync(`${file}.pub`, `${formatPublicLine({ publicKey, comment })}\n`);
    for (const words of [
      ['recover', '--file', file],
      ['publish', '--key', file, '--replace'],
    ]) {
      const { exitCode, stderr } = await lab.glasskeyScript(words);
      expect(exitCode, stderr).toBe(0);
    }
    await lab.fabric.reconcile();

    const refused = await connect('device');
    expect(refused.error?.code).toBe('CONNECT_VERIFICATION_REFUSED');
    expect(refused.error?.message).toBe(
      `The device ${shown('device')} knows the key, but did not accept what it signed.`,
    );
    expect(refused.error?.remedy).toContain('verify-required');
    expect(refused.exitCode).toBe(1);

    expect(await connect('leaf-lax')).toMatchObject({ exitCode: 0, touches: 2 });
    const entry = authorizedKeysOf('leaf-lax');
    writeFileSync(entry, `verify-required ${readFileSync(entry, 'utf8')}`);
    expect((await connect('leaf-lax')).error?.code).toBe('CONNECT_VERIFICATION_REFUSED');

    const drilled = await lab.glasskeyScript(['drill', 'leaf1', '--pin-stdin', '--json'], { stdin: `${lab.pin}\n` });
    expect(drilled.exitCode).toBe(1);
    const steps = JSON.parse(drilled.stdout).drills[0].steps as { state: string }[];
    expect(steps.find(({ state }) => state === 'failed')).toMatchObject({
      step: 'login',
      code: 'CONNECT_VERIFICATION_REFUSED',
      remedy: expect.stringContaining('verify-required'),
    });
  });
});
