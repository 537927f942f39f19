import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LAB_ROOT_NAME, labFidoRoot } from '../../../lab/authenticator/attestation-certificates.ts';
import { cborMap, decodeCbor, encodeCbor } from '../../../lab/authenticator/cbor.ts';
import { LabAuthenticator, type LabAuthenticatorOptions } from '../../../lab/authenticator/lab-authenticator.ts';
import { profileNames } from '../../../lab/authenticator/profiles.ts';
import { ManualClock } from './manual-clock.ts';
import {
  bytesOf,
  CLIENT_DATA_HASH,
  getAssertionRequest,
  type MakeOptions,
  makeCredentialRequest,
  mapOf,
  Platform,
  type Reply,
  readAuthData,
  sha256,
  verifyWithCose,
} from './platform.ts';

const PIN = '123456';
const MC = 0x01;
const GA = 0x02;
const CM = 0x04;

async function plug(options: LabAuthenticatorOptions) {
  const authenticator = new LabAuthenticator(options);
  return { authenticator, platform: await Platform.connect(authenticator.bus) };
}

async function make(platform: Platform, options: MakeOptions = {}, pin?: string) {
  const rpId = options.rpId ?? 'ssh:';
  const token = pin === undefined ? undefined : await platform.mustToken(2, pin, MC, rpId);
  const reply = await platform.command(0x01, makeCredentialRequest({ ...options, ...(token ? { token } : {}) }));
  if (reply.status !== 0) throw new Error(`makeCredential: 0x${reply.status.toString(16)}`);
  const authData = bytesOf(reply.map.get(2));
  return { reply, authData, ...readAuthData(authData) };
}

/** The COSE key at the head of what follows the credential id; extension outputs may follow it. */
function coseKey(rest: Uint8Array) {
  for (let length = rest.length; length > 0; length--) {
    try {
      return mapOf(decodeCbor(rest.subarray(0, length)));
    } catch {
      // Not the end of the key yet.
    }
  }
  throw new Error('no COSE key');
}

describe('getInfo', () => {
  it.each(profileNames)('of %s is canonical, tells the truth, and is as long as such keys say', async (profile) => {
    const { platform } = await plug({ profile });
    const { status, map } = await platform.command(0x04);
    expect(status).toBe(0);
    expect(mapOf(map.get(4)).get('clientPin')).toBe(false);
    // A YubiKey 5.4.3 answers in 179 bytes (0xb3, Yubico/libfido2 issue 140), newer ones in up to about 350.
    const length = encodeCbor(map).length;
    expect(length).toBeGreaterThan(60);
    expect(length).toBeLessThan(400);
  });

  it('a 5.4 answers in 4 packets as the real one, a 5.7 needs more', async () => {
    const sizes = await Promise.all(
      (['yubikey-5.4', 'yubikey-5.7'] as const).map(async (profile) => {
        const { authenticator, platform } = await plug({ profile });
        authenticator.counters.reset();
        await platform.command(0x04);
        return authenticator.counters.read().packetsIn;
      }),
    );
    expect(sizes[0]).toBe(4);
    expect(sizes[1]).toBeGreaterThan(4);
  });
});

