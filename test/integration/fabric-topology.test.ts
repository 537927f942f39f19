/** What the fabric can be besides one jump host and one device, tried with plain ssh and an agent of OpenSSH. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FabricMachine, FabricOptions } from '../lab/fabric/fabric.ts';
import { requireProgram, run } from '../lab/fabric/programs.ts';
import { MODES, type PlainSshLab, startPlainSshLab, UPN, waitFor } from './fabric-with-plain-ssh.ts';

const ALICE = [{ user: 'alice', upn: UPN }] as const;
const ACCESS_ID = '4f9e27a8-1d07-4b5e-9c3a-6f2f5c7e8d10';
const PASSWORD = 'Method-D v1.5: shared';
const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ family }) => family === 'IPv6'),
);

const TOPOLOGY: Partial<FabricOptions> = {
  ipv6: HAS_IPV6,
  further: [
    { name: 'jump-b', kind: 'jump-host', accounts: [{ user: 'jumper', upn: UPN }] },
    {
      name: 'jump-inner',
      kind: 'jump-host',
      networks: ['fabric', 'inner'],
      accounts: [{ user: 'jumper', upn: UPN }],
    },
    { name: 'ce2-rack4', kind: 'device', accounts: [...ALICE, { user: 'telco', password: PASSWORD }] },
    { name: 'tor1-rack9', kind: 'device', networks: ['inner'], accounts: ALICE },
    { name: 'vm4', kind: 'console', networks: ['edge'], accounts: [{ user: ACCESS_ID, upn: UPN }] },
  ],
};

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The options that every ssh of this lab has, in a file: the hops of `-J` get no other. */
function configFile(lab: PlainSshLab): string {
  const file = join(lab.folder, 'plain_config');
  writeFileSync(
    file,
    [
      ['Host *', `IdentityFile ${lab.publicKeyFile}`, 'IdentitiesOnly yes', `IdentityAgent ${lab.agentSocket}`],
      [`UserKnownHostsFile ${lab.knownHostsFile}`, 'StrictHostKeyChecking yes', 'ConnectTimeout 2'],
    ]
      .flat()
      .join('\n'),
  );
  return file;
}

function ssh(lab: PlainSshLab, args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile('ssh', ['-F', configFile(lab), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    ).stdin?.end();
  });
}

