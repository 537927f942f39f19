/** What the main process tells of people who are at different points of the main job. */
import type { ChainLink, EnrolledKeyView, EnrollOutlook, Readiness } from '../../main/ipc/contract.ts';

/** Wednesday, 4 November 2026, 14:21 UTC. */
export const NOW = Date.UTC(2026, 10, 4, 14, 21);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const FINGERPRINT = 'SHA256:3vF1bS1bXo0x7vMhJ2k1dN4cT8pQe5uWzYrA6LgKfHs';
export const PUBLIC_LINE =
  'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIEvBNrVzQ2u4VkY1 NexusIdentitySSHKey';
export const RANDOMART = [
  '+[ED25519-SK 256]-+',
  '|        .o=+.    |',
  '|       . o=o     |',
  '|      . +o. .    |',
  '|     . =.=.o     |',
  '|      = S.*      |',
  '|     o = O o     |',
  '|    . + B =      |',
  '|     . = X.o     |',
  '|      .E=+*o.    |',
  '+----[SHA256]-----+',
].join('\n');

export const ENROLLED: EnrolledKeyView = {
  id: 'one',
  state: 'published',
  createdAt: NOW - 24 * HOUR,
  backup: false,
  algorithm: 'ed25519-sk',
  keyFile: '/home/ada/.ssh/id_ed25519_sk',
  product: 'YubiKey 5C NFC',
  fingerprint: FINGERPRINT,
  randomart: RANDOMART,
  publicLine: PUBLIC_LINE,
  filesPresent: true,
  account: 'ada@contoso.com',
  publishedAt: NOW - 24 * HOUR,
  profileKnown: true,
  reconciledBy: NOW - 20 * HOUR,
  canBePublished: false,
};

/** A second security key, on no profile. */
const BACKUP: EnrolledKeyView = {
  ...ENROLLED,
  id: 'two',
  state: 'written',
  createdAt: NOW - 2 * HOUR,
  backup: true,
  keyFile: '/home/ada/.ssh/id_ed25519_sk_backup',
  product: 'YubiKey 5 NFC',
  fingerprint: 'SHA256:Qe7Yt5XbGd2wLp9RkVn3sZc1MfHa8jUo4iTq6yEv0Nk',
  randomart: upsideDown(RANDOMART),
  account: undefined,
  publishedAt: undefined,
  reconciledBy: undefined,
  canBePublished: true,
};

const WRITTEN: EnrolledKeyView = {
  ...ENROLLED,
  state: 'written',
  account: undefined,
  publishedAt: undefined,
  reconciledBy: undefined,
  canBePublished: true,
};

/** Another picture than that one. */
function upsideDown(art: string): string {
  const [top = '', ...rows] = art.split('\n');
  const bottom = rows.pop() ?? '';
  return [top, ...rows.toReversed(), bottom].join('\n');
}

const KEY: ChainLink = {
  link: 'key',
  state: 'good',
  name: 'YubiKey 5C NFC',
  since: ENROLLED.createdAt,
  pluggedIn: true,
};
const PROFILE: ChainLink = { link: 'profile', state: 'good', name: 'ada@contoso.com', since: NOW - 24 * HOUR };
const UNTRIED: readonly ChainLink[] = [
  { link: 'jump-host', state: 'unknown', name: 'ada@jump-east.contoso.net' },
  { link: 'device', state: 'unknown' },
];
const NOTHING_YET: readonly ChainLink[] = [
  { link: 'profile', state: 'todo' },
  { link: 'reconciliation', state: 'unknown' },
  { link: 'jump-host', state: 'unknown' },
  { link: 'device', state: 'unknown' },
];

