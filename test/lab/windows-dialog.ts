/**
 * Windows's own WebAuthn for the app upon the lab: in place of webauthn.dll, under the real native/webauthn, with the lab's key behind it. A
 * person before its dialog types the PIN, which the app never sees; the touch is the lab's, as everywhere. (test/windows has a library of C.)
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import { silentLog } from '../../diagnostics/log.ts';
import { Authenticator, systemChannelWorld } from '../../native/ctap2/authenticator.ts';
import { encodeCbor } from '../../native/ctap2/cbor.ts';
import { Pin } from '../../native/ctap2/pin.ts';
import type { HidBus } from '../../native/hid/transport.ts';
import { ApiVersion, Hresult } from '../../native/webauthn/constants.ts';
import type { Members, Outcome, WebauthnApi } from '../../native/webauthn/webauthn-api.ts';
import { WebauthnAuthenticator } from '../../native/webauthn/webauthn-authenticator.ts';
import type { WindowsAccess } from '../../native/webauthn/windows-access.ts';
import { systemClock } from '../../time/clock.ts';

const bytes = z.instanceof(Uint8Array);
const CLIENT_DATA = z.object({ pbClientDataJSON: bytes, pwszHashAlgId: z.literal('SHA-256') });
const LIST = z
  .object({ ppCredentials: z.array(z.tuple([z.object({ pbId: bytes })])) })
  .nullable()
  .transform((list) => list?.ppCredentials.map(([{ pbId }]) => pbId) ?? []);
const MADE = z.object({
  rp: z.object({ pwszId: z.string() }),
  user: z.object({ pbId: bytes, pwszName: z.string() }),
  parameters: z.object({ pCredentialParameters: z.tuple([z.object({ lAlg: z.number() })]) }),
  clientData: CLIENT_DATA,
  options: z.object({ pExcludeCredentialList: LIST, ppwszCredentialHints: z.tuple([z.literal('security-key')]) }),
});
const SIGNED = z.object({
  rpId: z.string(),
  clientData: CLIENT_DATA,
  options: z.object({ pAllowCredentialList: LIST, ppwszCredentialHints: z.tuple([z.literal('security-key')]) }),
});

const HRESULT_OF: Readonly<Record<string, number>> = {
  CTAP_EXCLUDED: Hresult.NTE_EXISTS,
  CTAP_NO_CREDENTIALS: Hresult.NTE_NOT_FOUND,
  KEY_MISSING: Hresult.NTE_DEVICE_NOT_FOUND,
};
const E_FAIL = 0x8000_4005;

/** `pin`: what is typed into the dialog. */
export function labWindows(bus: HidBus, pin: string): WindowsAccess {
  const key = new WebauthnAuthenticator(dialog(bus, pin), { clock: systemClock });
  return { isElevated: async () => false, open: async () => key };
}

function dialog(bus: HidBus, pin: string): WebauthnApi {
  const world = systemChannelWorld({ clock: systemClock, log: silentLog });
  const running = new Map<Members, AbortController>();

  async function held<T>(
    { pCancellationId }: Members,
    use: (key: Authenticator, pin: Pin, signal: AbortSignal) => Promise<T>,
  ): Promise<Outcome<T>> {
    const stop = new AbortController();
    running.set(Object(pCancellationId), stop);
    const typed = new Pin(new TextEncoder().encode(pin));
    let key: Authenticator | undefined;
    try {
      const [device] = await bus.list();
      if (device === undefined) return { hresult: Hresult.NTE_DEVICE_NOT_FOUND };
      key = await Authenticator.open(device, world);
      return { hresult: Hresult.OK, value: await use(key, typed, stop.signal) };
    } catch (error) {
      if (stop.signal.aborted) return { hresult: Hresult.NTE_USER_CANCELLED };
      return { hresult: (error instanceof GlasskeyError ? HRESULT_OF[error.code] : undefined) ?? E_FAIL };
    } finally {
      typed.wipe();
      running.delete(Object(pCancellationId));
      await key?.close();
    }
  }

  return {
    version: ApiVersion.CREDENTIAL_HINTS,
    credProtectExtension: () => new Uint8Array(8),
    makeCredential(call) {
      const { rp, user, parameters, clientData, options } = MADE.parse(call);
      return held(call.options, async (key, typed, signal) => {
        const made = await key.makeCredential(
          {
            clientDataHash: hashOf(clientData),
            rpId: rp.pwszId,
            user: { id: user.pbId, name: user.pwszName },
            algorithm: parameters.pCredentialParameters[0].lAlg,
            residentKey: true,
            credProtect: 3,
            excludeList: options.pExcludeCredentialList,
          },
          typed,
          { signal },
        );
        return { format: made.format, authData: made.authDataBytes, statement: encodeCbor(made.statement) };
      });
    },
    getAssertion(call) {
      const { rpId, clientData, options } = SIGNED.parse(call);
      const allowed = options.pAllowCredentialList;
      return held(call.options, async (key, typed, signal) => {
        const request = { rpId, clientDataHash: hashOf(clientData), credentialId: allowed, userPresence: true };
        const { authDataBytes, signature, credentialId, userId } = await key.getAssertion(request, typed, { signal });
        const id = credentialId ?? allowed[0] ?? new Uint8Array();
        return { authData: authDataBytes, signature, credentialId: id, userId: userId ?? new Uint8Array() };
      });
    },
    cancellationId: () => ({}),
    cancel: (id) => running.get(id)?.abort(),
    errorName: () => 'NotAllowedError',
    ownWindow: () => 1n,
  };
}

function hashOf({ pbClientDataJSON }: z.infer<typeof CLIENT_DATA>): Uint8Array {
  return new Uint8Array(createHash('sha256').update(pbClientDataJSON).digest());
}
