/** Where the browser is that the stand-in drives: `ELECTRON_STANDIN_CHROMIUM`, or the first one on the PATH. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The program's path, or `undefined` where there is no browser. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = environment.ELECTRON_STANDIN_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const folders = [...(environment.PATH ?? '').split(delimiter), '/usr/bin'].filter((folder) => folder !== '');
  for (const program of PROGRAMS) {
    for (const folder of folders) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
