import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { crossedError, NAMES_A_COMMAND } from '../../../main/ipc/crossed-error.ts';
import { REMEDY } from '../../../main/texts/english/remedy.ts';
import { textsFor } from '../../../main/texts/texts.ts';
import { productSources } from '../docs/product-sources.ts';

const texts = textsFor(['en']);

describe('an error that crosses to a window', () => {
  it('keeps code, sentence and remedy, and loses stack, cause and details', () => {
    const error = new GlasskeyError({
      code: 'CONNECT_REFUSED',
      message: 'No.',
      remedy: 'Check the port.',
      cause: new Error('secret'),
      detail: { path: '/x' },
    });
    expect(crossedError(error, texts)).toEqual({
      code: 'CONNECT_REFUSED',
      message: 'No.',
      remedy: 'Check the port.',
      kind: 'expected',
    });
  });

  it('says which member of the input it is about, where that is known', () => {
    const at = (detail: Record<string, string | number | boolean | null>) =>
      crossedError(new GlasskeyError({ code: 'A', message: 'No.', remedy: 'Mend it.', detail }), texts);
    expect(at({ field: 'jumps', index: 2, path: '/x' })).toEqual({
      code: 'A',
      message: 'No.',
      remedy: 'Mend it.',
      kind: 'expected',
      field: 'jumps',
      index: 2,
    });
    expect(Object.keys(at({ field: 3, index: 'x' }))).toEqual(['code', 'message', 'remedy', 'kind']);
  });

  it('tells nobody at a window to type a command', () => {
    const error = new GlasskeyError({ code: 'NOT_ENROLLED', message: 'No.', remedy: 'Run: glasskey enroll' });
    expect(crossedError(error, texts).remedy).toBe(REMEDY['remedy.NOT_ENROLLED']);
  });

  it('of our own making is INTERNAL', () => {
    expect(crossedError(new TypeError('x'), texts)).toMatchObject({ code: 'INTERNAL', kind: 'bug' });
  });
});

describe('every remedy in the source that names a command', () => {
  const CLI_ONLY = /^(main\/cli\/|main\/glasskey-settings)/;
  const named = productSources()
    .filter(({ path }) => !CLI_ONLY.test(path) && !path.startsWith('main/texts/'))
    .flatMap(({ code }) =>
      code.split(/(?=code: '|code: [a-z]+ ===)/).flatMap((part) => {
        const codes = [
          ...(part
            .slice(0, 200)
            .match(/^code:[^,\n]*/)?.[0]
            .matchAll(/'([A-Z][A-Z_]+)'/g) ?? []),
        ];
        const remedy = /remedy:?\s*(?:=\s*)?((?:.|\n){0,400})/
          .exec(part)?.[1]
          ?.split(/\n\s*(?:detail|cause|\}|kind)/)[0];
        return remedy !== undefined && NAMES_A_COMMAND.test(remedy) ? codes.map(([, one = '']) => one) : [];
      }),
    );

  it('is found by this test', () => {
    expect(named).toEqual(expect.arrayContaining(['NOT_ENROLLED', 'PROFILE_KEY_KEPT', 'KEY_MISSING']));
  });

  it.each([...new Set(named)])('%s has the window’s words for it', (code) => {
    expect(REMEDY).toHaveProperty([`remedy.${code}`]);
  });

  it('has words that name no command themselves', () => {
    for (const text of Object.values(REMEDY)) expect(text).not.toMatch(NAMES_A_COMMAND);
  });
});