function hop({ user, host, port }: FabricMachine): string {
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function through(hops: readonly FabricMachine[], to: FabricMachine): string[] {
  return [...(hops.length > 0 ? ['-J', hops.map(hop).join(',')] : []), '-p', `${to.port}`, `${to.user}@${to.host}`];
}

const overIpv6 = (machine: FabricMachine): FabricMachine => ({ ...machine, host: machine.host6 ?? 'none' });

describe.each(MODES)('a fabric of many machines in mode %s', (mode) => {
  let lab: PlainSshLab;
  let at: (name: string) => FabricMachine;
  const hostName = ['show', 'hostname'];
  beforeAll(async () => {
    lab = await startPlainSshLab(mode, undefined, TOPOLOGY);
    at = lab.fabric.machine;
    await lab.fabric.reconcile();
  });
  afterAll(() => lab.close());

  it('has each machine once, by its name, with a host key of its own', () => {
    const { machines } = lab.fabric;
    expect(machines.map(({ name }) => name)).toEqual([
      ...['jump', 'device', 'jump-b', 'jump-inner', 'ce2-rack4', 'tor1-rack9', 'vm4'],
    ]);
    expect(new Set(machines.map(({ hostKey }) => hostKey)).size).toBe(machines.length);
    expect(() => at('jump-c')).toThrow('no machine named jump-c');
  });

  it('reaches either device through either jump host', async () => {
    for (const jumpHost of ['jump', 'jump-b']) {
      for (const [device, name] of [
        ['device', 'ce1-rack4'],
        ['ce2-rack4', 'ce2-rack4'],
      ] as const) {
        const { stdout } = await ssh(lab, [...through([at(jumpHost)], at(device)), '--', ...hostName]);
        expect(stdout).toContain(`Hostname: ${name}\n`);
      }
    }
  });

  it('reaches a device behind a jump host that lies behind a jump host', async () => {
    const { stdout } = await ssh(lab, [
      ...through([at('jump'), at('jump-inner')], at('tor1-rack9')),
      '--',
      ...hostName,
    ]);
    expect(stdout).toContain('Hostname: tor1-rack9\n');
    expect(await at('jump-inner').log()).toMatch(/Accepted publickey for/);
  });

  it.runIf(HAS_IPV6)('reaches them by IPv6', async () => {
    const { code, stdout } = await ssh(lab, [
      ...through([overIpv6(at('jump-b'))], overIpv6(at('device'))),
      ...['--', ...hostName],
    ]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Hostname: ce1-rack4\n') });
  });

  it('lets a forwarded agent log in from the jump host to the device, and from there to the next', async () => {
    const onward = (to: FabricMachine) => ['ssh', '-p', `${to.port}`, `${to.user}@${to.host}`];
    const fromJump = await ssh(lab, ['-A', ...through([], at('jump')), '--', ...onward(at('device')), ...hostName]);
    expect(fromJump.stdout).toContain('Hostname: ce1-rack4\n');
    const fromDevice = await ssh(lab, [
      ...['-A', ...through([at('jump')], at('device')), '--', 'bash', ...onward(at('ce2-rack4')), ...hostName],
    ]);
    expect(fromDevice.stdout).toContain('Hostname: ce2-rack4\n');
  });

  it('gives the console of a virtual machine to who comes last, and forwards no agent there', async () => {
    const vm = at('vm4');
    const first = spawn('ssh', ['-F', configFile(lab), '-A', '-T', ...through([], vm)], { stdio: 'pipe' });
    const closed = once(first, 'close');
    let said = '';
    first.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await waitFor(() => said.includes('vm4 login:'));
    const second = await ssh(lab, ['-T', ...through([], vm)]);
    expect(second.stdout).toContain('Connected to the console of vm4.');
    const [code] = await closed;
    expect(code).toBe(1);
    expect(said).toContain('another one has taken over the console');
    expect(await vm.log()).toContain('agent forwarding disabled');
    if (mode === 'namespaces') expect(vm).toMatchObject({ port: 2222, user: ACCESS_ID });
  });

  it('no longer answers once it is silent, until it is back; the other jump host goes on', async () => {
    await at('jump-b').goSilent();
    const lost = await ssh(lab, [...through([at('jump-b')], at('device')), '--', ...hostName]);
    expect(lost).toMatchObject({ code: 255, stderr: expect.stringMatching(/timed out/) });
    expect((await ssh(lab, [...through([at('jump')], at('device')), '--', ...hostName])).code).toBe(0);
    await at('jump-b').comeBack();
    expect((await ssh(lab, [...through([at('jump-b')], at('device')), '--', ...hostName])).code).toBe(0);
  });

  // On loopback all networks are one, and sshd takes no passwords: there is nothing to try.
  if (mode === 'namespaces') {
    it('opens a shared account by its password, and by no key', async () => {
      expect(lab.fabric.takesPasswords).toBe(true);
      const askpass = join(lab.folder, 'askpass');
      writeFileSync(askpass, `#!/bin/sh\necho "$LAB_PASSWORD"\n`, { mode: 0o700 });
      const login = (password: string) =>
        ssh(
          lab,
          [
            ...['-o', 'NumberOfPasswordPrompts=1'],
            ...[...through([at('jump')], { ...at('ce2-rack4'), user: 'telco' }), '--', ...hostName],
          ],
          { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', LAB_PASSWORD: password },
        );
      expect((await login(PASSWORD)).stdout).toContain('Hostname: ce2-rack4\n');
      expect(await login('guessed')).toMatchObject({
        code: 255,
        stderr: expect.stringContaining('Permission denied (password)'),
      });
      // Everybody else's account there takes keys, and no password.
      expect((await ssh(lab, [...through([at('jump')], at('ce2-rack4')), '--', ...hostName])).code).toBe(0);
    });
  }

  // On loopback all networks are one, and sshd takes no passwords: there is nothing to try.
  if (mode === 'namespaces') {
    it('keeps the inner network out of the reach of the outer jump hosts', async () => {
      const { code, stderr } = await ssh(lab, through([at('jump')], at('tor1-rack9')));
      expect(code).toBe(255);
      expect(stderr).toContain('administratively prohibited');
    });
  }
});

describe('a fabric with other daemons', () => {
  const folders: string[] = [];
  const labs: PlainSshLab[] = [];
  afterAll(async () => {
    for (const lab of labs) await lab.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const start = async (sshd: NonNullable<FabricOptions['sshd']>) => {
    const lab = await startPlainSshLab(MODES[0] ?? 'loopback', undefined, { sshd });
    labs.push(lab);
    await lab.fabric.reconcile();
    return lab;
  };

  it('takes no security key, or takes one without its PIN, as it was asked to', async () => {
    const lab = await start({ jump: { verifyRequired: false }, device: { takesSecurityKeys: false } });
    const configs = ['jump', 'device'].map((name) =>
      readFileSync(
        execFileSync('find', [lab.folder, '-path', `*/${name}/sshd_config`], { encoding: 'utf8' }).trim(),
        'utf8',
      ),
    );
    expect(configs.map((text) => text.includes('PubkeyAuthOptions verify-required'))).toEqual([false, true]);
    const dryRun = await Promise.all(configs.map(effective));
    expect(dryRun[0]).toMatch(/^pubkeyaccepted\S+ .*sk-ssh-ed25519@openssh\.com/m);
    expect(dryRun[1]).not.toMatch(/^pubkeyaccepted\S+ .*sk-/m);
    expect(dryRun[1]).toMatch(/^pubkeyaccepted\S+ .*ssh-ed25519/m);
    // Other keys still log in.
    expect((await ssh(lab, through([lab.fabric.machine('jump')], lab.fabric.machine('device')))).code).toBe(0);
  });

  it('forwards neither agent nor connection, as it was asked to', async () => {
    const lab = await start({ jump: { allowsTcpForwarding: false, allowsAgentForwarding: false } });
    const { machine } = lab.fabric;
    const refused = await ssh(lab, through([machine('jump')], machine('device')));
    expect(refused).toMatchObject({ code: 255, stderr: expect.stringContaining('administratively prohibited') });
    const toJump = through([], machine('jump'));
    expect((await ssh(lab, ['-A', ...toJump, '--', 'echo "[$SSH_AUTH_SOCK]"'])).stdout).toBe('[]\n');
  });

  it('hangs up at the first key that it does not know, as it was asked to', async () => {
    const lab = await start({ jump: { maxAuthTries: 1 } });
    const wrong = join(lab.folder, 'wrong');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', wrong]);
    const toJump = [...through([], lab.fabric.machine('jump')), '--', 'true'];
    expect((await ssh(lab, toJump)).code).toBe(0);
    const tooMany = await ssh(lab, ['-i', wrong, '-o', 'IdentityAgent=none', ...toJump]);
    expect(tooMany.stderr).toContain('Too many authentication failures');
  });

  /** What sshd makes of a configuration: `sshd -T`. */
  async function effective(text: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), 'gk-sshd-t-'));
    folders.push(folder);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const file = join(folder, 'config');
    writeFileSync(file, text.replace(/^HostKey .*$/m, `HostKey ${join(folder, 'key')}`));
    return run(await requireProgram('sshd'), ['-T', '-f', file]);
  }
});
