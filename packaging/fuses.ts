/**
 * Electron's fuses: switches in its binary, set once when it is packaged, before it is signed (Electron's security checklist,
 * item 19). Set by the Fuses plugin, and read back from what was packaged.
 */
import { FuseState, type FuseV1Config, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** Every fuse that this version of Electron has: an upgrade that brings a new one fails until it is decided here. */
export const FUSES: FuseV1Config & Record<FuseV1Options, boolean> = {
  version: FuseVersion.V1,
  strictlyRequireAllFuses: true,
  // ELECTRON_RUN_AS_NODE would make our signed program run anybody's script, with our rights to keychain and key.
  [FuseV1Options.RunAsNode]: false,
  // The window keeps no cookies; should one ever appear, it is not on disk in the clear.
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  // --inspect would let any program of the user read PINs out of the main process.
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  // On macOS and Windows a changed app.asar does not start; Linux has no such check.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  // There is no snapshot of our own.
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // Pages come from app://; file:// is nothing special.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // Electron's own default: bounds checks of WebAssembly by trap. No security is lost either way.
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** Reads the fuses of a packaged program (on macOS: the .app) and says, a sentence each, which differ from FUSES. */
export async function wrongFuses(program: string): Promise<readonly string[]> {
  const wire = await getCurrentFuseWire(program);
  if (wire.version !== FUSES.version) return [`the fuse wire has version ${wire.version}, not ${FUSES.version}`];
  const found = new Map(Object.entries(wire));
  found.delete('version');
  const wrong: string[] = [];
  for (const [index, name] of fuseNames()) {
    const wanted = FUSES[index] ? FuseState.ENABLE : FuseState.DISABLE;
    const state = found.get(String(index));
    found.delete(String(index));
    if (state !== wanted) wrong.push(`fuse ${name} is ${stateName(state)}, not ${stateName(wanted)}`);
  }
  return [...wrong, ...[...found.keys()].map((index) => `fuse ${index} is one that packaging/fuses.ts does not know`)];
}

function fuseNames(): readonly [FuseV1Options, string][] {
  return Object.entries(FuseV1Options).flatMap(([name, index]) => (typeof index === 'number' ? [[index, name]] : []));
}

function stateName(state: unknown): string {
  if (state === FuseState.ENABLE) return 'on';
  if (state === FuseState.DISABLE) return 'off';
  return state === FuseState.REMOVED ? 'removed' : 'missing';
}
