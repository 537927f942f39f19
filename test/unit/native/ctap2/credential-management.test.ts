import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Authenticator } from '../../../../native/ctap2/authenticator.ts';
import { Permission } from '../../../../native/ctap2/constants.ts';
import {
  allCredentials,
  credentialsMetadata,
  credentialsOf,
  deleteCredential,
  parseCredentialReply,
  parseRelyingPartyReply,
  relyingParties,
  renameCredential,
} from '../../../../native/ctap2/credential-management.ts';
import type { PinUvAuthToken } from '../../../../native/ctap2/pin-uv-auth-token.ts';
import { pin, plugIn, residentCredential } from './plugged-in.ts';

const managing = <T>(key: Authenticator, use: (token: PinUvAuthToken) => Promise<T>) =>
  key.withToken(pin(), Permission.CM, {}, use);

const sha256 = (text: string) => new Uint8Array(createHash('sha256').update(text).digest());

describe.each(['yubikey-5.7', 'yubikey-5.4', 'yubikey-bio'] as const)('the credentials of a %s', (profile) => {
  it('are counted, listed by relying party, and deleted one by one, under one PIN', async () => {
    const { lab, key } = await plugIn({ profile });
    for (const [rpId, user] of [
      ['ssh:', 1],
      ['ssh:', 2],
      ['login.example', 3],
    ] as const) {
      await key.makeCredential(residentCredential(rpId, user), pin());
    }
    lab.counters.reset();
    await managing(key, async (token) => {
      expect((await credentialsMetadata(key, token)).existing).toBe(3);
      const rps = await relyingParties(key, token);
      expect(rps.map(({ id, idIsCut }) => [id, idIsCut])).toEqual([
        ['login.example', false],
        ['ssh:', false],
      ]);
      const all = await allCredentials(key, token);
      expect(all.map(({ rpId, userName }) => [rpId, userName])).toEqual([
        ['login.example', 'user 3'],
        ['ssh:', 'user 2'],
        ['ssh:', 'user 1'],
      ]);
      expect(all[1]).toMatchObject({ rpIdHash: sha256('ssh:'), userId: new Uint8Array(32).fill(2), algorithm: -7 });
      await deleteCredential(key, token, all[1]?.credentialId ?? new Uint8Array());
      const left = await credentialsOf(key, token, { id: 'ssh:', idHash: sha256('ssh:') });
      expect(left.map(({ userName }) => userName)).toEqual(['user 1']);
    });
    expect(lab.credentials().map(({ userName }) => userName)).toEqual(['user 3', 'user 1']);
    expect(lab.counters.read().pinChecks).toBe(1);
    await key.close();
  });

  it('are an empty list where there is none', async () => {
    const { key } = await plugIn({ profile });
    await managing(key, async (token) => {
      expect(await allCredentials(key, token)).toEqual([]);
      expect(await credentialsOf(key, token, { id: 'ssh:', idHash: sha256('ssh:') })).toEqual([]);
    });
    await key.close();
  });

  it('that are not there cannot be deleted', async () => {
    const { key } = await plugIn({ profile });
    const deleted = managing(key, (token) => deleteCredential(key, token, new Uint8Array(64)));
    await expect(deleted).rejects.toMatchObject({ code: 'CTAP_NO_CREDENTIALS' });
    await key.close();
  });
});

