/** One version, wherever it is written. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VERSION } from '../../../main/cli/version.ts';
import { ROOT, readPage } from './pages.ts';

const Versioned = z.object({ version: z.string() });

function versionIn(file: string): string {
  return Versioned.parse(JSON.parse(readFileSync(join(ROOT, file), 'utf8'))).version;
}

describe('the version', () => {
  it('that glasskey --version prints is that of package.json', () => {
    expect(VERSION).toBe(versionIn('package.json'));
    expect(VERSION).toBe(versionIn('package-lock.json'));
  });

  it('has its section in CHANGELOG.md, above all others', () => {
    const [newest] = [...readPage('CHANGELOG.md').matchAll(/^## \[([^\]]+)\]/gm)].map((match) => match[1]);
    expect(newest).toBe(VERSION);
  });
});
