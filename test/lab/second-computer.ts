/** Another computer of the same person, with nothing on it but the settings of their company: a new laptop. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fabric } from './fabric/fabric.ts';
import type { Lab } from './world.ts';

export interface SecondComputer {
  readonly keyFolder: string;
  /** What `glasskey` and ssh find there in place of the first one's. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What of the lab, and of the first computer in it, the new one is laid out from. */
export type FirstComputer = Pick<Lab, 'folder' | 'environment'> & { readonly fabric: Pick<Fabric, 'knownHosts'> };

/** Where in the lab's folder a computer of that name has its home, and Glasskey's data. */
export function computerFolders(folder: string, name: string): { readonly home: string; readonly data: string } {
  return { home: join(folder, name), data: join(folder, `${name}-data`) };
}

export async function secondComputer(lab: FirstComputer, name = 'laptop2'): Promise<SecondComputer> {
  const { home, data } = computerFolders(lab.folder, name);
  for (const folder of [home, data]) await mkdir(folder, { mode: 0o700 });
  const first = JSON.parse(
    await readFile(join(lab.environment.GLASSKEY_HOME ?? '', 'settings.json'), 'utf8'),
  ) as object;
  const keyFolder = join(home, '.ssh');
  const settings = { ...first, 'ssh.keyFile': join(keyFolder, 'id_ed25519_sk') };
  await writeFile(join(data, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  await writeFile(join(data, 'known_hosts'), lab.fabric.knownHosts, { mode: 0o600 });
  return { keyFolder, environment: { HOME: home, GLASSKEY_HOME: data } };
}
