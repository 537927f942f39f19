/**
 * Menu and MenuItem: buildFromTemplate, setApplicationMenu, getApplicationMenu, append, insert, getMenuItemById, popup,
 * closePopup; checkbox and radio items change when chosen, as in Electron.
 *
 * Nobody sees a menu here. A test chooses an item through the driver, by its path of labels or its id; an accelerator that
 * the page left alone (a real key press, by Playwright) chooses one too.
 */
import { missing } from '../missing.ts';
import { type Chord, parseAccelerator } from './accelerator.ts';
import type { BrowserWindow } from './browser-window.ts';
import { ROLES } from './menu-roles.ts';
import { imageOf, type NativeImage } from './native-image.ts';
import { registry } from './registry.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter, StandInObject } from './standin-object.ts';

export interface MenuItemOptions {
  readonly click?: (item: MenuItem, window: BrowserWindow | undefined, event: object) => void;
  readonly role?: string;
  readonly type?: string;
  readonly label?: string;
  readonly sublabel?: string;
  readonly toolTip?: string;
  readonly accelerator?: string;
  readonly icon?: NativeImage | string;
  readonly enabled?: boolean;
  readonly visible?: boolean;
  readonly checked?: boolean;
  readonly registerAccelerator?: boolean;
  readonly acceleratorWorksWhenHidden?: boolean;
  readonly submenu?: readonly (MenuItemOptions | MenuItem)[] | Menu;
  readonly id?: string;
  readonly accessibilityLabel?: string;
}

/** As the driver hands it out. */
export interface MenuItemState {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly role: string | undefined;
  readonly accelerator: string | undefined;
  readonly enabled: boolean;
  readonly visible: boolean;
  readonly checked: boolean;
  readonly submenu: readonly MenuItemState[] | undefined;
}

const OPTIONS = new Set([
  ...['click', 'role', 'type', 'label', 'sublabel', 'toolTip', 'accelerator', 'icon', 'enabled', 'visible', 'checked'],
  ...['registerAccelerator', 'acceleratorWorksWhenHidden', 'submenu', 'id', 'accessibilityLabel'],
]);

let lastCommandId = 0;

export class MenuItem extends StandInObject {
  static override readonly _apiName = 'MenuItem';

  readonly commandId: number;
  readonly id: string;
  readonly type: string;
  readonly role: string | undefined;
  readonly submenu: Menu | undefined;
  readonly accelerator: string | null;
  readonly registerAccelerator: boolean;
  readonly acceleratorWorksWhenHidden: boolean;
  readonly userAccelerator: string | null = null;
  readonly icon: NativeImage | undefined;
  label: string;
  sublabel: string;
  toolTip: string;
  accessibilityLabel: string;
  enabled: boolean;
  visible: boolean;
  /** What a choice does: the template's own function, or the role's. */
  click: (event?: object, window?: BrowserWindow) => void;
  menu: Menu | undefined = undefined;
  private _isChecked: boolean;
  private readonly _parsed: Chord | undefined;

  constructor(options: MenuItemOptions) {
    super();
    for (const option of Object.keys(options)) {
      if (!OPTIONS.has(option)) throw missing(`MenuItem option '${option}'`);
    }
    const role = options.role === undefined ? undefined : ROLES[options.role.toLowerCase()];
    if (options.role !== undefined && role === undefined) throw missing(`menu role '${options.role}'`);
    const submenu = options.submenu ?? role?.submenu;
    lastCommandId += 1;
    this.commandId = lastCommandId;
    this.id = options.id ?? '';
    this.role = options.role?.toLowerCase();
    this.submenu =
      submenu === undefined ? undefined : submenu instanceof Menu ? submenu : Menu.buildFromTemplate(submenu);
    this.type = options.type ?? (this.submenu === undefined ? 'normal' : 'submenu');
    this.label = options.label ?? role?.label() ?? '';
    this.sublabel = options.sublabel ?? '';
    this.toolTip = options.toolTip ?? '';
    this.accessibilityLabel = options.accessibilityLabel ?? '';
    this.enabled = options.enabled !== false;
    this.visible = options.visible !== false;
    this._isChecked = options.checked === true;
    this.icon = options.icon === undefined ? undefined : imageOf(options.icon);
    this.accelerator = options.accelerator ?? role?.accelerator ?? null;
    this.registerAccelerator = options.registerAccelerator ?? role?.leaveKeyToPage !== true;
    this.acceleratorWorksWhenHidden = options.acceleratorWorksWhenHidden !== false;
    this._parsed = this.accelerator === null ? undefined : parseAccelerator(this.accelerator);
    this.click = (event = {}, window = registry.focused): void => {
      // Electron: a role comes before a click of the app's own.
      if (role?.act !== undefined) role.act();
      else options.click?.(this, window, event);
    };
  }

  get checked(): boolean {
    return this._isChecked;
  }

