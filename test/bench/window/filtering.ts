/** The search over many devices: from each keystroke to the frame that shows what it found. */
import { join } from 'node:path';
import { openDatabase } from '../../../main/storage/database.ts';
import { type TargetChange, type TargetEntry, targetStore } from '../../../main/storage/target-store.ts';
import { DEVICES } from '../../../main/texts/english/devices.ts';
import type { LabDesktop } from '../../lab/desktop-app.ts';
import type { Lab } from '../../lab/world.ts';

const PASSWORD_DEVICE = 'telco-rw@192.0.2.77';

/** Typed one by one, and taken away again likewise: it leaves every device, then fewer and fewer, then one. */
const TYPED = 'rack07-leaf12 ce3';

export interface Filtering {
  /** From pressing Devices to the frame with the list. */
  readonly openedMs: number;
  readonly keystrokes: readonly Keystroke[];
}

export interface Keystroke {
  /** From the keystroke to the end of the work for the frame that shows its rows. */
  readonly paintedMs: number;
  /** Of it, the window's own script. */
  readonly scriptMs: number;
  /** Of it, script, layout and painting, without the time spent waiting for the screen's next frame. */
  readonly workMs: number;
}

type Device = Pick<TargetEntry, 'name' | 'device' | 'role' | 'tags' | 'notes'>;

const ROLE_NAMES = { ce: DEVICES['devices.role-ce'], tor: DEVICES['devices.role-tor'] } as const;

/** As a fleet has them: what each is, tags, a note, and (seedDevices) two ways in. */
export function devices(count: number): readonly Device[] {
  return Array.from({ length: count }, (_, at) => {
    const [fabric, rack, leaf] = [Math.floor(at / 1000) + 1, Math.floor(at / 20) % 50, at % 20];
    const name = `ce${fabric}-rack${String(rack).padStart(2, '0')}-leaf${String(leaf).padStart(2, '0')}`;
    return {
      name,
      device: `admin@10.${fabric}.${rack}.${leaf + 1}:22`,
      role: leaf < 2 ? 'ce' : 'tor',
      tags: [`row${rack % 8}`, `fabric-${fabric}`],
      notes: `Serial JPE${String(at).padStart(8, '0')}, behind the door of room ${rack}.\nReplaced once.`,
    };
  });
}

/** Into the lab's database, while no app runs upon it. */
export function seedDevices(lab: Lab, list: readonly Device[], jump: string): void {
  const database = openDatabase(join(lab.folder, 'data', 'glasskey.db'));
  try {
    const changes = list.map((one): TargetChange => {
      const ways = [
        { kind: 'jump', jumps: [jump] },
        { kind: 'password', jumps: [jump], device: PASSWORD_DEVICE },
      ] as const;
      return { kind: 'add', target: { ...one, ways, isFavourite: false } };
    });
    targetStore(database).change(changes);
  } finally {
    database.close();
  }
}

/** Types and deletes. Throws when a frame did not show what its keystroke asks for: a fast wrong answer is none. */
export async function measureFiltering(
  { window }: LabDesktop,
  all: readonly Device[],
  jump: string,
  rounds: number,
): Promise<Filtering> {
  const nav = window.getByRole('navigation').getByRole('button');
  await nav.first().click();
  await window.evaluate(() => {
    const shown = globalThis as unknown as { opened: Promise<number> };
    shown.opened = new Promise((resolve) => {
      let began = 0;
      document.addEventListener('click', ({ timeStamp }) => (began = timeStamp), { capture: true, once: true });
      const look = () => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - began);
        if (document.querySelector('[role="row"]') !== null) port2.postMessage(undefined);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  });
  await nav.filter({ hasText: 'Devices' }).click();
  const openedMs = await window.evaluate(() => (globalThis as unknown as { opened: Promise<number> }).opened);
  await window.locator('input:focus').waitFor();
  await window.evaluate(watchKeystrokes);

  const keystrokes: Keystroke[] = [];
  const press = async (key: string) => {
    await window.keyboard.press(key);
    const { painted, query, rows } = await window.evaluate(() => (globalThis as unknown as Watching).keystroke());
    const expected = all.filter((one) => matches(one, jump, query)).length;
    if (rows !== expected) throw new Error(`"${query}" showed ${rows} devices where there are ${expected}`);
    keystrokes.push(painted);
    // As a person: the next key comes when the window is at rest, and at any moment between two frames.
    await window.waitForTimeout(40 + Math.random() * 20);
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const key of TYPED) await press(key === ' ' ? 'Space' : key);
    for (const _ of TYPED) await press('Backspace');
  }
  return { openedMs, keystrokes };
}

function matches({ name, device, role, tags, notes }: Device, jump: string, query: string): boolean {
  const roleName = role === 'ce' ? ROLE_NAMES.ce : ROLE_NAMES.tor;
  const texts = [name, device, jump, PASSWORD_DEVICE, roleName, ...tags, notes];
  const words = query.toLowerCase().split(' ').filter(Boolean);
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}

interface Watching {
  /** The last keystroke, once it is painted. */
  readonly keystroke: () => Promise<{ readonly painted: Keystroke; readonly query: string; readonly rows: number }>;
}

/** In the document. It sees nothing of this file. */
function watchKeystrokes(): void {
  type Painted = Awaited<ReturnType<Watching['keystroke']>>;
  const behind = (work: () => void) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = work;
    port2.postMessage(undefined);
  };
  let last: Promise<Painted> | undefined;
  const watching: Watching = {
    keystroke: () => last ?? Promise.reject(new Error('no key was pressed')),
  };
  Object.assign(globalThis, watching);
  document.addEventListener(
    'keydown',
    ({ timeStamp: began }) => {
      const entered = performance.now();
      let scriptMs = 0;
      // React draws in a microtask that it asks for when it hears the input; this one is asked for after it.
      const changed = () => queueMicrotask(() => (scriptMs = performance.now() - entered));
      globalThis.addEventListener('input', changed, { once: true });
      last = new Promise((resolve) => {
        requestAnimationFrame(() => {
          const frameBegan = performance.now();
          behind(() => {
            const ended = performance.now();
            const grid = document.querySelector('[role="grid"]');
            resolve({
              painted: { paintedMs: ended - began, scriptMs, workMs: scriptMs + (ended - frameBegan) },
              query: document.querySelector<HTMLInputElement>('input[role="combobox"]')?.value ?? '',
              rows: Number(grid?.getAttribute('aria-rowcount') ?? 0),
            });
          });
        });
      });
    },
    { capture: true },
  );
}
