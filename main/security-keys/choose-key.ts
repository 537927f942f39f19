/** Which plugged-in key is meant: the one that was named, the only one, or the one that is touched (CTAP 2.1, 6.9). */
import { asGlasskeyError, type GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { Authenticator } from '../../native/ctap2/authenticator.ts';
import { touchedOne } from '../../native/ctap2/selection.ts';
import type { ChannelWorld } from '../../native/ctaphid/channel.ts';
import { productName } from '../../native/hid/product-name.ts';
import type { HidBus, HidDevice } from '../../native/hid/transport.ts';
import { keyMissing, keySeveral } from '../../native/hid/which-key.ts';
import { fidoOffError, withoutFido } from './fido-off.ts';
import { keyProgress } from './key-progress.ts';
import type { SecurityKeyPeople } from './people.ts';

export interface ChooseWorld {
  readonly bus: HidBus;
  readonly channel: ChannelWorld;
  readonly people: Pick<SecurityKeyPeople, 'tell' | 'mayTouchToSelect'>;
}

/**
 * Opens it; the caller closes it. `path` undefined: the only one, or the one that is touched where people may be asked for that.
 * Throws `KEY_MISSING`, `KEY_SEVERAL`, `CTAP_NO_TOUCH`, `CANCELLED`, and what opening throws.
 */
export async function openKey(
  path: string | undefined,
  world: ChooseWorld,
  signal: AbortSignal,
): Promise<Authenticator> {
  const devices = await world.bus.list();
  const wanted = path === undefined ? devices : devices.filter((device) => device.path === path);
  const [only, second] = wanted;
  if (only === undefined) throw (path === undefined && (await fidoSwitchedOff(world.bus))) || keyMissing(path);
  if (second === undefined) return Authenticator.open(only, world.channel, signal);
  if (!world.people.mayTouchToSelect) throw keySeveral(wanted);
  return selectByTouch(wanted, world, signal);
}

/** The same for who opens it anew: it is let go. */
export async function touchedDevice(
  devices: readonly HidDevice[],
  world: ChooseWorld,
  signal: AbortSignal,
): Promise<HidDevice> {
  const touched = await selectByTouch(devices, world, signal);
  await touched.close();
  return touched.device;
}

/** All of them blink; the first that is touched is meant, and the others stop. One that cannot be opened does not take part. */
async function selectByTouch(
  devices: readonly HidDevice[],
  { channel, people }: ChooseWorld,
  signal: AbortSignal,
): Promise<Authenticator> {
  const { opened, problems } = await openAll(devices, channel, signal);
  if (opened.length === 0) throw problems[0] ?? keyMissing();
  people.tell({ kind: 'selection-wanted', products: opened.map(({ device }) => productName(device)) });
  const chosen = await touchedOf(opened, people, signal);
  const { device } = chosen;
  people.tell({ kind: 'selected', product: productName(device), path: device.path });
  return chosen;
}

/** All others are closed, and all of them where none was touched. */
async function touchedOf(
  opened: readonly Authenticator[],
  people: ChooseWorld['people'],
  signal: AbortSignal,
): Promise<Authenticator> {
  let touched: Authenticator | undefined;
  try {
    touched = await touchedOne(opened, { signal, onProgress: keyProgress(people) });
    return touched;
  } finally {
    for (const authenticator of opened) if (authenticator !== touched) await authenticator.close();
  }
}

async function openAll(
  devices: readonly HidDevice[],
  channel: ChannelWorld,
  signal: AbortSignal,
): Promise<{ readonly opened: readonly Authenticator[]; readonly problems: readonly GlasskeyError[] }> {
  const opened: Authenticator[] = [];
  const problems: GlasskeyError[] = [];
  for (const device of devices) {
    try {
      opened.push(await Authenticator.open(device, channel, signal));
    } catch (thrown) {
      const error = asGlasskeyError(thrown);
      problems.push(error);
      if (error.kind !== 'cancelled') continue;
      for (const authenticator of opened) await authenticator.close();
      throw error;
    }
  }
  return { opened, problems };
}

/** A key that is there, and that nothing can reach as one: only its maker's program can switch its FIDO interface on. */
async function fidoSwitchedOff(bus: HidBus): Promise<GlasskeyError | undefined> {
  const [one] = await withoutFido(bus);
  return one === undefined ? undefined : fidoOffError(one);
}
