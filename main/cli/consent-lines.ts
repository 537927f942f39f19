/** What the terminal says before it asks for consent: what is lost, and who depends on it. */
import type { ConsentQuestion, ResetLoss } from '../security-keys/people.ts';
import type { CredentialOnKey, EnrollmentOnKey } from '../security-keys/security-key.ts';
import { printable } from './output.ts';

export function consentLines(question: ConsentQuestion): readonly string[] {
  const product = printable(question.product);
  switch (question.kind) {
    case 'delete-credential':
      return deletionLines(question.credential, product);
    case 'remove-fingerprint': {
      const { fingerprint, isLast } = question;
      return [
        `This removes the fingerprint ${printable(fingerprint.name ?? fingerprint.id)} from ${product}.`,
        ...(isLast ? ['It is the last one: the key then takes its PIN only.'] : []),
      ];
    }
    case 'raise-min-pin-length':
      return [
        `The shortest PIN of ${product} becomes ${question.to} characters, after ${question.from}. Only a reset takes that back.`,
        'A PIN that is shorter must be changed before the key does anything else.',
      ];
    case 'reset':
      return resetLines(question.loss, product, question.windowSeconds);
    default:
      return question satisfies never;
  }
}

/** The yes-or-no question that follows. */
export function consentQuestion(question: ConsentQuestion): string {
  switch (question.kind) {
    case 'delete-credential':
      return 'Delete it?';
    case 'remove-fingerprint':
      return 'Remove it?';
    case 'raise-min-pin-length':
      return 'Raise it?';
    case 'reset':
      return 'Reset it?';
    default:
      return question satisfies never;
  }
}

/** `ssh: alice@laptop SHA256:…` */
export function credentialText({ rpId, userName, id, ssh }: CredentialOnKey): string {
  return [
    printable(rpId),
    printable(userName ?? id),
    ...(ssh?.fingerprint === undefined ? [] : [ssh.fingerprint]),
  ].join(' ');
}

function deletionLines(credential: CredentialOnKey, product: string): readonly string[] {
  const { ssh } = credential;
  return [
    `This deletes ${credentialText(credential)} from ${product}. Nothing brings it back.`,
    ...(ssh?.enrollment === undefined ? [] : enrollmentLines(ssh.enrollment, true)),
  ];
}

function enrollmentLines({ keyFile, onProfileOf }: EnrollmentOnKey, isCertain: boolean): readonly string[] {
  const uses = isCertain ? 'uses it' : 'may use this key';
  return [
    `The enrollment of this computer with the file ${printable(keyFile)} ${uses}: then nobody can log in with it any more.`,
    ...(onProfileOf === undefined
      ? []
      : [`The profile of ${printable(onProfileOf)} holds it: it is what devices let in for that account.`]),
  ];
}

const UNLISTED: Readonly<Record<NonNullable<ResetLoss['unlisted']>, string>> = {
  'pin-not-given': 'the PIN was not given',
  'no-pin': 'the key has no PIN, and lists none without',
  'pin-blocked': 'the key takes no PIN now',
  'pin-change-forced': 'the key wants its PIN changed first',
  'cannot-list': 'this key cannot list them',
};

function resetLines(loss: ResetLoss, product: string, windowSeconds: number): readonly string[] {
  const { pinSet, fingerprints, credentials, unlisted, enrollments } = loss;
  return [
    `A reset deletes everything on ${product}, for good:`,
    ...(pinSet ? ['  its PIN'] : []),
    ...(fingerprints ? ['  its fingerprints'] : []),
    ...(credentials ?? []).map((credential) => `  ${credentialText(credential)}`),
    credentials === undefined
      ? `  every credential on it, of SSH and of web sites (not listed: ${UNLISTED[unlisted ?? 'cannot-list']})`
      : '  and what web sites hold that keep no credential on the key itself',
    ...enrollments.flatMap(({ enrollment, certain }) => enrollmentLines(enrollment, certain)),
    `Afterwards: unplug it, plug it in again, and touch it within ${windowSeconds} seconds.`,
  ];
}
