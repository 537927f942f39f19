/** powerMonitor: every event comes by a test's hand (driver: `power`), and so do the idle time, the lock and the battery. */
import { registry } from './registry.ts';
import { createEvent } from './standin-event.ts';
import { StandInEmitter } from './standin-object.ts';

export const POWER_EVENTS = [
  ...(['suspend', 'resume', 'lock-screen', 'unlock-screen', 'shutdown', 'on-ac', 'on-battery'] as const),
  ...(['user-did-become-active', 'user-did-resign-active'] as const),
] as const;

export type PowerEvent = (typeof POWER_EVENTS)[number];

class PowerMonitor extends StandInEmitter {
  static override readonly _apiName = 'powerMonitor';

  private _isLocked = false;
  private _isOnBattery = false;
  private _idleSeconds = 0;

  protected override _events_(): ReadonlySet<string> {
    return new Set<string>(POWER_EVENTS);
  }

  getSystemIdleState(idleThreshold: number): 'active' | 'idle' | 'locked' {
    if (this._isLocked) return 'locked';
    return this._idleSeconds >= idleThreshold ? 'idle' : 'active';
  }

  getSystemIdleTime(): number {
    return this._idleSeconds;
  }

  isOnBatteryPower(): boolean {
    return this._isOnBattery;
  }

  get onBatteryPower(): boolean {
    return this._isOnBattery;
  }

  /** Returns whether the app held up a shutdown. */
  _happen(event: PowerEvent): boolean {
    if (event === 'lock-screen') this._isLocked = true;
    if (event === 'unlock-screen') this._isLocked = false;
    if (event === 'on-battery') this._isOnBattery = true;
    if (event === 'on-ac') this._isOnBattery = false;
    const happened = createEvent();
    this.emit(event, happened);
    registry.changes.emit('change');
    return happened.defaultPrevented;
  }

  _setIdle(seconds: number): void {
    this._idleSeconds = seconds;
  }
}

export const powerMonitor = new PowerMonitor();
