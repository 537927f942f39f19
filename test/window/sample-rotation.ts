/** Rotations as the main process tells them, at each of their stages. */
import type { CallOutput, EnrollmentView, RotationView } from '../../main/ipc/contract.ts';
import { ENROLLED, NOW } from './sample-readiness.ts';

const HOUR = 60 * 60_000;

const OLD: EnrollmentView = {
  ...ENROLLED,
  replacedAt: NOW - HOUR,
  lastProven: { at: NOW - 20 * HOUR, device: 'admin@ce1-rack4', by: 'window' },
};

const NEW: EnrollmentView = {
  ...ENROLLED,
  id: 'two',
  createdAt: NOW - HOUR,
  keyFile: '/home/ada/.ssh/id_ed25519_sk_new',
  fingerprint: 'SHA256:Qe7Yt5XbGd2wLp9RkVn3sZc1MfHa8jUo4iTq6yEv0Nk',
  publishedAt: NOW - HOUR,
  reconciledBy: NOW + 3 * HOUR,
};

const UNMADE: EnrollmentView = {
  id: 'two',
  state: 'requested',
  createdAt: NOW,
  backup: false,
  algorithm: 'ed25519-sk',
  keyFile: '/home/ada/.ssh/id_ed25519_sk_new',
  filesPresent: false,
  profileKnown: true,
};

const WAITING: RotationView = {
  stage: 'waiting',
  leaving: 'old',
  proven: false,
  reconciledBy: NOW + 3 * HOUR,
  old: OLD,
  new: NEW,
};
const RECONCILED: EnrollmentView = { ...NEW, reconciledBy: NOW - HOUR };
const PROVEN: EnrollmentView = { ...RECONCILED, lastProven: { at: NOW, device: 'admin@ce1-rack4', by: 'window' } };

const at = (rotation: RotationView): CallOutput<'rotation.get'> => ({ rotation, now: NOW });

export const ROTATIONS = {
  none: { published: ENROLLED, now: NOW },
  nothing: { now: NOW },
  making: at({ ...WAITING, stage: 'making', reconciledBy: undefined, old: ENROLLED, new: UNMADE }),
  waiting: at(WAITING),
  'to-prove': at({ ...WAITING, stage: 'to-prove', new: RECONCILED, reconciledBy: NOW - HOUR }),
  'to-retire': at({ ...WAITING, stage: 'to-retire', proven: true, new: PROVEN, reconciledBy: NOW - HOUR }),
  'given-up': at({ ...WAITING, stage: 'to-publish', leaving: 'new', reconciledBy: undefined }),
} satisfies Readonly<Record<string, CallOutput<'rotation.get'>>>;
