/** The prompt window's document as it is built, in a real browser under its own CSP; the main process's side is scripted. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromptView } from '../../main/ipc/contract.ts';
import { findChromium } from '../electron-standin/chromium/find-chromium.ts';
import { type OpenPrompt, PromptBrowser, queueOf } from '../window/prompt-browser.ts';

const hasChromium = findChromium() !== undefined;
if (!hasChromium) console.warn('SKIPPED: the tests of the prompt document, because no Chromium is installed');

/** Far longer than any test runs: it passes by `after` alone. */
const PAUSE_MS = 100_000;
const DENY = { answer: 'deny', label: 'No', needsField: false } as const;
const CANCEL = { answer: 'cancel', label: 'Cancel', needsField: false } as const;

const ASKS_PIN: PromptView = {
  id: 'prompt-1',
  title: 'Log in as admin on ce1-rack4?',
  sentences: ['Through jump-east.', 'Asked by ssh in Windows Terminal.'],
  state: 'asking',
  status: '',
  field: {
    kind: 'pin',
    label: 'PIN of YubiKey 5C',
    minLength: 4,
    maxBytes: 63,
    tooShort: 'A PIN has at least 4 characters.',
    tooLong: 'A PIN has at most 63 bytes.',
    notTheSame: 'They are not the same.',
  },
  rules: [],
  buttons: [
    { answer: 'once', label: 'Allow once', needsField: true },
    { answer: 'session', label: 'Allow for this session', needsField: true },
    DENY,
  ],
  pauseMs: PAUSE_MS,
  showing: 1,
  deniedInMs: 600_000,
};
const { field: PIN_FIELD, deniedInMs: _, ...WITHOUT_FIELD } = ASKS_PIN;
const APPROVAL: PromptView = {
  ...WITHOUT_FIELD,
  deniedInMs: 600_000,
  buttons: ASKS_PIN.buttons.map((button) => ({ ...button, needsField: false })),
};
const CHAIN = {
  label: 'The way',
  links: [
    { name: 'This computer', detail: 'asked by ssh in bash' },
    { name: 'jump-east', detail: 'has your agent · SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDjrM1TlVdrKn4jTcU' },
    { name: 'A host that could not be verified', detail: '' },
    { name: 'ce1-rack4', detail: 'as admin · SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDjrM1TlVdrKn4jTcU' },
  ],
};
const NEW_PIN: PromptView = {
  ...ASKS_PIN,
  title: 'Choose a PIN',
  ...(PIN_FIELD === undefined
    ? {}
    : { field: { ...PIN_FIELD, kind: 'new-pin', label: 'New PIN', repeatLabel: 'The same again', minLength: 6 } }),
  rules: ['At least 6 characters.'],
  buttons: [{ answer: 'once', label: 'Set PIN', needsField: true }, DENY],
};
const under = (state: 'waiting' | 'touch' | 'done' | 'failed', status: string): PromptView => ({
  ...WITHOUT_FIELD,
  state,
  status,
  buttons: state === 'waiting' || state === 'touch' ? [CANCEL] : [],
});
const WRONG_PIN: PromptView = { ...ASKS_PIN, problem: 'That PIN was wrong. 5 tries are left.' };

const EVERY_KIND: Readonly<Record<string, PromptView>> = {
  PIN: ASKS_PIN,
  'wrong PIN': WRONG_PIN,
  'last seconds': { ...WRONG_PIN, deniedInMs: 12_000 },
  'new PIN': NEW_PIN,
  approval: APPROVAL,
  'approval of a way': { ...APPROVAL, chain: CHAIN },
  waiting: under('waiting', 'One moment…'),
  touch: under('touch', 'Touch the security key now: it blinks.'),
  done: under('done', 'Done.'),
  failed: under('failed', 'The key was pulled out.'),
};

