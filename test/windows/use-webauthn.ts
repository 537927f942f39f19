/**
 * Runs under Wine: one ceremony of native/webauthn, as the JSON of its argument asks for it; prints what came of it as JSON. `cancelAfterMs`
 * fires its signal.
 */
import { asGlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { encodeCbor } from '../../native/ctap2/cbor.ts';
import { loadWebauthnApi } from '../../native/webauthn/webauthn-api.ts';
import { WebauthnAuthenticator } from '../../native/webauthn/webauthn-authenticator.ts';
import { systemClock } from '../../time/clock.ts';

interface Asked {
  readonly what: 'version' | 'makeCredential' | 'getAssertion';
  readonly rpId: string;
  readonly clientData: string;
  readonly userId: string;
  readonly algorithm: number;
  readonly credentialIds: readonly string[];
  readonly cancelAfterMs?: number;
}

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

async function ceremony(asked: Asked): Promise<object> {
  const api = await loadWebauthnApi();
  if (asked.what === 'version') return { version: api.version };
  const authenticator = new WebauthnAuthenticator(api, { clock: systemClock });
  const stop = new AbortController();
  if (asked.cancelAfterMs !== undefined) systemClock.after(asked.cancelAfterMs, () => stop.abort());
  const { rpId } = asked;
  const clientData = fromHex(asked.clientData);
  const credentialIds = asked.credentialIds.map(fromHex);
  if (asked.what === 'getAssertion') {
    const request = { rpId, clientData, credentialIds, userVerification: true };
    const { authDataBytes, signature, credentialId } = await authenticator.getAssertion(request, stop);
    const id = credentialId && toHex(credentialId);
    return { authData: toHex(authDataBytes), signature: toHex(signature), credentialId: id };
  }
  const made = await authenticator.makeCredential(
    {
      rpId,
      clientData,
      user: { id: fromHex(asked.userId), name: '2026-11-23 alice@büro' },
      algorithm: asked.algorithm,
      residentKey: true,
      credProtect: 3,
      excludeList: credentialIds,
    },
    stop,
  );
  return { format: made.format, authData: toHex(made.authDataBytes), statement: toHex(encodeCbor(made.statement)) };
}

try {
  console.log(JSON.stringify(await ceremony(JSON.parse(process.argv[2] ?? '{}'))));
} catch (error) {
  const { code, message, remedy, kind, detail } = asGlasskeyError(error);
  console.log(JSON.stringify({ code, message, remedy, kind, detail }));
}
