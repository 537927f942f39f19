import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ENGLISH } from '../../../main/texts/catalogue.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** All sources that may say something. */
function sources(): string {
  return ['main', 'renderer']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(join('main', 'texts')))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

test('Each text of the frame, of readiness, of enrolling and of security keys is said somewhere', () => {
  const text = sources();
  // `enroll.stage-${name}-done` says all that begin and end so.
  const templates = [...text.matchAll(/`((?:frame|readiness|enroll|keys|recovery|rotation)\.[^`]*)`/g)].map(
    ([, template = '']) => new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\$\{[^}]*\}/g, '[a-z0-9.-]*')}$`),
  );
  const unsaid = Object.keys(ENGLISH)
    .filter((key) => /^(frame|readiness|enroll|keys|recovery|rotation)\./.test(key))
    .filter((key) => !text.includes(`'${key}'`) && !templates.some((template) => template.test(key)));
  expect(unsaid).toEqual([]);
});
