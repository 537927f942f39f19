/** Windows is installed once for all test files; each takes a user of its own (`WindowsUser.create(inject('windows'))`). */
import type { TestProject } from 'vitest/node';
import { installSshExe } from './ssh-exe.ts';
import { installWebauthnDll } from './webauthn-dll.ts';
import { buildForWindows } from './windows-packages.ts';
import { installWindows } from './wine.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder that `installWindows` made. */
    windows: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [windows] = await Promise.all([installWindows(), buildForWindows()]);
  await Promise.all([installWebauthnDll(windows.folder), installSshExe(windows.folder)]);
  project.provide('windows', windows.folder);
  return windows.close;
}
