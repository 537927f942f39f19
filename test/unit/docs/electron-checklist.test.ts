/**
 * What Electron's security checklist forbids stands nowhere in the product's source. What the windows do in fact is tried elsewhere, in a
 * browser (test/integration/shell-*.test.ts); this finds what nobody has run yet. docs/threat-model.md names these tests by their titles.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from './pages.ts';
import { EVERYWHERE, productSources, type SourceFile } from './product-sources.ts';

const sources = productSources(EVERYWHERE);

/** `path: what was found`, for each place in `given` where one of the patterns stands. */
function found(patterns: readonly RegExp[], given: readonly SourceFile[] = sources): string[] {
  return given.flatMap(({ path, code }) =>
    patterns.flatMap((pattern) => [...code.matchAll(pattern)].map(([text]) => `${path}: ${text}`)),
  );
}

/** What stands in the braces of each `name: { … }`, on one line. */
function objectsNamed(name: string, code: string): string[] {
  return [...code.matchAll(new RegExp(`\\b${name}: \\{`, 'g'))].map(({ index, 0: opening }) => {
    const from = index + opening.length;
    let depth = 1;
    let to = from;
    for (; depth > 0 && to < code.length; to += 1) {
      if (code[to] === '{') depth += 1;
      if (code[to] === '}') depth -= 1;
    }
    return code
      .slice(from, to - 1)
      .replaceAll(/\s+/g, ' ')
      .trim();
  });
}

