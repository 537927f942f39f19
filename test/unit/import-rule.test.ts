/**
 * The house's arrows run one way (design.md, The house; biome.json, overrides). Whatever holds the rule must be seen to fail:
 * each violation below is planted in a copy of the configuration, and must be refused for its own reason.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BIOME = join(ROOT, 'node_modules/.bin/biome');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-import-rule-'));
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  spawnSync('git', ['init', '-q', folder]);
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plant(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function lint(...files: string[]): { readonly failed: boolean; readonly report: string } {
  const { status, stdout, stderr } = spawnSync(BIOME, ['lint', '--colors=off', ...files], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { failed: status !== 0, report: stdout + stderr };
}

const ALLOWED = "export type { Clock } from '../../time/clock.ts';\n";

describe('the import rule', () => {
  it.each([
    ['native/ctap2/planted.ts', '../../main/openssh/wire.ts', 'native imports nothing of main'],
    ['diagnostics/planted.ts', '../native/ctap2/pin.ts', 'they import nothing of ours'],
    ['time/planted.ts', '../main/storage/database.ts', 'they import nothing of ours'],
    ['main/openssh/planted.ts', '../agent/keyring.ts', 'formats only'],
    ['main/openssh/planted.ts', '../../native/ctap2/cbor.ts', 'formats only'],
    ['main/storage/planted.ts', '../enrollment/enrollment.ts', 'knows no capability'],
    ['main/agent/planted.ts', '../connect/plan.ts', 'A capability imports no other'],
    ['main/connect/planted.ts', '../agent/keyring.ts', 'A capability imports no other'],
    ['main/enrollment/planted.ts', '../entra/profile-key.ts', 'A capability imports no other'],
    ['main/entra/planted.ts', '../enrollment/publish.ts', 'A capability imports no other'],
    ['main/security-keys/planted.ts', '../enrollment/publish.ts', 'A capability imports no other'],
    ['main/target-files/planted.ts', '../connect/plan.ts', 'A capability imports no other'],
    ['main/connect/planted.ts', '../target-files/csv.ts', 'A capability imports no other'],
    ['main/enrollment/planted.ts', '../security-keys/models.ts', 'A capability imports no other'],
    ['main/entra/planted.ts', '../glasskey.ts', 'Arrows run one way'],
    ['main/agent/planted.ts', '../cli/output.ts', 'Arrows run one way'],
    ['main/glasskey.ts', './cli/output.ts', 'knows neither the command line'],
    ['main/glasskey-connect.ts', './cli/output.ts', 'knows neither the command line'],
    ['main/glasskey-agent.ts', '../test/lab/world.ts', 'never imports test code'],
    ['main/cli/planted.ts', '../shell/window.ts', 'The command line knows no window'],
    ['main/connect/planted.ts', 'electron', 'Only main/shell'],
    ['native/hid/planted.ts', 'electron', 'Only main/shell'],
    ['main/cli/planted.ts', '../../test/lab/world.ts', 'never imports test code'],
    ['native/hid/planted.ts', '../../test/lab/world.ts', 'never imports test code'],
    ['main/texts/planted.ts', '../../diagnostics/log.ts', 'imports nothing of ours'],
    ['main/texts/english/planted.ts', '../../ipc/contract.ts', 'imports nothing of ours'],
    ['main/texts/planted.ts', '../../time/clock.ts', 'imports nothing of ours'],
    ['main/prompts/planted.ts', '../shell/prompt-window.ts', 'know neither the shell nor the command line'],
    ['main/prompts/planted.ts', '../cli/output.ts', 'know neither the shell nor the command line'],
    ['main/prompts/planted.ts', 'electron', 'Only main/shell'],
    ['main/ipc/planted.ts', '../shell/ipc-wire.ts', 'know neither the shell nor the command line'],
    ['main/ipc/planted.ts', 'electron', 'Only main/shell'],
    ['main/ipc/planted.ts', '../../test/lab/world.ts', 'never imports test code'],
    ['main/ipc/contract.ts', './call-server.ts', 'The contract stands alone'],
    ['main/ipc/contract.ts', '../storage/settings.ts', 'The contract stands alone'],
    ['main/ipc/contract.ts', '../../time/clock.ts', 'The contract stands alone'],
    ['main/ipc/contract.ts', '../texts/texts.ts', 'The contract stands alone'],
    ['main/ipc/contract.ts', 'node:fs', 'The contract stands alone'],
    ['main/shell/planted.ts', '../cli/output.ts', 'The window knows no command line'],
    ['main/index.ts', '../test/lab/desktop.ts', 'never imports test code'],
    ['main/shell/planted.ts', '../../renderer/texts.tsx', 'Nothing imports the window'],
    ['main/preload.ts', './shell/guards.ts', 'exposes the contract and nothing else'],
    ['main/preload.ts', './glasskey.ts', 'exposes the contract and nothing else'],
    ['renderer/planted.ts', '../main/texts/texts.ts', 'the types of main/ipc/contract.ts and nothing else'],
    ['renderer/screens/enroll/planted.ts', '../../../main/ipc/call-server.ts', 'and nothing else from outside'],
    ['renderer/planted.ts', '../native/ctap2/pin.ts', 'and nothing else from outside'],
    ['renderer/planted.ts', '../diagnostics/log.ts', 'and nothing else from outside'],
    ['renderer/planted.ts', 'node:fs', 'neither Node nor Electron'],
    ['renderer/planted.ts', 'electron', 'neither Node nor Electron'],
    ['renderer/planted.ts', '../test/window/scripted-bridge.ts', 'never imports test code'],
    ['renderer/prompt/planted.ts', 'react', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', '@fluentui/react-components', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', 'zod', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', 'react-dom/client', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', '../texts.tsx', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', 'node:fs', 'The prompt has no third-party code'],
    ['renderer/prompt/planted.ts', '../../main/prompts/prompt-desk.ts', 'and nothing else from outside'],
    ['main/glasskey.ts', '../renderer/texts.tsx', 'Nothing imports the window'],
    ['native/hid/planted.ts', '../../renderer/texts.tsx', 'Nothing imports the window'],
  ])('refuses in %s an import of %s', (path, specifier, reason) => {
    // All in one file: each start of Biome costs more than what it reads.
    const forms = [
      `import { x } from '${specifier}';`,
      `import type { X } from '${specifier}';`,
      `export * from '${specifier}';`,
      `export const load = () => import('${specifier}');`,
      'export const y = x;',
      'export type Y = X;',
    ];
    const { failed, report } = lint(plant(path, `${forms.join('\n')}\n`));
    expect(failed).toBe(true);
    for (const line of [1, 2, 3, 4]) {
      expect(report, forms[line - 1]).toMatch(new RegExp(`:${line}:\\d+ lint/style/noRestrictedImports`));
    }
    expect(report.split(reason)).toHaveLength(5);
    rmSync(join(folder, path));
  });

  it.each([
    ['main/shell/planted.ts', 'ipcMain'],
    ['main/shell/planted.ts', 'ipcRenderer'],
    ['main/index.ts', 'ipcMain'],
    ['main/shell/ipc-wire.ts', 'ipcRenderer'],
    ['main/preload.ts', 'ipcMain'],
  ])('refuses in %s raw IPC by %s', (path, name) => {
    for (const text of [
      `import { ${name} } from 'electron';\nexport const y = ${name};\n`,
      `import { ${name} as z } from 'electron';\nexport const y = z;\n`,
      `export { ${name} } from 'electron';\n`,
    ]) {
      const { failed, report } = lint(plant(path, text));
      expect(failed, text).toBe(true);
      expect(report, text).toContain('Raw IPC is for');
    }
    rmSync(join(folder, path));
  });

  it('refuses a circle of imports', () => {
    const one = plant('main/connect/one.ts', "import { two } from './two.ts';\nexport const one = () => two;\n");
    const two = plant('main/connect/two.ts', "import { one } from './one.ts';\nexport const two = () => one;\n");
    const { failed, report } = lint(one, two);
    expect(failed).toBe(true);
    expect(report).toContain('noImportCycles');
  });

  it.each([
    ['main/agent/planted.ts', ALLOWED],
    ['main/shell/planted.ts', "export { app } from 'electron';\nexport type { Texts } from '../texts/texts.ts';\n"],
    ['main/shell/ipc-wire.ts', "export { ipcMain } from 'electron';\n"],
    ['main/preload.ts', "export { ipcRenderer } from 'electron';\nexport type { X } from './ipc/contract.ts';\n"],
    ['main/ipc/contract.ts', "export { z } from 'zod';\nexport type { TextKey } from '../texts/catalogue.ts';\n"],
    ['main/prompts/planted.ts', "export type { PromptView } from '../ipc/contract.ts';\n"],
    ['renderer/planted.ts', "export { useState } from 'react';\nexport type { X } from '../main/ipc/contract.ts';\n"],
    [
      'renderer/prompt/planted.ts',
      "export { a } from './a.ts';\nexport type { X } from '../../main/ipc/contract.ts';\n",
    ],
  ])('lets the arrows through that the house has: in %s', (path, text) => {
    const { failed, report } = lint(plant(path, text));
    rmSync(join(folder, path));
    expect(report).not.toContain('noRestrictedImports');
    expect(failed, report).toBe(false);
  });
});
