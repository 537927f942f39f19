/** What a login would do where no key is enrolled yet, composed for glasskey.ts: how it would go is known without one. */
import type { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import { shownHostSpec } from './connect/host-spec.ts';
import { assertNotMistyped, type ConnectTo } from './glasskey-connect.ts';
import { notEnrolled } from './glasskey-enrolled-key.ts';
import { waysToTry } from './glasskey-login-ways.ts';
import type { ResolvedWay } from './glasskey-target-ways.ts';
import type { OpenWorld } from './glasskey-world.ts';
import { targetStore, type WayKind } from './storage/target-store.ts';

/** `NOT_ENROLLED`, with the ways that would be tried, in their order. Throws what planLogins throws of a target. */
export function loginWithoutKey(
  request: ConnectTo,
  { database, settings }: Pick<OpenWorld, 'database' | 'settings'>,
): GlasskeyError {
  const targets = targetStore(database);
  const saved = targets.get(request.target);
  if (saved === undefined && request.jump === undefined) assertNotMistyped(request.target, targets.list(), 'connect');
  const ways = waysToTry(request, saved, settings.get('connect.defaultJump').value, targets.get);
  return notEnrolled(ways.map(wayWords).join('; where that is not reached, '));
}

const KIND_WORDS: Readonly<Record<WayKind, string>> = {
  jump: 'log in to',
  forwarded: 'go on, with the agent forwarded, to',
  console: 'open the VM console',
  password: 'log in with a password, as the last resort, to',
};

function wayWords({ kind, jumps, device }: ResolvedWay): string {
  const through = jumps.length === 0 ? 'directly' : `through ${jumps.map(shownHostSpec).join(', then ')}`;
  return `${KIND_WORDS[kind]} ${shownHostSpec(device)} ${through}`;
}