describe('makeCredential and getAssertion', () => {
  it.each([-7, -8])('algorithm %i: the assertion verifies with the key of the credential', async (algorithm) => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    const made = await make(platform, { algorithms: [-257, algorithm] });
    const cose = coseKey(made.rest);
    expect(cose.get(3)).toBe(algorithm);
    const signed = await platform.command(0x02, getAssertionRequest({ allowIds: [made.credentialId] }));
    const authData = bytesOf(signed.map.get(2));
    expect(authData).toHaveLength(37);
    expect(authData.subarray(0, 32)).toEqual(sha256('ssh:'));
    const message = Buffer.concat([authData, CLIENT_DATA_HASH]);
    expect(verifyWithCose(cose, message, bytesOf(signed.map.get(3)))).toBe(true);
    expect(readAuthData(authData)).toMatchObject({ flags: 0x01, counter: made.counter + 1 });
  });

  it.each(profileNames)('%s: realistic ids of 64 to 128 bytes, its own AAGUID, packed attestation', async (profile) => {
    const { authenticator, platform } = await plug({ profile });
    const made = await make(platform, { algorithms: [-7] });
    expect(made.credentialId.length).toBeGreaterThanOrEqual(64);
    expect(made.credentialId.length).toBeLessThanOrEqual(128);
    expect(made.aaguid).toBe(authenticator.profile.aaguid);
    expect(made.reply.map.get(1)).toBe('packed');
  });

  it('an algorithm the key does not do is 0x26', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.1' });
    expect((await platform.command(0x01, makeCredentialRequest({ algorithms: [-8] }))).status).toBe(0x26);
  });

  it('a wrapped credential works after save and load, not on another key, not for another relying party', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7' });
    const { credentialId } = await make(platform);
    const probe = async (on: Platform, rpId = 'ssh:') =>
      (await on.command(0x02, getAssertionRequest({ rpId, allowIds: [credentialId], up: false }))).status;
    expect(await probe(platform)).toBe(0);
    expect(await probe(platform, 'ssh:other')).toBe(0x2e);
    const loaded = await plug({ profile: 'yubikey-5.7', state: authenticator.save() });
    expect(await probe(loaded.platform)).toBe(0);
    expect(await probe((await plug({ profile: 'yubikey-5.7' })).platform)).toBe(0x2e);
    expect(authenticator.credentials()).toEqual([]);
  });

  it('a resident credential of the same rp.id and user.id silently replaces the old one', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7' });
    const first = await make(platform, { rk: true });
    const second = await make(platform, { rk: true });
    await make(platform, { rk: true, userId: Uint8Array.of(9) });
    expect(authenticator.credentials()).toHaveLength(2);
    const probe = (id: Uint8Array) => platform.command(0x02, getAssertionRequest({ allowIds: [id], up: false }));
    expect((await probe(first.credentialId)).status).toBe(0x2e);
    expect((await probe(second.credentialId)).status).toBe(0);
  });

  it('the store has 25 slots on a 5.4: the next is 0x28, a replacement still fits', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.4' });
    for (let user = 0; user < 25; user++) await make(platform, { rk: true, userId: Uint8Array.of(user) });
    const request = (user: number) => makeCredentialRequest({ rk: true, userId: Uint8Array.of(user) });
    expect((await platform.command(0x01, request(25))).status).toBe(0x28);
    expect((await platform.command(0x01, request(3))).status).toBe(0);
    expect(authenticator.credentials()).toHaveLength(25);
  });

  it('an exclude list hit asks for a touch first, then answers 0x19', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7' });
    const { credentialId } = await make(platform, { rk: true });
    authenticator.counters.reset();
    const reply = await platform.command(0x01, makeCredentialRequest({ excludeIds: [credentialId] }));
    expect(reply.status).toBe(0x19);
    expect(authenticator.counters.read().touches).toBe(1);
  });

  it('whether a PIN is needed is as in ctap.md section 5', async () => {
    const status = async (profile: (typeof profileNames)[number], rk: boolean) => {
      const { platform } = await plug({ profile, pin: PIN });
      return (await platform.command(0x01, makeCredentialRequest({ rk, algorithms: [-7] }))).status;
    };
    expect(await status('yubikey-5.7', false)).toBe(0);
    expect(await status('yubikey-5.7', true)).toBe(0x36);
    expect(await status('yubikey-5.4', false)).toBe(0x36);
    expect(await status('plain-ctap20', true)).toBe(0x36);
  });

  it('up false is an error in makeCredential, rk in getAssertion, uv where no finger is', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    expect((await platform.command(0x01, makeCredentialRequest({ up: false }))).status).toBe(0x2c);
    expect((await platform.command(0x01, makeCredentialRequest({ uv: true }))).status).toBe(0x2c);
    const request = cborMap([...getAssertionRequest(), [5, cborMap([['rk', true]])]]);
    expect((await platform.command(0x02, request)).status).toBe(0x2b);
  });

  it('a zero-length pinUvAuthParam asks for a touch and says whether a PIN is set', async () => {
    const param = new Uint8Array();
    const unset = await plug({ profile: 'yubikey-5.4' });
    expect((await unset.platform.command(0x01, makeCredentialRequest({ param }))).status).toBe(0x35);
    const set = await plug({ profile: 'yubikey-5.4', pin: PIN });
    expect((await set.platform.command(0x01, makeCredentialRequest({ param }))).status).toBe(0x31);
    expect(set.authenticator.counters.read().touches).toBe(1);
  });

  it('a request that is not canonical is 0x12, one too long for the key 0x39, an unknown command 0x01', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    const send = async (hex: string) => {
      await platform.host.send(platform.channel, 0x10, Buffer.from(hex, 'hex'));
      return (await platform.reply()).status;
    };
    expect(await send('06a202020102')).toBe(0x12);
    expect(await send('06a2010218020200')).toBe(0x12);
    expect(await send(`01${'00'.repeat(1536)}`)).toBe(0x39);
    expect(await send('55')).toBe(0x01);
    expect(await send('0c')).toBe(0x01);
  });
});

