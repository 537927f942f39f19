/** The pictures of docs/screenshots: what is there, what the script takes, and what the page lists are the same. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileName, SCHEMES } from '../../screenshots/picture.ts';
import { SAMPLE_PROMPTS } from '../../screenshots/sample-prompts.ts';
import { WINDOW_PICTURES } from '../../screenshots/window-pictures.ts';
import { cells, codeOf, codeRows, ROOT, readPage } from './pages.ts';

const PICTURES = [...WINDOW_PICTURES, ...SAMPLE_PROMPTS];
const page = readPage('docs/screenshots/README.md');

it('Every picture is there in light and in dark, and no other', () => {
  const there = readdirSync(join(ROOT, 'docs', 'screenshots')).filter((name) => name.endsWith('.png'));
  const wanted = PICTURES.flatMap(({ name }) => SCHEMES.map((scheme) => fileName(name, scheme)));
  expect(there.toSorted()).toEqual(wanted.toSorted());
});

it('The page names each picture with what it shows, in order, and links it in light and in dark', () => {
  const rows = codeRows(page).map(cells);
  expect(rows.map(([name, shows]) => [codeOf(name), shows])).toEqual(PICTURES.map(({ name, shows }) => [name, shows]));
  expect(rows.map(([, , light, dark]) => [light, dark])).toEqual(
    PICTURES.map(({ name }) => SCHEMES.map((scheme) => `[${scheme}](${fileName(name, scheme)})`)),
  );
});
