/** Ends a CTAP command with a status byte. Inside the lab's authenticator only: on the wire it is one byte. */
export class CtapFailure extends Error {
  override readonly name = 'CtapFailure';
  readonly status: number;

  constructor(status: number, why: string) {
    super(`status 0x${status.toString(16).padStart(2, '0')}: ${why}`);
    this.status = status;
  }
}

/** The authenticator lost its power, or the channel was resynchronized: nobody will read a reply, nothing may be stored. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
