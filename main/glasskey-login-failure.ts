/** What helps against a login that failed, by what is known here: when the key was published, and where a host key stands. */
import { GlasskeyError } from '../diagnostics/glasskey-error.ts';
import type { Clock } from '../time/clock.ts';
import { howLong, timeOfDay } from '../time/shown-times.ts';
import { formatHostSpec, shownHostSpec } from './connect/host-spec.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import type { Verdict } from './enrollment/readiness.ts';
import type { PlannedLogin } from './glasskey-connect.ts';
import type { Settings } from './storage/settings.ts';

export interface FailureWorld {
  readonly settings: Settings;
  readonly clock: Clock;
  /** How readiness stands, from the disk. */
  readonly verdict: () => Promise<Verdict>;
}

/**
 * The cause of a `forwarded` way's end that the ssh of its jump host does not know: the host that it went on to has the key with that
 * fingerprint, not the one that is known of the device here, and the agent did not sign for it.
 */
export function otherDeviceError({ device, hops }: PlannedLogin, fingerprint: string): GlasskeyError {
  const [jumpHost, last] = hops.slice(-2);
  return new GlasskeyError({
    code: 'CONNECT_HOST_KEY_CHANGED',
    message: `The host that the jump host ${jumpHost && shownHostSpec(jumpHost)} went on to as ${device} does not have the key that is known of it: somebody may be in between. It showed ${fingerprint}, and nothing was signed for it.`,
    remedy: 'Ask whoever runs the device whether its key was changed.',
    detail: {
      hop: last === undefined ? null : formatHostSpec(last),
      role: 'device',
      ssh: null,
      fingerprint,
      seenBy: 'agent',
    },
  });
}

/** The same failure with what is known here, told of it; another code where that is the better cause (`CONNECT_KEY_NOT_THERE_YET`). */
export async function withWayOut(
  failure: GlasskeyError,
  login: PlannedLogin,
  world: FailureWorld,
): Promise<GlasskeyError> {
  const { code, message, detail, cause } = failure;
  const withRemedy = (remedy: string, more = '') =>
    new GlasskeyError({ code, message: `${message}${more}`, detail, cause, remedy });
  const isOfHostKey = code === 'CONNECT_HOST_KEY_CHANGED' || code === 'CONNECT_HOST_KEY_UNKNOWN';
  // What the jump host's own ssh found goes by the files there, of which none is ours.
  const isOfJumpHost = login.plan.onward !== undefined && detail.role === 'device' && detail.seenBy !== 'agent';
  if (isOfHostKey && isOfJumpHost) return failure;
  const pinnedIn = isOfHostKey && typeof detail.hop === 'string' ? login.pinnedIn(detail.hop) : undefined;
  if (pinnedIn !== undefined) {
    return withRemedy(
      `Its keys are pinned in ${pinnedIn}. Do not go on: ask whoever keeps that file, and whoever runs the host.`,
    );
  }
  if (code === 'CONNECT_HOST_KEY_CHANGED' && typeof detail.hop === 'string') {
    const known = login.knownHostKeys(detail.hop).map(({ fingerprint, file }) => `${fingerprint} (in ${file})`);
    return withRemedy(
      `Ask whoever runs the host whether its key was changed. Only if it was, run: ${login.forgetHostKey(detail.hop)}; then connect again.`,
      known.length === 0 ? '' : ` Known is ${known.join(' and ')}.`,
    );
  }
  if (code === 'CTAP_NO_CREDENTIALS') {
    return withRemedy(
      'Plug in the key that was enrolled. If it was rotated on another computer, take the new key in with glasskey recover.',
    );
  }
  const incomplete = incompleteDefaultJump(failure, world);
  if (incomplete !== undefined) {
    return withRemedy(
      'Write it as USER@HOST in the setting connect.defaultJump, or save a jump host of that name.',
      ` The setting connect.defaultJump names it as ${incomplete}: that is no saved jump host, and has no user.`,
    );
  }
  if (code !== 'CONNECT_ACCOUNT_OR_KEY_UNKNOWN') return failure;
  const early = publishedTooLately(failure, login.keys, world);
  if (early !== undefined) return early;
  const remedy = REFUSED_REMEDIES[await world.verdict()];
  return remedy === undefined ? failure : withRemedy(remedy);
}

/** What may be wrong with a jump host that is no more than a name in the settings: it is not there, or the user is not the one meant. */
const BY_NAME_ALONE: readonly string[] = [
  'CONNECT_UNREACHABLE',
  'CONNECT_ACCOUNT_OR_KEY_UNKNOWN',
  'CONNECT_PERMISSION_DENIED',
];

/** The setting of the jump host that failed, where it names a host without its user: the name of a saved one that has gone, most often. */
function incompleteDefaultJump({ code, detail }: GlasskeyError, { settings }: FailureWorld): string | undefined {
  const { value } = settings.get('connect.defaultJump');
  const isIt = value !== null && value === detail.hop && detail.role === 'jump host' && !value.includes('@');
  return isIt && BY_NAME_ALONE.includes(code) ? value : undefined;
}

/** Undefined where one of the keys has been on the profile for longer than devices take to reconcile: then it is not that. */
function publishedTooLately(
  { message, detail, cause }: GlasskeyError,
  keys: readonly WrittenEnrollment[],
  { settings, clock }: FailureWorld,
): GlasskeyError | undefined {
  const everyMs = settings.get('reconcile.everyMinutes').value * 60_000;
  const now = clock.now();
  const published = keys.flatMap((key) => (key.state === 'published' ? [key.publication.publishedAt] : []));
  const last = Math.max(...published);
  const first = Math.min(...published);
  if (published.length === 0 || first + everyMs <= now) return undefined;
  const reconciledBy = last + everyMs;
  return new GlasskeyError({
    code: 'CONNECT_KEY_NOT_THERE_YET',
    message: `${message} It may not have the key yet: published ${howLong(now - last)} ago; at the latest by ${timeOfDay(reconciledBy, now)}.`,
    remedy: `Connect again after ${timeOfDay(reconciledBy, now)}; if it is refused then, check the user name and your role.`,
    detail: { ...detail, publishedAt: last, reconciledBy },
    cause,
  });
}

/** What helps against a refused login, by what is known here; nothing said: what ssh-outcome.ts says. */
const REFUSED_REMEDIES: Readonly<Partial<Record<Verdict, string>>> = {
  'not-published': 'Publish the key with glasskey publish, then wait for the devices’ next reconciliation.',
  unproven:
    'Check the user name; then run glasskey publish: it says whether your profile holds this key, and publishes it where not.',
  ready:
    'Check the user name; then run glasskey publish: it says whether your profile still holds this key, and publishes it again where not.',
};
