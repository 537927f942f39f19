import { CtapCommand, Status } from '../../../native/ctap2/constants.ts';
import type { Attestation } from './attestation.ts';
import { authenticatorConfig } from './authenticator-config.ts';
import { bioEnrollment } from './bio-enrollment.ts';
import { type CborMap, decodeCbor, encodeCbor } from './cbor.ts';
import { clientPin } from './client-pin.ts';
import type { CountedCommand } from './counters.ts';
import { credentialManagement, type Enumeration } from './credential-management.ts';
import { CtapFailure, Interrupted } from './ctap-failure.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { Faults } from './faults.ts';
import { CONTINUATION_LIMIT_MS, getAssertion, getNextAssertion, type PendingAssertions } from './get-assertion.ts';
import { getInfo } from './get-info.ts';
import { makeCredential } from './make-credential.ts';
import { RequestFields } from './request-fields.ts';
import { reset } from './reset.ts';
import type { CommandSession } from './session.ts';

/** What one command leaves for the next: "next" commands work right after their begin and nowhere else. */
type Waiting =
  | { readonly kind: 'assertions'; readonly pending: PendingAssertions }
  | { readonly kind: 'enumeration'; readonly pending: Enumeration };

/** The CTAP2 commands: one request (command byte ‖ CBOR) in, one reply (status byte ‖ CBOR) out. */
export class CommandSet {
  private readonly memory: DeviceMemory;
  private readonly attestation: Attestation;
  private readonly faults: Faults;
  private waiting: Waiting | undefined;

  constructor(memory: DeviceMemory, attestation: Attestation, faults: Faults) {
    this.memory = memory;
    this.attestation = attestation;
    this.faults = faults;
  }

  /** Power is gone: half-done enumerations with it. */
  powerOff(): void {
    this.waiting = undefined;
  }

  /** Never rejects, but for `Interrupted`: then nobody is there to read a reply. */
  async run(message: Uint8Array, session: CommandSession): Promise<Uint8Array> {
    try {
      const reply = await this.dispatch(message, session);
      session.assertPowered();
      if (reply === undefined) return Uint8Array.of(Status.OK);
      return new Uint8Array([Status.OK, ...encodeCbor(reply)]);
    } catch (thrown) {
      if (thrown instanceof CtapFailure) return Uint8Array.of(thrown.status);
      if (thrown instanceof Interrupted) throw thrown;
      console.error('lab authenticator: a command failed inside:', thrown);
      return Uint8Array.of(Status.OTHER);
    }
  }

  private async dispatch(message: Uint8Array, session: CommandSession): Promise<CborMap | undefined> {
    const { memory } = this;
    const command = message[0] ?? 0;
    if (message.length > memory.profile.maxMsgSize) {
      this.countCommand(command, undefined);
      throw new CtapFailure(Status.REQUEST_TOO_LARGE, 'longer than maxMsgSize');
    }
    const waiting = this.takeWaiting();
    const body = message.subarray(1);
    if (body.length === 0) {
      this.countCommand(command, undefined);
      this.failAsPlanned(command, undefined);
      return this.runBare(command, session, waiting);
    }
    const request = this.parse(command, body);
    this.failAsPlanned(command, request);
    return this.runWithParameters(command, request, session, waiting);
  }

  private parse(command: number, body: Uint8Array): RequestFields {
    try {
      const request = RequestFields.of(decodeCbor(body));
      this.countCommand(command, request);
      return request;
    } catch (thrown) {
      this.countCommand(command, undefined);
      throw thrown;
    }
  }

  private async runBare(
    command: number,
    session: CommandSession,
    waiting: Waiting | undefined,
  ): Promise<CborMap | undefined> {
    const { memory } = this;
    switch (command) {
      case CtapCommand.GET_INFO:
        return getInfo(memory);
      case CtapCommand.GET_NEXT_ASSERTION:
        return this.nextAssertion(session, waiting);
      case CtapCommand.RESET:
        return reset(memory, session);
      case CtapCommand.SELECTION:
        return this.selection(session);
      default:
        if (this.knows(command)) throw new CtapFailure(Status.MISSING_PARAMETER, 'no parameters');
        throw new CtapFailure(Status.INVALID_COMMAND, `command 0x${command.toString(16)}`);
    }
  }

