import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReconciliation } from '../lab/fabric/reconciliation.ts';
import { MODES, type PlainSshLab, startPlainSshLab, UPN, waitFor } from './fabric-with-plain-ssh.ts';

if (!MODES.includes('namespaces')) console.warn('fabric: not root, so the tests in network namespaces are left out');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function ssh(lab: PlainSshLab, args: readonly string[], input = ''): Promise<Ended> {
  const config = join(lab.folder, 'plain_config');
  writeFileSync(
    config,
    [
      ['Host *', `IdentityFile ${lab.privateKeyFile}`, 'IdentitiesOnly yes', 'IdentityAgent none'],
      [`UserKnownHostsFile ${lab.knownHostsFile}`, 'StrictHostKeyChecking yes', 'BatchMode yes', 'ConnectTimeout 2'],
    ]
      .flat()
      .join('\n'),
  );
  return new Promise((resolve) => {
    const child = execFile('ssh', ['-F', config, ...args], (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

function throughJumpHost({ fabric: { jump, device } }: PlainSshLab): string[] {
  return ['-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', `${device.port}`, `${device.user}@${device.host}`];
}

describe.each(MODES)('the fabric in mode %s', (mode) => {
  let lab: PlainSshLab;
  beforeAll(async () => {
    lab = await startPlainSshLab(mode);
    await lab.fabric.reconcile();
  });
  afterAll(() => lab.close());

  it('is in the mode that was asked for, and says why', () => {
    expect(lab.fabric.mode).toBe(mode);
    expect(lab.fabric.why).toMatch(/\.$/);
  });

  it('lets a reconciled key through the jump host to a device that answers as an EOS switch', async () => {
    const { code, stdout } = await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Arista DCS-7280CR3K-32P4-F\n[\s\S]*Software image version: \S+/);
    expect(await lab.fabric.deviceLog()).toMatch(/Accepted publickey for \S+ from \S+ port \d+ ssh2: ED25519 SHA256:/);
  });

  it('gives an interactive session the prompts of a switch', async () => {
    const input = '?\nsh ver\nconfigure\nenable\nshow privilege\nexit\n';
    const { code, stdout } = await ssh(lab, ['-T', ...throughJumpHost(lab)], input);
    expect(code).toBe(0);
    expect(stdout).toContain('ce1-rack4>');
    expect(stdout).toContain('Software image version');
    expect(stdout).toContain('% Invalid input');
    expect(stdout).toMatch(/ce1-rack4#Current privilege level is 15/);
  });

  it('fails a command that the switch does not have', async () => {
    const { code, stdout } = await ssh(lab, [...throughJumpHost(lab), '--', 'reload', 'now']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '% Invalid input\n' });
  });

  it('refuses the login once the key is gone from the profile and the accounts are reconciled', async () => {
    lab.profileKeys.delete(UPN);
    // Until the reconciliation, the accounts still hold it: as on the real fabric.
    expect((await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'version'])).code).toBe(0);
    const report = await lab.fabric.reconcile();
    expect(report.accounts.map(({ change }) => change)).toEqual(['removed', 'removed']);
    const refused = await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'version']);
    expect(refused).toMatchObject({ code: 255, stderr: expect.stringContaining('Permission denied (publickey)') });

    lab.profileKeys.set(UPN, lab.publicLine);
    expect((await lab.fabric.reconcile()).accounts.map(({ change }) => change)).toEqual(['added', 'added']);
    expect((await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'version'])).code).toBe(0);
  });

  it('takes no line that would set options of authorized_keys, or hold a second key', async () => {
    for (const line of [`no-touch-required ${lab.publicLine}`, `${lab.publicLine}\n${lab.publicLine}`]) {
      lab.profileKeys.set(UPN, line);
      expect((await lab.fabric.reconcile()).accounts.map(({ change }) => change)).toEqual(['refused', 'refused']);
      expect((await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'version'])).code).toBe(255);
    }
    lab.profileKeys.set(UPN, lab.publicLine);
    await lab.fabric.reconcile();
  });

  it('forwards connections from the jump host to the device and nowhere else', async () => {
    const { jump } = lab.fabric;
    const { code, stderr } = await ssh(lab, ['-p', `${jump.port}`, `${jump.user}@${jump.host}`, '-W', '127.0.0.1:1']);
    expect(code).toBe(255);
    expect(stderr).toContain('administratively prohibited');
  });

  if (mode !== 'namespaces') return;

  it('keeps the device out of direct reach', async () => {
    const { device } = lab.fabric;
    const { code, stderr } = await ssh(lab, ['-p', `${device.port}`, `${device.user}@${device.host}`]);
    expect(code).toBe(255);
    expect(stderr).toMatch(/connect to host \S+ port 22: (Connection timed out|No route to host)/);
  });

  it('leaves the accounts of this machine as they are', async () => {
    expect(readFileSync('/etc/passwd', 'utf8')).not.toContain('jumper');
    const { jump } = lab.fabric;
    const { stdout } = await ssh(lab, ['-p', `${jump.port}`, `${jump.user}@${jump.host}`, '--', 'id -un; echo $HOME']);
    expect(stdout).toBe('jumper\n/home/jumper\n');
  });
});

