/**
 * What the fabric's tests share: a fabric whose profile key is an ordinary ed25519 key (verify-required concerns security
 * keys alone), and an ssh-agent of OpenSSH that holds it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fabric, type FabricMode, type FabricOptions, startFabric } from '../lab/fabric/fabric.ts';

export const UPN = 'alice@contoso.com';

export interface PlainSshLab {
  readonly folder: string;
  readonly fabric: Fabric;
  /** What the lab's Graph would hold; a test changes it and reconciles. */
  readonly profileKeys: Map<string, string>;
  readonly publicLine: string;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  readonly knownHostsFile: string;
  readonly agentSocket: string;
  close(): Promise<void>;
}

/** The modes that can be tried here. Root is expected to manage both. */
export const MODES: readonly FabricMode[] = process.getuid?.() === 0 ? ['namespaces', 'loopback'] : ['loopback'];

export async function startPlainSshLab(
  mode: FabricMode,
  reconcileEveryMs?: number,
  topology: Partial<FabricOptions> = {},
): Promise<PlainSshLab> {
  const folder = mkdtempSync(join(tmpdir(), 'gk-fabric-'));
  const privateKeyFile = join(folder, 'id_ed25519');
  const agentSocket = join(folder, 'agent.sock');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'NexusIdentitySSHKey', '-f', privateKeyFile]);
  const publicLine = readFileSync(`${privateKeyFile}.pub`, 'utf8').trim();
  const profileKeys = new Map([[UPN, publicLine]]);
  const agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: 'ignore' });
  try {
    await waitFor(() => existsSync(agentSocket));
    execFileSync('ssh-add', ['-q', privateKeyFile], { env: { ...process.env, SSH_AUTH_SOCK: agentSocket } });
    const fabric = await startFabric({
      folder: join(folder, 'fabric'),
      mode,
      readProfileKeys: async () => profileKeys,
      ...(reconcileEveryMs !== undefined && { reconcileEveryMs }),
      accounts: { jump: [{ user: 'jumper', upn: UPN }], device: [{ user: 'alice', upn: UPN }] },
      ...topology,
    });
    const knownHostsFile = join(folder, 'known_hosts');
    writeFileSync(knownHostsFile, fabric.knownHosts);
    return {
      folder,
      fabric,
      profileKeys,
      publicLine,
      privateKeyFile,
      publicKeyFile: `${privateKeyFile}.pub`,
      knownHostsFile,
      agentSocket,
      async close() {
        await fabric.close();
        await end(agent);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await end(agent);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

export async function waitFor(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await sleep(20);
  }
}
