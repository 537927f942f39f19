import { beforeEach, describe, expect, it } from 'vitest';
import { cborMap } from '../../../lab/authenticator/cbor.ts';
import { LabAuthenticator } from '../../../lab/authenticator/lab-authenticator.ts';
import type { ProfileName } from '../../../lab/authenticator/profiles.ts';
import { ManualClock } from './manual-clock.ts';
import { getAssertionRequest, makeCredentialRequest, mapOf, Platform } from './platform.ts';

const PIN = '123456';
const MC = 0x01;
const GA = 0x02;
const CM = 0x04;

let clock: ManualClock;

beforeEach(() => {
  clock = new ManualClock();
});

async function plug(profile: ProfileName, options: { pin?: string; fingers?: number } = {}) {
  const authenticator = new LabAuthenticator({ profile, env: { clock }, ...options });
  return { authenticator, platform: await Platform.connect(authenticator.bus) };
}

async function retries(platform: Platform): Promise<[unknown, unknown]> {
  const { map } = await platform.command(0x06, cborMap([[2, 1]]));
  return [map.get(3), map.get(4)];
}

describe.each([1, 2] as const)('PIN protocol %i', (protocol) => {
  it('a PIN is set, changed and gives a token; the old one is wrong from then on', async () => {
    const { platform } = await plug('yubikey-5.7');
    expect(await platform.setPin(protocol, PIN)).toBe(0);
    expect(await platform.setPin(protocol, PIN)).toBe(0x33);
    expect(await platform.changePin(protocol, PIN, 'pässwörd')).toBe(0);
    expect(await platform.token(protocol, PIN, MC, 'ssh:')).toBe(0x31);
    expect(await platform.token(protocol, 'pässwörd', MC, 'ssh:')).toBeTypeOf('object');
  });

  it('three wrong PINs in a row block until a power cycle, retries stay counted', async () => {
    const { authenticator, platform } = await plug('yubikey-5.7', { pin: PIN });
    expect(await platform.token(protocol, '000000', CM)).toBe(0x31);
    expect(await platform.token(protocol, '000000', CM)).toBe(0x31);
    expect(await platform.token(protocol, '000000', CM)).toBe(0x34);
    expect(await platform.token(protocol, PIN, CM)).toBe(0x34);
    expect(await retries(platform)).toEqual([5, true]);
    await authenticator.replug();
    const again = await Platform.connect(authenticator.bus);
    expect(await retries(again)).toEqual([5, false]);
    expect(await again.token(protocol, PIN, CM)).toBeTypeOf('object');
    expect(await retries(again)).toEqual([8, false]);
    expect(authenticator.counters.read().pinChecks).toBe(4);
  });

  it('the eighth wrong PIN blocks for good, replugged or not', async () => {
    const { authenticator } = await plug('yubikey-5.7', { pin: PIN });
    const statuses: unknown[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      if (attempt % 3 === 0) await authenticator.replug();
      const platform = await Platform.connect(authenticator.bus);
      statuses.push(await platform.token(protocol, '000000', CM));
    }
    expect(statuses).toEqual([0x31, 0x31, 0x34, 0x31, 0x31, 0x34, 0x31, 0x32]);
    await authenticator.replug();
    const platform = await Platform.connect(authenticator.bus);
    expect(await platform.token(protocol, PIN, CM)).toBe(0x32);
  });
});

describe('key agreement', () => {
  it('is the same until a wrong PIN, and another after it and after a power cycle', async () => {
    const { authenticator, platform } = await plug('yubikey-5.7', { pin: PIN });
    const x = async (from: Platform) => {
      const { map } = await from.command(
        0x06,
        cborMap([
          [1, 2],
          [2, 2],
        ]),
      );
      return mapOf(map.get(1)).get(-2);
    };
    const first = await x(platform);
    expect(await x(platform)).toEqual(first);
    await platform.token(2, '000000', CM);
    const second = await x(platform);
    expect(second).not.toEqual(first);
    await authenticator.replug();
    expect(await x(await Platform.connect(authenticator.bus))).not.toEqual(second);
  });

  it('a point off the curve is 0x02, a protocol the key does not speak too', async () => {
    const { platform } = await plug('yubikey-5.1', { pin: PIN });
    const offCurve = cborMap([
      [1, 2],
      [3, -25],
      [-1, 1],
      [-2, new Uint8Array(32).fill(1)],
      [-3, new Uint8Array(32).fill(1)],
    ]);
    const request = cborMap([
      [1, 1],
      [2, 5],
      [3, offCurve],
      [6, new Uint8Array(16)],
    ]);
    expect((await platform.command(0x06, request)).status).toBe(0x02);
    expect(
      (
        await platform.command(
          0x06,
          cborMap([
            [1, 2],
            [2, 2],
          ]),
        )
      ).status,
    ).toBe(0x02);
  });
});

