/** One picture of docs/screenshots: what it is called, what it shows, and how the page comes to show it. */
import type { Page } from 'playwright-core';

export interface Picture {
  /** `<screen>-<state>`. */
  readonly name: string;
  /** One line for the table in docs/screenshots/README.md. */
  readonly shows: string;
}

/** A page that shows it, in light or dark, whichever its media say. */
export interface OpenPicture extends AsyncDisposable {
  readonly page: Page;
}

export const SCHEMES = ['light', 'dark'] as const;
export type Scheme = (typeof SCHEMES)[number];

export function fileName(name: string, scheme: Scheme): string {
  return `${name}-${scheme}.png`;
}
