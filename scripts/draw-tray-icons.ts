/**
 * Draws the tray's icons into main/shell/icons: the app's own icon (packaging/icons), with a mark for each state. Run by hand when
 * the drawing changes: node scripts/draw-tray-icons.ts
 *
 * Coloured for Windows and Linux, and as templates (black and alpha, macOS colours them). 16 and 32 pixels (`@2x`). Each pixel is
 * the mean of 8 by 8 samples of shapes in the unit square, so nothing needs a drawing library.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';

const FOLDER = fileURLToPath(new URL('../main/shell/icons/', import.meta.url));
const SAMPLES = 8;

export type TrayIcon = 'ready' | 'waiting' | 'attention' | 'locked';

/** Red, green, blue, alpha, each 0 to 1; undefined: nothing there. */
type Colour = readonly [number, number, number, number];
type Picture = (x: number, y: number) => Colour | undefined;

const rgb = (hex: number): Colour => [(hex >> 16) / 255, ((hex >> 8) & 255) / 255, (hex & 255) / 255, 1];
const LIGHT_TEAL = rgb(0x12888a);
const DARK_BLUE = rgb(0x0a3f66);
const GREY = rgb(0x6b6b6b);
const WHITE = rgb(0xffffff);
const AMBER = rgb(0xf7b500);
const RED = rgb(0xd13438);
const BLACK: Colour = [0, 0, 0, 1];

function inRoundedSquare(x: number, y: number): boolean {
  const [low, high, radius] = [0, 1, 3.5 / 16];
  const dx = Math.max(low + radius - x, x - (high - radius), 0);
  const dy = Math.max(low + radius - y, y - (high - radius), 0);
  return x >= low && x <= high && y >= low && y <= high && dx * dx + dy * dy <= radius * radius;
}

const inCircle = (x: number, y: number, cx: number, cy: number, radius: number): boolean =>
  (x - cx) ** 2 + (y - cy) ** 2 <= radius ** 2;
const inBox = (x: number, y: number, left: number, top: number, right: number, bottom: number): boolean =>
  x >= left && x <= right && y >= top && y <= bottom;

/** As packaging/icons/glasskey-small.svg has it, in its sixteenths: a key's body with a keyhole, and the plug. */
function inKey(x: number, y: number): boolean {
  return (inBody(x * 16, y * 16) && !inKeyhole(x * 16, y * 16)) || inBox(x * 16, y * 16, 5, 12, 11, 15);
}

function inBody(x: number, y: number): boolean {
  if (!inBox(x, y, 4, 1, 12, 11)) return false;
  const radius = y < 6 ? 2 : 1;
  const dx = Math.max(4 + radius - x, x - (12 - radius), 0);
  const dy = Math.max(1 + radius - y, y - (11 - radius), 0);
  return dx * dx + dy * dy <= radius * radius;
}

const inKeyhole = (x: number, y: number): boolean => inCircle(x, y, 8, 5, 2) || inBox(x, y, 7, 6, 9, 9);

/** Where the mark of a state is, lower right. */
const MARK = { x: 0.74, y: 0.74, radius: 0.23, gap: 0.3 } as const;

function inMark(icon: TrayIcon, x: number, y: number): boolean {
  if (icon === 'ready' || icon === 'locked') return false;
  if (!inCircle(x, y, MARK.x, MARK.y, MARK.radius)) return false;
  // An hour hand, an exclamation mark: no state is told by its colour alone.
  if (icon === 'waiting') {
    return !(inBox(x, y, 0.71, 0.6, 0.77, 0.77) || inBox(x, y, 0.71, 0.71, 0.87, 0.77));
  }
  return !(inBox(x, y, 0.705, 0.58, 0.775, 0.77) || inBox(x, y, 0.705, 0.82, 0.775, 0.89));
}

/** A bar across: locked. */
const inBar = (x: number, y: number): boolean => {
  const across = Math.abs(x - (1 - y)) / Math.SQRT2;
  return across <= 0.07;
};
const nearBar = (x: number, y: number): boolean => Math.abs(x - (1 - y)) / Math.SQRT2 <= 0.13;

/** From the upper left to the lower right. */
function pane(x: number, y: number): Colour {
  const at = Math.min(1, (0.6 * x + y) / 1.36);
  const [red, green, blue] = LIGHT_TEAL.map((part, index) => part + ((DARK_BLUE[index] ?? 0) - part) * at);
  return [red ?? 0, green ?? 0, blue ?? 0, 1];
}

function coloured(icon: TrayIcon): Picture {
  const markColour = icon === 'attention' ? RED : AMBER;
  const ink = icon === 'attention' ? WHITE : BLACK;
  return (x, y) => {
    const hasMark = icon === 'waiting' || icon === 'attention';
    if (hasMark && inCircle(x, y, MARK.x, MARK.y, MARK.radius)) return inMark(icon, x, y) ? markColour : ink;
    if (hasMark && inCircle(x, y, MARK.x, MARK.y, MARK.gap)) return undefined;
    if (!inRoundedSquare(x, y)) return undefined;
    if (icon === 'locked' && inBar(x, y)) return WHITE;
    if (inKey(x, y) && !(icon === 'locked' && nearBar(x, y))) return WHITE;
    return icon === 'locked' ? GREY : pane(x, y);
  };
}

function template(icon: TrayIcon): Picture {
  return (x, y) => {
    const hasMark = icon === 'waiting' || icon === 'attention';
    if (hasMark && inCircle(x, y, MARK.x, MARK.y, MARK.gap)) return inMark(icon, x, y) ? BLACK : undefined;
    if (icon === 'locked' && nearBar(x, y)) return inBar(x, y) ? BLACK : undefined;
    return inKey(x, y) ? BLACK : undefined;
  };
}

/** The picture's pixels as rows of RGBA. */
function rendered(picture: Picture, size: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const sum = [0, 0, 0, 0];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
        const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
        const colour = picture(x, y);
        if (colour === undefined) continue;
        for (const [index, part] of colour.entries()) sum[index] = (sum[index] ?? 0) + part;
      }
      const alpha = sum[3] ?? 0;
      const at = (row * size + column) * 4;
      for (let index = 0; index < 3; index += 1) {
        pixels[at + index] = alpha === 0 ? 0 : Math.round(((sum[index] ?? 0) / alpha) * 255);
      }
      pixels[at + 3] = Math.round((alpha / SAMPLES ** 2) * 255);
    }
  }
  return pixels;
}

/** PNG (W3C, third edition): 8 bits, truecolour with alpha, no filter. */
function png(pixels: Buffer, size: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Array.from({ length: size }, (_none, row) =>
    Buffer.concat([Buffer.of(0), pixels.subarray(row * size * 4, (row + 1) * size * 4)]),
  );
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

/** Every file of the folder, by name. */
export function trayIcons(): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const icon of ['ready', 'waiting', 'attention', 'locked'] as const) {
    for (const [scale, size] of [
      ['', 16],
      ['@2x', 32],
    ] as const) {
      files.set(`${icon}${scale}.png`, png(rendered(coloured(icon), size), size));
      files.set(`${icon}Template${scale}.png`, png(rendered(template(icon), size), size));
    }
  }
  return files;
}

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, bytes] of trayIcons()) writeFileSync(join(FOLDER, name), bytes);
}