describe('PIN rules', () => {
  it.each([
    ['three characters', '123', 0x37],
    ['four', '1234', 0],
    ['three emoji of two UTF-16 units each', '🔑🔑🔑', 0x37],
    ['four emoji', '🔑🔑🔑🔑', 0],
    ['63 bytes', 'x'.repeat(63), 0],
    ['64 bytes', 'x'.repeat(64), 0x37],
  ])('%s', async (_name, pin, status) => {
    const { platform } = await plug('yubikey-5.7');
    expect(await platform.setPin(2, pin)).toBe(status);
  });

  it('a raised minimum forces a change: no token until then, and the old PIN is no new one', async () => {
    const { authenticator, platform } = await plug('yubikey-5.7', { pin: PIN });
    const token = await platform.mustToken(2, PIN, 0x20);
    const params = cborMap([[1, 8]]);
    const message = Buffer.concat([Buffer.alloc(32, 0xff), Buffer.from('0d03a10108', 'hex')]);
    const request = cborMap([
      [1, 3],
      [2, params],
      [3, 2],
      [4, token.param(message)],
    ]);
    expect((await platform.command(0x0d, request)).status).toBe(0);
    const info = (await platform.command(0x04)).map;
    expect([info.get(0x0c), info.get(0x0d)]).toEqual([true, 8]);
    expect(await platform.token(2, PIN, CM)).toBe(0x37);
    expect(await platform.token(2, PIN)).toBe(0x31);
    expect(await platform.changePin(2, PIN, '1234567')).toBe(0x37);
    expect(await platform.changePin(2, PIN, '12345678')).toBe(0);
    expect(await platform.token(2, '12345678', CM)).toBeTypeOf('object');
    expect(authenticator.pinRetries).toBe(8);
  });

  it('without a PIN there is no token, and nothing to change', async () => {
    const { platform } = await plug('yubikey-5.7');
    expect(await platform.token(2, PIN, CM)).toBe(0x35);
    expect(await platform.changePin(2, PIN, '654321')).toBe(0x35);
  });
});