describe('credProtect', () => {
  it.each([
    [1, true, true, true],
    [2, true, false, true],
    [3, false, false, true],
  ])('%i: seen by id %s, discovered %s, with verification %s', async (level, byId, discovered, verified) => {
    const { platform } = await plug({ profile: 'yubikey-5.7', pin: PIN });
    const { credentialId, flags, authData } = await make(platform, { rk: true, credProtect: level }, PIN);
    expect(flags).toBe(0xc5);
    expect(authData.at(-1)).toBe(level);
    const found = async (options: Parameters<typeof getAssertionRequest>[0]) =>
      (await platform.command(0x02, getAssertionRequest(options))).status === 0;
    expect(await found({ allowIds: [credentialId], up: false })).toBe(byId);
    expect(await found({ up: false })).toBe(discovered);
    const token = await platform.mustToken(2, PIN, GA, 'ssh:');
    expect(await found({ token })).toBe(verified);
  });

  it('is ignored without a word by a key that does not know it', async () => {
    const { platform } = await plug({ profile: 'plain-ctap20' });
    const made = await make(platform, { rk: true, credProtect: 3 });
    expect(made.flags).toBe(0x41);
    expect((await platform.command(0x02, getAssertionRequest({ up: false }))).status).toBe(0);
  });

  it('any other level is refused', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    expect((await platform.command(0x01, makeCredentialRequest({ credProtect: 4 }))).status).toBe(0x2c);
  });
});

describe('flags and touch', () => {
  it('up false gives no UP bit and asks for no touch; a token sets UV', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7', pin: PIN });
    await make(platform, { rk: true }, PIN);
    authenticator.counters.reset();
    const token = await platform.mustToken(2, PIN, GA, 'ssh:');
    const silent = await platform.command(0x02, getAssertionRequest({ token, up: false }));
    expect(readAuthData(bytesOf(silent.map.get(2))).flags).toBe(0x04);
    const touched = await platform.command(0x02, getAssertionRequest({ token }));
    expect(readAuthData(bytesOf(touched.map.get(2))).flags).toBe(0x05);
    expect(authenticator.counters.read().touches).toBe(1);
  });

  it('alwaysUv: every makeCredential and getAssertion wants a PIN', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7', pin: PIN });
    const { credentialId } = await make(platform);
    const token = await platform.mustToken(2, PIN, 0x20);
    const message = Buffer.concat([Buffer.alloc(32, 0xff), Uint8Array.of(0x0d, 2)]);
    await platform.command(
      0x0d,
      cborMap([
        [1, 2],
        [3, 2],
        [4, token.param(message)],
      ]),
    );
    const options = mapOf((await platform.command(0x04)).map.get(4));
    expect([options.get('alwaysUv'), options.get('makeCredUvNotRqd')]).toEqual([true, false]);
    expect((await platform.command(0x01, makeCredentialRequest())).status).toBe(0x36);
    expect((await platform.command(0x02, getAssertionRequest({ allowIds: [credentialId] }))).status).toBe(0x36);
  });
});

describe('several accounts', () => {
  async function threeAccounts(clock = new ManualClock()) {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7', pin: PIN, env: { clock } });
    for (const user of [1, 2, 3]) {
      await make(platform, { rk: true, userId: Uint8Array.of(user), userName: `user ${user}` }, PIN);
    }
    const token = await platform.mustToken(2, PIN, GA, 'ssh:');
    const first = await platform.command(0x02, getAssertionRequest({ token }));
    return { authenticator, platform, first, clock };
  }
  const nameOf = (reply: Reply) => mapOf(reply.map.get(4)).get('name');

  it('come newest first, counted in the first reply, and end with 0x30', async () => {
    const { platform, first } = await threeAccounts();
    expect([first.map.get(5), nameOf(first)]).toEqual([3, 'user 3']);
    const second = await platform.command(0x08);
    expect([second.map.get(5), nameOf(second)]).toEqual([undefined, 'user 2']);
    expect(nameOf(await platform.command(0x08))).toBe('user 1');
    expect((await platform.command(0x08)).status).toBe(0x30);
  });

  it('are lost when another command comes between, and after 30 s', async () => {
    const between = await threeAccounts();
    await between.platform.command(0x04);
    expect((await between.platform.command(0x08)).status).toBe(0x30);
    const late = await threeAccounts();
    await late.clock.pass(30_001);
    expect((await late.platform.command(0x08)).status).toBe(0x30);
  });

  it('names are told to a verified user alone', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    await make(platform, { rk: true, userId: Uint8Array.of(1) });
    await make(platform, { rk: true, userId: Uint8Array.of(2) });
    const reply = await platform.command(0x02, getAssertionRequest());
    expect([reply.map.get(5), nameOf(reply)]).toEqual([2, undefined]);
  });
});

