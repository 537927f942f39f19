/** What the app takes of the memory once its window is closed, and it waits in the tray to answer as the agent. */
import { setTimeout } from 'node:timers/promises';
import type { LabDesktop } from '../../lab/desktop-app.ts';
import { treeMemory } from './process-tree.ts';

export interface InTray {
  /** Bytes of the main process. */
  readonly main: number;
  /** Of all that it started. */
  readonly others: number;
  readonly processesBelow: number;
}

/** Until what the window had is given back: Chromium ends a renderer some time after its page. */
const REST_MS = 5_000;

/** Closes the window. Undefined where the machine does not tell. */
export async function measureInTray(desktop: LabDesktop, processId: number): Promise<InTray | undefined> {
  await desktop.evaluate(({ BrowserWindow }) => {
    for (const window of BrowserWindow.getAllWindows()) {
      if (window.webContents.getURL().startsWith('app://window/')) window.close();
    }
  });
  await setTimeout(REST_MS);
  const memory = await treeMemory(processId);
  return memory && { main: memory.own, others: memory.below, processesBelow: memory.processesBelow };
}
