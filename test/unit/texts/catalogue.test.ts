import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { CATALOGUES, ENGLISH } from '../../../main/texts/catalogue.ts';

const FOLDER = fileURLToPath(new URL('../../../main/texts/english', import.meta.url));

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** ICU's own numbers of the kinds of elements: literal, pound and tag have no argument. */
const WITHOUT_ARGUMENT = [0, 7, 8];

function argumentsIn(elements: readonly Element[]): readonly string[] {
  return elements.flatMap((element) => [
    ...(WITHOUT_ARGUMENT.includes(element.type) || !('value' in element) ? [] : [element.value]),
    ...('options' in element ? Object.values(element.options).flatMap(({ value }) => argumentsIn(value)) : []),
  ]);
}

/** What main/texts/catalogue.ts's `NamesIn` makes of a message, step by step as the type does. */
function argumentsByType(message: string): readonly string[] {
  const open = message.indexOf('{');
  if (open < 0) return [];
  const rest = message.slice(open + 1);
  const name = nameOf(rest);
  const isName = name !== undefined && name !== '' && !name.includes(' ') && !name.startsWith('#');
  return [...(isName ? [name] : []), ...argumentsByType(rest)];
}

function nameOf(rest: string): string | undefined {
  const comma = rest.indexOf(',');
  const upToComma = comma < 0 ? rest : rest.slice(0, comma);
  const close = upToComma.indexOf('}');
  if (close >= 0) return upToComma.slice(0, close);
  return comma < 0 ? undefined : upToComma;
}

describe.each(Object.entries(CATALOGUES))('The catalogue in %s', (language, catalogue) => {
  test.each(Object.entries(catalogue))('%s is an ICU message whose arguments are those of its type', (key, message) => {
    const parsed = new IntlMessageFormat(message, language, {}, { ignoreTag: true });
    const english = ENGLISH[key as keyof typeof ENGLISH];
    expect(new Set(argumentsIn(parsed.getAst()))).toEqual(new Set(argumentsByType(english)));
  });

  test('has the keys of English and no other', () => {
    expect(Object.keys(catalogue).toSorted()).toEqual(Object.keys(ENGLISH).toSorted());
  });

  test('says nothing with an exclamation mark or an em dash, and leaves no message empty', () => {
    const odd = Object.entries(catalogue).filter(([, message]) => /[!\u2014]/.test(message) || message.trim() === '');
    expect(odd).toEqual([]);
  });
});

describe('The files of the English catalogue', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'));

  // A part of the app may have more than one: session-waits.ts holds keys of `session`.
  test.each(files)(
    '%s holds one object, whose keys begin with the name of the file or its first word',
    async (file) => {
      const name = file.replace(/\.ts$/, '');
      const isOfFile = (key: string) => [name, name.split('-')[0]].includes(key.split('.')[0]);
      const exported = Object.values((await import(`${FOLDER}/${file}`)) as Record<string, Record<string, string>>);
      expect(exported).toHaveLength(1);
      expect(Object.keys(exported[0] ?? {}).filter((key) => !isOfFile(key))).toEqual([]);
    },
  );

  test('are all in the catalogue, and no key is in two', async () => {
    const keys: string[] = [];
    for (const file of files) {
      const [texts = {}] = Object.values((await import(`${FOLDER}/${file}`)) as Record<string, object>);
      keys.push(...Object.keys(texts));
    }
    expect(keys.toSorted()).toEqual(Object.keys(ENGLISH).toSorted());
  });
});

test('A bare word in a branch, which the types would take for an argument, is seen', () => {
  const message = '{count, plural, one {key} other {keys}}';
  const parsed = new IntlMessageFormat(message, 'en', {}, { ignoreTag: true });
  expect(new Set(argumentsByType(message))).not.toEqual(new Set(argumentsIn(parsed.getAst())));
});
