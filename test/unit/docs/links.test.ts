/** No page of the documentation points at something that is not there. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, ROOT, readPage, withoutFences } from './pages.ts';

/** The relative links of a page; addresses elsewhere are left alone. */
function linksIn(page: string): string[] {
  const text = withoutFences(page).replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '').filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsIn(page: string): string[] {
  const headings = [...withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
function brokenLink(from: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? from : normalize(join(dirname(from), path));
  if (!existsSync(join(ROOT, target))) return `${from}: ${link} (no such file)`;
  if (anchor === undefined) return undefined;
  return anchorsIn(readPage(target)).includes(anchor) ? undefined : `${from}: ${link} (no such heading)`;
}

describe('the documentation', () => {
  it.each(pages())('%s has no relative link that leads nowhere', (page) => {
    const broken = linksIn(readPage(page)).map((link) => brokenLink(page, link));
    expect(broken.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('is reached from README.md, page by page', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const link of linksIn(readPage(page))) {
        const target = normalize(join(dirname(page), link.split('#')[0] ?? ''));
        if (target.endsWith('.md')) reached.add(target);
      }
    }
    expect(pages().filter((page) => !reached.has(page))).toEqual([]);
  });

  it('would be caught with a link to a file or a heading that is gone', () => {
    expect(brokenLink('docs/errors.md', 'gone.md')).toContain('no such file');
    expect(brokenLink('docs/errors.md', '../README.md#gone')).toContain('no such heading');
    expect(linksIn('[a](x.md) and `[b](y.md)` and [c](https://example.org)')).toEqual(['x.md']);
  });
});

describe('docs/decisions', () => {
  const decisions = pages().filter((page) => page.startsWith('docs/decisions/'));

  it.each(decisions)('%s has its number, a state, a date, and fits on a page', (page) => {
    const text = readPage(page);
    const number = /\/(\d{4})-[a-z0-9-]+\.md$/.exec(page)?.[1];
    expect(text).toMatch(new RegExp(`^# ${number} `));
    expect(text).toMatch(/^State: (proposed|accepted|superseded by \d{4})\. Date: \d{4}-\d{2}-\d{2}\.$/m);
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
  });

  it('are numbered without a gap', () => {
    const numbers = decisions.map((page) => Number(/(\d{4})-/.exec(page)?.[1]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });
});
