/** The lab's authenticator behind /dev/uhid of this (virtual) machine, and a listener on its cable. */
import { nodeHidBus } from '../../native/hid/node-hid-bus.ts';
import type { HidDevice } from '../../native/hid/transport.ts';
import { Conversation } from '../bench/packets/conversation.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../lab/authenticator/lab-authenticator.ts';

export const PIN = '482915';

export interface PluggedInKey {
  readonly key: LabAuthenticator;
  /** Every report that passes between the kernel and the key. */
  readonly conversation: Conversation;
  /** `/dev/hidrawN`, which changes with a replug. */
  path(): Promise<string>;
  pullOut(): Promise<void>;
}

export async function plugIn(options: Partial<LabAuthenticatorOptions> = {}): Promise<PluggedInKey> {
  const key = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN, ...options });
  const conversation = new Conversation();
  const served = await key.serveHidraw(conversation);
  return {
    key,
    conversation,
    path: async () => (await onlyDevice()).path,
    pullOut: () => served.close(),
  };
}

/** The one FIDO device that node-hid lists. Throws when it lists none, or several. */
export async function onlyDevice(): Promise<HidDevice> {
  const listed = await nodeHidBus().list();
  const [device] = listed;
  if (device === undefined || listed.length > 1) throw new Error(`node-hid lists ${listed.length} FIDO devices`);
  return device;
}