const HTML_OF_TEXT = [
  /\.(inner|outer)HTML\b/g,
  /\bdangerouslySetInnerHTML\b/g,
  /\binsertAdjacentHTML\b/g,
  /\bdocument\.write(ln)?\b/g,
  /\bcreateContextualFragment\b/g,
  /\bsrcdoc\b/gi,
];
const CODE_OF_TEXT = [
  /\beval\(/g,
  /\bnew Function\(/g,
  /\bexecuteJavaScript\w*/g,
  /\bset(Timeout|Interval)\(\s*['"`]/g,
  /\bjavascript:/g,
];
const WEBVIEW = [/<webview\b/g, /\ballowpopups\b/g, /\bdisablewebsecurity\b/g, /\bcreateElement\(['"]webview['"]\)/g];
const OTHER_WAYS_INTO_ELECTRON = [/\bwebFrame(Main)?\b/g, /@electron\/remote/g, /\benableRemoteModule\b/g];
const SWITCHES = [/\bappend(Switch|Argument)\(/g, /\bno-sandbox\b/g, /\bdisable-web-security\b/g, /BlinkFeatures\b/g];
const FILES_AS_PAGES = [/\bloadFile\(/g, /\bfile:\/\//g, /\bregisterFileProtocol\(/g];
/** By which a lint rule on names would be passed by. */
const ELECTRON_AS_A_WHOLE = [
  /\bimport (\* as )?\w+(, ?\{[^}]*\})? from 'electron(\/\w+)?'/g,
  /\bexport \*[^;]* from 'electron/g,
  /\b(import|require)\('electron/g,
];
const OPENERS = [/\bopenExternal\b/g, /(?<![\w.'`/])shell\.(?!showItemInFolder\b)\w+/g];

describe('the product’s source', () => {
  it('makes every window with the one set of preferences, and adds nothing that loosens it', () => {
    const making = sources.filter(({ code }) => /new (BrowserWindow|BaseWindow|WebContentsView)\(/.test(code));
    expect(making.map(({ path }) => path).toSorted()).toEqual([
      'main/shell/main-window.ts',
      'main/shell/prompt-window.ts',
    ]);
    for (const { path, code } of making) {
      const windows = [...code.matchAll(/new \w+(Window|View)\(/g)].length;
      const preferences = objectsNamed('webPreferences', code);
      expect(preferences, path).toHaveLength(windows);
      for (const members of preferences) {
        expect(members, path).toMatch(/^\.\.\.WEB_PREFERENCES, devTools: !isPackaged, preload\b/);
        const own = members.replace('...WEB_PREFERENCES,', '').matchAll(/(\w+):/g);
        expect([...own].map(([, name]) => name).filter((name) => name !== 'devTools' && name !== 'zoomFactor')).toEqual(
          [],
        );
      }
    }
  });

  it('loads the two documents into windows, by name, and no file', () => {
    const loads = found([/\bloadURL\([^)]*\)/g]);
    expect(loads.toSorted()).toEqual([
      'main/shell/main-window.ts: loadURL(DOCUMENTS.main)',
      'main/shell/prompt-window.ts: loadURL(DOCUMENTS.prompt)',
    ]);
    expect(found(FILES_AS_PAGES)).toEqual([]);
  });

  it('sandboxes every renderer before the app is ready, and gives Chromium no switch but one', () => {
    const start = sources.find(({ path }) => path === 'main/shell/run-app.ts')?.code ?? '';
    const [sandboxed, ready] = [start.indexOf('app.enableSandbox();'), start.indexOf('await app.whenReady()')];
    expect(sandboxed).toBeGreaterThan(0);
    expect(ready).toBeGreaterThan(sandboxed);
    // One file names switches: it takes them away, and adds the one by which no host is found.
    const dropping = 'main/shell/chromium-switches.ts';
    const dropper = sources.find(({ path }) => path === dropping)?.code ?? '';
    const added = [...dropper.matchAll(/\bappend\w*\(([^)]*)\)/g)].map(([, given]) => given);
    expect(added).toEqual(["'host-resolver-rules', 'MAP * ~NOTFOUND'"]);
    expect(found(SWITCHES).filter((text) => !text.startsWith(`${dropping}: `))).toEqual([]);
  });

  it('guards every page before there is one, and the session before it loads anything', () => {
    const start = sources.find(({ path }) => path === 'main/shell/run-app.ts')?.code ?? '';
    const inOrder = [
      'guardApp(app, log);',
      'await app.whenReady();',
      'guardSession(session.defaultSession,',
      'desktop.start(',
    ];
    const places = inOrder.map((text) => start.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // A page in another session would be held to none of its rules.
    expect(found([/\bfromPartition\b/g, /\bfromPath\b/g, /\bpartition:/g])).toEqual([]);
  });

  it('has no webview', () => {
    expect(found(WEBVIEW)).toEqual([]);
  });

  it('opens no file by Electron, and one address, which is written in the source', () => {
    const settings = sources.filter(({ path }) => path === 'main/shell/key-settings.ts');
    const others = sources.filter(({ path }) => path !== 'main/shell/key-settings.ts');
    expect(found(OPENERS, others)).toEqual([]);
    expect(found([/\bopenExternal\b[^;]*;/g, /const SIGN_IN_OPTIONS\b[^;]*;/g], settings)).toEqual([
      'main/shell/key-settings.ts: openExternal(SIGN_IN_OPTIONS);',
      "main/shell/key-settings.ts: const SIGN_IN_OPTIONS = 'ms-settings:signinoptions';",
    ]);
  });

  it('makes neither HTML nor code of text', () => {
    expect(found([...HTML_OF_TEXT, ...CODE_OF_TEXT])).toEqual([]);
  });

  it('has no other way into Electron than the modules of the main process and the preload', () => {
    expect(found(OTHER_WAYS_INTO_ELECTRON)).toEqual([]);
    const exposed = found([/\bexposeIn\w+\([^)]*\)/g]);
    expect(exposed).toEqual(["main/preload.ts: exposeInMainWorld('glasskey', bridge)"]);
  });

  it('has raw IPC in one file of the main process and in the preload, and takes Electron’s modules by name alone', () => {
    const holders = (name: string) =>
      sources.filter(({ code }) => new RegExp(`\\b${name}\\b`).test(code)).map(({ path }) => path);
    expect(holders('ipcMain')).toEqual(['main/shell/ipc-wire.ts']);
    expect(holders('ipcRenderer')).toEqual(['main/preload.ts']);
    expect(found(ELECTRON_AS_A_WHOLE)).toEqual([]);
  });

  it('takes of the contract only types into the windows, so that they hold none of its code', () => {
    const windows = sources.filter(({ path }) => path.startsWith('renderer/'));
    const taken = found([/\b(import|export) [^;]*? from '[^']*\/ipc\/contract\.ts'/g], windows);
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.filter((text) => !/: (import|export) type /.test(text))).toEqual([]);
  });

  it('is searched for what it must not hold, each of which would be found', () => {
    const planted = [
      'window.webContents.executeJavaScript(text)',
      'element.innerHTML = text;',
      '<div dangerouslySetInnerHTML={{ __html: text }} />',
      "element.insertAdjacentHTML('beforeend', text);",
      'eval(text)',
      "setTimeout('run()', 1)",
      '<webview src="a" allowpopups>',
      "import { webFrame } from 'electron';",
      "import remote from '@electron/remote';",
      "app.commandLine.appendSwitch('no-sandbox');",
      "webPreferences: { enableBlinkFeatures: 'X' }",
      'window.loadFile(path)',
      "window.loadURL('file:///etc/passwd')",
      'shell.openExternal(url)',
      'shell.openPath(path)',
      "import * as electron from 'electron';",
      "import electron from 'electron';",
      "import electron, { app } from 'electron/main';",
      "export * from 'electron';",
      "const { ipcMain } = await import('electron');",
      "const { ipcMain } = require('electron');",
    ];
    const all = [
      ...[
        HTML_OF_TEXT,
        CODE_OF_TEXT,
        WEBVIEW,
        OTHER_WAYS_INTO_ELECTRON,
        SWITCHES,
        FILES_AS_PAGES,
        OPENERS,
        ELECTRON_AS_A_WHOLE,
      ].flat(),
    ];
    for (const code of planted) expect(found(all, [{ path: 'planted.ts', code }]), code).not.toEqual([]);
    expect(found(all, [{ path: 'planted.ts', code: 'shell.showItemInFolder(logFile)' }])).toEqual([]);
    expect(found(all, [{ path: 'planted.ts', code: "import { app, type Session } from 'electron';" }])).toEqual([]);
    expect(objectsNamed('webPreferences', 'x({ webPreferences: { a: { b: 1 }, c } })')).toEqual(['a: { b: 1 }, c']);
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['renderer/prompt/index.html', 'renderer/app.tsx', 'main/preload.ts']),
    );
  });
});

describe('Electron', () => {
  const Package = z.object({ devDependencies: z.object({ electron: z.string(), node: z.string() }) });
  const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });
  const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

  it('is of the major that the app was made for, in the lock file too, and takes its fixes', () => {
    const wanted = Package.parse(read('package.json')).devDependencies.electron;
    // A caret: fixes within the major come with an update of the lock file, and nothing else does.
    expect(wanted).toMatch(/^\^45\.\d+\.\d+$/);
    const locked = Lock.parse(read('package-lock.json')).packages['node_modules/electron']?.version ?? '';
    expect(locked).toMatch(/^45\./);
  });
});