describe('attestation', () => {
  it.each(profileNames)('of %s chains to the lab root and has what WebAuthn asks of a leaf', async (profile) => {
    const { authenticator, platform } = await plug({ profile });
    const { reply, authData } = await make(platform, { algorithms: [-7] });
    const statement = mapOf(reply.map.get(3));
    const chain = statement.get('x5c');
    if (!Array.isArray(chain)) throw new Error('no x5c');
    const der = bytesOf(chain[0]);
    const leaf = new X509Certificate(der);
    const root = new X509Certificate(labFidoRoot());
    expect(root.subject).toContain(`CN=${LAB_ROOT_NAME}`);
    expect(root.ca && root.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root) && leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.subject).toMatch(/^C=SE\nO=Glasskey Lab\nOU=Authenticator Attestation\nCN=/);
    // OID 1.3.6.1.4.1.45724.1.1.4, not critical: OCTET STRING { 04 10 ‖ AAGUID }.
    const extension = `060b2b0601040182e51c01010404120410${authenticator.profile.aaguid}`;
    expect(Buffer.from(der).toString('hex')).toContain(extension);
    const { verify } = await import('node:crypto');
    const message = Buffer.concat([authData, CLIENT_DATA_HASH]);
    expect(verify('sha256', message, leaf.publicKey, bytesOf(statement.get('sig')))).toBe(true);
  });

  it('none, self and forged are what they say', async () => {
    const { authenticator, platform } = await plug({ profile: 'yubikey-5.7', attestation: 'none' });
    const none = await make(platform);
    expect([none.reply.map.get(1), none.reply.map.get(3)]).toEqual(['none', new Map()]);
    authenticator.attestation.mode = 'self';
    const self = await make(platform);
    const selfStatement = mapOf(self.reply.map.get(3));
    const selfMessage = Buffer.concat([self.authData, CLIENT_DATA_HASH]);
    expect(selfStatement.has('x5c')).toBe(false);
    expect(verifyWithCose(coseKey(self.rest), selfMessage, bytesOf(selfStatement.get('sig')))).toBe(true);
    authenticator.attestation.mode = 'forged';
    const forged = await make(platform);
    const statement = mapOf(forged.reply.map.get(3));
    const chain = statement.get('x5c');
    if (!Array.isArray(chain)) throw new Error('no x5c');
    const leaf = new X509Certificate(bytesOf(chain[0]));
    const { verify } = await import('node:crypto');
    const message = Buffer.concat([forged.authData, CLIENT_DATA_HASH]);
    expect(verify('sha256', message, leaf.publicKey, bytesOf(statement.get('sig')))).toBe(false);
  });
});

