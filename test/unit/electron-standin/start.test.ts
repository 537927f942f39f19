import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseElectron } from '../../../scripts/start.ts';

describe('npm start', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const install = (): void => {
    mkdirSync(join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'path.txt'), 'electron');
    writeFileSync(join(folder, 'dist', 'electron'), '');
  };
  const never = (): string => {
    throw new Error('nothing should be downloaded');
  };

  it('runs the Electron that is there', () => {
    install();
    expect(chooseElectron(folder, {}, never)).toEqual({ kind: 'electron', path: join(folder, 'dist', 'electron') });
  });

  it('runs the Electron that ELECTRON_OVERRIDE_DIST_PATH names', () => {
    writeFileSync(join(folder, 'electron'), '');
    expect(chooseElectron(join(folder, 'package'), { ELECTRON_OVERRIDE_DIST_PATH: folder }, never)).toEqual({
      kind: 'electron',
      path: join(folder, 'electron'),
    });
  });

  it('runs the Electron that it could download', () => {
    writeFileSync(join(folder, 'install.js'), '');
    const download = (): undefined => {
      install();
    };
    expect(chooseElectron(folder, {}, download)).toMatchObject({ kind: 'electron' });
  });

  it('falls back to the stand-in, and says why', () => {
    expect(chooseElectron(folder, {}, never)).toEqual({
      kind: 'stand-in',
      because: 'the npm package electron is not installed',
    });
    writeFileSync(join(folder, 'install.js'), '');
    expect(chooseElectron(folder, { ELECTRON_SKIP_BINARY_DOWNLOAD: '1' }, never)).toMatchObject({ kind: 'stand-in' });
    expect(chooseElectron(folder, {}, () => 'fetch failed')).toEqual({
      kind: 'stand-in',
      because: 'Electron could not be downloaded (fetch failed)',
    });
  });

  it('takes a path.txt whose binary is gone for no Electron', () => {
    writeFileSync(join(folder, 'path.txt'), 'electron');
    expect(chooseElectron(folder, {}, never)).toMatchObject({ kind: 'stand-in' });
  });
});
