/** native/webauthn against a webauthn.dll whose security key is the lab's. */
import { createHash, verify } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { verifyAttestation } from '../../native/ctap2/attestation.ts';
import { parseAuthenticatorData } from '../../native/ctap2/authenticator-data.ts';
import { decodeCbor } from '../../native/ctap2/cbor.ts';
import { CoseAlgorithm } from '../../native/ctap2/constants.ts';
import { keyObject } from '../../native/ctap2/cose-key.ts';
import { attestationObject } from '../../native/ctap2/make-credential.ts';
import { Hresult } from '../../native/webauthn/constants.ts';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { labTrust } from '../unit/native/ctap2/lab-trust.ts';
import { WebauthnService } from './webauthn-service.ts';
import { type WindowsRunOptions, WindowsUser } from './wine.ts';

const PIN = '271828';
const CHALLENGE = 'c0ffee'.repeat(10);
const MESSAGE = 'the data that ssh wants signed';
const MADE = z.object({ format: z.string(), authData: z.string(), statement: z.string() });
const SIGNED = z.object({ authData: z.string(), signature: z.string(), credentialId: z.string() });

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const sha256 = (data: Uint8Array) => new Uint8Array(createHash('sha256').update(data).digest());

describe('the security key by way of Windows', () => {
  const key = new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN });
  let user: WindowsUser;
  let service: WebauthnService;

  beforeAll(async () => {
    user = await WindowsUser.create(inject('windows'));
    service = await WebauthnService.start({ bus: key.bus, pin: PIN });
  });

  afterEach(() => {
    service.atTheDialog = () => 'go-on';
    service.calls.length = 0;
    expect(service.unfreed).toBe(0);
  });

  afterAll(() => service?.close());

  async function use(
    asked: object,
    environment: Readonly<Record<string, string>> = {},
    options: WindowsRunOptions = {},
  ): Promise<unknown> {
    const { stdout, stderr } = await user.run(
      join(import.meta.dirname, 'use-webauthn.ts'),
      [JSON.stringify({ rpId: 'ssh:', clientData: CHALLENGE, algorithm: -8, credentialIds: [], ...asked })],
      { ...options, environment: { ...service.environment, ...environment } },
    );
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  async function made(algorithm: number, userId: string) {
    const { format, authData, statement } = MADE.parse(await use({ what: 'makeCredential', algorithm, userId }));
    const object = attestationObject(format, fromHex(authData), decodeCbor(fromHex(statement)));
    expect(verifyAttestation(object, sha256(fromHex(CHALLENGE)), labTrust(), Date.now()).kind).toBe('genuine');
    return object.authData.attested;
  }

  it.each([
    ['Ed25519', CoseAlgorithm.EDDSA, '11'.repeat(32)],
    ['ES256', CoseAlgorithm.ES256, '22'.repeat(32)],
  ] as const)('makes an %s credential, and signs what OpenSSH checks', async (_name, algorithm, userId) => {
    const { credentialId, publicKey } = await made(algorithm, userId);
    const clientData = Buffer.from(MESSAGE).toString('hex');
    const id = Buffer.from(credentialId).toString('hex');
    const signed = SIGNED.parse(await use({ what: 'getAssertion', clientData, credentialIds: [id] }));
    expect(signed.credentialId).toBe(id);
    const authData = fromHex(signed.authData);
    expect(parseAuthenticatorData(authData).flags).toBe(0x05); // touched and verified
    const checked = Buffer.concat([authData, sha256(Buffer.from(MESSAGE))]);
    const digest = algorithm === CoseAlgorithm.EDDSA ? null : 'sha256';
    expect(verify(digest, checked, keyObject(publicKey), fromHex(signed.signature))).toBe(true);
  });

  it('hands Windows each member of a makeCredential as webauthn.h has it', async () => {
    service.atTheDialog = () => Hresult.NTE_EXISTS;
    await use({ what: 'makeCredential', userId: '0a'.repeat(32), credentialIds: ['01020304', 'aabb'] });
    const [fields = []] = service.calls;
    expect(fields.filter(([name]) => name !== 'options.pCancellationId')).toEqual([
      ['call', 'makeCredential'],
      ['window', 1],
      ['rp.dwVersion', 1],
      ['rp.pwszId', 'ssh:'],
      ['rp.pwszName', 'ssh:'],
      ['user.dwVersion', 1],
      ['user.cbId', 32],
      ['user.pbId', '0a'.repeat(32)],
      ['user.pwszName', '2026-11-23 alice@büro'],
      ['user.pwszDisplayName', '2026-11-23 alice@büro'],
      ['parameters.cCredentialParameters', 1],
      ['parameter.dwVersion', 1],
      ['parameter.pwszCredentialType', 'public-key'],
      ['parameter.lAlg', -8],
      ['clientData.dwVersion', 1],
      ['clientData.cbClientDataJSON', CHALLENGE.length / 2],
      ['clientData.pbClientDataJSON', CHALLENGE],
      ['clientData.pwszHashAlgId', 'SHA-256'],
      ['options.dwVersion', 3],
      ['options.dwTimeoutMilliseconds', 120_000],
      ['options.CredentialList.cCredentials', 0],
      ['options.CredentialList.pCredentials', 0],
      ['options.Extensions.cExtensions', 1],
      ['extension.pwszExtensionIdentifier', 'credProtect'],
      ['extension.cbExtension', 8],
      ['extension.dwCredProtect', 3],
      ['extension.bRequireCredProtect', 1],
      ['options.dwAuthenticatorAttachment', 2],
      ['options.bRequireResidentKey', 1],
      ['options.dwUserVerificationRequirement', 1],
      ['options.dwAttestationConveyancePreference', 3],
      ['options.dwFlags', 0],
      ['options.pExcludeCredentialList', 2],
      ['credential.dwVersion', 1],
      ['credential.cbId', 4],
      ['credential.pbId', '01020304'],
      ['credential.pwszCredentialType', 'public-key'],
      ['credential.dwTransports', 3],
      ['credential.dwVersion', 1],
      ['credential.cbId', 2],
      ['credential.pbId', 'aabb'],
      ['credential.pwszCredentialType', 'public-key'],
      ['credential.dwTransports', 3],
    ]);
    expect(fields.find(([name]) => name === 'options.pCancellationId')?.[1]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('hands Windows each member of a getAssertion as webauthn.h has it', async () => {
    service.atTheDialog = () => Hresult.NTE_NOT_FOUND;
    await use({ what: 'getAssertion', clientData: '00ff', credentialIds: ['0102'] });
    const [fields = []] = service.calls;
    expect(fields.filter(([name]) => name !== 'options.pCancellationId')).toEqual([
      ['call', 'getAssertion'],
      ['window', 1],
      ['rpId', 'ssh:'],
      ['clientData.dwVersion', 1],
      ['clientData.cbClientDataJSON', 2],
      ['clientData.pbClientDataJSON', '00ff'],
      ['clientData.pwszHashAlgId', 'SHA-256'],
      ['options.dwVersion', 4],
      ['options.dwTimeoutMilliseconds', 120_000],
      ['options.CredentialList.cCredentials', 0],
      ['options.CredentialList.pCredentials', 0],
      ['options.Extensions.cExtensions', 0],
      ['options.dwAuthenticatorAttachment', 2],
      ['options.dwUserVerificationRequirement', 1],
      ['options.dwFlags', 0],
      ['options.pbU2fAppId', 0],
      ['options.pAllowCredentialList', 1],
      ['credential.dwVersion', 1],
      ['credential.cbId', 2],
      ['credential.pbId', '0102'],
      ['credential.pwszCredentialType', 'public-key'],
      ['credential.dwTransports', 3],
    ]);
  });

  it.each(['8', '9'])(
    'has the dialog of a Windows whose API is at version %s begin with the security key',
    async (version) => {
      service.atTheDialog = () => Hresult.NTE_USER_CANCELLED;
      const environment = { GLASSKEY_TEST_WEBAUTHN_VERSION: version };
      await use({ what: 'makeCredential', userId: '0a'.repeat(32) }, environment);
      await use({ what: 'getAssertion', clientData: '00ff', credentialIds: ['0102'] }, environment);
      const [made = [], signed = []] = service.calls;
      const behind = (fields: typeof made, last: string) =>
        fields.slice(fields.findLastIndex(([name]) => name === last) + 1);
      expect(made).toContainEqual(['options.dwVersion', 8]);
      expect(behind(made, 'options.pCancellationId')).toEqual([
        ['options.dwEnterpriseAttestation', 0],
        ['options.dwLargeBlobSupport', 0],
        ['options.bPreferResidentKey', 0],
        ['options.bBrowserInPrivateMode', 0],
        ['options.bEnablePrf', 0],
        ['options.pLinkedDevice', 0],
        ['options.cbJsonExt', 0],
        ['options.pbJsonExt', 0],
        ['options.pPRFGlobalEval', 0],
        ['options.cCredentialHints', 1],
        ['hint.pwszCredentialHint', 'security-key'],
        ['options.bThirdPartyPayment', 0],
      ]);
      expect(signed).toContainEqual(['options.dwVersion', 8]);
      expect(behind(signed, 'credential.dwTransports')).toEqual([
        ['options.dwCredLargeBlobOperation', 0],
        ['options.cbCredLargeBlob', 0],
        ['options.pbCredLargeBlob', 0],
        ['options.pHmacSecretSaltValues', 0],
        ['options.bBrowserInPrivateMode', 0],
        ['options.pLinkedDevice', 0],
        ['options.bAutoFill', 0],
        ['options.cbJsonExt', 0],
        ['options.pbJsonExt', 0],
        ['options.cCredentialHints', 1],
        ['hint.pwszCredentialHint', 'security-key'],
      ]);
    },
  );

  it('makes no credential beside one that it is to be apart from', async () => {
    const { credentialId } = await made(CoseAlgorithm.EDDSA, '33'.repeat(32));
    const credentialIds = [Buffer.from(credentialId).toString('hex')];
    const refused = await use({ what: 'makeCredential', userId: '44'.repeat(32), credentialIds });
    expect(refused).toMatchObject({ code: 'WEBAUTHN_EXCLUDED', detail: { errorName: 'InvalidStateError' } });
  });

  it('says that the credential is not on the key', async () => {
    const refused = await use({ what: 'getAssertion', credentialIds: ['ab'.repeat(48)] });
    expect(refused).toMatchObject({ code: 'WEBAUTHN_NO_CREDENTIAL' });
  });

  it('cancels the dialog that is open', async () => {
    service.atTheDialog = () => 'wait';
    const said = await use({ what: 'getAssertion', credentialIds: ['0102'], cancelAfterMs: 100 });
    expect(said).toMatchObject({ code: 'CANCELLED', kind: 'cancelled', message: 'Signing was cancelled.' });
    expect(service.cancellations).toBeGreaterThan(0);
  });

  it('tells a dialog that the person closed from one that was cancelled', async () => {
    service.atTheDialog = () => Hresult.NTE_USER_CANCELLED;
    expect(await use({ what: 'getAssertion', credentialIds: ['0102'] })).toMatchObject({
      code: 'CANCELLED',
      message: 'The dialog of Windows was closed before the security key was used.',
    });
  });

  it('says that this Windows is too old', async () => {
    expect(await use({ what: 'version' }, { GLASSKEY_TEST_WEBAUTHN_VERSION: '1' })).toMatchObject({
      code: 'WEBAUTHN_TOO_OLD',
      detail: { version: 1 },
    });
    expect(await use({ what: 'version' }, { GLASSKEY_TEST_WEBAUTHN_VERSION: '2' })).toEqual({ version: 2 });
  });

  it('says that this Windows has no such library', async () => {
    expect(await use({ what: 'version' }, {}, { withoutLibrary: 'webauthn' })).toMatchObject({
      code: 'WEBAUTHN_MISSING',
      kind: 'expected',
    });
  });
});
