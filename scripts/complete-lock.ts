/**
 * Adds to package-lock.json the optional packages of other platforms that the registry at hand does not have.
 *
 * `npm ci` refuses a lock that does not name every optional dependency, also those that it would never install here, and
 * `npm install` names only those whose manifest it could read: behind a mirror that lacks some platforms, the two contradict
 * each other. Each added entry holds what its name says (version, os, cpu, libc) and no integrity. Run it after every
 * `npm install` that changed the lock: `node scripts/complete-lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));

const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'aix'];
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'ppc64le',
  'riscv64',
  's390x',
  'x64',
  'wasm32',
];

/** `@biomejs/cli-linux-arm64-musl` is for os linux, cpu arm64, libc musl. */
function platformOf(name: string): Record<string, string[]> {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return { ...(os.length > 0 ? { os } : {}), ...(cpu.length > 0 ? { cpu } : {}), ...(libc.length > 0 ? { libc } : {}) };
}

// Checked, and used as it was read: npm's own order of members stays.
const read: unknown = JSON.parse(readFileSync(FILE, 'utf8'));
lockSchema.parse(read);
const lock = read as z.output<typeof lockSchema>;
const added: string[] = [];
/** Node's own look-up: beside the owner, then outwards. A range is met by whatever is found, an exact version by itself only. */
function isFound(ownerPath: string, name: string, version: string): boolean {
  for (let folder = ownerPath; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    const found = lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (found !== undefined) return !/^\d/.test(version) || found.version === version;
    if (!folder.includes('/node_modules/')) return folder !== '' && isFound('', name, version);
  }
}

for (const [ownerPath, owner] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (isFound(ownerPath, name, version)) continue;
    const place = `${ownerPath.slice(0, ownerPath.lastIndexOf('node_modules/'))}node_modules/${name}`;
    const platform = platformOf(name);
    // Without a platform of its own it would be installed here, and so must have been found.
    if (Object.keys(platform).length === 0)
      throw new Error(`${name} is not in the lock, and its name says no platform`);
    lock.packages[place] = {
      version: version.replace(/^[\^~]/, ''),
      ...(owner.dev ? { dev: true } : {}),
      optional: true,
      ...platform,
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'The lock was complete.' : `Added ${added.length}: ${added.join(', ')}`);
