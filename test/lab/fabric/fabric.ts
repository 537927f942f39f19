/**
 * The lab's fabric: a jump host and a device, both real OpenSSH daemons that want a security key with user verification
 * (PubkeyAuthOptions verify-required), and the reconciliation that gives their accounts the keys from the lab's Graph.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { sshdVersion } from './daemon.ts';
import { startOnLoopback } from './loopback.ts';
import { type Address, knownHostsLine, type LabAccount, type Machines, type MachinesRequest } from './machine.ts';
import { startInNamespaces } from './namespaces.ts';
import { requireProgram } from './programs.ts';
import { type ReadProfileKeys, type ReconciliationReport, startReconciliation } from './reconciliation.ts';

export type FabricMode = 'namespaces' | 'loopback';

export interface FabricOptions {
  /** A folder of the caller's; it may exist. Logs and keys are left in it when the fabric is closed. */
  readonly folder: string;
  /** `auto`, the default: namespaces where they may be made, loopback else. */
  readonly mode?: FabricMode | 'auto';
  readonly readProfileKeys: ReadProfileKeys;
  /** How often the accounts are brought in line by themselves. Default: 4 hours, as the real fabric. */
  readonly reconcileEveryMs?: number;
  /** Accounts by machine; the first of each is the one that `jump.user` and `device.user` name. */
  readonly accounts: {
    readonly jump: readonly [LabAccount, ...LabAccount[]];
    readonly device: readonly [LabAccount, ...LabAccount[]];
  };
  /** The host name in the device's prompt. Default `ce1-rack4`. */
  readonly deviceName?: string;
}

export interface LoginAddress extends Address {
  readonly user: string;
}

export interface Fabric {
  readonly mode: FabricMode;
  /** A sentence: why this mode. */
  readonly why: string;
  readonly jump: LoginAddress;
  readonly device: LoginAddress;
  readonly deviceName: string;
  /** known_hosts text with both machines' host keys. */
  readonly knownHosts: string;
  /** False where a session gets no pseudo-terminal (an ordinary user's sshd, and /dev/pts mounted without the group tty). */
  readonly givesTerminals: boolean;
  /** Brings the accounts in line now. */
  reconcile(): Promise<ReconciliationReport>;
  /** What a machine shows whoever wants to log in, from now on; an empty text shows nothing. */
  setBanner(machine: 'jump' | 'device', text: string): Promise<void>;
  /** sshd's DEBUG3 log so far. */
  jumpLog(): Promise<string>;
  deviceLog(): Promise<string>;
  /** Ends the daemons, every session on them, and their networks. Safe to call twice. */
  close(): Promise<void>;
}

const FOUR_HOURS_MS = 4 * 60 * 60 * 1000;

export async function startFabric(options: FabricOptions): Promise<Fabric> {
  const deviceName = options.deviceName ?? 'ce1-rack4';
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sshd = await requireProgram('sshd');
  const { machines, mode, why } = await startMachines(options.mode ?? 'auto', {
    folder,
    jumpAccounts: options.accounts.jump,
    deviceAccounts: options.accounts.device,
    deviceName,
    sshd,
    sshdVersion: await sshdVersion(sshd),
  });
  const { jump, device } = machines;
  const reconciliation = startReconciliation(
    options.readProfileKeys,
    machines.targets,
    options.reconcileEveryMs ?? FOUR_HOURS_MS,
  );
  let closing: Promise<void> | undefined;
  return {
    mode,
    why,
    jump: { host: jump.host, port: jump.port, user: machines.onlyUser ?? options.accounts.jump[0].user },
    device: { host: device.host, port: device.port, user: machines.onlyUser ?? options.accounts.device[0].user },
    deviceName,
    knownHosts: `${knownHostsLine(jump)}\n${knownHostsLine(device)}\n`,
    givesTerminals: machines.givesTerminals,
    reconcile: reconciliation.reconcile,
    setBanner: (name, text) => writeFile(join(dirname(machines[name].logFile), 'banner'), text),
    jumpLog: () => readFile(jump.logFile, 'utf8'),
    deviceLog: () => readFile(device.logFile, 'utf8'),
    close() {
      closing ??= reconciliation.stop().then(() => machines.close());
      return closing;
    },
  };
}

async function startMachines(
  mode: FabricMode | 'auto',
  request: MachinesRequest,
): Promise<{ machines: Machines; mode: FabricMode; why: string }> {
  if (mode === 'loopback') {
    return { machines: await startOnLoopback(request), mode, why: 'Loopback was asked for.' };
  }
  try {
    const machines = await startInNamespaces(request);
    return {
      machines,
      mode: 'namespaces',
      why: 'Root may make network namespaces: the device is reached only through the jump host.',
    };
  } catch (error) {
    if (mode === 'namespaces') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      // A folder of its own: what the other attempt left would be in the way.
      machines: await startOnLoopback({ ...request, folder: resolve(request.folder, 'loopback') }),
      mode: 'loopback',
      why: `No network namespaces (${reason}), so both daemons run on 127.0.0.1.`,
    };
  }
}
