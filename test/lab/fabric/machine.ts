/** What either way of running the fabric takes and gives. */

import type { SshdVersion } from './daemon.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';
import type { SshdVariant } from './sshd-config.ts';

/** A login account: of the Entra user whose profile key opens it, or shared, with a password (Method D v1.5), or both. */
export interface LabAccount {
  readonly user: string;
  readonly upn?: string;
  /** Where the lab cannot give its machines passwords (loopback), nothing opens an account that has only one. */
  readonly password?: string;
}

/**
 * The networks, from the outside in: `edge` has the lab's computer and the jump hosts, `fabric` the jump hosts and the devices, `inner`
 * what lies behind a jump host that lies behind a jump host. On loopback all are one.
 */
export type NetworkName = 'edge' | 'fabric' | 'inner';

/**
 * `jump-host` gives a shell with ssh, and connections on to what shares a network with it; `device` is a switch with EOS's shell;
 * `console` is the VM console service: port 2222, one session at a time, no forwarding of any kind.
 */
export type MachineKind = 'jump-host' | 'device' | 'console';

export interface MachinePlan {
  /** Lower case, digits and hyphens; the name of its folder, and what a device's prompt shows. */
  readonly name: string;
  readonly kind: MachineKind;
  /** From the outside in; its address is the one on the first. */
  readonly networks: readonly [NetworkName, ...NetworkName[]];
  readonly accounts: readonly [LabAccount, ...LabAccount[]];
  /** In the prompt of a device. */
  readonly hostName: string;
  readonly sshd: SshdVariant;
}

export interface MachinesRequest {
  /** A folder of the caller's, which outlives the machines (their logs are in it). */
  readonly folder: string;
  /** A jump host comes before those behind it. */
  readonly machines: readonly MachinePlan[];
  /** Whether machines get IPv6 addresses beside the others. */
  readonly ipv6: boolean;
  readonly sshd: string;
  readonly sshdVersion: SshdVersion;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Machine extends Address {
  readonly plan: MachinePlan;
  /** Its IPv6 address, where that was asked for. */
  readonly host6?: string;
  /** Its host key, `type base64`. */
  readonly hostKey: string;
  readonly logFile: string;
  /** From now on it answers nothing, sessions that are open included, as if its network were cut. */
  goSilent(): Promise<void>;
  comeBack(): Promise<void>;
}

export interface Machines {
  /** In the order of the plans. */
  readonly machines: readonly Machine[];
  readonly targets: readonly AuthorizedKeysTarget[];
  /** The account to log in as, where the lab cannot make accounts: everyone is this one. */
  readonly onlyUser?: string;
  readonly givesTerminals: boolean;
  readonly takesPasswords: boolean;
  /** What stands before a command line to run it in a network where there is nothing but the edge. */
  readonly alone?: readonly string[];
  close(): Promise<void>;
}

/** How a host stands in known_hosts. */
export function knownHostsLine({
  host,
  host6,
  port,
  hostKey,
}: Pick<Machine, 'host' | 'host6' | 'port' | 'hostKey'>): string {
  const names = [host, ...(host6 === undefined ? [] : [host6])];
  return `${names.map((name) => (port === 22 ? name : `[${name}]:${port}`)).join(',')} ${hostKey}`;
}

/** A word for /bin/sh. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
