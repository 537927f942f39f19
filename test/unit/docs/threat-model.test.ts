/** docs/threat-model.md names files and tests that exist, and leaves out no point of Electron's security checklist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cells, ROOT, readPage, section } from './pages.ts';

/** Electron's docs/tutorial/security.md, "Checklist: Security recommendations": its numbers, its words. */
const CHECKLIST = [
  'Only load secure content',
  'Disable the Node.js integration in all renderers that display remote content',
  'Enable context isolation in all renderers',
  'Enable process sandboxing',
  'Use `ses.setPermissionRequestHandler()` in all sessions that load remote content',
  'Do not disable `webSecurity`',
  "Define a `Content-Security-Policy` and use restrictive rules (i.e. `script-src 'self'`)",
  'Do not enable `allowRunningInsecureContent`',
  'Do not enable experimental features',
  'Do not use `enableBlinkFeatures`',
  '`<webview>`: Do not use `allowpopups`',
  '`<webview>`: Verify options and params',
  'Disable or limit navigation',
  'Disable or limit creation of new windows',
  'Do not use `shell.openExternal` with untrusted content',
  'Use a current version of Electron',
  'Validate the `sender` of all IPC messages',
  'Avoid usage of the `file://` protocol and prefer usage of custom protocols',
  'Check which fuses you can change',
  'Do not expose Electron APIs to untrusted web content',
];

const page = readPage('docs/threat-model.md');
const rows = section(page, "Electron's security checklist")
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map(cells);

/** What is wrong with the row: a file that is not there, a test of another name, nothing where something must be. */
function faultsOf([number = '', , holders = '', how = '', tests = '']: readonly string[]): string[] {
  const files = [...holders.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
  const named = [...tests.matchAll(/`([^`]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title }));
  const faults: string[] = [];
  if (files.length === 0) faults.push('names no file that holds it');
  if (named.length === 0) faults.push('names no test');
  if (how === '') faults.push('says not how it is here');
  if (tests.replaceAll(/`[^`]+` "[^"]+"/g, '').replaceAll(/[; ]/g, '') !== '') faults.push('has tests in another form');
  for (const file of files) {
    if (file.startsWith('test/') || !existsSync(join(ROOT, file))) faults.push(`${file} is no file of the product`);
  }
  for (const { file, title } of named) {
    if (!file.endsWith('.test.ts') || !existsSync(join(ROOT, file))) faults.push(`${file} is no test`);
    else if (!hasTitle(readFileSync(join(ROOT, file), 'utf8'), title)) faults.push(`${file} has no test "${title}"`);
  }
  return faults.map((fault) => `${number}: ${fault}`);
}

/** As the whole of a literal: a title, or the name of a case. */
function hasTitle(text: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`));
}

describe('docs/threat-model.md', () => {
  it('has each point of Electron’s security checklist once, by its number and name', () => {
    expect(rows.map(([number, point]) => [Number(number), point])).toEqual(
      CHECKLIST.map((point, index) => [index + 1, point]),
    );
  });

  it('names for each a file that holds it and a test that fails without it, which exist', () => {
    expect(rows.flatMap(faultsOf)).toEqual([]);
  });

  it('names no file anywhere that does not exist', () => {
    const paths = [...page.matchAll(/`((?:main|native|renderer|packaging|scripts|test|docs)\/[\w./-]+\.\w+)`/g)];
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('would be caught with a row that names nothing, a file that is gone, or a test of another name', () => {
    const test = '`test/unit/preload.test.ts` "exposes four functions under one name, and nothing else"';
    const whole = ['20', 'x', '`main/preload.ts`', 'So.', test];
    const but = (at: number, cell: string) => whole.map((given, index) => (index === at ? cell : given));
    expect(faultsOf(whole)).toEqual([]);
    expect(faultsOf(but(2, ''))).toEqual(['20: names no file that holds it']);
    expect(faultsOf(but(2, '`main/gone.ts`'))).toEqual(['20: main/gone.ts is no file of the product']);
    expect(faultsOf(but(3, ''))).toEqual(['20: says not how it is here']);
    expect(faultsOf(but(4, ''))).toEqual(['20: names no test']);
    expect(faultsOf(but(4, `${test}; and more`))).toEqual(['20: has tests in another form']);
    expect(faultsOf(but(4, '`test/unit/gone.test.ts` "a"'))).toEqual(['20: test/unit/gone.test.ts is no test']);
    expect(faultsOf(but(4, '`test/unit/preload.test.ts` "exposes four"'))).toEqual([
      '20: test/unit/preload.test.ts has no test "exposes four"',
    ]);
  });
});
