/** What the deb and the rpm put onto a computer, as one folder tree: both are made of it, so that they cannot differ. */
import { chmod, cp, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXECUTABLE } from '../identity.ts';

const HERE = import.meta.dirname;
const ICONS = join(HERE, '..', 'icons');

/** Sizes of the hicolor theme that desktops look in, and the drawing for every other. */
const ICON_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

export const APP_FOLDER = `/usr/lib/${EXECUTABLE}`;
export const UDEV_RULE = '/usr/lib/udev/rules.d/70-glasskey-fido.rules';
export const DESKTOP_ENTRY = `/usr/share/applications/${EXECUTABLE}.desktop`;

/**
 * The command that opens the window. Not `glasskey`: that is the command line's, when it is installed too.
 */
export const COMMAND = `/usr/bin/${EXECUTABLE}-desktop`;

/** Chromium's sandbox helper becomes root for a moment where user namespaces are not allowed (Ubuntu 23.10 and newer). */
export const SETUID_HELPER = `${APP_FOLDER}/chrome-sandbox`;

/** Lays out the tree below `root` (which is made) from the packaged app in `app`. */
export async function layOutTree(root: string, app: string): Promise<void> {
  await mkdir(root, { recursive: true });
  const at = (path: string) => join(root, path);
  await cp(app, at(APP_FOLDER), { recursive: true, verbatimSymlinks: true });
  await place(join(HERE, 'glasskey.desktop'), at(DESKTOP_ENTRY));
  await place(join(HERE, '70-glasskey-fido.rules'), at(UDEV_RULE));
  for (const size of ICON_SIZES) {
    await place(join(ICONS, `glasskey-${size}.png`), at(`/usr/share/icons/hicolor/${size}x${size}/apps/glasskey.png`));
  }
  await place(join(ICONS, 'glasskey.svg'), at('/usr/share/icons/hicolor/scalable/apps/glasskey.svg'));
  await place(join(HERE, '..', '..', 'LICENSE'), at(`/usr/share/doc/${EXECUTABLE}/copyright`));
  await mkdir(dirname(at(COMMAND)), { recursive: true });
  await symlink(`..${APP_FOLDER.slice('/usr'.length)}/${EXECUTABLE}`, at(COMMAND));
  await setModes(root);
  await chmod(at(SETUID_HELPER), 0o4755);
}

async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}

/** Whatever the umask of the packaging user: programs 755, all else 644, folders 755. */
async function setModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const status = await lstat(path);
    if (status.isDirectory()) await setModes(path);
    else if (!status.isSymbolicLink()) await chmod(path, (status.mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

/** A maintainer script of one of the files here. */
export async function writeScript(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}
