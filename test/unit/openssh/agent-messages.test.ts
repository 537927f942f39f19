import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import { AGENT_MESSAGE_LIMIT, AgentFramer, frameAgentMessage } from '../../../main/openssh/agent-framing.ts';
import {
  type AgentRequest,
  encodeAgentRequest,
  encodeAgentResponse,
  parseAgentRequest,
  parseAgentResponse,
  queryAnswer,
} from '../../../main/openssh/agent-messages.ts';
import {
  bindSession,
  SESSION_BIND_EXTENSION,
  type SessionBindings,
  UNBOUND,
} from '../../../main/openssh/agent-session-bind.ts';

const VECTORS = join(import.meta.dirname, '../../../../shared/vectors/generated/agent/transcripts.json');
const haveVectors = existsSync(VECTORS);
if (!haveVectors) console.warn(`SKIPPED: agent transcripts, because ${VECTORS} is absent`);

const Transcripts = z.object({
  sessions: z.record(
    z.string(),
    z.object({
      events: z.array(
        z.object({
          connection: z.number(),
          request: z.string().optional(),
          response: z.string().optional(),
          closed: z.boolean().optional(),
        }),
      ),
    }),
  ),
});

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function transcripts() {
  const { sessions } = Transcripts.parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
  return Object.entries(sessions);
}

/** Any bytes: a value, or a GlasskeyError that is not a bug, within 100 ms. */
function givesValueOrTypedError<T>(parse: () => T): T | undefined {
  const start = performance.now();
  try {
    return parse();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(GlasskeyError);
    expect((thrown as GlasskeyError).kind).toBe('expected');
    return undefined;
  } finally {
    expect(performance.now() - start).toBeLessThan(100);
  }
}

const bytes = (maxLength = 300) => fc.uint8Array({ maxLength });
/** Message numbers that exist come first, so that the bodies behind them are reached. */
const anyMessage = fc
  .tuple(
    fc.oneof(fc.constantFrom(1, 5, 6, 9, 11, 12, 13, 14, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29), fc.nat(255)),
    bytes(),
  )
  .map(([type, body]) => Uint8Array.of(type, ...body));

describe('recorded conversations of OpenSSH', () => {
  it.skipIf(!haveVectors)('every request parses and encodes again to the same bytes', () => {
    let seen = 0;
    for (const [name, { events }] of transcripts()) {
      for (const { request } of events) {
        if (request === undefined) continue;
        seen += 1;
        const parsed = parseAgentRequest(hex(request));
        expect(toHex(encodeAgentRequest(parsed)), name).toBe(request);
        if (parsed.type === 'unknown') expect(parsed.messageType).toBe(99);
      }
    }
    expect(seen).toBeGreaterThan(40);
  });

  it.skipIf(!haveVectors)('every answer parses and encodes again to the same bytes', () => {
    for (const [name, { events }] of transcripts()) {
      for (const { response } of events) {
        if (response) expect(toHex(encodeAgentResponse(parseAgentResponse(hex(response)))), name).toBe(response);
      }
    }
  });

  it.skipIf(!haveVectors)('every session binding is accepted or refused as ssh-agent did', () => {
    let accepted = 0;
    let refused = 0;
    for (const [name, { events }] of transcripts()) {
      const connections = new Map<number, SessionBindings>();
      for (const { connection, request, response } of events) {
        if (request === undefined) continue;
        const parsed = parseAgentRequest(hex(request));
        if (parsed.type !== 'extension' || parsed.name !== SESSION_BIND_EXTENSION) continue;
        const outcome = bindSession(connections.get(connection) ?? UNBOUND, parsed.data);
        connections.set(connection, outcome.bindings);
        expect(outcome.refusal === undefined, name).toBe(response === '06');
        if (outcome.refusal) refused += 1;
        else accepted += 1;
      }
    }
    expect(accepted).toBeGreaterThanOrEqual(11);
    expect(refused).toBeGreaterThanOrEqual(1);
  });

  it.skipIf(!haveVectors)('ssh-add requests show their constraints', () => {
    const manage = transcripts().find(([name]) => name === 'manage')?.[1].events ?? [];
    const added = manage
      .flatMap(({ request }) => (request === undefined ? [] : [parseAgentRequest(hex(request))]))
      .filter((request) => request.type === 'addIdentityConstrained');
    expect(added[0]?.constraints).toEqual([{ kind: 'sk-provider', provider: 'internal' }]);
    expect(added[1]?.constraints).toEqual([
      { kind: 'lifetime', seconds: 300 },
      { kind: 'confirm' },
      { kind: 'sk-provider', provider: 'internal' },
    ]);
    const restricted = added[2]?.constraints[1];
    expect(restricted).toMatchObject({ kind: 'restrict-destination' });
    if (restricted?.kind !== 'restrict-destination') return;
    expect(restricted.destinations.map(({ to }) => [to.user, to.hostname, to.keys.length])).toEqual([
      ['', '[127.0.0.1]:22022', 2],
      ['root', '[127.0.0.1]:22023', 1],
    ]);
  });

  it.skipIf(!haveVectors)('a request cut short at any byte is malformed, never another request', () => {
    for (const [, { events }] of transcripts()) {
      for (const { request } of events) {
        if (request === undefined) continue;
        const whole = hex(request);
        // Message 27 and "other" messages end with free data, whose end only their own parser knows.
        if (whole[0] === 27 || whole.length < 2) continue;
        const constraintsMayEndEarly = whole[0] === 25;
        for (let length = 1; length < whole.length; length += 1) {
          const parsed = givesValueOrTypedError(() => parseAgentRequest(whole.subarray(0, length)));
          if (parsed !== undefined) expect(constraintsMayEndEarly).toBe(true);
        }
      }
    }
  });
});

