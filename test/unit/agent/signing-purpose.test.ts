import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decideSigning } from '../../../main/agent/signing-purpose.ts';
import { parseAgentRequest } from '../../../main/openssh/agent-messages.ts';
import {
  bindSession,
  encodeSessionBind,
  type SessionBindings,
  UNBOUND,
} from '../../../main/openssh/agent-session-bind.ts';
import { SshWriter } from '../../../main/openssh/wire.ts';
import { loginData, newSessionId, type SessionHost, sessionHost, sshsigData } from './session-host.ts';
import { softwareKey } from './software-keyring.ts';

const keyBlob = softwareKey().blob;
const otherKeyBlob = softwareKey().blob;
const hop = sessionHost();
const device = sessionHost();
const user = 'alice';
/** A binding by a host whose key is of a type that nobody here can check. */
const unverifiable = {
  hostKey: new SshWriter().text('ssh-mldsa44').string(new Uint8Array(32)).toBytes(),
  sessionId: newSessionId(),
  signature: new SshWriter().text('ssh-mldsa44').string(new Uint8Array(64)).toBytes(),
};

function bound(...path: readonly [SessionHost, Uint8Array, boolean][]): SessionBindings {
  let bindings = UNBOUND;
  for (const [host, sessionId, isForwarding] of path) {
    bindings = bindSession(bindings, host.bind(sessionId, isForwarding).data).bindings;
  }
  expect(bindings.bindings).toHaveLength(path.length);
  return bindings;
}

describe('a login', () => {
  it('on a bound connection is to the bound host', () => {
    const sessionId = newSessionId();
    const bindings = bound([device, sessionId, false]);
    const data = loginData({ sessionId, user, keyBlob, hostKey: device.blob });
    expect(decideSigning(keyBlob, data, bindings)).toEqual({
      allowed: true,
      request: {
        keyBlob,
        data,
        purpose: { kind: 'login', user, hostKey: device.blob, sessionBound: true },
        forwardedThrough: [],
        isPathProven: true,
        throughUnverifiedHost: false,
      },
    });
  });

  it('bound by the host whose own forwarding could not be verified has no proven path', () => {
    // The local ssh binds the forwarding; its host, which knows that this is refused, then binds whatever it likes.
    const refused = bindSession(UNBOUND, encodeSessionBind({ ...unverifiable, isForwarding: true }));
    expect(refused.refusal?.code).toBe('HOST_KEY_UNSUPPORTED');
    const sessionId = newSessionId();
    const { bindings } = bindSession(refused.bindings, device.bind(sessionId, false).data);
    const data = loginData({ sessionId, user, keyBlob, hostKey: device.blob });
    expect(decideSigning(keyBlob, data, bindings)).toMatchObject({
      request: { purpose: { hostKey: device.blob }, isPathProven: false, throughUnverifiedHost: true },
    });
  });

  it('without a host key in its data is still to the host that its session is bound to', () => {
    const sessionId = newSessionId();
    const data = loginData({ sessionId, user, keyBlob });
    expect(decideSigning(keyBlob, data, bound([device, sessionId, false]))).toMatchObject({
      request: { purpose: { hostKey: device.blob, sessionBound: true } },
    });
  });

  it('from a hop names the hops in order', () => {
    const sessionId = newSessionId();
    const second = sessionHost();
    const bindings = bound([hop, newSessionId(), true], [second, newSessionId(), true], [device, sessionId, false]);
    const data = loginData({ sessionId, user, keyBlob, hostKey: device.blob });
    expect(decideSigning(keyBlob, data, bindings)).toMatchObject({
      request: { forwardedThrough: [hop.blob, second.blob], purpose: { hostKey: device.blob } },
    });
  });

  it('from an old ssh on a hop is to an unknown host, and never counts as bound', () => {
    const bindings = bound([hop, newSessionId(), true]);
    const decision = decideSigning(keyBlob, loginData({ sessionId: newSessionId(), user, keyBlob }), bindings);
    expect(decision).toMatchObject({
      request: {
        purpose: { kind: 'login', user, sessionBound: false },
        forwardedThrough: [hop.blob],
        isPathProven: true,
      },
    });
    if (decision.allowed) expect(decision.request.purpose).not.toHaveProperty('hostKey');
  });

  it('without any binding has no proven path; a host key in its data is named, but not as bound', () => {
    const data = loginData({ sessionId: newSessionId(), user, keyBlob, hostKey: device.blob });
    const failedBind = bindSession(UNBOUND, new Uint8Array(3)).bindings;
    for (const [bindings, throughUnverifiedHost] of [
      [UNBOUND, false],
      [failedBind, true],
    ] as const) {
      const path = { isPathProven: false, forwardedThrough: [], throughUnverifiedHost };
      expect(decideSigning(keyBlob, data, bindings)).toMatchObject({
        request: { purpose: { hostKey: device.blob, sessionBound: false }, ...path },
      });
    }
  });

  const sessionId = newSessionId();
  const hopSession = newSessionId();
  const direct = bound([device, sessionId, false]);
  const forwarded = bound([hop, hopSession, true]);
  it.each([
    ['with another key than the one asked for', { sessionId, user, keyBlob: otherKeyBlob }, direct, 'login.other-key'],
    ['of another session', { sessionId: newSessionId(), user, keyBlob }, direct, 'login.other-session'],
    ['of another host', { sessionId, user, keyBlob, hostKey: hop.blob }, direct, 'login.other-host'],
    [
      'host-bound, from a hop that has not bound it',
      { sessionId: newSessionId(), user, keyBlob, hostKey: device.blob },
      forwarded,
      'login.forwarded-without-binding',
    ],
    [
      'for the session that forwards the agent',
      { sessionId: hopSession, user, keyBlob },
      forwarded,
      'login.forwarded-without-binding',
    ],
  ])('%s is refused', (_, login, bindings, reason) => {
    expect(decideSigning(keyBlob, loginData(login), bindings)).toEqual({ allowed: false, reason });
  });
});

