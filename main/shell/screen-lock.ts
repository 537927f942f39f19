/**
 * Whether somebody else may be before the screen: while it is locked, and while the computer sleeps. Both together: a computer that
 * wakes with its screen locked stays locked.
 */
export class ScreenLock {
  readonly #locked: (isLocked: boolean) => void;
  #isScreenLocked = false;
  #isAsleep = false;

  /** `locked` is told each change. */
  constructor(locked: (isLocked: boolean) => void) {
    this.#locked = locked;
  }

  get isLocked(): boolean {
    return this.#isScreenLocked || this.#isAsleep;
  }

  screen(isLocked: boolean): void {
    this.#change(() => {
      this.#isScreenLocked = isLocked;
    });
  }

  sleep(isAsleep: boolean): void {
    this.#change(() => {
      this.#isAsleep = isAsleep;
    });
  }

  #change(apply: () => void): void {
    const before = this.isLocked;
    apply();
    if (this.isLocked !== before) this.#locked(this.isLocked);
  }
}