describe('tokens with permissions', () => {
  it('makeCredential with touch uses the token up', async () => {
    const { platform } = await plug('yubikey-5.7', { pin: PIN });
    const token = await platform.mustToken(2, PIN, MC | GA | CM, 'ssh:');
    expect((await platform.command(0x01, makeCredentialRequest({ token, rk: true }))).status).toBe(0);
    expect((await platform.command(0x02, getAssertionRequest({ token }))).status).toBe(0x33);
  });

  it('getAssertion without touch does not', async () => {
    const { platform } = await plug('yubikey-5.7', { pin: PIN });
    const mc = await platform.mustToken(2, PIN, MC, 'ssh:');
    await platform.command(0x01, makeCredentialRequest({ token: mc, rk: true }));
    const token = await platform.mustToken(2, PIN, GA, 'ssh:');
    expect((await platform.command(0x02, getAssertionRequest({ token, up: false }))).status).toBe(0);
    expect((await platform.command(0x02, getAssertionRequest({ token }))).status).toBe(0);
    expect((await platform.command(0x02, getAssertionRequest({ token }))).status).toBe(0x33);
  });

  it('are bound to their relying party and their permissions', async () => {
    const { platform } = await plug('yubikey-5.7', { pin: PIN });
    const other = await platform.mustToken(2, PIN, MC, 'ssh:other');
    expect((await platform.command(0x01, makeCredentialRequest({ token: other }))).status).toBe(0x33);
    const ga = await platform.mustToken(2, PIN, GA, 'ssh:');
    expect((await platform.command(0x01, makeCredentialRequest({ token: ga }))).status).toBe(0x33);
  });

  it('mc and ga need an rpId, none asked is 0x02, a permission the key does not have 0x40', async () => {
    const { platform } = await plug('yubikey-5.7', { pin: PIN });
    expect(await platform.token(2, PIN, MC)).toBe(0x14);
    expect(await platform.token(2, PIN, 0)).toBe(0x02);
    expect(await platform.token(2, PIN, 0x08)).toBe(0x40);
  });

  it('die when not used within 30 s, and after 10 min in any case', async () => {
    const { platform } = await plug('yubikey-5.7', { pin: PIN });
    const metadata = async (token: { param(message: Uint8Array): Uint8Array }) => {
      const request = cborMap([
        [1, 1],
        [3, 2],
        [4, token.param(Uint8Array.of(1))],
      ]);
      return (await platform.command(0x0a, request)).status;
    };
    const unused = await platform.mustToken(2, PIN, CM);
    await clock.pass(30_001);
    expect(await metadata(unused)).toBe(0x33);
    const used = await platform.mustToken(2, PIN, CM);
    expect(await metadata(used)).toBe(0);
    await clock.pass(599_000);
    expect(await metadata(used)).toBe(0);
    await clock.pass(1_001);
    expect(await metadata(used)).toBe(0x33);
  });

  it('a new token kills the old one, a changed PIN and a power cycle kill any', async () => {
    const { authenticator, platform } = await plug('yubikey-5.7', { pin: PIN });
    const first = await platform.mustToken(2, PIN, MC, 'ssh:');
    await platform.mustToken(2, PIN, MC, 'ssh:');
    expect((await platform.command(0x01, makeCredentialRequest({ token: first }))).status).toBe(0x33);
    const second = await platform.mustToken(2, PIN, MC, 'ssh:');
    await platform.changePin(2, PIN, '654321');
    expect((await platform.command(0x01, makeCredentialRequest({ token: second }))).status).toBe(0x33);
    const third = await platform.mustToken(2, '654321', MC, 'ssh:');
    await authenticator.replug();
    const again = await Platform.connect(authenticator.bus);
    expect((await again.command(0x01, makeCredentialRequest({ token: third }))).status).toBe(0x33);
  });
});

describe('the CTAP 2.0 token', () => {
  it('lives until power-off, touch or not, and subcommand 9 does not exist', async () => {
    const { platform } = await plug('yubikey-5.4', { pin: PIN });
    const token = await platform.mustToken(1, PIN);
    expect((await platform.command(0x01, makeCredentialRequest({ token, rk: true }))).status).toBe(0);
    await clock.pass(3_600_000);
    expect((await platform.command(0x02, getAssertionRequest({ token }))).status).toBe(0);
    expect(await platform.token(1, PIN, MC, 'ssh:')).toBe(0x3e);
  });
});

describe('a fingerprint key', () => {
  async function uvToken(platform: Platform): Promise<number> {
    const agreed = await platform.agree(2);
    const request = cborMap([
      [1, 2],
      [2, 6],
      [3, agreed.publicKey],
      [9, GA],
      [10, 'ssh:'],
    ]);
    return (await platform.command(0x06, request)).status;
  }

  it('gives a token for an enrolled finger; three unknown ones block the sensor until the PIN', async () => {
    const { authenticator, platform } = await plug('yubikey-bio', { pin: PIN, fingers: 1 });
    expect(await uvToken(platform)).toBe(0);
    authenticator.touchPad.finger = 'unknown';
    expect([await uvToken(platform), await uvToken(platform), await uvToken(platform)]).toEqual([0x3f, 0x3f, 0x3c]);
    authenticator.touchPad.finger = 'enrolled';
    expect(await uvToken(platform)).toBe(0x3c);
    await platform.mustToken(2, PIN, CM);
    expect((await platform.command(0x06, cborMap([[2, 7]]))).map.get(5)).toBe(3);
    expect(await uvToken(platform)).toBe(0);
  });

  it('option uv verifies with the same touch that proves presence', async () => {
    const { authenticator, platform } = await plug('yubikey-bio', { pin: PIN, fingers: 1 });
    const made = await platform.command(0x01, makeCredentialRequest({ rk: true, uv: true, credProtect: 3 }));
    expect(made.status).toBe(0);
    expect(authenticator.counters.read().touches).toBe(1);
  });
});