describe.each(MODES)('the end of a fabric in mode %s', (mode) => {
  it('leaves no process and no network when it is closed, also with a session open', async () => {
    const lab = await startPlainSshLab(mode);
    // Its own link only: other tests make theirs at the same time.
    const link = linkTo(lab.fabric.jump.host);
    expect(link !== undefined).toBe(mode === 'namespaces');
    await lab.fabric.reconcile();
    const session = ssh(lab, ['-T', '-o', 'ServerAliveInterval=1', ...throughJumpHost(lab)], '');
    const processes = processesNaming(lab.folder);
    expect(processes.length).toBeGreaterThan(0);
    await lab.close();
    await session;
    expect(processesNaming(lab.folder)).toEqual([]);
    if (link !== undefined) expect(labLinks()).not.toContain(link);
    expect(existsSync(lab.folder)).toBe(false);
  });

  // What ends a lab without its close(): the kernel must clear up.
  it.runIf(process.platform === 'linux')('leaves none when its starter is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gk-crash-'));
    try {
      const starter = fileURLToPath(new URL('./start-fabric-and-wait.ts', import.meta.url));
      const child = spawn(process.execPath, [starter, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const { link } = JSON.parse(String(line)) as { link: string | null };
      expect(processesNaming(folder).length).toBeGreaterThan(1);
      if (link !== null) expect(labLinks()).toContain(link);
      child.kill('SIGKILL');
      await once(child, 'close');
      await waitFor(() => processesNaming(folder).length === 0);
      await waitFor(() => link === null || !labLinks().includes(link));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the reconciliation', () => {
  it('leaves the accounts as they are when the profiles cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gk-reconcile-'));
    const file = join(folder, 'authorized_keys');
    const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== NexusIdentitySSHKey';
    let read = async () => new Map([['Alice@Contoso.com', line]]);
    const reconciliation = startReconciliation(
      () => read(),
      [{ machine: 'device', user: 'alice', upn: UPN, file }],
      60_000,
    );
    try {
      expect((await reconciliation.reconcile()).accounts).toMatchObject([{ user: 'alice', change: 'added' }]);
      read = () => Promise.reject(new Error('Graph is away'));
      expect(await reconciliation.reconcile()).toEqual({ accounts: [], failure: 'Graph is away' });
      expect(readFileSync(file, 'utf8')).toBe(`${line}\n`);
      expect(readdirSync(folder)).toEqual(['authorized_keys']);
    } finally {
      await reconciliation.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('runs by itself as often as it is told to', async () => {
    const lab = await startPlainSshLab('loopback', 50);
    try {
      await expect.poll(async () => (await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'hostname'])).code).toBe(0);
      lab.profileKeys.clear();
      await expect
        .poll(async () => (await ssh(lab, [...throughJumpHost(lab), '--', 'show', 'hostname'])).code)
        .toBe(255);
    } finally {
      await lab.close();
    }
  });
});

/** This side of a link has the address just before the jump host's. */
function linkTo(jumpHost: string): string | undefined {
  const here = jumpHost.replace(/\d+$/, (last) => String(Number(last) - 1));
  const links = Object.entries(networkInterfaces()).filter(([name]) => name.startsWith('gklab'));
  return links.find(([, addresses]) => addresses?.some(({ address }) => address === here))?.[0];
}

function labLinks(): string[] {
  if (!MODES.includes('namespaces')) return Object.keys(networkInterfaces());
  return execFileSync('ip', ['-brief', 'link'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.split(/[@ ]/, 1)[0] ?? '')
    .filter((name) => name.startsWith('gklab'));
}

/**
 * The processes that have to do with this folder, by their arguments or (a machine's sshd, its sessions) their mounts; none
 * can be asked for where there is no /proc.
 */
function processesNaming(folder: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/mountinfo`].some((file) => readText(file).includes(folder)))
    .map((pid) => `${pid} ${readText(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`);
}

/** Empty for a process that has ended in the meantime, and for the mounts of somebody else's. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
