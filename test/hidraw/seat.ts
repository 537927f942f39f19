/** Who may open a security key, as a desktop Linux decides it: udev tags the device, and the user at the seat is let in. */
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { GUEST_USER } from '../lab/vm/image.ts';
import { mustRunAsRoot } from './programs.ts';

const OUR_RULE = '70-glasskey-fido.rules';
const RULES = '/etc/udev/rules.d';

/**
 * Installs Glasskey's rule and puts the engineer at the seat (systemd-logind would write that file). systemd's own rule is
 * switched off, so that it is ours which lets the engineer in.
 */
export async function letEngineerIn(): Promise<void> {
  await mkdir('/run/systemd/seats', { recursive: true });
  await writeFile('/run/systemd/seats/seat0', `ACTIVE=1\nACTIVE_UID=${GUEST_USER.uid}\n`);
  await mkdir(RULES, { recursive: true });
  await rm(`${RULES}/70-uaccess.rules`, { force: true });
  await symlink('/dev/null', `${RULES}/70-uaccess.rules`);
  await copyFile(new URL(`../../packaging/linux/${OUR_RULE}`, import.meta.url), `${RULES}/${OUR_RULE}`);
  await reload();
}

/** As on a computer where nobody sits, and nothing was installed. */
export async function keepEngineerOut(): Promise<void> {
  await rm('/run/systemd/seats', { recursive: true, force: true });
  await rm(`${RULES}/${OUR_RULE}`, { force: true });
  await reload();
}

async function reload(): Promise<void> {
  await mustRunAsRoot(['udevadm', 'control', '--reload']);
  await mustRunAsRoot(['udevadm', 'trigger', '--subsystem-match=hidraw', '--action=add']);
  await settled();
}

/** Resolves when udev is done with what was plugged in. */
export async function settled(): Promise<void> {
  await mustRunAsRoot(['udevadm', 'settle', '--timeout=30']);
}