describe('messages', () => {
  const requests: AgentRequest[] = [
    { type: 'requestIdentities' },
    { type: 'signRequest', keyBlob: hex('0102'), data: hex('03'), flags: 4 },
    { type: 'removeIdentity', keyBlob: hex('0102') },
    { type: 'addSmartcardKey', provider: '/lib/p.so', pin: hex('31') },
    { type: 'addSmartcardKeyConstrained', provider: '/lib/p.so', pin: hex('31'), constraints: [{ kind: 'confirm' }] },
    { type: 'removeSmartcardKey', provider: '/lib/p.so', pin: hex('31') },
    { type: 'lock', passphrase: hex('6162') },
    { type: 'unlock', passphrase: hex('6162') },
    { type: 'extension', name: 'query', data: hex('') },
    { type: 'addIdentity', key: { kind: 'other', keyType: 'ssh-ed25519', rest: hex('00000000') } },
    { type: 'unknown', messageType: 200, body: hex('ff') },
  ];

  it.each(requests.map((request) => [request.type, request] as const))(
    '%s survives encoding and parsing',
    (_, request) => {
      expect(parseAgentRequest(encodeAgentRequest(request))).toEqual(request);
    },
  );

  it('a byte too many makes a request malformed', () => {
    expect(() => parseAgentRequest(hex('0b00'))).toThrow(expect.objectContaining({ code: 'AGENT_MESSAGE_MALFORMED' }));
  });

  it('an identity count that the message cannot hold makes nothing but an error', () => {
    expect(() => parseAgentResponse(hex('0c00000800'))).toThrow(GlasskeyError);
    expect(() => parseAgentResponse(hex('0cffffffff'))).toThrow(GlasskeyError);
  });

  it('the query answer lists each extension as a string behind the name', () => {
    // draft-ietf-sshm-ssh-agent, section 5.8.1
    expect(toHex(encodeAgentResponse(queryAnswer(['a@b'])))).toBe('1d000000057175657279' + '00000003614062');
  });

  it('a quarter of a million one-byte constraints are refused', () => {
    const many = Uint8Array.of(26, 0, 0, 0, 0, 0, 0, 0, 0, ...new Uint8Array(1000).fill(2));
    expect(() => parseAgentRequest(many)).toThrow(GlasskeyError);
  });
});

