/** A person looks after their key in the window: PIN, what is on it, what goes, and a reset. */
import { describe, expect, it } from 'vitest';
import { canRunDesktop, withDesktop } from './lab-desktop.ts';

describe.skipIf(!canRunDesktop)('the security keys screen', { timeout: 240_000 }, () => {
  it('sets and changes a PIN, lists what the key holds, and deletes the one that is named', () =>
    withDesktop({ lab: { withoutPin: true } }, async ({ lab, desktop, person }) => {
      const { window } = person;
      const openKey = async () => {
        await person.go('Security keys');
        await person.press(window.getByRole('main').getByRole('listitem').getByRole('button'));
        await window.getByRole('heading', { name: 'PIN', exact: true }).waitFor();
      };
      await openKey();
      await person.press(person.button('Set a PIN'));
      await person.typePin();
      await window.getByText('The PIN is set.').first().waitFor();

      await person.press(person.button('Change the PIN'));
      await person.typePin();
      const next = `${lab.pin}7`;
      await (await desktop.prompt()).getByLabel('New PIN', { exact: true }).waitFor();
      await person.typePin(next);
      await window.getByText('The PIN is changed.').first().waitFor();
      for (const page of [await desktop.promptDocument(), window]) expect(await page.content()).not.toContain(next);

      await person.go('Readiness');
      await person.beginEnrolling();
      await person.typePin(next);
      await person.heading('Enrolled and published');

      await openKey();
      await person.press(person.button('Show the credentials'));
      await person.typePin(next);
      await window.getByRole('heading', { name: 'SSH keys' }).waitFor();
      await window.getByText(/^SHA256:/).waitFor();
      await window.getByText(/On the profile of/).waitFor();
      expect(lab.authenticator.credentials()).toHaveLength(1);

      await person.press(window.getByRole('button', { name: /^Delete / }));
      const dialog = window.getByRole('alertdialog');
      await person.type(dialog.getByLabel('Type “delete” to go on'), 'delete');
      await person.press(dialog.getByRole('button', { name: 'Delete', exact: true }));
      await person.typePin(next);
      await window.getByText('It is deleted.').first().waitFor();
      expect(lab.authenticator.credentials()).toEqual([]);
    }));

  it('resets a key: what is lost, the word, unplugged, plugged in, touched', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      const { window } = person;
      await person.enroll();
      await person.go('Security keys');
      await person.press(window.getByRole('main').getByRole('listitem').getByRole('button'));
      await person.press(person.button('Reset this key…'));
      await person.press(person.button('See what will be lost'));
      // Somebody who resets a key may have forgotten its PIN.
      await person.press((await desktop.prompt()).getByRole('button', { name: 'Without the PIN' }));
      await window.getByText(/if it is on this key/).waitFor();
      await person.type(window.getByLabel('Type “reset” to go on'), 'reset');
      await person.press(person.button('Erase everything'));
      await person.heading('Unplug the key now');
      expect(lab.authenticator.credentials()).toHaveLength(1);
      await lab.authenticator.unplug();
      await person.heading('Plug it in again');
      await lab.authenticator.replug();
      await person.heading('The key is empty');
      expect(lab.authenticator.credentials()).toEqual([]);
    }));

  it('replaces a key to the end: made beside the old one, proven by a login, the old one retired', () =>
    withDesktop({}, async ({ lab, desktop, person }) => {
      const { window } = person;
      const openRotation = async () => {
        await person.go('Security keys');
        await person.press(person.button('Replace your login key'));
        await person.heading('Old key');
      };
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);

      await openRotation();
      await person.press(person.button('Begin'));
      await person.typePin();
      await window.getByText('The new key is on your profile.', { exact: false }).first().waitFor();
      expect(lab.authenticator.credentials()).toHaveLength(2);

      await lab.fabric.reconcile();
      await person.press(person.button('Choose a device and log in'));
      await person.connect('leaf1');
      await person.typePin();
      await person.untilConnected();

      await openRotation();
      await person.press(person.button('Retire the old key'));
      await person.press((await desktop.prompt()).getByRole('button', { name: 'Retire it' }));
      await person.typePin();
      await window.getByText('The replacement is complete.').first().waitFor();
      expect(lab.authenticator.credentials()).toHaveLength(1);
      await person.go('Readiness');
      await person.heading('Ready to log in');
    }));
});
