/** Who drives the desktop app in tests and in the demo: by mouse, or by keyboard alone. Waits for states; knows the app by what it shows. */
import type { Locator, Page } from 'playwright-core';
import type { LabDesktop } from './desktop-app.ts';
import type { Lab } from './world.ts';

/** Far more than any screen has. */
const MOST_TABS = 80;

export class Person {
  readonly by: 'mouse' | 'keyboard';
  readonly #lab: Lab;
  readonly #desktop: LabDesktop;

  constructor(by: 'mouse' | 'keyboard', lab: Lab, desktop: LabDesktop) {
    this.by = by;
    this.#lab = lab;
    this.#desktop = desktop;
  }

  get window(): Page {
    return this.#desktop.window;
  }

  /** A button of the window, by its whole name. */
  button(name: string): Locator {
    return this.window.getByRole('button', { name, exact: true });
  }

  async press(target: Locator): Promise<void> {
    if (this.by === 'mouse') return target.click();
    await this.reach(target);
    await target.page().keyboard.press('Enter');
  }

  async type(target: Locator, text: string): Promise<void> {
    if (this.by === 'mouse') await target.click();
    else await this.reach(target);
    await target.page().keyboard.type(text);
  }

  /** Goes there by Tab. */
  async reach(target: Locator): Promise<void> {
    await target.waitFor();
    const page = target.page();
    const focused = target.and(page.locator(':focus'));
    for (let tabs = 0; (await focused.count()) === 0; tabs += 1) {
      if (tabs === MOST_TABS) throw new Error(`Tab does not lead to ${target}`);
      await page.keyboard.press('Tab');
    }
  }

  /** To one of the screens by the navigation. */
  go(screen: string): Promise<void> {
    const bar = this.window.getByRole('navigation', { name: 'Screens' });
    return this.press(bar.getByRole('button', { name: screen, exact: true }));
  }

  heading(name: string): Promise<void> {
    return this.window.getByRole('heading', { name, exact: true }).waitFor();
  }

  typePin(pin = this.#lab.pin): Promise<void> {
    return this.#desktop.typePin(pin, this.by);
  }

  /** From the home screen to where the PIN is asked for. */
  async beginEnrolling(): Promise<void> {
    await this.press(this.button('Enroll a key'));
    await this.press(this.button('Enroll this key'));
  }

  /** From the home screen to the end: enrolled and published. */
  async enroll(): Promise<void> {
    await this.beginEnrolling();
    await this.typePin();
    await this.heading('Enrolled and published');
  }

  /** Until the devices have the key, and Glasskey knows that they do. */
  async untilReady(): Promise<void> {
    await this.#lab.fabric.reconcile();
    await this.go('Readiness');
    await this.heading('Ready to log in');
  }

  async addDevice(name: string, device: string, jump: string): Promise<void> {
    await this.go('Devices');
    await this.press(this.button('Add a device').or(this.button('Add your first device')).first());
    const dialog = this.window.getByRole('dialog');
    await this.type(dialog.getByLabel('Name'), name);
    await this.type(dialog.getByLabel('Address'), device);
    await this.press(dialog.getByRole('button', { name: 'Add a jump host' }));
    await this.type(dialog.getByLabel('Jump host 1', { exact: true }), jump);
    await this.press(dialog.getByRole('button', { name: 'Save' }));
    await this.window.getByRole('row', { name }).waitFor();
  }

  /** Begins a session on a device of the list. */
  async connect(name: string): Promise<void> {
    await this.go('Devices');
    const row = this.window.getByRole('row', { name });
    if (this.by === 'mouse') {
      // Its buttons show where the pointer is.
      await row.hover();
      await row.getByRole('button', { name: `Connect to ${name}` }).click();
    } else {
      await this.type(this.window.getByRole('searchbox').or(this.window.getByRole('combobox')), name);
      await row.waitFor();
      await this.window.keyboard.press('Enter');
    }
  }

  /** Until the session's terminal takes what is typed. */
  async untilConnected(): Promise<void> {
    await this.window.getByRole('tab', { name: /Connected/ }).waitFor();
    await this.untilOnScreen(/[#>$] *$|ce1-rack4>/m);
  }

  /** Into the terminal that is shown, with Enter. */
  async typeInTerminal(text: string): Promise<void> {
    if (this.by === 'mouse') await this.window.locator('.xterm-screen').click();
    await this.window.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
    await this.window.keyboard.type(`${text}\n`);
  }

  /** What the terminal that is shown has on its screen, once it fits. */
  async untilOnScreen(text: RegExp): Promise<string> {
    const rows = this.window.locator('.xterm-rows').filter({ hasText: text });
    await rows.waitFor();
    return rows.innerText();
  }
}
