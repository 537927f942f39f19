/**
 * Runs under Wine: notes that a device has accepted a login with the key of a fingerprint (its argument), as `glasskey connect` does upon what
 * its ssh says. Wine has no ssh.exe: the login itself is made by the ssh of this computer, through the agent.
 */
import { join } from 'node:path';
import { isWritten } from '../../main/enrollment/enrollment.ts';
import { storedJournal } from '../../main/enrollment/stored-journal.ts';
import { openDatabase } from '../../main/storage/database.ts';
import { systemClock } from '../../time/clock.ts';

const [fingerprint] = process.argv.slice(2);
const database = openDatabase(join(process.env.LOCALAPPDATA ?? '', 'Glasskey', 'glasskey.db'));
try {
  const journal = storedJournal(database, systemClock);
  const accepted = journal.list().find((one) => isWritten(one) && one.files.fingerprint === fingerprint);
  if (accepted === undefined) throw new Error(`no key here has the fingerprint ${fingerprint}`);
  journal.prove(accepted.id, { at: systemClock.now(), device: 'alice@ce1-rack4', by: 'command-line' });
} finally {
  database.close();
}
