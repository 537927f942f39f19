/**
 * Builds what runs in a document before its own scripts:
 * - `watch`: the stand-in's eyes (renderer/watch-world.ts), in each document;
 * - `mainWorld` and `preload`: the page's end of contextBridge and the app's preload with the stand-in's renderer half
 *   of `electron`, in the main frame of windows that have a preload.
 *
 * Each is one script, bundled by Rolldown from sources as they are, so a preload may be TypeScript and import files
 * (an app that ships bundles its preload to one file before Electron's sandbox sees it; both forms work here). A Node
 * builtin in a preload is refused: a sandboxed preload has none but a few shims, which the stand-in lacks.
 */

import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rolldown';
import { missing } from '../missing.ts';

const RENDERER_FOLDER = fileURLToPath(new URL('../renderer/', import.meta.url));
const ELECTRON_SPECIFIERS = new Set(['electron', 'electron/renderer', 'electron/common']);
const ENTRY = '\0electron-standin-preload';

/** The world the preload runs in; its binding is in worlds of this name alone. */
export const PRELOAD_WORLD = 'electron-standin-preload';
export const PRELOAD_BINDING = 'electronStandInSend';
export const WATCH_WORLD = 'electron-standin-watch';
export const WATCH_BINDING = 'electronStandInSaw';

async function bundle(input: string, plugins: Plugin[]): Promise<string> {
  // Loaded while the browser starts, not before.
  const { rolldown } = await import('rolldown');
  const bundled = await rolldown({ input, plugins, platform: 'browser', logLevel: 'silent', treeshake: true });
  try {
    const { output } = await bundled.generate({ format: 'iife', exports: 'none', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundled.close();
  }
}

function preloadPlugin(preloadPath: string): Plugin {
  return {
    name: 'electron-standin-preload',
    resolveId(specifier) {
      if (specifier === ENTRY) return ENTRY;
      if (ELECTRON_SPECIFIERS.has(specifier)) return `${RENDERER_FOLDER}electron.ts`;
      if (isBuiltin(specifier)) throw missing(`'${specifier}' in a preload`, 'sandboxed preloads have no Node');
      return null;
    },
    load(id) {
      if (id !== ENTRY) return null;
      return `import ${JSON.stringify(`${RENDERER_FOLDER}preload-start.ts`)};\nimport ${JSON.stringify(preloadPath)};\n`;
    },
  };
}

/** Both kinds of script are strict code in a function of their own, so that they leave nothing behind on the world. */
function wrap(code: string, constants: Readonly<Record<string, unknown>>, name: string): string {
  const values = Object.entries(constants).map(([key, value]) => `const ${key} = ${JSON.stringify(value)};`);
  return `(() => { 'use strict'; ${values.join(' ')}\n${code}\n})();\n//# sourceURL=electron-standin://${name}`;
}

let watchScript: Promise<string> | undefined;

export function buildWatchScript(): Promise<string> {
  watchScript ??= bundle(`${RENDERER_FOLDER}watch-world.ts`, []).then((code) => wrap(code, {}, 'watch'));
  return watchScript;
}

let mainWorldCode: Promise<string> | undefined;

function bundleMainWorld(): Promise<string> {
  mainWorldCode ??= bundle(`${RENDERER_FOLDER}main-world.ts`, []);
  return mainWorldCode;
}

/** Begins with what every window needs, so that the first need not wait for it. Failures show when a window does. */
export function prepareScripts(): void {
  buildWatchScript().catch(() => {});
  bundleMainWorld().catch(() => {});
}

/** `handover`: the name of the one event by which the two worlds find each other. */
export async function buildMainWorldScript(handover: string): Promise<string> {
  return wrap(await bundleMainWorld(), { HANDOVER: handover }, 'contextBridge');
}

export interface PreloadFacts {
  readonly path: string;
  readonly handover: string;
  /** What a sandboxed preload sees as `process`. */
  readonly process: Readonly<Record<string, unknown>>;
}

/** Throws when the preload is not there or cannot be bundled. */
export async function buildPreloadScript(facts: PreloadFacts): Promise<string> {
  const code = await bundle(ENTRY, [preloadPlugin(facts.path)]);
  // Electron runs a preload in the main frame only. What it throws is told to the main process, and the page goes on.
  const guarded = `
if (globalThis !== globalThis.top) return;
const tellPreloadError = ${PRELOAD_BINDING};
try {
${code}
} catch (error) {
  const words = error instanceof Error ? error : new Error(String(error));
  tellPreloadError(JSON.stringify(['o', 't', 'preload-error', 'message', words.message, 'stack', String(words.stack)]));
  console.error('Unable to load preload script: ' + ${JSON.stringify(facts.path)}, words);
}`;
  return wrap(guarded, { HANDOVER: facts.handover, process: facts.process }, 'preload');
}
