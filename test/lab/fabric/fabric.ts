/**
 * The lab's fabric: a jump host and a device, and whatever further machines are asked for, all real OpenSSH daemons that want a security
 * key with user verification (PubkeyAuthOptions verify-required) unless said otherwise, and the reconciliation that gives their accounts
 * the keys from the lab's Graph.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { sshdVersion } from './daemon.ts';
import { startOnLoopback } from './loopback.ts';
import {
  type Address,
  knownHostsLine,
  type LabAccount,
  type Machine,
  type MachineKind,
  type MachinePlan,
  type Machines,
  type MachinesRequest,
  type NetworkName,
} from './machine.ts';
import { startInNamespaces } from './namespaces.ts';
import { requireProgram } from './programs.ts';
import { type ReadProfileKeys, type ReconciliationReport, startReconciliation } from './reconciliation.ts';
import type { SshdVariant } from './sshd-config.ts';

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
  /** In what the sshd of the two differs from the usual one. */
  readonly sshd?: { readonly jump?: SshdVariant; readonly device?: SshdVariant };
  /** More machines, by names of their own. */
  readonly further?: readonly FurtherMachine[];
  /** IPv6 addresses for all machines, beside the others. Default false. */
  readonly ipv6?: boolean;
}

export interface FurtherMachine {
  /** Not `jump` or `device`. Lower case, digits and hyphens; a device's prompt shows it. */
  readonly name: string;
  readonly kind: MachineKind;
  /** From the outside in. By default a jump host is on edge and fabric, all else on fabric. On loopback all are one. */
  readonly networks?: readonly [NetworkName, ...NetworkName[]];
  /** The first is the one that its address names. */
  readonly accounts: readonly [LabAccount, ...LabAccount[]];
  readonly sshd?: SshdVariant;
}

export interface LoginAddress extends Address {
  readonly user: string;
}

export interface FabricMachine extends LoginAddress {
  readonly name: string;
  readonly kind: MachineKind;
  /** Its IPv6 address, where that was asked for. */
  readonly host6?: string;
  /** `type base64`. */
  readonly hostKey: string;
  /** Its known_hosts line. */
  readonly knownHosts: string;
  /** sshd's DEBUG3 log so far. */
  log(): Promise<string>;
  /** What it shows whoever wants to log in, from now on; an empty text shows nothing. */
  setBanner(text: string): Promise<void>;
  /** From now on it answers nothing, sessions that are open included, as if its network were cut. */
  goSilent(): Promise<void>;
  comeBack(): Promise<void>;
}

export interface Fabric {
  readonly mode: FabricMode;
  /** A sentence: why this mode. */
  readonly why: string;
  readonly jump: LoginAddress;
  readonly device: LoginAddress;
  readonly deviceName: string;
  /** In the order of their start: the jump host, the device, the further ones. */
  readonly machines: readonly FabricMachine[];
  /** One of them: `jump`, `device`, or a further one's name. Throws where there is none. */
  machine(name: string): FabricMachine;
  /** False where the lab's accounts have no passwords (loopback). */
  readonly takesPasswords: boolean;
  /**
   * What stands before a command line to run it in a network where there is nothing but the jump hosts, as on a computer whose other
   * cables are all cut. Undefined on loopback, which is one with everything.
   */
  readonly alone: readonly string[] | undefined;
  /** known_hosts text with all machines' host keys. */
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
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const sshd = await requireProgram('sshd');
  const deviceName = options.deviceName ?? 'ce1-rack4';
  const { machines, mode, why } = await startMachines(options.mode ?? 'auto', {
    folder,
    machines: planMachines(options, deviceName),
    ipv6: options.ipv6 ?? false,
    sshd,
    sshdVersion: await sshdVersion(sshd),
  });
  const all = machines.machines.map((machine) => describeMachine(machine, machines.onlyUser));
  const machine = (name: string) => {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(`the fabric has no machine named ${name}`);
    return found;
  };
  const [jump, device] = [machine('jump'), machine('device')];
  const reconciliation = startReconciliation(
    options.readProfileKeys,
    machines.targets,
    options.reconcileEveryMs ?? FOUR_HOURS_MS,
  );
  let closing: Promise<void> | undefined;
  return {
    mode,
    why,
    jump: { host: jump.host, port: jump.port, user: jump.user },
    device: { host: device.host, port: device.port, user: device.user },
    deviceName,
    machines: all,
    machine,
    knownHosts: all.map(({ knownHosts }) => `${knownHosts}\n`).join(''),
    givesTerminals: machines.givesTerminals,
    takesPasswords: machines.takesPasswords,
    alone: machines.alone,
    reconcile: reconciliation.reconcile,
    setBanner: (name, text) => machine(name).setBanner(text),
    jumpLog: () => jump.log(),
    deviceLog: () => device.log(),
    close() {
      closing ??= reconciliation.stop().then(() => machines.close());
      return closing;
    },
  };
}

function planMachines({ accounts, sshd = {}, further = [] }: FabricOptions, deviceName: string): MachinePlan[] {
  return [
    { name: 'jump', kind: 'jump-host', accounts: accounts.jump, ...(sshd.jump && { sshd: sshd.jump }) } as const,
    { name: 'device', kind: 'device', accounts: accounts.device, ...(sshd.device && { sshd: sshd.device }) } as const,
    ...further,
  ].map((one: FurtherMachine) => ({
    ...one,
    networks: one.networks ?? (one.kind === 'jump-host' ? ['edge', 'fabric'] : ['fabric']),
    hostName: one.name === 'device' ? deviceName : one.name,
    sshd: one.sshd ?? {},
  }));
}

function describeMachine(machine: Machine, onlyUser: string | undefined): FabricMachine {
  const { plan, host, host6, port, hostKey, logFile, goSilent, comeBack } = machine;
  return {
    name: plan.name,
    kind: plan.kind,
    host,
    ...(host6 !== undefined && { host6 }),
    port,
    user: onlyUser ?? plan.accounts[0].user,
    hostKey,
    knownHosts: knownHostsLine(machine),
    log: () => readFile(logFile, 'utf8'),
    setBanner: (text) => writeFile(join(dirname(logFile), 'banner'), text),
    goSilent,
    comeBack,
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
      why: `No network namespaces (${reason}), so all daemons run on 127.0.0.1.`,
    };
  }
}
