/** Where the window was, how large, and how far zoomed: kept between runs in a file that is written whole. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../../diagnostics/log.ts';
import { writeWholeFile } from '../storage/whole-file.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const whole = z.number().int().min(-100_000).max(100_000);
const stateSchema = z.object({
  bounds: z.object({ x: whole, y: whole, width: whole.positive(), height: whole.positive() }),
  isMaximized: z.boolean(),
  zoomFactor: z.number().min(0.25).max(5),
});

export type WindowState = z.output<typeof stateSchema>;

/** Undefined where there is none, or none that can be used: a window in its first place is no loss. */
export async function readWindowState(path: string, log: Log): Promise<WindowState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) log('warn', 'window-state.unreadable');
    return undefined;
  }
}

/** Never fails: where it cannot be kept, the log says so. */
export async function writeWindowState(path: string, state: WindowState, log: Log): Promise<void> {
  try {
    await writeWholeFile(path, new TextEncoder().encode(JSON.stringify(state)), { mode: 0o600, overwrite: true });
  } catch {
    log('warn', 'window-state.not-written');
  }
}

/** So much of the window's upper edge must be on a display that somebody can take hold of it. */
const LEAST_SEEN = 120;

/**
 * The bounds for today's displays: no larger than the work area that they lie on, and moved into the first one when too little
 * of the window's upper edge is on any. Displays come and go, and so do their resolutions.
 */
export function onDisplays(bounds: Rectangle, workAreas: readonly [Rectangle, ...Rectangle[]], least: Size): Rectangle {
  const holder = workAreas.find((area) => isWithinReach(bounds, area));
  const area = holder ?? workAreas[0];
  const width = Math.max(least.width, Math.min(bounds.width, area.width));
  const height = Math.max(least.height, Math.min(bounds.height, area.height));
  if (holder !== undefined && width === bounds.width && height === bounds.height) return bounds;
  const within = (at: number, length: number, from: number, room: number) =>
    Math.round(Math.max(from, Math.min(at, from + room - length)));
  if (holder !== undefined) {
    const x = within(bounds.x, width, area.x, area.width);
    return { x, y: within(bounds.y, height, area.y, area.height), width, height };
  }
  const x = within(area.x + (area.width - width) / 2, width, area.x, area.width);
  return { x, y: within(area.y + (area.height - height) / 2, height, area.y, area.height), width, height };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function isWithinReach(bounds: Rectangle, area: Rectangle): boolean {
  const left = Math.max(bounds.x, area.x);
  const right = Math.min(bounds.x + bounds.width, area.x + area.width);
  const topIsSeen = bounds.y >= area.y && bounds.y <= area.y + area.height - LEAST_SEEN / 2;
  return topIsSeen && right - left >= Math.min(LEAST_SEEN, bounds.width);
}
