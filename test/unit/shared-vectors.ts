/** Known answers that lie beside the repository. Tests that need them skip, and say so, where they are not there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url));

/** False, with a line on the terminal, where the vectors are absent. For `describe.runIf` and `it.runIf`. */
export function haveVectors(path: string): boolean {
  if (existsSync(FOLDER + path)) return true;
  console.warn(`SKIPPED: ../shared/vectors/${path} is not here; the known answers in it are not compared.`);
  return false;
}

export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(FOLDER + path, 'utf8')) as T;
}

export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
