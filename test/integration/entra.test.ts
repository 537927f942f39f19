import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Log } from '../../diagnostics/log.ts';
import type { EntraSettings } from '../../main/entra/cloud.ts';
import { type EntraSession, type EntraSessionOptions, openEntraSession } from '../../main/entra/entra-session.ts';
import { createGraph } from '../../main/entra/graph.ts';
import { openSystemBrowser } from '../../main/entra/system-browser.ts';
import { memoryTokenCache } from '../../main/entra/token-cache.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { signInByForm } from '../lab/entra/browser.ts';
import { type LabEntra, startLabEntra } from '../lab/entra/lab-entra.ts';
import { sampleLine } from '../lab/entra/sample-line.ts';

const ALICE = 'alice@lab.example';
const BOB = 'bob@lab.example';

/** Short waits (before the next look at the directory) pass faster; time limits, which are long, do not. */
const hurriedClock: Clock = {
  now: systemClock.now,
  after: (ms, run) => systemClock.after(ms < 10_000 ? ms / 50 : ms, run),
};

let folder: string;
let lab: LabEntra;
let opened: string[];
let logged: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entra-'));
  lab = await startLabEntra({ folder });
  opened = [];
  logged = [];
});

afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

const log: Log = (level, event, facts) => logged.push(JSON.stringify({ level, event, facts }));

function passwordOf(upn: string): string {
  return lab.accounts.byUpn(upn)?.password ?? '';
}

/** A browser with a person in front of it, in this process. */
function browserOf(upn: string) {
  return async (url: string) => {
    opened.push(url);
    await signInByForm(url, { username: upn, password: passwordOf(upn) });
  };
}

function session(more: Partial<EntraSessionOptions> = {}): EntraSession {
  return openEntraSession({ settings: lab.settings, openBrowser: browserOf(ALICE), clock: hurriedClock, log, ...more });
}

async function failure(work: Promise<unknown>): Promise<GlasskeyError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(GlasskeyError);
  return thrown as GlasskeyError;
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function portOf(authorizationUrl: string): number {
  return Number(new URL(new URL(authorizationUrl).searchParams.get('redirect_uri') ?? '').port);
}