describe('credential management', () => {
  async function manage(platform: Platform, subCommand: number, params?: ReturnType<typeof cborMap>, command = 0x0a) {
    const token = command === 0x0a ? await platform.mustToken(2, PIN, CM) : await platform.mustToken(2, PIN);
    const body = params === undefined ? new Uint8Array() : encodeCbor(params);
    const param = token.param(Buffer.concat([Uint8Array.of(subCommand), body]));
    return platform.command(
      command,
      cborMap([
        [1, subCommand],
        [2, params],
        [3, 2],
        [4, param],
      ]),
    );
  }

  async function withThree(profile: 'yubikey-5.7' | 'yubikey-5.4') {
    const { authenticator, platform } = await plug({ profile });
    const made = [
      await make(platform, { rk: true, userId: Uint8Array.of(1) }),
      await make(platform, { rk: true, userId: Uint8Array.of(2), credProtect: 3 }),
      await make(platform, { rk: true, rpId: 'ssh:demo' }),
    ];
    await platform.setPin(2, PIN);
    return { authenticator, platform, made };
  }

  it.each([
    ['yubikey-5.7', 0x0a],
    ['yubikey-5.4', 0x41],
  ] as const)('%s, command 0x%s: counts, relying parties and credentials', async (profile, command) => {
    const { platform } = await withThree(profile);
    const metadata = (await manage(platform, 1, undefined, command)).map;
    expect([metadata.get(1), metadata.get(2)]).toEqual([3, profile === 'yubikey-5.7' ? 97 : 22]);
    const firstRp = (await manage(platform, 2, undefined, command)).map;
    const secondRp = (await platform.command(command, cborMap([[1, 3]]))).map;
    expect([mapOf(firstRp.get(3)).get('id'), firstRp.get(5)]).toEqual(['ssh:demo', 2]);
    expect([mapOf(secondRp.get(3)).get('id'), secondRp.get(5)]).toEqual(['ssh:', undefined]);
    expect((await platform.command(command, cborMap([[1, 3]]))).status).toBe(0x30);
    const first = (await manage(platform, 4, cborMap([[1, bytesOf(secondRp.get(4))]]), command)).map;
    const second = (await platform.command(command, cborMap([[1, 5]]))).map;
    expect([first.get(9), first.get(10), second.get(10)]).toEqual([2, 3, 1]);
    expect(mapOf(first.get(8)).get(3)).toBe(-8);
  });

  it('deletes and renames; a changed user.id is refused; the preview cannot rename', async () => {
    const { authenticator, platform, made } = await withThree('yubikey-5.7');
    const id = made[0]?.credentialId ?? new Uint8Array();
    const descriptor = cborMap([
      ['id', id],
      ['type', 'public-key'],
    ]);
    const rename = (userId: number) =>
      cborMap([
        [2, descriptor],
        [
          3,
          cborMap([
            ['id', Uint8Array.of(userId)],
            ['name', 'bob'],
          ]),
        ],
      ]);
    expect((await manage(platform, 7, rename(1))).status).toBe(0);
    expect(authenticator.credentials().map((one) => one.userName)).toContain('bob');
    expect((await manage(platform, 7, rename(7))).status).toBe(0x02);
    expect((await manage(platform, 6, cborMap([[2, descriptor]]))).status).toBe(0);
    expect((await manage(platform, 6, cborMap([[2, descriptor]]))).status).toBe(0x2e);
    expect(authenticator.credentials()).toHaveLength(2);
    const old = await withThree('yubikey-5.4');
    expect((await manage(old.platform, 7, rename(1), 0x41)).status).toBe(0x3e);
  });

  it('without a token it is 0x36, with nothing stored 0x2e, and long rp ids come back cut', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7', pin: PIN });
    expect((await platform.command(0x0a, cborMap([[1, 1]]))).status).toBe(0x36);
    expect((await manage(platform, 2)).status).toBe(0x2e);
    const rpId = 'ssh:a-very-long-application-name-indeed';
    await make(platform, { rk: true, rpId }, PIN);
    const rp = (await manage(platform, 2)).map;
    expect(mapOf(rp.get(3)).get('id')).toBe(`ssh:\u2026${rpId.slice(-25)}`);
    expect(rp.get(4)).toEqual(sha256(rpId));
  });

  it('a 5.1 has none of it', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.1', pin: PIN });
    expect((await platform.command(0x0a, cborMap([[1, 1]]))).status).toBe(0x01);
    expect((await platform.command(0x41, cborMap([[1, 1]]))).status).toBe(0x01);
  });
});

describe('selection and reset', () => {
  it('selection answers a touch; a CTAP 2.0 key does not know it', async () => {
    const { platform } = await plug({ profile: 'yubikey-5.7' });
    expect((await platform.command(0x0b)).status).toBe(0);
    const old = await plug({ profile: 'yubikey-5.4' });
    expect((await old.platform.command(0x0b)).status).toBe(0x01);
  });

  it.each([
    ['yubikey-5.7', 10_000],
    ['yubikey-5.4', 5_000],
  ] as const)('%s: reset within %i ms of power-up wipes everything, later it is 0x30', async (profile, window) => {
    const clock = new ManualClock();
    const { authenticator, platform } = await plug({ profile, env: { clock } });
    const { credentialId } = await make(platform);
    await make(platform, { rk: true });
    await platform.setPin(2, PIN);
    await clock.pass(window + 1);
    expect((await platform.command(0x07)).status).toBe(0x30);
    await authenticator.replug();
    const again = await Platform.connect(authenticator.bus);
    expect((await again.command(0x07)).status).toBe(0);
    expect(authenticator.credentials()).toEqual([]);
    expect(mapOf((await again.command(0x04)).map.get(4)).get('clientPin')).toBe(false);
    const probe = await again.command(0x02, getAssertionRequest({ allowIds: [credentialId], up: false }));
    expect(probe.status).toBe(0x2e);
  });
});
