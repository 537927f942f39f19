/**
 * nativeTheme: themeSource reaches the pages as prefers-color-scheme; what the operating system would prefer (dark, forced
 * colours, more contrast, reduced motion) is set by a test (driver: `appearance`) and reaches them likewise, with 'updated'.
 */
import { registry, type SystemAppearance } from './registry.ts';
import { StandInEmitter } from './standin-object.ts';

type Source = 'system' | 'light' | 'dark';

class NativeTheme extends StandInEmitter {
  static override readonly _apiName = 'nativeTheme';

  private _source: Source = 'system';
  private _system: SystemAppearance = { ...registry.appearance };

  protected override _events_(): ReadonlySet<string> {
    return new Set(['updated']);
  }

  get themeSource(): Source {
    return this._source;
  }

  set themeSource(source: Source) {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError(`Error processing themeSource '${source}'`);
    this._source = source;
    this._apply();
  }

  get shouldUseDarkColors(): boolean {
    return this._source === 'system' ? this._system.dark : this._source === 'dark';
  }

  get shouldUseHighContrastColors(): boolean {
    return this._system.moreContrast || this._system.forcedColors;
  }

  get shouldUseInvertedColorScheme(): boolean {
    return false;
  }

  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this._system.dark;
  }

  get inForcedColorsMode(): boolean {
    return this._system.forcedColors;
  }

  get prefersReducedTransparency(): boolean {
    return false;
  }

  _setSystem(changes: Partial<SystemAppearance>): void {
    this._system = { ...this._system, ...changes };
    this._apply();
  }

  private _apply(): void {
    Object.assign(registry.appearance, this._system, { dark: this.shouldUseDarkColors });
    for (const contents of registry.contents.values()) contents._driver.setMedia(registry.appearance);
    // Electron tells it after the change, never within it.
    setImmediate(() => this.emit('updated'));
  }
}

export const nativeTheme = new NativeTheme();
