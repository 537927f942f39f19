import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../diagnostics/log.ts';
import type { Graph, GraphAnswer, GraphCall } from '../../../main/entra/graph.ts';
import { createProfileKeys } from '../../../main/entra/profile-key.ts';
import type { Clock } from '../../../time/clock.ts';
import { sampleLine } from '../../lab/entra/sample-line.ts';

const ID = 'com.nexusidentity.keys';

const LIST_EMPTY = answer(200, { value: [] });
const MISSING = answer(404, { error: { code: 'ResourceNotFound', message: 'Extension with given id not found.' } });
const EXISTS = answer(400, {
  error: { code: 'Request_BadRequest', message: 'An extension already exists with given id.' },
});

function answer(status: number, json?: unknown): GraphAnswer {
  return { status, json, requestId: 'r-1', retryAfterSeconds: undefined };
}

function stored(properties: Record<string, unknown>, id = ID): GraphAnswer {
  return answer(200, { '@odata.type': '#microsoft.graph.openTypeExtension', id, extensionName: ID, ...properties });
}

/** Answers in the given order, and writes down what was asked and how long was waited. */
function scripted(...answers: GraphAnswer[]) {
  const calls: GraphCall[] = [];
  const waits: number[] = [];
  const graph: Graph = {
    call: async (call) => {
      calls.push(call);
      const next = answers.shift();
      if (next === undefined) throw new Error(`nothing is scripted for ${call.method} ${call.path}`);
      return next;
    },
  };
  const clock: Clock = {
    now: () => 0,
    after: (ms, run) => {
      waits.push(ms);
      queueMicrotask(run);
      return () => {};
    },
  };
  const profile = createProfileKeys({ graph, graphHost: 'graph.example', clock, log: silentLog });
  return { profile, calls, waits, asked: () => calls.map((call) => `${call.method} ${call.path}`) };
}

describe('publishing', () => {
  it('takes "already exists" for a hint to look again, and then keeps what it finds there', async () => {
    const { profile, asked, calls } = scripted(
      LIST_EMPTY,
      EXISTS,
      stored({ publicKey: sampleLine(1), theme: 'dark' }),
      answer(200, {}),
      stored({ publicKey: sampleLine(2), theme: 'dark' }),
    );
    await profile.publishProfileKey(sampleLine(2));
    expect(asked()).toEqual([
      'GET /me/extensions',
      'POST /me/extensions',
      `GET /me/extensions/${ID}`,
      `PATCH /me/extensions/${ID}`,
      `GET /me/extensions/${ID}`,
    ]);
    expect(calls[3]?.body).toEqual({
      '@odata.type': 'microsoft.graph.openTypeExtension',
      extensionName: ID,
      theme: 'dark',
      publicKey: sampleLine(2),
    });
  });

  it('creates the extension when it went away under a PATCH', async () => {
    const list = answer(200, { value: [{ id: ID, publicKey: sampleLine(1) }] });
    const { profile, asked } = scripted(list, MISSING, MISSING, answer(202), stored({ publicKey: sampleLine(2) }));
    await profile.publishProfileKey(sampleLine(2));
    expect(asked()[3]).toBe('POST /me/extensions');
  });

  it('is content when a write that was answered "already exists" was its own', async () => {
    const { profile } = scripted(
      LIST_EMPTY,
      EXISTS,
      stored({ publicKey: sampleLine(2) }),
      stored({ publicKey: sampleLine(2) }),
    );
    const publication = await profile.publishProfileKey(sampleLine(2), { expectedPrevious: null });
    expect(publication.outcome).toBe('created');
  });

  it('gives up on a directory that never makes up its mind', async () => {
    const { profile } = scripted(LIST_EMPTY, EXISTS, MISSING, EXISTS, MISSING, EXISTS, MISSING, EXISTS);
    await expect(profile.publishProfileKey(sampleLine(2))).rejects.toMatchObject({ code: 'ENTRA_GRAPH_REFUSED' });
  });

  it('stops when the key that appears meanwhile is not the expected one', async () => {
    const { profile } = scripted(LIST_EMPTY, EXISTS, stored({ publicKey: sampleLine(9) }));
    const publishing = profile.publishProfileKey(sampleLine(2), { expectedPrevious: null });
    await expect(publishing).rejects.toMatchObject({ code: 'PROFILE_KEY_CHANGED' });
  });

  it('looks six times, ever more slowly, before it says that the line is not there', async () => {
    const { profile, waits } = scripted(LIST_EMPTY, answer(201, {}), ...Array<GraphAnswer>(6).fill(MISSING));
    await expect(profile.publishProfileKey(sampleLine(2))).rejects.toMatchObject({
      code: 'PROFILE_READ_BACK_DIFFERS',
      detail: { looks: 6, found: 'nothing' },
    });
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  it('takes a line without its line feed for another one', async () => {
    const same = stored({ publicKey: sampleLine(2).trimEnd() });
    const { profile } = scripted(LIST_EMPTY, answer(201, {}), ...Array<GraphAnswer>(6).fill(same));
    await expect(profile.publishProfileKey(sampleLine(2))).rejects.toMatchObject({ code: 'PROFILE_READ_BACK_DIFFERS' });
  });

  // shared/reference/azure.md, section 1.3.
  it.each([
    [401, 'ENTRA_TOKEN_REFUSED'],
    [403, 'ENTRA_PROFILE_FORBIDDEN'],
    [413, 'ENTRA_GRAPH_REFUSED'],
    [429, 'ENTRA_THROTTLED'],
    [504, 'ENTRA_GRAPH_UNAVAILABLE'],
  ])('says what a refusal with status %i means, with the request id', async (status, code) => {
    const innererror = { 'request-id': 'r-2' };
    const refused = answer(status, { error: { code: 'x', message: 'y', innererror } });
    const { profile } = scripted(LIST_EMPTY, refused);
    await expect(profile.publishProfileKey(sampleLine(2))).rejects.toMatchObject({
      code,
      detail: { requestId: 'r-2' },
    });
  });
});

describe('reading', () => {
  it.each([ID, `microsoft.graph.openTypeExtension.${ID}`, 'COM.NexusIdentity.Keys'])('finds the id %s', async (id) => {
    const others = [{ id: 'com.example.other', publicKey: 'no' }];
    const { profile } = scripted(
      answer(200, { value: [...others, { id, publicKey: 'any text', 'n@odata.type': '#Int64' }] }),
    );
    expect(await profile.readProfileKey()).toEqual({
      line: 'any text',
      extensionExists: true,
      otherProperties: { 'n@odata.type': '#Int64' },
    });
  });

  it.each([undefined, [], { value: {} }, { value: [{ publicKey: 'x' }] }])('refuses the answer %j', async (json) => {
    const { profile } = scripted(answer(200, json));
    await expect(profile.readProfileKey()).rejects.toMatchObject({ code: 'ENTRA_ANSWER_MALFORMED' });
  });

  it('ends on pages that go in a circle', async () => {
    const page = answer(200, { value: [], '@odata.nextLink': 'https://graph.example/v1.0/me/extensions?x' });
    const { profile, calls } = scripted(...Array<GraphAnswer>(20).fill(page));
    expect((await profile.readProfileKey()).extensionExists).toBe(false);
    expect(calls).toHaveLength(20);
  });
});
