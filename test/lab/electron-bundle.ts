/**
 * The lab's desktop app as real Electron needs it: one bundle and a plain preload beside it. (The stand-in runs the sources as they
 * are.)
 */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ElectronBundle {
  readonly main: string;
  /** Has `window` and `prompt`, and what desktop.ts wants beside them. */
  readonly documents: string;
  remove(): Promise<void>;
}

/** Below node_modules, because native modules are not bundled and have to be found. */
export async function bundleForElectron(documents: string): Promise<ElectronBundle> {
  const folder = await mkdtemp(join(ROOT, 'node_modules', '.cache', 'glasskey-electron-'));
  try {
    await build({
      configFile: join(ROOT, 'vite.main.config.ts'),
      root: ROOT,
      logLevel: 'warn',
      build: { outDir: folder, emptyOutDir: false, ssr: join(ROOT, 'test', 'lab', 'desktop.ts'), license: false },
    });
    await build({
      configFile: join(ROOT, 'vite.preload.config.ts'),
      root: ROOT,
      logLevel: 'warn',
      build: {
        outDir: folder,
        emptyOutDir: false,
        license: false,
        lib: { entry: join(ROOT, 'main', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
        rolldownOptions: { external: ['electron'] },
      },
    });
    for (const name of ['window', 'prompt']) await symlink(join(documents, name), join(folder, name), 'dir');
    await cp(join(ROOT, 'main', 'shell', 'icons'), join(folder, 'icons'), { recursive: true });
    return {
      main: join(folder, 'desktop.js'),
      documents: folder,
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
