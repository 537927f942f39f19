/** What either way of running the fabric takes and gives. */

import type { SshdVersion } from './daemon.ts';
import type { AuthorizedKeysTarget } from './reconciliation.ts';

/** A login account and the Entra user whose profile key opens it. */
export interface LabAccount {
  readonly user: string;
  readonly upn: string;
}

export interface MachinesRequest {
  /** A folder of the caller's, which outlives the machines (their logs are in it). */
  readonly folder: string;
  readonly jumpAccounts: readonly LabAccount[];
  readonly deviceAccounts: readonly LabAccount[];
  readonly deviceName: string;
  readonly sshd: string;
  readonly sshdVersion: SshdVersion;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Machine extends Address {
  /** Its host key, `type base64`. */
  readonly hostKey: string;
  readonly logFile: string;
}

export interface Machines {
  readonly jump: Machine;
  readonly device: Machine;
  readonly targets: readonly AuthorizedKeysTarget[];
  /** The account to log in as, where the lab cannot make accounts: everyone is this one. */
  readonly onlyUser?: string;
  readonly givesTerminals: boolean;
  close(): Promise<void>;
}

/** How a host stands in known_hosts. */
export function knownHostsLine({ host, port, hostKey }: Machine): string {
  return `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}`;
}

/** A word for /bin/sh. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