describe('signing in', () => {
  it('opens $BROWSER, which signs in, and the published line is what a reconciliation reads', async () => {
    const env = { ...process.env, BROWSER: lab.browserProgram, ...(await lab.browserEnvironment(ALICE)) };
    const shown: string[] = [];
    const openBrowser = (url: string, signal: AbortSignal) =>
      openSystemBrowser(url, { env, signal, onUrl: (it) => shown.push(it), platform: 'linux' });
    const { profile } = session({ openBrowser });

    expect(await profile.me()).toMatchObject({ displayName: 'Alice Example', userPrincipalName: ALICE, mail: ALICE });
    const publication = await profile.publishProfileKey(sampleLine(1));

    expect(publication).toEqual({ outcome: 'created', previous: undefined, readBacks: 1 });
    expect(shown).toHaveLength(1);
    const answer = await fetch(`${lab.graphRoot}/lab/profile-keys`, { headers: { 'x-lab-secret': lab.labSecret } });
    expect(await answer.json()).toEqual({ [ALICE]: sampleLine(1) });
    expect((await fetch(`${lab.graphRoot}/lab/profile-keys`)).status).toBe(403);
  });

  it('asks for PKCE with S256, form_post, the capability cp1 and the full Graph scope', async () => {
    await session().signIn.token();
    const parameters = new URL(opened[0] ?? '').searchParams;
    expect(parameters.get('code_challenge_method')).toBe('S256');
    expect(parameters.get('response_mode')).toBe('form_post');
    expect(parameters.get('claims')).toContain('cp1');
    expect(parameters.get('scope')).toContain(`${lab.graphRoot}/User.ReadWrite`);
    expect(parameters.get('prompt')).toBe('select_account');
  });

  it('opens the browser once, and not at all when the token cache of an earlier run is given', async () => {
    const tokens = memoryTokenCache();
    const first = session({ tokens });
    await first.profile.me();
    await first.profile.readProfileKey();
    const again = await session({ tokens }).signIn.token();
    expect(again.fromCache).toBe(true);
    expect(again.account).toMatchObject({ username: ALICE, tenantId: lab.tenant });
    expect(opened).toHaveLength(1);
  });

  it('forgets the tokens upon sign-out', async () => {
    const tokens = memoryTokenCache();
    const { signIn } = session({ tokens });
    await signIn.token();
    expect(await signIn.accounts()).toHaveLength(1);
    await signIn.signOut();
    expect(await signIn.accounts()).toHaveLength(0);
    expect((await failure(signIn.token({ browser: 'never' }))).code).toBe('ENTRA_INTERACTION_REQUIRED');
    expect(await tokens.read()).not.toContain(ALICE);
  });

  it('lets a person correct a wrong password', async () => {
    const openBrowser = async (url: string) => {
      await expect(signInByForm(url, { username: ALICE, password: 'wrong' })).rejects.toThrow('refused');
      await signInByForm(url, { username: ALICE, password: passwordOf(ALICE) });
    };
    const signedIn = await session({ openBrowser }).signIn.token();
    expect(signedIn.account.username).toBe(ALICE);
    expect(lab.identity.wrongPasswords).toBe(1);
  });

  it('closes the loopback listener when it is cancelled', async () => {
    const stop = new AbortController();
    const port = Promise.withResolvers<number>();
    const openBrowser = async (url: string) => port.resolve(portOf(url));
    const failed = failure(session({ openBrowser }).signIn.token({ signal: stop.signal }));
    expect(await connects(await port.promise)).toBe(true);
    stop.abort();
    const error = await failed;
    expect(error).toMatchObject({ code: 'CANCELLED', kind: 'cancelled' });
    expect(await connects(await port.promise)).toBe(false);
  });

  it('cancels while the browser program still runs, and tells it', async () => {
    const stop = new AbortController();
    let told = false;
    const openBrowser = (_url: string, signal: AbortSignal) =>
      new Promise<void>(() => {
        signal.addEventListener('abort', () => {
          told = true;
        });
        stop.abort();
      });
    expect((await failure(session({ openBrowser }).signIn.token({ signal: stop.signal }))).code).toBe('CANCELLED');
    expect(told).toBe(true);
  });

  it('lets one sign-in wait for another, and a waiting one be cancelled', async () => {
    const stop = new AbortController();
    const person = Promise.withResolvers<void>();
    const openBrowser = async (url: string) => {
      await person.promise;
      await browserOf(ALICE)(url);
    };
    const { signIn } = session({ openBrowser });
    const first = signIn.token();
    const second = failure(signIn.token({ signal: stop.signal }));
    const third = signIn.token();
    stop.abort();
    expect((await second).code).toBe('CANCELLED');
    person.resolve();
    await Promise.all([first, third]);
    expect(opened).toHaveLength(1);
  });

  it('gives up after its time limit, with the listener closed', async () => {
    const settings: EntraSettings = { ...lab.settings, signInTimeoutSeconds: 1 };
    let port = 0;
    const openBrowser = async (url: string) => {
      port = portOf(url);
    };
    const error = await failure(session({ settings, openBrowser, clock: systemClock }).signIn.token());
    expect(error.code).toBe('ENTRA_SIGN_IN_TIMED_OUT');
    expect(await connects(port)).toBe(false);
  });

  it('passes on what kept the browser from opening', async () => {
    const env = { BROWSER: '/nonexistent/browser', PATH: folder };
    const openBrowser = (url: string) => openSystemBrowser(url, { env, platform: 'linux' });
    const error = await failure(session({ openBrowser }).signIn.token());
    expect(error.code).toBe('BROWSER_NOT_STARTED');
    expect(error.detail.tried).toBe('/nonexistent/browser, xdg-open');
  });

  it.each([
    ['access_denied', 'the person declined', 'ENTRA_SIGN_IN_DENIED'],
    ['consent_required', 'AADSTS65001: The user or administrator has not consented.', 'ENTRA_CONSENT_REQUIRED'],
    ['server_error', 'AADSTS90094: An administrator must consent.', 'ENTRA_CONSENT_REQUIRED'],
    ['unauthorized_client', 'AADSTS700016: No such application.', 'ENTRA_REGISTRATION_REFUSED'],
    ['server_error', 'AADSTS90033: transient', 'ENTRA_SIGN_IN_FAILED'],
  ])('says what a refusal with %s (%s) means', async (error, description, code) => {
    lab.identity.refuseNext = { error, description };
    expect((await failure(session().signIn.token())).code).toBe(code);
  });

  it('does not take another account than the one that is meant', async () => {
    const error = await failure(session({ username: BOB, openBrowser: browserOf(ALICE) }).profile.me());
    expect(error).toMatchObject({ code: 'ENTRA_WRONG_ACCOUNT', detail: { wanted: BOB, got: ALICE } });
  });

  it('wants the browser again when the refresh token is no longer good, and says so when it may not open one', async () => {
    const { signIn } = session();
    await signIn.token();
    lab.identity.revokeRefreshTokens();
    const claims = '{"access_token":{"nbf":{"essential":true}}}';
    const error = await failure(signIn.token({ claims, browser: 'never' }));
    expect(error).toMatchObject({ code: 'ENTRA_INTERACTION_REQUIRED', detail: { errorCode: 'invalid_grant' } });
    expect((await signIn.token({ claims })).account.username).toBe(ALICE);
    expect(opened).toHaveLength(2);
    expect(new URL(opened[1] ?? '').searchParams.get('login_hint')).toBe(ALICE);
  });

  it('says that the service cannot be reached, and that logging in does not need it', async () => {
    await lab.close();
    const error = await failure(session().profile.me());
    expect(error.code).toBe('ENTRA_OFFLINE');
    expect(error.message).toBe(`${new URL(lab.authority).host} could not be reached.`);
    expect(error.remedy).toContain('logging in to devices needs none of this');
  });

  it('refuses a service whose certificate authority is not trusted', async () => {
    const { caFile: _, ...settings } = lab.settings;
    const error = await failure(session({ settings }).signIn.token());
    expect(error).toMatchObject({ code: 'ENTRA_TLS_UNTRUSTED', detail: { host: new URL(lab.authority).host } });
    expect(opened).toHaveLength(0);
  });

  it('calls a tenant that does not exist a misconfiguration', async () => {
    const error = await failure(session({ settings: { ...lab.settings, tenant: 'nowhere.example' } }).signIn.token());
    expect(error.code).toBe('ENTRA_AUTHORITY_MISCONFIGURED');
  });

  it('leaves no token in its log, its errors or its JSON', async () => {
    const { signIn, profile } = session();
    const signedIn = await signIn.token();
    lab.faults.cut = 1;
    const error = await failure(profile.me());
    const everything = JSON.stringify([signedIn, logged, error, error.detail, String(error.cause)]);
    expect(signedIn.bearer().length).toBeGreaterThan(100);
    expect(everything).not.toContain(signedIn.bearer());
    expect(everything).not.toContain(passwordOf(ALICE));
  });
});

