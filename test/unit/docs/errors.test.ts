/** docs/errors.md lists exactly the codes that the product can give out, each with what happened and what to do. */
import { describe, expect, it } from 'vitest';
import { cells, codeOf, codeRows, readPage } from './pages.ts';
import { composedCodesIn, errorCodesIn, NOT_OURS, productSources } from './product-sources.ts';

const sources = productSources();
const rows = codeRows(readPage('docs/errors.md').split('## Exit codes')[0] ?? '').map(cells);
const documented = rows.map(([code]) => codeOf(code));

describe('docs/errors.md', () => {
  it('lists every error code of the source', () => {
    const missing = sources.flatMap(({ path, code }) =>
      errorCodesIn(code)
        .filter((name) => !documented.includes(name))
        .map((name) => `${name} (${path})`),
    );
    expect(missing, 'add a row to docs/errors.md (or, for a foreign name, to NOT_OURS in product-sources.ts)').toEqual(
      [],
    );
  });

  it('lists no error code that is gone from the source', () => {
    const inSource = new Set(sources.flatMap(({ code }) => errorCodesIn(code)));
    expect(documented.filter((name) => !inSource.has(name))).toEqual([]);
  });

  it('lists each code once, with what happened and what to do', () => {
    expect(documented.filter((name, index) => documented.indexOf(name) !== index)).toEqual([]);
    const incomplete = rows.filter((row) => row.length !== 3 || row.some((cell) => cell.length < 3));
    expect(incomplete).toEqual([]);
  });
});

describe('the search for error codes', () => {
  it('finds a planted code in each form that the source uses', () => {
    const forms = {
      'throw new GlasskeyError({ code: "PLANTED_CODE", message })': ['PLANTED_CODE'],
      "code: known ? 'PLANTED_ONE' : 'PLANTED_TWO',": ['PLANTED_ONE', 'PLANTED_TWO'],
      "return ['PLANTED_CODE', `a sentence`, 'a remedy'];": ['PLANTED_CODE'],
      "throw pinError('PLANTED_CODE');": ['PLANTED_CODE'],
      "const FAULT: WireFault = { code: 'PLANTED', remedy };": ['PLANTED'],
    };
    for (const [form, expected] of Object.entries(forms)) expect(errorCodesIn(form), form).toEqual(expected);
  });

  it('finds the codes that are computed: by tuple, by parameter, by the fault of a reader', () => {
    const found = new Set(sources.flatMap(({ code }) => errorCodesIn(code)));
    for (const name of ['ENTRA_THROTTLED', 'PIN_REPLUG_NEEDED', 'AGENT_MESSAGE_MALFORMED', 'CANCELLED', 'INTERNAL']) {
      expect(found).toContain(name);
    }
  });

  it('knows other people’s names from the source only, and the source puts no code together from pieces', () => {
    const all = sources.map(({ code }) => code).join('\n');
    expect(NOT_OURS.filter((name) => !all.includes(`'${name}'`))).toEqual([]);
    expect(composedCodesIn(all)).toEqual([]);
    expect(composedCodesIn(['code: `CTAP_', '{name}`,'].join('$'))).toHaveLength(1);
  });
});
