/**
 * Requests of the commands that have subcommands (credential management, bio enrollment, config). They differ in the numbers of
 * their members and in what stands before the subcommand in the message of pinUvAuthParam (CTAP 2.1, 6.7, 6.8, 6.11; ctap.md
 * 8.4).
 */
import type { CborKey, CborMap, CborValue } from './cbor.ts';
import { cborMap, encodeCbor } from './cbor.ts';
import type { PinUvAuthToken } from './pin-uv-auth-token.ts';

export interface SubCommandForm {
  readonly member: {
    readonly subCommand: number;
    readonly params: number;
    readonly protocol: number;
    readonly param: number;
  };
  /** Members that every request carries. */
  readonly always: readonly (readonly [CborKey, CborValue])[];
  /** Bytes of the authenticated message before the subcommand. */
  readonly messagePrefix: Uint8Array;
}

/** `token` undefined: a subcommand that wants no proof. */
export function subCommandRequest(
  form: SubCommandForm,
  subCommand: number,
  params: CborMap | undefined,
  token: PinUvAuthToken | undefined,
): CborMap {
  const { member } = form;
  const auth = token?.authenticate(authenticatedMessage(form, subCommand, params));
  return cborMap([
    ...form.always,
    [member.subCommand, subCommand],
    [member.params, params],
    [member.protocol, auth?.protocol],
    [member.param, auth?.param],
  ]);
}

/** prefix || subCommand || CBOR(params), the last byte for byte as it is sent. */
function authenticatedMessage(form: SubCommandForm, subCommand: number, params: CborMap | undefined): Uint8Array {
  const body = params === undefined ? new Uint8Array() : encodeCbor(params);
  return new Uint8Array(Buffer.concat([form.messagePrefix, Uint8Array.of(subCommand), body]));
}
