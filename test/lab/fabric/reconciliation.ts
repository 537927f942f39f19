/**
 * The fabric's reconciliation in small: every so often, and on demand, it brings the accounts on the jump host and the
 * device in line with the keys that the users' Entra profiles hold (reference azure.md, section 8: every 4 hours there).
 * A key that is gone from the profile is gone from the accounts; when the profiles cannot be read, all stays as it was.
 */

import { randomBytes } from 'node:crypto';
import { chown, open, readFile, rename, rm } from 'node:fs/promises';

/** The profile keys as the lab's Graph has them: user principal name to public line. */
export type ReadProfileKeys = () => Promise<ReadonlyMap<string, string>>;

/** One account's authorized_keys file. */
export interface AuthorizedKeysTarget {
  readonly machine: string;
  readonly user: string;
  readonly upn: string;
  readonly file: string;
  /** Who the file is to belong to; absent where that is whoever runs this. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export type Change = 'unchanged' | 'added' | 'replaced' | 'removed' | 'refused';

export interface ReconciliationReport {
  readonly accounts: readonly { machine: string; user: string; upn: string; change: Change }[];
  /** Set when the profiles could not be read: nothing was changed then. */
  readonly failure?: string;
}

export interface Reconciliation {
  /** Runs once now (after one that is under way) and says what changed. */
  reconcile(): Promise<ReconciliationReport>;
  /** Stops the periodic runs and waits for one that is under way. */
  stop(): Promise<void>;
}

/** One public line, and nothing in front of its type that sshd would take for options. */
const PUBLIC_LINE =
  /^(sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com|ssh-ed25519) [A-Za-z0-9+/]+={0,2}( [^\r\n]*)?$/;

export function startReconciliation(
  readProfileKeys: ReadProfileKeys,
  targets: readonly AuthorizedKeysTarget[],
  everyMs: number,
): Reconciliation {
  let last: Promise<unknown> = Promise.resolve();
  const reconcile = (): Promise<ReconciliationReport> => {
    const run = last.then(() => reconcileOnce(readProfileKeys, targets));
    last = run.catch(() => {});
    return run;
  };
  const timer = setInterval(() => void reconcile().catch(() => {}), everyMs);
  timer.unref();
  return {
    reconcile,
    async stop() {
      clearInterval(timer);
      await last;
    },
  };
}

async function reconcileOnce(
  readProfileKeys: ReadProfileKeys,
  targets: readonly AuthorizedKeysTarget[],
): Promise<ReconciliationReport> {
  let profiles: Map<string, string>;
  try {
    const read = await readProfileKeys();
    // User principal names are compared without regard to case, as Entra does.
    profiles = new Map([...read].map(([upn, line]) => [upn.toLowerCase(), line.trim()]));
  } catch (error) {
    return { accounts: [], failure: error instanceof Error ? error.message : String(error) };
  }
  const accounts: ReconciliationReport['accounts'][number][] = [];
  for (const target of targets) {
    const { machine, user, upn } = target;
    accounts.push({ machine, user, upn, change: await bringInLine(target, profiles.get(upn.toLowerCase())) });
  }
  return { accounts };
}

async function bringInLine(target: AuthorizedKeysTarget, line: string | undefined): Promise<Change> {
  const refused = line !== undefined && !PUBLIC_LINE.test(line);
  const wanted = line === undefined || refused ? '' : `${line}\n`;
  const present = await readFile(target.file, 'utf8').catch(() => '');
  if (present !== wanted) await writeWhole(target, wanted);
  if (refused) return 'refused';
  if (present === wanted) return 'unchanged';
  if (wanted === '') return 'removed';
  return present === '' ? 'added' : 'replaced';
}

/** sshd reads the file at any moment: it finds the old one or the new one, never half of one. */
async function writeWhole({ file, owner }: AuthorizedKeysTarget, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (owner !== undefined) await chown(temporary, owner.uid, owner.gid);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
