/** What the home screen shows: one verdict, the chain from the key to the device, the one thing to do next. From the disk alone. */
import { formatHostSpec, parseHostSpec, shownHostSpec } from '../connect/host-spec.ts';
import type { EnrollmentReport } from '../enrollment/readiness.ts';
import type { Glasskey, StatusReport } from '../glasskey.ts';
import { firstJumpWay, resolveWay } from '../glasskey-target-ways.ts';
import type { Target } from '../storage/target-store.ts';
import type { CallHandlers } from './call-server.ts';
import type { ChainLink, EnrolledKeyView, Readiness } from './contract.ts';
import { keyWayView } from './key-way-view.ts';

export interface ReadinessWorld {
  readonly glasskey: Pick<Glasskey, 'status' | 'publicKeys' | 'pluggedIn' | 'setting'>;
  readonly now: () => number;
}

export function readinessCalls({ glasskey, now }: ReadinessWorld): Pick<CallHandlers, 'readiness.get'> {
  return {
    async 'readiness.get'() {
      const [status, publicKeys, defaultJump] = await Promise.all([
        glasskey.status(),
        glasskey.publicKeys(),
        glasskey.setting('connect.defaultJump'),
      ]);
      // That no key can be listed (no permission, no library) is told where one is needed; here nobody has looked then.
      const pluggedIn = await glasskey.pluggedIn().then(
        (paths) => paths.length > 0,
        () => undefined,
      );
      const enrollments = status.enrollments.map((one): EnrolledKeyView => {
        const key = publicKeys.find(({ id }) => id === one.id);
        return {
          ...one,
          ...(key === undefined ? {} : { randomart: key.randomart, publicLine: key.line }),
          canBePublished: canBePublished(one, status),
        };
      });
      return {
        verdict: status.verdict,
        chain: chainOf(status, { now: now(), defaultJump, pluggedIn }),
        next: nextOf(status),
        enrollments,
        ...(status.rotation === undefined ? {} : { rotation: status.rotation }),
        ...keyWayView(status.keyWay),
        ...(status.lastDrill === undefined ? {} : { lastDrill: lastDrillOf(status.lastDrill) }),
        ...(status.neverProven.length === 0 ? {} : { neverProven: [...status.neverProven] }),
        now: now(),
      };
    },
  };
}

function lastDrillOf({ target, at, verdict }: NonNullable<StatusReport['lastDrill']>): Readiness['lastDrill'] {
  return { target, at, verdict };
}

/** Which of the two keys of a rotation the profile holds is the rotation's own work. */
function canBePublished(
  { id, state, filesPresent, replacedAt }: EnrollmentReport,
  { rotation }: StatusReport,
): boolean {
  if (!filesPresent || id === rotation?.old.id || id === rotation?.new.id) return false;
  return state === 'written' || (state === 'published' && replacedAt !== undefined);
}

export interface ChainFacts {
  readonly now: number;
  readonly defaultJump: string | null;
  readonly pluggedIn: boolean | undefined;
}

/** The five links. The last two are told of the target that was used last: what a login or a drill has proven, and nothing else. */
export function chainOf(status: StatusReport, { now, defaultJump, pluggedIn }: ChainFacts): ChainLink[] {
  const key = keyInUse(status.enrollments);
  const target = status.targets[0];
  const provenAt = target && status.lastProven[target.name]?.at;
  return [
    keyLink(key, pluggedIn),
    profileLink(key),
    reconciliationLink(key, now),
    provenLink(
      'jump-host',
      target === undefined ? (defaultJump ?? undefined) : firstHop(target, status.targets),
      key,
      provenAt,
    ),
    provenLink('device', target?.device, key, provenAt),
  ];
}

/** The first host on the way that a login takes, by its own name. Where the way leads nowhere, what is written there. */
function firstHop(target: Target, targets: readonly Target[]): string | undefined {
  const way = firstJumpWay(target) ?? target.ways[0];
  try {
    const [first] = resolveWay(target, way, (name) => targets.find((one) => one.name === name)).jumps;
    return first && formatHostSpec(first);
  } catch {
    return way.jumps[0];
  }
}

/** The one that a login would offer first: published last; else the newest that is written; else the newest at all. */
function keyInUse(enrollments: readonly EnrollmentReport[]): EnrollmentReport | undefined {
  const published = enrollments
    .filter(({ publishedAt }) => publishedAt !== undefined)
    .toSorted((a, b) => (b.publishedAt ?? 0) - (a.publishedAt ?? 0));
  return published[0] ?? enrollments.find(({ fingerprint }) => fingerprint !== undefined) ?? enrollments[0];
}

function keyLink(key: EnrollmentReport | undefined, pluggedIn: boolean | undefined): ChainLink {
  const seen = pluggedIn === undefined ? {} : { pluggedIn };
  if (key?.fingerprint === undefined) return { link: 'key', state: 'todo', ...named(key?.product), ...seen };
  return { link: 'key', state: 'good', ...named(key.product), since: key.createdAt, ...seen };
}

function profileLink(key: EnrollmentReport | undefined): ChainLink {
  if (key?.profileKnown === false) return { link: 'profile', state: 'unknown' };
  if (key?.publishedAt === undefined) return { link: 'profile', state: 'todo' };
  return { link: 'profile', state: 'good', ...named(key.account), since: key.publishedAt };
}

function reconciliationLink(key: EnrollmentReport | undefined, now: number): ChainLink {
  const by = key?.reconciledBy;
  if (by === undefined) return { link: 'reconciliation', state: 'unknown' };
  return by > now
    ? { link: 'reconciliation', state: 'waiting', until: by }
    : { link: 'reconciliation', state: 'good', since: by };
}

/** A login with an earlier key proves nothing of this one, though it may be the target's last. */
function provenLink(
  link: 'jump-host' | 'device',
  host: string | undefined,
  key: EnrollmentReport | undefined,
  at: number | undefined,
): ChainLink {
  const name = host === undefined ? undefined : shown(host);
  const { publishedAt, lastProven } = key ?? {};
  const isOfKey = publishedAt !== undefined && lastProven !== undefined && lastProven.at >= publishedAt;
  const isProven = name !== undefined && at !== undefined && isOfKey && at >= publishedAt;
  return isProven ? { link, state: 'good', name, since: at } : { link, state: 'unknown', ...named(name) };
}

/** Without ssh's own port. What stands in an administrator's file may be no host: it is shown as it is. */
function shown(host: string): string {
  try {
    return shownHostSpec(parseHostSpec(host));
  } catch {
    return host;
  }
}

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

function nextOf({ verdict, enrollments, targets }: StatusReport): Readiness['next'] {
  switch (verdict) {
    case 'not-enrolled':
      return { action: 'enroll' };
    case 'unfinished':
      return { action: 'finish-enrollment' };
    case 'not-published':
      return { action: 'publish' };
    case 'waiting-for-devices': {
      const until = enrollments.flatMap(({ reconciledBy }) => reconciledBy ?? []);
      return { action: 'wait', until: Math.max(...until) };
    }
    case 'files-missing': {
      const gone = enrollments.find(({ filesPresent, fingerprint }) => fingerprint !== undefined && !filesPresent);
      return { action: 'restore-files', keyFile: gone?.keyFile ?? '' };
    }
    case 'unproven':
    case 'ready':
      return { action: 'connect', ...(targets[0] === undefined ? {} : { target: targets[0].name }) };
    default:
      return verdict satisfies never;
  }
}