  /** Setting one radio item unsets its group: the radio items next to it. */
  set checked(checked: boolean) {
    if (this.type === 'radio' && checked)
      for (const other of this.menu?._radioGroup(this) ?? []) other._isChecked = false;
    this._isChecked = checked;
  }

  /** The chord, when pressing it chooses the item. */
  _chord(): Chord | undefined {
    if (!this.registerAccelerator || (!this.visible && !this.acceleratorWorksWhenHidden)) return undefined;
    return this._parsed;
  }

  _state(): MenuItemState {
    return {
      id: this.id,
      label: this.label,
      type: this.type,
      role: this.role,
      accelerator: this.accelerator ?? undefined,
      enabled: this.enabled,
      visible: this.visible,
      checked: this.checked,
      submenu: this.submenu?._state(),
    };
  }
}

export interface PopupOptions {
  readonly window?: BrowserWindow;
  readonly x?: number;
  readonly y?: number;
  readonly callback?: () => void;
}

/** The context menu that is open now. */
interface Popup {
  readonly menu: Menu;
  readonly callback: (() => void) | undefined;
}

let applicationMenu: Menu | null = null;
let popup: Popup | undefined;

export class Menu extends StandInEmitter {
  static override readonly _apiName = 'Menu';

  readonly items: MenuItem[] = [];

  static buildFromTemplate(template: readonly (MenuItemOptions | MenuItem)[]): Menu {
    if (!Array.isArray(template)) throw new TypeError('Invalid template for Menu: Menu template must be an array');
    const menu = new Menu();
    for (const each of template) menu.append(each instanceof MenuItem ? each : new MenuItem(each));
    return menu;
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu;
    registry.changes.emit('change');
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu;
  }

  static _popup(): Menu | undefined {
    return popup?.menu;
  }

  protected override _events_(): ReadonlySet<string> {
    return new Set(['menu-will-show', 'menu-will-close']);
  }

  append(item: MenuItem): void {
    this.insert(this.items.length, item);
  }

  insert(position: number, item: MenuItem): void {
    if (!(item instanceof MenuItem)) throw new TypeError('Invalid item');
    this.items.splice(position, 0, item);
    item.menu = this;
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : (item.submenu?.getMenuItemById(id) ?? null);
      if (found !== null) return found;
    }
    return null;
  }

  popup(options: PopupOptions = {}): void {
    popup?.menu.closePopup();
    popup = { menu: this, callback: options.callback };
    this.emit('menu-will-show', createEvent());
    registry.changes.emit('change');
  }

  closePopup(_window?: BrowserWindow): void {
    if (popup?.menu !== this) return;
    const { callback } = popup;
    popup = undefined;
    this.emit('menu-will-close', createEvent());
    callback?.();
    registry.changes.emit('change');
  }

  _radioGroup(item: MenuItem): MenuItem[] {
    const at = this.items.indexOf(item);
    const before = this.items.slice(0, at).reverse();
    const after = this.items.slice(at + 1);
    const adjacent = (items: readonly MenuItem[]): MenuItem[] => {
      const end = items.findIndex((each) => each.type !== 'radio');
      return items.slice(0, end === -1 ? items.length : end);
    };
    return [...adjacent(before), ...adjacent(after)];
  }

  /** Chooses an item, as a person would. Nothing happens for none. */
  _activate(item: MenuItem | undefined, window: BrowserWindow | undefined, triggeredByAccelerator = true): void {
    if (item === undefined) return;
    if (item.type === 'checkbox') item.checked = !item.checked;
    if (item.type === 'radio') item.checked = true;
    item.click({ triggeredByAccelerator }, window);
    registry.changes.emit('change');
  }

  /** Chooses by the path of labels or by id; throws when there is no such item or it cannot be chosen. */
  _choose(choice: readonly string[] | string): void {
    const item = typeof choice === 'string' ? this.getMenuItemById(choice) : this._byLabels(choice);
    const name = typeof choice === 'string' ? `the id ${choice}` : choice.join(' > ');
    if (item === null)
      throw new Error(`no menu item ${name}; there are: ${this.items.map((each) => each.label).join(', ')}`);
    if (!item.enabled) throw new Error(`the menu item ${name} is disabled`);
    if (!item.visible) throw new Error(`the menu item ${name} is not visible`);
    if (item.submenu !== undefined) throw new Error(`the menu item ${name} opens a submenu`);
    const wasPopup = popup?.menu === this;
    this._activate(item, registry.focused, false);
    if (wasPopup) this.closePopup();
  }

  private _byLabels(labels: readonly string[]): MenuItem | null {
    const [first, ...rest] = labels;
    const item = this.items.find((each) => each.label.replaceAll('&', '') === first?.replaceAll('&', '')) ?? null;
    if (rest.length === 0 || item === null) return item;
    return item.submenu?._byLabels(rest) ?? null;
  }

  _state(): readonly MenuItemState[] {
    return this.items.map((item) => item._state());
  }
}
