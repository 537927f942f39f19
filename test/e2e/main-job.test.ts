/** The main job by a person who has never opened a terminal: the real app upon the real lab, by mouse and by keyboard alone. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

async function filesThatHold(secret: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(secret) ? [file] : [])));
  return found.flat();
}

describe.skipIf(!canRunDesktop)('the main job in the window', { timeout: 120_000 }, () => {
  it.each(['mouse', 'keyboard'] as const)('by %s: enroll, publish, wait, connect, show version', (by) =>
    withDesktop({ by }, async ({ lab, desktop, person }) => {
      await person.heading('No key enrolled');
      await person.enroll();
      expect(lab.entra.graph.profileKeys(), 'what Graph holds').toHaveLength(1);
      await person.untilReady();

      await person.addDevice('leaf1', lab.device, lab.jump);
      lab.authenticator.counters.reset();
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();
      await person.typeInTerminal('show version');
      await person.untilOnScreen(/Software image version: 4\.31/i);

      const { touches } = lab.authenticator.counters.read();
      expect(touches, 'one touch per hop').toBe(2);
      const proof = await lab.fabric.deviceLog();
      expect(proof).toMatch(/Accepted publickey for \S+ .* ED25519-SK SHA256:/);
      expect(proof).toMatch(/sk_flags = 0x05/);

      await person.typeInTerminal('exit');
      await person.window.getByRole('tab', { name: /Ended/ }).waitFor();
      expect(await desktop.quit()).toBe(0);
      expect(await filesThatHold(lab.pin, join(lab.folder, 'data'))).toEqual([]);
      expect(desktop.errors).toBe('');
    }),
  );
});
