import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv, writeCsv } from '../../../main/target-files/csv.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const cells = (text: string) => readCsv(bytes(text)).map((row) => row.cells);
const invalid = (why: string) =>
  expect.objectContaining({ code: 'TARGET_FILE_INVALID', message: expect.stringContaining(why) });

describe('a table', () => {
  it('is read with quotes, doubled quotes, line breaks in cells, and either line ending', () => {
    expect(readCsv(bytes('name,notes\r\nleaf1,"say ""hi"",\r\nthen go"\nleaf2,\n'))).toEqual([
      { line: 1, cells: ['name', 'notes'] },
      { line: 2, cells: ['leaf1', 'say "hi",\r\nthen go'] },
      { line: 4, cells: ['leaf2', ''] },
    ]);
  });

  it.each([
    ['semicolons, as Excel writes them where a comma divides decimals', 'name;notes\na;"x;y, z"\n'],
    ['tabs', 'name\tnotes\na\tx;y, z\n'],
    ['what sep= says', 'sep=|\nname|notes\na|x;y, z\n'],
    ['a comma in quotes in the first row', '"name";"notes"\n"a";"x;y, z"'],
  ])('is divided by %s', (_, text) => {
    expect(cells(text)).toEqual([
      ['name', 'notes'],
      ['a', 'x;y, z'],
    ]);
  });

  it('loses its byte order mark, and may be the UTF-16 that Excel calls Unicode text', () => {
    expect(cells('\u{FEFF}name\nköln\n')).toEqual([['name'], ['köln']]);
    expect(readCsv(Buffer.from('\u{FEFF}name\tköln\n', 'utf16le'))).toEqual([{ line: 1, cells: ['name', 'köln'] }]);
  });

  it('is refused with the line where a quote stays open or text follows one, and where it is not UTF-8', () => {
    expect(() => cells('name\na\n"b\nc')).toThrow(invalid('line 3'));
    expect(() => cells('name\n"a"b\n')).toThrow(invalid('line 2 has text behind'));
    expect(() => readCsv(new Uint8Array([0x6b, 0xf6, 0x6c, 0x6e]))).toThrow(invalid('CSV UTF-8'));
  });

  it('of millions of empty lines, or of one endless line, is read in what memory there is', () => {
    expect(readCsv(new Uint8Array(20 * 1024 * 1024).fill(10))).toEqual([]);
    expect(readCsv(new Uint8Array(20 * 1024 * 1024).fill(97))).toHaveLength(1);
    const rows = Buffer.from('a\n'.repeat(100_001));
    expect(() => readCsv(rows)).toThrow(invalid('it has more than 100000 rows'));
  });

  it('holds no cell that a spreadsheet would run, and gives each back as it was', () => {
    const formulas = ['=1+1', '+49', '-x', '@sum', "'=quoted", "''@", '\ttab', 'plain', "'plain"];
    const text = writeCsv([formulas]);
    for (const cell of text.slice(1).trim().split(',')) expect(cell.replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r]/);
    expect(cells(text)).toEqual([formulas]);
  });

  it('of any cells comes back the same', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab ,;"\'\n\r\t=+-@|ä'.split('')), maxLength: 8 });
    const row = fc.tuple(fc.constant('x'), cell, cell, cell);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        expect(cells(writeCsv(rows))).toEqual(rows);
      }),
    );
  });
});
