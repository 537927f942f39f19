/** The app is ended and started again while nothing is in reach but the jump host: the login still works. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startDesktop } from '../lab/desktop-app.ts';
import { Person } from '../lab/desktop-person.ts';
import { canRunDesktop, PATIENCE_MS, withDesktop } from './lab-desktop.ts';

/** A port on which nobody listens: whatever goes by this proxy goes nowhere. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe.skipIf(!canRunDesktop)('the app, started again without a network', { timeout: 180_000 }, () => {
  it('logs in with what it kept: no sign-in, no Graph, no name service', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);
      expect(await desktop.quit()).toBe(0);
      await lab.entra.close();

      const nowhere = `http://127.0.0.1:${await closedPort()}`;
      const environment = { HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NO_PROXY: '', BROWSER: 'false' };
      await using again = await startDesktop(lab, { environment });
      again.window.setDefaultTimeout(PATIENCE_MS);
      const returned = new Person('mouse', lab, again);
      await returned.heading('Ready to log in');
      lab.authenticator.counters.reset();
      await returned.connect('leaf1');
      await returned.typePin();
      await returned.untilConnected();
      await returned.typeInTerminal('show version');
      await returned.untilOnScreen(/Software image version/i);
      expect(lab.authenticator.counters.read().touches).toBe(2);
      expect(again.errors).toBe('');
    }));
});
