import { expect, test } from 'vitest';
import { fontStack } from '../../../../../renderer/screens/sessions/terminal-fonts.ts';

const USUAL = '"Cascadia Mono", "Consolas", "Menlo", "DejaVu Sans Mono", monospace';

test('Fonts are named as people write them, quoted or not, and the usual ones stand behind', () => {
  expect(fontStack('')).toBe(USUAL);
  expect(fontStack(` 'Fira Code' ,0xProto,"Consolas"`)).toBe(
    '"Fira Code", "0xProto", "Consolas", "Cascadia Mono", "Menlo", "DejaVu Sans Mono", monospace',
  );
  expect(fontStack('ui-monospace')).toBe(`ui-monospace, ${USUAL}`);
});

test('No name can end its quotes or the rule it stands in', () => {
  expect(fontStack('x"} * { display: none } \\22')).toBe(`"x   display none  22", ${USUAL}`);
});
