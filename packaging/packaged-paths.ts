/** Where things are in a packaged app's folder. */
import { join } from 'node:path';
import { EXECUTABLE, PRODUCT_NAME } from './identity.ts';

export interface PackagedPaths {
  /** What @electron/fuses reads: the program, on macOS the whole .app. */
  readonly program: string;
  readonly archive: string;
}

export function packagedPaths(folder: string, platform: string): PackagedPaths {
  if (platform === 'darwin') {
    const app = join(folder, `${PRODUCT_NAME}.app`);
    return { program: app, archive: join(app, 'Contents', 'Resources', 'app.asar') };
  }
  const program = join(folder, platform === 'win32' ? `${EXECUTABLE}.exe` : EXECUTABLE);
  return { program, archive: join(folder, 'resources', 'app.asar') };
}