describe('the profile key', () => {
  it('keeps properties that are not its own when it replaces a key', async () => {
    lab.graph.setExtension(ALICE, {
      publicKey: sampleLine(1),
      theme: 'dark',
      numbers: [1, 2],
      extension_name: 'stray',
    });
    const { profile } = session();
    expect(await profile.readProfileKey()).toEqual({
      line: sampleLine(1),
      extensionExists: true,
      otherProperties: { theme: 'dark', numbers: [1, 2], extension_name: 'stray' },
    });
    const publication = await profile.publishProfileKey(sampleLine(2), { expectedPrevious: sampleLine(1) });
    expect(publication).toMatchObject({ outcome: 'replaced', previous: sampleLine(1) });
    const kept = { publicKey: sampleLine(2), theme: 'dark', numbers: [1, 2], extension_name: 'stray' };
    expect(lab.graph.extension(ALICE)).toEqual(kept);
  });

  it('sends nothing when the profile holds the line already', async () => {
    lab.graph.setExtension(ALICE, { publicKey: sampleLine(1) });
    const publication = await session().profile.publishProfileKey(sampleLine(1));
    expect(publication.outcome).toBe('unchanged');
    expect(lab.graph.calls.map((call) => call.method)).toEqual(['GET']);
  });

  it('does not overwrite a key that somebody else put there meanwhile', async () => {
    lab.graph.setExtension(ALICE, { publicKey: sampleLine(9) });
    const { profile } = session();
    const publish = (expectedPrevious: string | null) => profile.publishProfileKey(sampleLine(2), { expectedPrevious });
    expect((await failure(publish(sampleLine(1)))).code).toBe('PROFILE_KEY_CHANGED');
    expect((await failure(publish(null))).code).toBe('PROFILE_KEY_CHANGED');
    expect(lab.graph.extension(ALICE)).toEqual({ publicKey: sampleLine(9) });
  });

  it('says so when what is read back is not what was sent', async () => {
    lab.faults.readBackAs = sampleLine(7);
    const error = await failure(session().profile.publishProfileKey(sampleLine(2)));
    expect(error).toMatchObject({ code: 'PROFILE_READ_BACK_DIFFERS', detail: { found: 'another value' } });
  });

  it('waits for a directory that answers from an older copy', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.olderReads = 2;
    const publication = await profile.publishProfileKey(sampleLine(3));
    expect(publication.readBacks).toBe(3);
  });

  it('sends only what is a public line of a security key', async () => {
    const { profile } = session();
    const secret = '-----BEGIN OPENSSH PRIVATE KEY-----\nnot to be seen\n';
    const error = await failure(profile.publishProfileKey(secret));
    expect(error.code).toBe('PROFILE_LINE_INVALID');
    expect(JSON.stringify([error.message, error.detail])).not.toContain('not to be seen');
    expect(lab.graph.calls).toHaveLength(0);
  });

  it('does not try to send more than 2 KB', async () => {
    lab.graph.setExtension(ALICE, { note: 'x'.repeat(1800) });
    const error = await failure(session().profile.publishProfileKey(sampleLine(2)));
    expect(error.code).toBe('PROFILE_KEY_TOO_LARGE');
    expect(lab.graph.calls.map((call) => call.method)).toEqual(['GET']);
  });

  it('removes the extension, or only its own property when there are others', async () => {
    const { profile } = session();
    lab.graph.setExtension(ALICE, { publicKey: sampleLine(1) });
    expect(await profile.removeProfileKey()).toEqual({ removed: true, previous: sampleLine(1) });
    expect(lab.graph.extension(ALICE)).toBeUndefined();
    lab.graph.setExtension(ALICE, { publicKey: sampleLine(1), theme: 'dark' });
    await profile.removeProfileKey();
    expect(lab.graph.extension(ALICE)).toEqual({ theme: 'dark' });
    expect(await profile.removeProfileKey()).toEqual({ removed: false, previous: undefined });
  });

  it('finds the extension on a later page, and follows no page to another host', async () => {
    lab.graph.setExtension(ALICE, { a: 1 }, 'com.example.other');
    lab.graph.setExtension(ALICE, { publicKey: sampleLine(4) });
    lab.faults.pageSize = 1;
    const { profile } = session();
    expect((await profile.readProfileKey()).line).toBe(sampleLine(4));

    const foreign = new URL(lab.authority).origin;
    lab.faults.nextLinkOrigin = foreign;
    const error = await failure(profile.readProfileKey());
    expect(error).toMatchObject({ code: 'ENTRA_GRAPH_ADDRESS_REFUSED', detail: { got: foreign } });
  });

  it('gives a profile without a mailbox', async () => {
    const { profile } = session({ openBrowser: browserOf(BOB) });
    expect(await profile.me()).toMatchObject({ mail: undefined, userPrincipalName: BOB });
  });
});