describe('other data', () => {
  it('of the SSHSIG form is allowed with its namespace', () => {
    expect(decideSigning(keyBlob, sshsigData('git'), UNBOUND)).toMatchObject({
      request: { purpose: { kind: 'sshsig', namespace: 'git' } },
    });
  });

  it('that is a certificate to be signed is refused: the key must not act as an authority', () => {
    const toBeSigned = new SshWriter().text('ssh-ed25519-cert-v01@openssh.com').string(new Uint8Array(32)).toBytes();
    expect(decideSigning(keyBlob, toBeSigned, UNBOUND)).toEqual({ allowed: false, reason: 'data.certificate-signing' });
  });

  it('of any bytes is refused, cut-off logins too', () => {
    const login = loginData({ sessionId: newSessionId(), user, keyBlob, hostKey: device.blob });
    for (let length = 0; length < login.length; length += 1) {
      const decision = decideSigning(keyBlob, login.subarray(0, length), UNBOUND);
      // Up to the host key a host-bound login does not exist; no prefix of it is a login of the plain kind.
      expect(decision.allowed).toBe(false);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        expect(decideSigning(keyBlob, data, UNBOUND).allowed).toBe(false);
      }),
    );
  });
});

// shared/vectors/generated/agent/transcripts.json: real OpenSSH clients.
const VECTORS = join(import.meta.dirname, '../../../../shared/vectors/generated/agent/transcripts.json');
const haveVectors = existsSync(VECTORS);
if (!haveVectors) console.warn(`SKIPPED: recorded sign requests, because ${VECTORS} is absent`);
const Event = z.object({ connection: z.number(), request: z.string().optional(), response: z.string().optional() });
const Transcripts = z.object({
  sessions: z.record(z.string(), z.object({ events: z.array(Event) })),
  server_host_keys: z.object({ hop: z.string(), dest: z.string() }),
});

describe('recorded sign requests of OpenSSH', () => {
  it.skipIf(!haveVectors)('are allowed with what section 13 of openssh-sk.md says of them', () => {
    const { sessions, server_host_keys } = Transcripts.parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
    const names = new Map(Object.entries(server_host_keys).map(([name, line]) => [line.split(' ')[1], name]));
    const name = (blob: Uint8Array | undefined) => blob && names.get(Buffer.from(blob).toString('base64'));
    const seen: Record<string, string[]> = {};
    for (const [session, { events }] of Object.entries(sessions)) {
      const connections = new Map<number, SessionBindings>();
      for (const { connection, request, response } of events) {
        if (request === undefined || !response || response.startsWith('05')) continue;
        const parsed = parseAgentRequest(new Uint8Array(Buffer.from(request, 'hex')));
        const bindings = connections.get(connection) ?? UNBOUND;
        if (parsed.type === 'extension') connections.set(connection, bindSession(bindings, parsed.data).bindings);
        if (parsed.type !== 'signRequest') continue;
        const decision = decideSigning(parsed.keyBlob, parsed.data, bindings);
        if (!decision.allowed) throw new Error(`${session}: ${decision.reason}`);
        const { purpose, forwardedThrough } = decision.request;
        const what =
          purpose.kind === 'login'
            ? `${purpose.user}@${name(purpose.hostKey)} bound=${purpose.sessionBound}`
            : purpose.namespace;
        seen[session] = [...(seen[session] ?? []), [what, ...forwardedThrough.map(name)].join(' via ')];
      }
    }
    expect(seen).toEqual({
      direct_ed25519: ['root@dest bound=true'],
      direct_ecdsa: ['root@dest bound=true'],
      proxyjump: ['root@hop bound=true', 'root@dest bound=true'],
      forward_agent: ['root@hop bound=true', 'root@dest bound=true via hop'],
      forward_agent_path_only: ['root@dest bound=true via hop'],
      not_hostbound: ['root@dest bound=true'],
      certificate: ['root@dest bound=true'],
      sshsig: ['file'],
    });
  });
});
