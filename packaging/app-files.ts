/** Which files of the project go into the package, and a check of the archive that came of it. */
import { listPackage, statFile } from '@electron/asar';
import { nativeBinaries, nativePackages, type Target } from './native-files.ts';

/**
 * Bundles (main process and preload) and documents as the builds leave them, and the tray's drawings, each where the project has
 * it: `app.getAppPath()` is then the one thing to know. Native packages are copied by name.
 */
const FOLDERS = ['/.vite/build', '/dist/window', '/dist/prompt', '/main/shell/icons'];

/** Electron-packager's `ignore`: true for what stays out. `path` begins with a slash, from the project's folder. */
export function isLeftOut(path: string): boolean {
  if (path === '' || path === '/package.json') return false;
  const isOnTheWay = FOLDERS.some((folder) => folder === path || folder.startsWith(`${path}/`));
  const isInside = FOLDERS.some((folder) => path.startsWith(`${folder}/`));
  return !(isOnTheWay || (isInside && !isBesideTheBuild(path)));
}

/** Made by the builds for us, not for the app; and scripts that draw. */
function isBesideTheBuild(path: string): boolean {
  return /\.(map|ts)$|\/licenses-[a-z]+\.json$/.test(path);
}

/** What the app cannot do without. */
const WANTED = [
  '/package.json',
  '/.vite/build/index.js',
  '/.vite/build/preload.cjs',
  '/dist/window/index.html',
  '/dist/prompt/index.html',
];

/** What may be there, besides native packages: compiled code, documents and their assets. */
const ALLOWED =
  /^\/(package\.json|\.vite\/build\/[\w.-]+\.c?js|dist\/(window|prompt)\/([\w.-]+\/)*[\w.-]+\.(html|js|css|svg|png|woff2|wasm)|main\/shell\/icons\/[\w@.-]+\.(png|ico))$/;

/** Says, a sentence each, what is wrong with an app.asar: what it lacks, what it must not hold, what is not unpacked. */
export function wrongFiles(archive: string, target: Target): readonly string[] {
  const files = filesIn(archive);
  const paths = new Set(files.map(({ path }) => path));
  const packages = nativePackages(target);
  const binaries = new Set(nativeBinaries(target).map((path) => `/${path}`));
  const allowed = packages.flatMap(({ name, paths: own }) => own.map((path) => `/node_modules/${name}/${path}`));
  const isAllowed = (path: string) =>
    ALLOWED.test(path) || allowed.some((own) => own === path || path.startsWith(`${own}/`));
  return [
    ...[...WANTED, ...binaries].filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
    ...files.flatMap(({ path, unpacked }) => {
      if (isForDevelopers(path)) return [`${path} is for developers`];
      if (!isAllowed(path)) return [`${path} is not needed`];
      if (binaries.has(path) !== unpacked) return [`${path} is ${unpacked ? '' : 'not '}unpacked`];
      return [];
    }),
  ];
}

function isForDevelopers(path: string): boolean {
  return /\.(map|ts|tsx|cts|mts|tsbuildinfo)$|\.test\.|\/(test|tests|__tests__)\//.test(path);
}

interface ArchiveFile {
  readonly path: string;
  readonly unpacked: boolean;
}

function filesIn(archive: string): readonly ArchiveFile[] {
  return listPackage(archive, { isPack: false }).flatMap((listed) => {
    const path = listed.replaceAll('\\', '/');
    const entry = statFile(archive, path.slice(1));
    return 'files' in entry ? [] : [{ path, unpacked: 'unpacked' in entry && entry.unpacked === true }];
  });
}
