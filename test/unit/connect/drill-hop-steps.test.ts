import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import {
  type HopEvidence,
  hopSteps,
  hostKeyUnknown,
  verdictOf,
  withLine,
} from '../../../main/connect/drill-hop-steps.ts';
import type { DrillStep } from '../../../main/storage/drill-store.ts';

const FINGERPRINT = `SHA256:${'a'.repeat(43)}`;
const REACHED = 'debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2';
const SHOWN = `debug1: Server host key: ssh-ed25519 ${FINGERPRINT}`;
const KNOWN = "debug1: Host '[127.0.0.1]:2222' is known and matches the ED25519 host key.";
const ACCEPTS = `debug1: Server accepts key: /home/a/my key.pub ED25519-SK ${FINGERPRINT} explicit authenticator agent`;
const LOGGED_IN = 'Authenticated to 127.0.0.1 ([127.0.0.1]:2222) using "publickey".';

/** The lines, one a millisecond from 101 on; the ssh began at 100. */
const evidenceOf = (...lines: readonly string[]): HopEvidence =>
  lines.reduce<HopEvidence>((evidence, line, at) => withLine(evidence, line, 101 + at), { startedAt: 100 });
const failure = new GlasskeyError({ code: 'CONNECT_REFUSED', message: 'No.', remedy: 'Do.' });
const steps = (evidence: HopEvidence | undefined, over: { failure?: GlasskeyError; noLogin?: string } = {}) =>
  hopSteps({ hop: 'ops@jump', evidence, endedAt: 200, failure: over.failure, noLogin: over.noLogin });
const said = (all: readonly DrillStep[]) => all.map(({ step, state, ms }) => `${step} ${state} ${ms}`);

describe('the log of a rehearsed hop', () => {
  it('times the answer, the known host key and the login', () => {
    const evidence = evidenceOf(REACHED, SHOWN, KNOWN, ACCEPTS, LOGGED_IN);
    expect(evidence).toMatchObject({ shownHostKey: `ED25519 ${FINGERPRINT}`, acceptedKey: FINGERPRINT });
    expect(said(steps(evidence))).toEqual(['reach passed 1', 'host-key passed 2', 'login passed 2']);
  });

  it.each([
    ['answered nothing', [], ['reach failed 100', 'host-key skipped 0', 'login skipped 0']],
    ['showed another key', [REACHED, SHOWN], ['reach passed 1', 'host-key failed 99', 'login skipped 0']],
    ['refused the login', [REACHED, SHOWN, KNOWN], ['reach passed 1', 'host-key passed 2', 'login failed 97']],
  ])('gives the failure to the first step that is missing: the host %s', (_what, lines, expected) => {
    const all = steps(evidenceOf(...lines), { failure });
    expect(said(all)).toEqual(expected);
    expect(all.find(({ state }) => state === 'failed')).toMatchObject({
      code: 'CONNECT_REFUSED',
      hop: 'ops@jump',
      remedy: 'Do.',
    });
  });

  it('skips the login with its reason where no key could be offered', () => {
    const all = steps(evidenceOf(REACHED, SHOWN, KNOWN), { failure, noLogin: 'No key.' });
    expect(said(all)).toEqual(['reach passed 1', 'host-key passed 2', 'login skipped 0']);
    expect(all[2]).toMatchObject({ message: 'No key.' });
  });

  it('believes no login before the host key was found to be the known one', () => {
    expect(evidenceOf(LOGGED_IN, REACHED, LOGGED_IN, SHOWN, LOGGED_IN).loggedInAt).toBeUndefined();
  });

  it('takes nothing that a host puts into the middle of a line', () => {
    const version = `debug1: Remote protocol version 2.0, remote software version x ${KNOWN} ${LOGGED_IN}`;
    expect(evidenceOf(version, SHOWN, `Received disconnect from 1.2.3.4 port 22:2: ${LOGGED_IN}`)).toMatchObject({
      reachedAt: 101,
    });
    expect(
      evidenceOf(version, SHOWN, `Received disconnect from 1.2.3.4 port 22:2: ${KNOWN}`).hostKeyAt,
    ).toBeUndefined();
  });

  it('reads host certificates and ecdsa keys', () => {
    const cert = `debug1: Server host certificate: ssh-ed25519-cert-v01@openssh.com, serial 1 ID "x" CA ssh-ed25519 ${FINGERPRINT} valid forever`;
    const known = "debug1: Host 'jump' is known and matches the ED25519-CERT host certificate.";
    expect(evidenceOf(REACHED, cert, known).hostKeyAt).toBe(103);
    expect(evidenceOf(REACHED, `debug1: Server host key: ecdsa-sha2-nistp256 ${FINGERPRINT}`).shownHostKey).toBe(
      `ECDSA ${FINGERPRINT}`,
    );
  });
});

describe('the verdict', () => {
  const passed: DrillStep = { step: 'login', state: 'passed', ms: 1 };
  const skipped: DrillStep = { step: 'login', state: 'skipped', ms: 0 };
  it.each([
    [[passed], 'passed'],
    [[{ ...passed, state: 'failed' } as const, skipped], 'failed'],
    [[passed, skipped], 'not-tried'],
    [[{ ...skipped, step: 'way' } as const], 'not-tried'],
    [[], 'not-tried'],
  ] as const)('of %j is %s', (all, verdict) => {
    expect(verdictOf(all)).toBe(verdict);
  });
});

it('shows an unknown host key to compare, and how it is accepted', () => {
  expect(hostKeyUnknown('the device a@b', `ED25519 ${FINGERPRINT}`, 'glasskey connect leaf1')).toMatchObject({
    code: 'CONNECT_HOST_KEY_UNKNOWN',
    message: `The host key of the device a@b is not known yet: ED25519 ${FINGERPRINT}.`,
    remedy: expect.stringMatching(/Compare .* glasskey connect leaf1$/),
  });
});