describe('Graph in trouble', () => {
  it('answers a claims challenge with a new token, without the browser', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.requiredClaims = '{"access_token":{"nbf":{"essential":true,"value":"1760000000"}}}';
    expect((await profile.me()).userPrincipalName).toBe(ALICE);
    expect(lab.identity.tokensGiven).toEqual({ authorization_code: 1, refresh_token: 1 });
    expect(lab.graph.calls.map((call) => call.status)).toEqual([200, 401, 200]);
  });

  it('answers it with the browser when the refresh token does not do', async () => {
    const { profile } = session();
    await profile.me();
    lab.identity.revokeRefreshTokens();
    lab.faults.requiredClaims = '{"access_token":{"nbf":{"essential":true,"value":"1760000000"}}}';
    await profile.me();
    expect(opened).toHaveLength(2);
    expect(new URL(opened[1] ?? '').searchParams.get('claims')).toContain('1760000000');
  });

  it('waits as Retry-After says, then goes on', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.throttle = { times: 1, status: 429, retryAfterSeconds: 1 };
    const from = Date.now();
    await profile.publishProfileKey(sampleLine(5));
    expect(Date.now() - from).toBeGreaterThan(900);
    expect(lab.graph.extension(ALICE)).toEqual({ publicKey: sampleLine(5) });
  });

  it('does not begin a wait that outlasts its limit, and says how long it would be', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.throttle = { times: 9, status: 429, retryAfterSeconds: 600 };
    const error = await failure(profile.me());
    expect(error).toMatchObject({ code: 'ENTRA_THROTTLED', detail: { retryAfterSeconds: 600 } });
    expect(error.remedy).toContain('600 seconds');
    expect(error.detail.requestId).not.toBe('');
  });

  it('gives up after three retries of 503', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.throttle = { times: 9, status: 503, retryAfterSeconds: 0 };
    expect((await failure(profile.me())).code).toBe('ENTRA_GRAPH_UNAVAILABLE');
    expect(lab.faults.throttle.times).toBe(5);
  });

  it('calls a cut connection offline', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.cut = 1;
    const error = await failure(profile.me());
    expect(error).toMatchObject({ code: 'ENTRA_OFFLINE', detail: { host: new URL(lab.graphRoot).host } });
  });

  it('ends at once when it is cancelled, even in the middle of a throttled wait', async () => {
    const { profile } = session();
    await profile.me();
    lab.faults.throttle = { times: 1, status: 429, retryAfterSeconds: 5 };
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    const from = Date.now();
    expect((await failure(profile.me(stop.signal))).code).toBe('CANCELLED');
    expect(Date.now() - from).toBeLessThan(2000);
  });

  it('has a time limit of its own', async () => {
    const { signIn } = session();
    const signedIn = await signIn.token();
    const { graphRoot, caFile } = lab;
    const bearer = async () => signedIn.bearer();
    const graph = createGraph({ graphRoot, caFile, bearer, clock: systemClock, log, limitMs: 150 });
    lab.faults.slowMs = 600;
    expect((await failure(graph.call({ method: 'GET', path: '/me' }))).code).toBe('ENTRA_GRAPH_TIMED_OUT');
  });

  it('says that the token was refused when no challenge comes with the 401', async () => {
    const { graphRoot, caFile } = lab;
    const graph = createGraph({ graphRoot, caFile, bearer: async () => 'x.y.z', clock: systemClock, log });
    expect(await graph.call({ method: 'GET', path: '/me' })).toMatchObject({ status: 401 });
  });
});
