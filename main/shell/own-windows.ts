/** Which pages are ours: those that the shell opened, and of which kind. */
import type { WebContents } from 'electron';
import type { WindowKind } from '../ipc/contract.ts';

export class OwnWindows {
  readonly #kinds = new Map<WebContents, WindowKind>();

  /** Until the page is destroyed. */
  add(contents: WebContents, kind: WindowKind): void {
    this.#kinds.set(contents, kind);
    contents.once('destroyed', () => this.#kinds.delete(contents));
  }

  kindOf(contents: WebContents): WindowKind | undefined {
    return this.#kinds.get(contents);
  }

  ofKind(kind: WindowKind): readonly WebContents[] {
    return [...this.#kinds].filter(([, each]) => each === kind).map(([contents]) => contents);
  }

  withId(id: number): WebContents | undefined {
    return [...this.#kinds.keys()].find((contents) => contents.id === id);
  }
}