describe.skipIf(!hasChromium)('the prompt document', () => {
  let browser: PromptBrowser;
  beforeAll(async () => {
    browser = await PromptBrowser.start();
  });
  afterAll(() => browser?.close());

  const secret = '493817';
  const button = ({ page }: OpenPrompt, name: string) => page.getByRole('button', { name, exact: true });
  const pin = ({ page }: OpenPrompt) => page.getByLabel('PIN of YubiKey 5C');
  /** Everything of the document that could hold a text, fields included. */
  const everything = (page: Page): Promise<string> =>
    page.evaluate(`[document.documentElement.outerHTML, document.title,
      ...[...document.querySelectorAll('input')].map(({ value, defaultValue }) => value + defaultValue)].join('\\n')`);

  describe('draws', () => {
    it('title, sentences, field, rules and buttons of the first prompt, under its CSP, without a complaint', async () => {
      await using prompt = await browser.open(queueOf({ ...ASKS_PIN, rules: ['Eight tries in all.'] }));
      const { page } = prompt;
      expect(await page.getByRole('heading').textContent()).toBe(ASKS_PIN.title);
      expect(await page.locator('#sentences p').allTextContents()).toEqual(ASKS_PIN.sentences);
      expect(await pin(prompt).getAttribute('type')).toBe('password');
      expect(await pin(prompt).getAttribute('autocomplete')).toBe('off');
      expect(await page.getByRole('listitem').allTextContents()).toEqual(['Eight tries in all.']);
      expect(await page.getByRole('button').allTextContents()).toEqual(['Allow once', 'Allow for this session', 'No']);
      expect(await page.title()).toBe(ASKS_PIN.title);
      // What Chromium says about password fields outside forms is its debug level.
      expect(prompt.complaints.filter((one) => !one.startsWith('[DOM]'))).toEqual([]);
    });

    it('the way of a signature in its order, as a list that has a name, and takes it away again', async () => {
      await using prompt = await browser.open(queueOf({ ...APPROVAL, chain: CHAIN }));
      const way = prompt.page.getByRole('list', { name: 'The way' });
      expect(await way.getByRole('listitem').allTextContents()).toEqual(
        CHAIN.links.map(({ name, detail }) => `${name} ${detail}`),
      );
      const tops = await way
        .getByRole('listitem')
        .evaluateAll((links) => links.map((one) => one.getBoundingClientRect().top));
      expect(tops).toEqual(tops.toSorted((a, b) => a - b));
      expect(new Set(tops).size).toBe(CHAIN.links.length);
      await prompt.tell(APPROVAL);
      expect(await prompt.page.locator('#chain').isVisible()).toBe(false);
    });

    it('what comes as text, whatever it looks like', async () => {
      await using prompt = await browser.open(queueOf({ ...APPROVAL, sentences: ['<img src=x onerror=alert(1)>'] }));
      expect(await prompt.page.locator('#sentences').textContent()).toBe('<img src=x onerror=alert(1)>');
      expect(await prompt.page.locator('#sentences img').count()).toBe(0);
    });

    it.each(Object.entries(EVERY_KIND))('%s without a violation of axe, light and dark', async (_kind, view) => {
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
      await using prompt = await browser.open(queueOf(view, { ...APPROVAL, id: 'prompt-2' }), {
        reducedMotion: 'reduce',
      });
      await prompt.after(PAUSE_MS);
      await prompt.page.evaluate(axe);
      for (const colorScheme of ['light', 'dark'] as const) {
        await prompt.page.emulateMedia({ colorScheme });
        const { violations, passes } =
          await prompt.page.evaluate<Record<'violations' | 'passes', { id: string }[]>>('axe.run()');
        expect(violations).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
      }
    });

    it.each(Object.entries(EVERY_KIND))('%s at 200 % zoom without anything to scroll sideways', async (_kind, view) => {
      await using prompt = await browser.open(queueOf(view), { viewport: { width: 210, height: 500 } });
      expect(await prompt.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(210);
    });

    it('a key that blinks while a touch is wanted, and stands still for those who want no motion', async () => {
      const animations = (page: Page) => page.evaluate<number>('document.getAnimations().length');
      await using prompt = await browser.open(queueOf(under('waiting', 'One moment…')));
      expect(await animations(prompt.page)).toBe(0);
      await prompt.tell(under('touch', 'Touch the key.'));
      expect(await animations(prompt.page)).toBeGreaterThan(0);
      await prompt.page.emulateMedia({ reducedMotion: 'reduce' });
      expect(await animations(prompt.page)).toBe(0);
    });

    it('where it stands in the queue', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN, { ...APPROVAL, id: 'prompt-2' }));
      expect(await prompt.page.getByText('1 of 2').isVisible()).toBe(true);
      await prompt.tell(ASKS_PIN);
      expect(await prompt.page.getByText('1 of 2').count()).toBe(0);
    });

    it('nothing at all once no prompt is left', async () => {
      await using prompt = await browser.open(queueOf(WRONG_PIN));
      await prompt.tell();
      expect(await prompt.page.locator('main').isVisible()).toBe(false);
      expect(await prompt.page.content()).not.toContain('ce1-rack4');
    });

    it('the state and what is wrong where a screen reader hears of it', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      const status = prompt.page.getByRole('status');
      for (const view of [under('waiting', 'One moment…'), under('touch', 'Touch it.'), under('done', 'Done.')]) {
        await prompt.tell(view);
        expect(await status.textContent()).toBe(view.status);
      }
      await prompt.tell(WRONG_PIN);
      expect(await prompt.page.getByRole('alert').textContent()).toBe(WRONG_PIN.problem);
      expect(await pin(prompt).getAttribute('aria-invalid')).toBe('true');
    });

    it('the seconds that are left on the button that says no, in the last fifteen', async () => {
      await using prompt = await browser.open(queueOf({ ...APPROVAL, deniedInMs: 100_000 }));
      const seconds = prompt.page.locator('.seconds');
      await prompt.stopTime();
      await prompt.after(50_000);
      expect(await seconds.count()).toBe(0);
      await prompt.after(40_000);
      const left = Number(await seconds.textContent());
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(10);
      await prompt.after(2_000);
      expect(Number(await seconds.textContent())).toBeLessThanOrEqual(left - 2);
      expect(await button(prompt, 'No').count(), 'its name stays').toBe(1);
      await prompt.tell(under('waiting', 'One moment…'));
      expect(await seconds.count()).toBe(0);
    });

    it('tells how high it is, upon each change', async () => {
      await using prompt = await browser.open(queueOf(APPROVAL));
      const heights = async () =>
        (await prompt.calls()).flatMap((one) => (one.name === 'prompts.fit' ? [one.height] : []));
      const now = () => prompt.page.evaluate<number>("document.querySelector('main').offsetHeight");
      expect(await heights()).toEqual([await now()]);
      await prompt.tell(WRONG_PIN);
      expect((await heights()).at(-1)).toBe(await now());
      expect(new Set(await heights()).size).toBe(2);
      await prompt.page.setViewportSize({ width: 210, height: 500 });
      await expect.poll(async () => (await heights()).at(-1)).toBe(await now());
      expect(new Set(await heights()).size).toBe(3);
    });
  });

  describe('takes a PIN', () => {
    it('and sends it once as bytes, which it wipes, and keeps nothing of it', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await prompt.replies('held');
      await prompt.page.keyboard.type(secret);
      expect(await pin(prompt).inputValue()).toBe(secret);
      await prompt.page.keyboard.press('Enter');
      expect(await prompt.answers()).toMatchObject([
        { id: 'prompt-1', answer: { kind: 'allow', keep: 'once' }, pin: secret },
      ]);
      // Before any answer has come.
      expect(await prompt.pinsNow()).toEqual([Array(secret.length).fill(0)]);
      expect(await everything(prompt.page)).not.toContain(secret);
      await prompt.page.keyboard.press('Enter');
      await prompt.replies('at-once');
      expect(await prompt.answers()).toHaveLength(1);
      expect(prompt.complaints.join('\n')).not.toContain(secret);
    });

    it('by mouse, for the session', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await pin(prompt).fill(secret);
      await button(prompt, 'Allow for this session').click();
      expect(await prompt.answers()).toMatchObject([{ answer: { kind: 'allow', keep: 'session' }, pin: secret }]);
    });

    it('and is empty and ready again when it was wrong', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await prompt.page.keyboard.type(`${secret}\n`);
      await prompt.tell(under('waiting', 'One moment…'));
      expect(await pin(prompt).count()).toBe(0);
      await prompt.tell(WRONG_PIN);
      expect(await pin(prompt).inputValue()).toBe('');
      expect(await prompt.focus()).toBe('pin-1');
      await prompt.page.keyboard.type('another1\n');
      expect((await prompt.answers()).map((one) => one.pin)).toEqual([secret, 'another1']);
    });

    it('is emptied even when the main process refuses the answer, and can be used again', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await prompt.replies('refused');
      await prompt.page.keyboard.type(`${secret}\n`);
      expect(await pin(prompt).inputValue()).toBe('');
      expect(await prompt.pinsNow()).toEqual([Array(secret.length).fill(0)]);
      await expect.poll(() => button(prompt, 'Allow once').isEnabled()).toBe(true);
      expect(prompt.complaints.filter((one) => !one.startsWith('[DOM]'))).toEqual([]);
    });

    it.each([
      ['tooShort', '123'],
      // Two UTF-16 units each, one code point.
      ['tooShort', '🔑🔑🔑'],
      ['tooLong', 'x'.repeat(64)],
      ['tooLong', 'ß'.repeat(32)],
    ] as const)(
      'not when it is %s (%s): it says so, sends nothing, and leaves it to be mended',
      async (rule, typed) => {
        await using prompt = await browser.open(queueOf(ASKS_PIN));
        await prompt.after(PAUSE_MS);
        await pin(prompt).fill(typed);
        await pin(prompt).press('Enter');
        expect(await prompt.page.getByRole('alert').textContent()).toBe(PIN_FIELD?.[rule]);
        expect(await prompt.focus()).toBe('pin-1');
        expect(await pin(prompt).inputValue()).toBe(typed);
        expect(await prompt.answers()).toEqual([]);
        await pin(prompt).press('End');
        await pin(prompt).press('Backspace');
        expect(await prompt.page.getByRole('alert').textContent()).toBe('');
      },
    );

    it('in the normal form in which the key gets it', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await pin(prompt).fill('grün42');
      await pin(prompt).press('Enter');
      expect((await prompt.answers())[0]?.pin).toBe('grün42');
    });

    it('and forgets it on Escape, on another prompt, and when the page goes', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.page.keyboard.type(secret);
      await prompt.tell({ ...ASKS_PIN, id: 'prompt-2' });
      expect(await pin(prompt).inputValue()).toBe('');
      await prompt.page.keyboard.type(secret);
      await prompt.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))");
      expect(await pin(prompt).inputValue()).toBe('');
      await prompt.page.keyboard.type(secret);
      await prompt.page.keyboard.press('Escape');
      expect(await pin(prompt).inputValue()).toBe('');
      expect(await prompt.answers()).toMatchObject([{ id: 'prompt-2', answer: { kind: 'deny' } }]);
    });
  });

  describe('takes a new PIN', () => {
    const fields = ({ page }: OpenPrompt) => [page.getByLabel('New PIN'), page.getByLabel('The same again')] as const;

    it('typed twice, by keyboard alone: Enter goes on to the second field', async () => {
      await using prompt = await browser.open(queueOf(NEW_PIN));
      await prompt.after(PAUSE_MS);
      await prompt.page.keyboard.type(`${secret}\n`);
      expect(await prompt.focus()).toBe('pin-2');
      expect(await prompt.answers()).toEqual([]);
      await prompt.page.keyboard.type(`${secret}\n`);
      expect(await prompt.answers()).toMatchObject([{ answer: { kind: 'allow', keep: 'once' }, pin: secret }]);
      expect(await everything(prompt.page)).not.toContain(secret);
    });

    it('not when the two differ: says so and begins anew', async () => {
      await using prompt = await browser.open(queueOf(NEW_PIN));
      await prompt.after(PAUSE_MS);
      const [first, second] = fields(prompt);
      await first.fill(secret);
      await second.fill(`${secret}0`);
      await button(prompt, 'Set PIN').click();
      expect(await prompt.page.getByRole('alert').textContent()).toBe('They are not the same.');
      expect([await first.inputValue(), await second.inputValue()]).toEqual(['', '']);
      expect(await prompt.focus()).toBe('pin-1');
      expect(await prompt.answers()).toEqual([]);
    });

    it('not when it is too short for this key', async () => {
      await using prompt = await browser.open(queueOf(NEW_PIN));
      await prompt.after(PAUSE_MS);
      for (const field of fields(prompt)) await field.fill('12345');
      await button(prompt, 'Set PIN').click();
      expect(await prompt.page.getByRole('alert').textContent()).toBe('A PIN has at least 4 characters.');
      expect(await prompt.answers()).toEqual([]);
    });
  });

  describe('is not allowed by accident', () => {
    it('by a button or Enter before the pause is over', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.page.keyboard.type(`${secret}\n`);
      await prompt.after(PAUSE_MS / 2);
      await prompt.page.keyboard.press('Enter');
      expect(await button(prompt, 'Allow once').isDisabled()).toBe(true);
      expect(await button(prompt, 'Allow for this session').isDisabled()).toBe(true);
      expect(await prompt.answers()).toEqual([]);
      await prompt.after(PAUSE_MS / 2);
      expect(await button(prompt, 'Allow once').isEnabled()).toBe(true);
      await prompt.page.keyboard.press('Enter');
      expect(await prompt.answers()).toHaveLength(1);
    });

    it('by Enter or Space where nothing is to be typed: no button has the focus', async () => {
      await using prompt = await browser.open(queueOf(APPROVAL));
      await prompt.after(PAUSE_MS);
      expect(await prompt.focus()).toBe('title');
      for (const key of ['Enter', 'Space']) await prompt.page.keyboard.press(key);
      expect(await prompt.answers()).toEqual([]);
      await prompt.page.keyboard.press('Tab');
      expect(await prompt.focus()).toBe('once');
      await prompt.page.keyboard.press('Enter');
      expect(await prompt.answers()).toMatchObject([{ answer: { kind: 'allow', keep: 'once' } }]);
    });

    it('by the second half of a double click, or a key held down, that was meant for the prompt before', async () => {
      await using prompt = await browser.open(queueOf(ASKS_PIN));
      await prompt.after(PAUSE_MS);
      await prompt.page.keyboard.down('Escape');
      await prompt.tell({ ...APPROVAL, id: 'prompt-2' });
      await prompt.page.keyboard.down('Escape');
      await button(prompt, 'No').dispatchEvent('click', { detail: 2 });
      expect((await prompt.answers()).map(({ id }) => id)).toEqual(['prompt-1']);
    });

    it('by the pause of the prompt before: each has its own', async () => {
      const second = { ...APPROVAL, id: 'prompt-2' };
      await using prompt = await browser.open(queueOf(APPROVAL, second));
      await prompt.after(PAUSE_MS);
      await prompt.tell(second);
      expect(await button(prompt, 'Allow once').isDisabled()).toBe(true);
      await prompt.after(PAUSE_MS);
      expect(await button(prompt, 'Allow once').isEnabled()).toBe(true);
    });
  });

  it('is not allowed before its pause has passed anew where it is shown anew, and keeps what was typed meanwhile', async () => {
    await using prompt = await browser.open(queueOf(ASKS_PIN));
    await prompt.after(PAUSE_MS);
    await prompt.page.keyboard.type(secret);
    await prompt.tell({ ...ASKS_PIN, showing: 2 });
    expect(await button(prompt, 'Allow once').isDisabled()).toBe(true);
    await prompt.page.keyboard.press('Enter');
    expect(await prompt.answers()).toEqual([]);
    await prompt.after(PAUSE_MS);
    expect(await button(prompt, 'Allow once').isEnabled()).toBe(true);
    await prompt.page.keyboard.press('Enter');
    expect(await prompt.answers()).toMatchObject([{ pin: secret }]);
  });

  it('says once where a screen reader hears it that denial is near, and disturbs neither typing nor focus', async () => {
    await using prompt = await browser.open(queueOf(ASKS_PIN));
    await prompt.after(PAUSE_MS);
    await prompt.page.evaluate(`globalThis.said = [];
      new MutationObserver(() => said.push(document.getElementById('status').textContent))
        .observe(document.getElementById('status'), { childList: true, characterData: true, subtree: true })`);
    await prompt.page.keyboard.type('4917');
    await prompt.page.keyboard.press('ArrowLeft');
    const status = 'Denied within 15 seconds unless you answer.';
    await prompt.tell({ ...ASKS_PIN, status, deniedInMs: 15_000 });
    await prompt.tell({ ...ASKS_PIN, status, deniedInMs: 9_000 }, { ...APPROVAL, id: 'prompt-2' });
    await prompt.page.keyboard.type('0');
    expect(await pin(prompt).inputValue()).toBe('49107');
    expect(await prompt.focus()).toBe('pin-1');
    expect(await prompt.page.getByRole('status').isVisible()).toBe(true);
    expect(await prompt.page.evaluate('said')).toEqual([status]);
  });

  it('denies on Escape at once, and cancels what is under way', async () => {
    await using prompt = await browser.open(queueOf(APPROVAL));
    await prompt.page.keyboard.press('Escape');
    await prompt.tell(under('touch', 'Touch it.'));
    await prompt.page.keyboard.press('Escape');
    await prompt.tell(under('done', 'Done.'));
    await prompt.page.keyboard.press('Escape');
    expect((await prompt.answers()).map(({ answer }) => answer.kind)).toEqual(['deny', 'cancel']);
  });

  it('keeps typing, focus and caret while others queue up behind', async () => {
    await using prompt = await browser.open(queueOf(ASKS_PIN));
    await prompt.after(PAUSE_MS);
    await prompt.page.keyboard.type('4917');
    await prompt.page.keyboard.press('ArrowLeft');
    await prompt.page.keyboard.press('ArrowLeft');
    await prompt.tell(ASKS_PIN, { ...APPROVAL, id: 'prompt-2' });
    await prompt.tell({ ...ASKS_PIN, status: 'The key blinks for something else.' });
    await prompt.page.keyboard.type('00');
    expect(await pin(prompt).inputValue()).toBe('490017');
    expect(await button(prompt, 'Allow once').isEnabled()).toBe(true);
  });

  it('leaves the focus on the button where somebody has put it', async () => {
    await using prompt = await browser.open(queueOf(ASKS_PIN));
    await prompt.after(PAUSE_MS);
    await button(prompt, 'No').focus();
    await prompt.tell(ASKS_PIN, { ...APPROVAL, id: 'prompt-2' });
    expect(await prompt.focus()).toBe('deny');
  });

  it('draws what was told while it was asking for the first time', async () => {
    await using prompt = await browser.open(queueOf());
    expect(await prompt.page.locator('main').isVisible()).toBe(false);
    await prompt.tell(APPROVAL);
    expect(await prompt.page.locator('main').isVisible()).toBe(true);
  });
});
