import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLog } from '../../diagnostics/log.ts';
import { openEntraSession } from '../../main/entra/entra-session.ts';
import { systemClock } from '../../time/clock.ts';
import { startLabEntra } from '../lab/entra/lab-entra.ts';
import { sampleLine } from '../lab/entra/sample-line.ts';
import { launchBrowser } from '../window/launch-browser.ts';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (executablePath === undefined) {
  console.warn('SKIPPED: no Chromium under /usr/bin, so the sign-in was not tried in a real browser.');
}

it.skipIf(executablePath === undefined)('a real Chromium signs in, and the key is published', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entra-chromium-'));
  const lab = await startLabEntra({ folder });
  const browser = await launchBrowser(executablePath ?? '');
  try {
    const openBrowser = async (url: string) => {
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      await page.goto(url);
      await page.getByLabel('User name').fill('alice@lab.example');
      await page.getByLabel('Password').fill(lab.accounts.byUpn('alice@lab.example')?.password ?? '');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    };
    const { profile } = openEntraSession({ settings: lab.settings, openBrowser, clock: systemClock, log: silentLog });
    await profile.publishProfileKey(sampleLine(1));
    expect(lab.graph.profileKeys().get('alice@lab.example')).toBe(sampleLine(1));
  } finally {
    await browser.close();
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  }
});