describe('any bytes', () => {
  it('as a request give a value or a typed error, and what parses encodes and parses to the same', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessage, bytes()), (message) => {
        const parsed = givesValueOrTypedError(() => parseAgentRequest(message));
        if (parsed === undefined) return;
        const again = encodeAgentRequest(parsed);
        expect(parseAgentRequest(again)).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });

  it('as an answer give a value or a typed error', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessage, bytes()), (message) => {
        const parsed = givesValueOrTypedError(() => parseAgentResponse(message));
        if (parsed) expect(toHex(encodeAgentResponse(parsed))).toBe(toHex(message));
      }),
      { numRuns: 2000 },
    );
  });

  it.skipIf(!haveVectors)('made by damaging real requests give a value or a typed error', () => {
    const real = transcripts().flatMap(([, { events }]) =>
      events.flatMap(({ request }) => (request ? [hex(request)] : [])),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...real),
        fc.array(fc.tuple(fc.nat(800), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (message, hits) => {
          const damaged = message.slice();
          for (const [at, value] of hits) damaged[at % damaged.length] = value;
          const parsed = givesValueOrTypedError(() => parseAgentRequest(damaged));
          if (parsed?.type === 'extension') givesValueOrTypedError(() => bindSession(UNBOUND, parsed.data));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('framing', () => {
  it('chunking never changes the result', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 400 })),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map(frameAgentMessage));
          const framer = new AgentFramer();
          const received: Uint8Array[] = [];
          let offset = 0;
          for (const cut of [...cuts, stream.length]) {
            received.push(...framer.push(stream.subarray(offset, offset + cut)));
            offset += cut;
          }
          expect(received.map(toHex)).toEqual(messages.map(toHex));
          expect(framer.atBoundary).toBe(true);
        },
      ),
    );
  });

  it('any stream gives messages or a typed error', () => {
    fc.assert(
      fc.property(fc.array(bytes(), { maxLength: 8 }), (chunks) => {
        const framer = new AgentFramer();
        givesValueOrTypedError(() => chunks.flatMap((chunk) => framer.push(chunk)));
      }),
    );
  });

  it('a length over 256 KiB is refused at its fourth byte, one of exactly 256 KiB is not', () => {
    expect(() => new AgentFramer().push(hex('00040001'))).toThrow(
      expect.objectContaining({ code: 'AGENT_MESSAGE_TOO_LONG' }),
    );
    expect(() => new AgentFramer().push(hex('ffffffff'))).toThrow(
      expect.objectContaining({ code: 'AGENT_MESSAGE_TOO_LONG' }),
    );
    const largest = new Uint8Array(AGENT_MESSAGE_LIMIT).fill(7);
    expect(new AgentFramer().push(frameAgentMessage(largest))[0]?.length).toBe(AGENT_MESSAGE_LIMIT);
    expect(() => frameAgentMessage(new Uint8Array(AGENT_MESSAGE_LIMIT + 1))).toThrow(GlasskeyError);
  });

  it('a length of zero is refused', () => {
    expect(() => new AgentFramer().push(hex('00000000'))).toThrow(
      expect.objectContaining({ code: 'AGENT_MESSAGE_EMPTY' }),
    );
  });

  it('a thousand clients that promise 256 KiB and send one byte cost less than 8 MiB', () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 1000 }, () => {
      const framer = new AgentFramer();
      framer.push(hex('0004000001'));
      return framer;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    expect(framers).toHaveLength(1000);
  });

  it('256 KiB arriving byte by byte take under a second', () => {
    const framer = new AgentFramer();
    const stream = frameAgentMessage(new Uint8Array(AGENT_MESSAGE_LIMIT));
    const start = performance.now();
    let messages = 0;
    for (let at = 0; at < stream.length; at += 1) messages += framer.push(stream.subarray(at, at + 1)).length;
    expect(messages).toBe(1);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
