/** The terminal's fonts as CSS names them. */

/** Behind whatever the setting names. */
const USUAL = ['Cascadia Mono', 'Consolas', 'Menlo', 'DejaVu Sans Mono', 'monospace'];
const GENERIC = new Set(['monospace', 'ui-monospace', 'system-ui', 'serif', 'sans-serif']);

/**
 * Names with commas between, best first, as somebody writes them, quoted or not. Each comes out quoted and without what could
 * end the quotes: xterm.js puts the list into a style sheet as it stands.
 */
export function fontStack(setting: string): string {
  const named = setting.split(',').map((name) => name.replace(/[^\p{L}\p{N} ._-]/gu, '').trim());
  const names = [...new Set([...named.filter((name) => name !== ''), ...USUAL])];
  return names.map((name) => (GENERIC.has(name) ? name : `"${name}"`)).join(', ');
}
