import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Writes the state whole or not at all: a temporary file beside it (0600: it holds private keys), fsync, rename. */
export function writeStateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
    closeSync(file);
    renameSync(temporary, path);
  } catch (failed) {
    rmSync(temporary, { force: true });
    throw failed;
  }
}

/** The state's text, or undefined when there is no such file. */
export function readStateFile(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