  private async runWithParameters(
    command: number,
    request: RequestFields,
    session: CommandSession,
    waiting: Waiting | undefined,
  ): Promise<CborMap | undefined> {
    const { memory } = this;
    if (!this.knows(command)) throw new CtapFailure(Status.INVALID_COMMAND, `command 0x${command.toString(16)}`);
    switch (command) {
      case CtapCommand.MAKE_CREDENTIAL:
        return makeCredential(memory, session, request, this.attestation);
      case CtapCommand.GET_ASSERTION: {
        const { reply, pending } = await getAssertion(memory, session, request);
        if (pending !== undefined) this.waiting = { kind: 'assertions', pending };
        return reply;
      }
      case CtapCommand.CLIENT_PIN:
        return clientPin(memory, session, request);
      case CtapCommand.CREDENTIAL_MANAGEMENT:
      case CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW: {
        const running = waiting?.kind === 'enumeration' ? waiting.pending : undefined;
        const { reply, enumeration } = credentialManagement(memory, session, request, running);
        if (enumeration !== undefined) {
          this.waiting = { kind: 'enumeration', pending: { ...enumeration, startedAt: memory.env.clock.now() } };
        }
        return reply;
      }
      case CtapCommand.CONFIG:
        return authenticatorConfig(memory, request);
      case CtapCommand.BIO_ENROLLMENT:
      case CtapCommand.BIO_ENROLLMENT_PREVIEW:
        return bioEnrollment(memory, session, request, this.faults);
      default:
        throw new CtapFailure(Status.INVALID_LENGTH, 'this command has no parameters');
    }
  }

  /** Which commands the profile has. */
  private knows(command: number): boolean {
    const { profile } = this.memory;
    switch (command) {
      case CtapCommand.CREDENTIAL_MANAGEMENT:
        return profile.credentialManagement === 'full';
      case CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW:
        return profile.credentialManagement !== 'none';
      case CtapCommand.BIO_ENROLLMENT:
      case CtapCommand.BIO_ENROLLMENT_PREVIEW:
        return profile.fingerprints;
      case CtapCommand.CONFIG:
        return profile.config;
      case CtapCommand.SELECTION:
        return profile.versions.includes('FIDO_2_1');
      case CtapCommand.LARGE_BLOBS:
        return false;
      default:
        return Object.values(CtapCommand).some((known) => known === command);
    }
  }

  private async selection(session: CommandSession): Promise<undefined> {
    if (!this.knows(CtapCommand.SELECTION)) throw new CtapFailure(Status.INVALID_COMMAND, 'no selection on CTAP 2.0');
    await session.touch(this.memory.env, this.memory.counters);
    return undefined;
  }

  private nextAssertion(session: CommandSession, waiting: Waiting | undefined): CborMap {
    if (waiting?.kind !== 'assertions') throw new CtapFailure(Status.NOT_ALLOWED, 'no assertions are waiting');
    const reply = getNextAssertion(this.memory, session, waiting.pending);
    this.waiting = { ...waiting, pending: { ...waiting.pending, startedAt: this.memory.env.clock.now() } };
    return reply;
  }

  /** Any command ends what the last one left, unless it goes on with it; after 30 s nothing is left. */
  private takeWaiting(): Waiting | undefined {
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting === undefined) return undefined;
    const age = this.memory.env.clock.now() - waiting.pending.startedAt;
    return age > CONTINUATION_LIMIT_MS ? undefined : waiting;
  }

  private countCommand(command: number, request: RequestFields | undefined): void {
    this.memory.counters.countCommand(counted(command, request));
  }

  /** Ends the command where the fault plan says so. */
  private failAsPlanned(command: number, request: RequestFields | undefined): void {
    const planned = this.faults.takeStatus(counted(command, request));
    if (planned !== undefined) throw new CtapFailure(planned, 'the fault plan says so');
  }
}

/** The subcommand is member 2 in clientPIN and bioEnrollment, member 1 in credentialManagement and config. */
function counted(command: number, request: RequestFields | undefined): CountedCommand {
  const member = subCommandMember(command);
  const value = member === undefined ? undefined : request?.value(member);
  return typeof value === 'number' ? { command, subCommand: value } : { command };
}

function subCommandMember(command: number): number | undefined {
  switch (command) {
    case CtapCommand.CLIENT_PIN:
    case CtapCommand.BIO_ENROLLMENT:
    case CtapCommand.BIO_ENROLLMENT_PREVIEW:
      return 2;
    case CtapCommand.CREDENTIAL_MANAGEMENT:
    case CtapCommand.CREDENTIAL_MANAGEMENT_PREVIEW:
    case CtapCommand.CONFIG:
      return 1;
    default:
      return undefined;
  }
}