export const READINESS = {
  ready: {
    verdict: 'ready',
    chain: [
      KEY,
      PROFILE,
      { link: 'reconciliation', state: 'good', since: NOW - 20 * HOUR },
      { link: 'jump-host', state: 'good', name: 'ada@jump-east.contoso.net', since: NOW - 2 * HOUR },
      { link: 'device', state: 'good', name: 'admin@ce1-rack4.contoso.net', since: NOW - 2 * HOUR },
    ],
    next: { action: 'connect', target: 'ce1-rack4' },
    enrollments: [ENROLLED],
    now: NOW,
  },
  'with-backup': {
    verdict: 'ready',
    chain: [
      KEY,
      PROFILE,
      { link: 'reconciliation', state: 'good', since: NOW - 20 * HOUR },
      { link: 'jump-host', state: 'good', name: 'ada@jump-east.contoso.net', since: NOW - 2 * HOUR },
      { link: 'device', state: 'good', name: 'admin@ce1-rack4.contoso.net', since: NOW - 2 * HOUR },
    ],
    next: { action: 'connect', target: 'ce1-rack4' },
    enrollments: [BACKUP, ENROLLED],
    now: NOW,
  },
  'ready-unplugged': {
    verdict: 'ready',
    chain: [{ ...KEY, pluggedIn: false }, PROFILE, { link: 'reconciliation', state: 'good', since: NOW }, ...UNTRIED],
    next: { action: 'connect' },
    enrollments: [ENROLLED],
    now: NOW,
  },
  'waiting-for-devices': {
    verdict: 'waiting-for-devices',
    chain: [
      KEY,
      { ...PROFILE, since: NOW - 19 * MINUTE },
      { link: 'reconciliation', state: 'waiting', until: NOW + 3 * HOUR + 41 * MINUTE },
      ...UNTRIED,
    ],
    next: { action: 'wait', until: NOW + 3 * HOUR + 41 * MINUTE },
    enrollments: [
      { ...ENROLLED, publishedAt: NOW - 19 * MINUTE, reconciledBy: NOW + 3 * HOUR + 41 * MINUTE },
      { ...ENROLLED, id: 'old', product: 'Feitian K40', replacedAt: NOW - 19 * MINUTE, canBePublished: true },
    ],
    now: NOW,
  },
  'not-published': {
    verdict: 'not-published',
    chain: [KEY, ...NOTHING_YET],
    next: { action: 'publish' },
    enrollments: [WRITTEN],
    now: NOW,
  },
  'files-missing': {
    verdict: 'files-missing',
    chain: [KEY, ...NOTHING_YET],
    next: { action: 'restore-files', keyFile: '/home/ada/.ssh/id_ed25519_sk' },
    enrollments: [{ ...WRITTEN, filesPresent: false, canBePublished: false }],
    now: NOW,
  },
  unfinished: {
    verdict: 'unfinished',
    chain: [{ link: 'key', state: 'todo', name: 'YubiKey 5C NFC', pluggedIn: false }, ...NOTHING_YET],
    next: { action: 'finish-enrollment' },
    enrollments: [
      {
        id: 'half',
        state: 'made',
        createdAt: NOW - HOUR,
        backup: false,
        algorithm: 'ed25519-sk',
        keyFile: '/home/ada/.ssh/id_ed25519_sk',
        product: 'YubiKey 5C NFC',
        filesPresent: false,
        profileKnown: true,
        canBePublished: false,
      },
    ],
    now: NOW,
  },
  'not-enrolled': {
    verdict: 'not-enrolled',
    chain: [{ link: 'key', state: 'todo', pluggedIn: false }, ...NOTHING_YET],
    next: { action: 'enroll' },
    enrollments: [],
    now: NOW,
  },
} satisfies Readonly<Record<string, Readiness>>;

const YUBIKEY: EnrollOutlook['pluggedIn'][number] = {
  path: '/dev/hidraw3',
  product: 'YubiKey 5C NFC',
  firmware: '5.7.1',
  pinSet: true,
  pinTriesLeft: 8,
};

const BACKUP_FILE = { keyFile: '/home/ada/.ssh/id_ed25519_sk_backup', keyFileTaken: false, isPrepared: false };

const PLAIN: EnrollOutlook = {
  pluggedIn: [YUBIKEY],
  enrolled: 0,
  keyFile: '/home/ada/.ssh/id_ed25519_sk',
  keyFileTaken: false,
};

export const OUTLOOK = {
  plain: PLAIN,
  none: { ...PLAIN, pluggedIn: [] },
  windows: { ...PLAIN, pluggedIn: [], keyWay: { way: 'windows', because: 'not-elevated' } },
  'no-pin': { ...PLAIN, pluggedIn: [{ ...YUBIKEY, pinSet: false, pinTriesLeft: undefined }] },
  'few-tries': { ...PLAIN, pluggedIn: [{ ...YUBIKEY, pinTriesLeft: 2 }] },
  several: {
    ...PLAIN,
    pluggedIn: [YUBIKEY, { ...YUBIKEY, path: '/dev/hidraw4', product: 'Feitian K40', pinSet: false }],
  },
  unusable: {
    ...PLAIN,
    pluggedIn: [{ path: '/dev/hidraw3', product: 'YubiKey 5C NFC', problem: 'Another program has opened the key.' }],
  },
  taken: { ...PLAIN, keyFileTaken: true, enrolled: 1 },
  published: { ...PLAIN, keyFileTaken: true, enrolled: 1, backup: BACKUP_FILE },
  'backup-begun': {
    ...PLAIN,
    keyFileTaken: true,
    enrolled: 1,
    backup: { ...BACKUP_FILE, unfinished: { state: 'made', createdAt: NOW - HOUR, product: 'YubiKey 5 NFC' } },
  },
  'backup-prepared': {
    ...PLAIN,
    keyFileTaken: true,
    enrolled: 2,
    backup: { ...BACKUP_FILE, keyFileTaken: true, isPrepared: true },
  },
  unfinished: { ...PLAIN, unfinished: { state: 'made', createdAt: NOW - HOUR, product: 'YubiKey 5C NFC' } },
  'no-app': {
    ...PLAIN,
    publishObstacle: {
      code: 'ENTRA_NOT_CONFIGURED',
      message: 'No app registration is set.',
      remedy: 'Get one from your administrator and set entra.clientId and entra.tenant in Settings.',
      kind: 'expected',
    },
  },
} satisfies Readonly<Record<string, EnrollOutlook>>;
