/**
 * Loads `node:sqlite` when a database is opened, and not before: commands that need none do not pay for it.
 *
 * Node 24 before 24.15 prints an ExperimentalWarning when the module loads (later ones do not). It says nothing to
 * people, so exactly that one warning is left out, for exactly the time of loading; the process's warning listeners
 * and flags stay as they are, and every other warning goes its usual way.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

export type SqliteModule = typeof import('node:sqlite');

export function loadSqlite(): SqliteModule {
  const sqlite = withoutSqliteWarning(() => process.getBuiltinModule?.('node:sqlite'));
  if (sqlite) return sqlite;
  throw new GlasskeyError({
    code: 'SQLITE_MISSING',
    message: `This Node.js (${process.version}) has no SQLite.`,
    remedy: 'Run npm ci, which brings Node 24, or install Node 24 or later.',
    detail: { node: process.version },
  });
}

/** Runs `load` while `process.emitWarning` swallows "SQLite is an experimental feature", and nothing else. */
export function withoutSqliteWarning<T>(load: () => T): T {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const [options] = rest;
    const type = typeof options === 'string' ? options : warning instanceof Error ? warning.name : undefined;
    const text = warning instanceof Error ? warning.message : warning;
    if (type === 'ExperimentalWarning' && text.startsWith('SQLite')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