describe('credential management', () => {
  it('renames the user of a credential and keeps its id', async () => {
    const { lab, key } = await plugIn();
    const made = await key.makeCredential(residentCredential('ssh:', 1), pin());
    const { credentialId } = made.authData.attested;
    const userId = new Uint8Array(32).fill(1);
    await managing(key, (token) =>
      renameCredential(key, token, { credentialId, userId }, { userName: 'alice', userDisplayName: 'Alice' }),
    );
    expect(lab.credentials()).toMatchObject([{ userName: 'alice', userId: Buffer.from(userId).toString('hex') }]);
    await key.close();
  });

  it('of a preview key cannot rename, and is not asked to', async () => {
    const { lab, key } = await plugIn({ profile: 'yubikey-5.4' });
    const named = { credentialId: new Uint8Array(64), userId: Uint8Array.of(1) };
    await managing(key, async (token) => {
      lab.counters.reset();
      const renamed = renameCredential(key, token, named, { userName: 'alice' });
      await expect(renamed).rejects.toMatchObject({ code: 'KEY_NO_RENAMING' });
      expect(lab.counters.read().commands).toEqual([]);
    });
    await key.close();
  });

  it.each(['yubikey-5.1', 'plain-ctap20'] as const)('is missing on a %s, which says so', async (profile) => {
    const { key } = await plugIn({ profile });
    const listed = managing(key, (token) => allCredentials(key, token));
    await expect(listed).rejects.toMatchObject({ code: 'KEY_NO_CREDENTIAL_MANAGEMENT' });
    await key.close();
  });

  it('finds the credentials of a relying party whose id comes back cut', async () => {
    const { key } = await plugIn();
    const rpId = 'ssh:an-application-with-a-name-of-more-than-32-bytes';
    await key.makeCredential(residentCredential(rpId, 1), pin());
    await managing(key, async (token) => {
      const [rp] = await relyingParties(key, token);
      expect(rp).toMatchObject({ idIsCut: true, idHash: sha256(rpId), id: expect.stringMatching(/^ssh:…/) });
      expect(await allCredentials(key, token)).toHaveLength(1);
    });
    await key.close();
  });

  it('lists in one sequence, whatever else this program asks of the key meanwhile', async () => {
    const { key } = await plugIn();
    for (const user of [1, 2, 3]) await key.makeCredential(residentCredential('ssh:', user), pin());
    await managing(key, async (token) => {
      const [all, retries] = await Promise.all([allCredentials(key, token), key.pinRetries()]);
      expect(all).toHaveLength(3);
      expect(retries.left).toBe(8);
    });
    await key.close();
  });

  it('begins a list again that another program came between, and gives up when it happens twice', async () => {
    const { lab, key, another } = await plugIn();
    for (const user of [1, 2, 3]) await key.makeCredential(residentCredential('ssh:', user), pin());
    const other = await another();
    const idHash = sha256('ssh:');
    /** Another program's command after each of the first `times` begins of a list. */
    const disturbed = (token: PinUvAuthToken, times: number) => {
      let left = times;
      const disturbing: Pick<Authenticator, 'info' | 'forgetInfo' | 'call' | 'foreignPackets' | 'uninterrupted'> = {
        info: (operation) => key.info(operation),
        forgetInfo: () => key.forgetInfo(),
        call: key.call,
        foreignPackets: 0,
        uninterrupted: (use) =>
          key.uninterrupted((call) =>
            use(async (...sent) => {
              const reply = await call(...sent);
              if (left-- > 0) await other.pinRetries();
              return reply;
            }),
          ),
      };
      return credentialsOf(disturbing, token, { id: 'ssh:', idHash });
    };
    await managing(key, async (token) => {
      expect(await disturbed(token, 1)).toHaveLength(3);
      await expect(disturbed(token, 2)).rejects.toMatchObject({ code: 'CREDENTIAL_LIST_INTERRUPTED' });
    });
    expect(lab.counters.read().pinChecks).toBe(4);
    await Promise.all([key.close(), other.close()]);
  });
});

describe('a reply of credential management', () => {
  it('of a preview key that holds nothing is no entry, whether it says 0 or nothing', () => {
    expect(parseRelyingPartyReply(new Map([[5, 0]]))).toEqual({ entry: undefined, total: 0 });
    expect(parseRelyingPartyReply(new Map())).toEqual({ entry: undefined, total: 0 });
  });

  it('may leave out the name of a relying party and the total', () => {
    const reply = new Map<number, Uint8Array | Map<string, string>>([
      [3, new Map([['id', 'ssh:']])],
      [4, sha256('ssh:')],
    ]);
    expect(parseRelyingPartyReply(reply)).toEqual({
      entry: { id: 'ssh:', idIsCut: false, name: undefined, idHash: sha256('ssh:') },
      total: undefined,
    });
  });

  it('with a passkey of an algorithm that SSH does not use is still a credential', () => {
    const reply = new Map<number, Map<string | number, string | number | Uint8Array>>([
      [6, new Map([['id', Uint8Array.of(1)]])],
      [
        7,
        new Map<string, string | Uint8Array>([
          ['id', Uint8Array.of(2)],
          ['type', 'public-key'],
        ]),
      ],
      [
        8,
        new Map([
          [1, 2],
          [3, -35],
          [-1, 2],
        ]),
      ],
    ]);
    const rp = { id: 'login.example', idHash: sha256('login.example') };
    expect(parseCredentialReply(reply, rp).entry).toMatchObject({ algorithm: -35, publicKey: undefined });
  });
});
