/** From the start of the process until the window shows its first heading, and until its navigation answers a press. */
import { type LabDesktop, startDesktop } from '../../lab/desktop-app.ts';
import type { Lab } from '../../lab/world.ts';

export interface StartUp {
  /** Milliseconds from the start of the process to the frame that draws the first heading. */
  readonly headingMs: number;
  /** From the same to the frame that shows that a pressed navigation button was heard. */
  readonly interactiveMs: number;
  /** The part of `interactiveMs` that is the document's own: since the window began to load it. */
  readonly documentMs: number;
}

/** When what happened, in milliseconds of the clock on the wall. */
interface Seen {
  readonly documentBegan: number;
  readonly heading: number;
  readonly interactive: number;
}

export async function startAndMeasure(
  lab: Lab,
): Promise<{ readonly desktop: LabDesktop; readonly startUp: StartUp; readonly processId: number }> {
  const desktop = await startDesktop(lab, {
    whenReached: (app) => app.evaluate(watchWindows, `globalThis.startUp ??= (${watchStartUp})()`),
  });
  try {
    const { began, processId } = await desktop.evaluate(() => ({
      began: performance.timeOrigin,
      processId: process.pid,
    }));
    const seen = await desktop.window.evaluate(async () => {
      const document = globalThis as unknown as { readonly startUp?: Promise<Seen> };
      // We may be here before the document is.
      while (document.startUp === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
      return document.startUp;
    });
    const startUp = {
      headingMs: seen.heading - began,
      interactiveMs: seen.interactive - began,
      documentMs: seen.interactive - seen.documentBegan,
    };
    return { desktop, startUp, processId };
  } catch (error) {
    await desktop.stop();
    throw error;
  }
}

/** In the main process: gives the script to each document as soon as it is there, before it has drawn anything. */
function watchWindows({ app, webContents }: typeof import('electron'), script: string): void {
  const watch = (contents: Electron.WebContents) => {
    const give = () => {
      if (contents.getURL().startsWith('app://window/')) void contents.executeJavaScript(script).catch(() => {});
    };
    contents.on('dom-ready', give);
    give();
  };
  app.on('web-contents-created', (_event, contents) => watch(contents));
  for (const contents of webContents.getAllWebContents()) watch(contents);
}

/** In the document. It sees nothing of this file. */
function watchStartUp(): Promise<Seen> {
  const drawn = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        // Behind the frame's own work.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
        port2.postMessage(undefined);
      });
    });
  const until = (test: () => boolean) =>
    new Promise<void>((resolve) => {
      const changes = new MutationObserver(() => look());
      const look = () => {
        if (!test()) return;
        changes.disconnect();
        resolve();
      };
      changes.observe(document, { subtree: true, childList: true, attributes: true });
      look();
    });
  const buttons = () => [...document.querySelectorAll<HTMLElement>('nav button')];
  const isCurrent = (button: HTMLElement | undefined) => button?.hasAttribute('aria-current') ?? false;
  return (async () => {
    await until(() => document.querySelector('h1') !== null);
    const heading = await drawn();
    const button = buttons().findLast((one) => !isCurrent(one));
    button?.click();
    await until(() => isCurrent(button));
    return { documentBegan: performance.timeOrigin, heading, interactive: await drawn() };
  })();
}
