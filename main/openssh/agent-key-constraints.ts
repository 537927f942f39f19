/**
 * Constraints at the end of "add" messages (draft-ietf-sshm-ssh-agent, section 5.2.7; OpenSSH's PROTOCOL.agent,
 * section 1.2 for restrict-destination-v00@openssh.com).
 */
import { SshReader, SshWriter } from './wire.ts';

const LIFETIME = 1;
const CONFIRM = 2;
const EXTENSION = 0xff;

const SK_PROVIDER = 'sk-provider@openssh.com';
const RESTRICT_DESTINATION = 'restrict-destination-v00@openssh.com';

/** OpenSSH's AGENT_MAX_DEST_CONSTRAINTS. */
const MAX_DESTINATIONS = 1024;

// Bounds of our own, far over what ssh-add sends: a constraint can be one byte, and 256 KiB of them must not become a
// quarter of a million objects.
const MAX_CONSTRAINTS = 64;
const MAX_KEYS_PER_HOP = 256;

/** One end of a permitted hop: everything empty as "from" means the machine that the agent runs on. */
export interface DestinationHop {
  readonly user: string;
  readonly hostname: string;
  readonly reserved: Uint8Array;
  readonly keys: readonly { readonly blob: Uint8Array; readonly isCertificateAuthority: boolean }[];
}

export interface DestinationConstraint {
  readonly from: DestinationHop;
  readonly to: DestinationHop;
  readonly reserved: Uint8Array;
}

export type KeyConstraint =
  | { readonly kind: 'lifetime'; readonly seconds: number }
  | { readonly kind: 'confirm' }
  /** The middleware library that reaches the authenticator: a path or `internal`. */
  | { readonly kind: 'sk-provider'; readonly provider: string }
  | { readonly kind: 'restrict-destination'; readonly destinations: readonly DestinationConstraint[] }
  /**
   * A constraint nobody here knows. An unknown number says nothing of its own length, and neither does an unknown
   * extension's data, so `rest` is everything to the end; whoever adds the key must refuse it.
   */
  | { readonly kind: 'unknown'; readonly constraintType: number; readonly rest: Uint8Array };

/** Reads constraints to the end of the message. Throws `SSH_MALFORMED`. */
export function readKeyConstraints(reader: SshReader): KeyConstraint[] {
  const constraints: KeyConstraint[] = [];
  while (reader.remaining > 0) {
    if (constraints.length === MAX_CONSTRAINTS) throw reader.malformed(`has over ${MAX_CONSTRAINTS} constraints`);
    constraints.push(readConstraint(reader));
  }
  return constraints;
}

/** Writes what `readKeyConstraints` reads. */
export function writeKeyConstraints(writer: SshWriter, constraints: readonly KeyConstraint[]): SshWriter {
  for (const constraint of constraints) writeConstraint(writer, constraint);
  return writer;
}

function readConstraint(reader: SshReader): KeyConstraint {
  const constraintType = reader.uint8();
  switch (constraintType) {
    case LIFETIME:
      return { kind: 'lifetime', seconds: reader.uint32() };
    case CONFIRM:
      return { kind: 'confirm' };
    case EXTENSION:
      return readExtension(reader);
    default:
      return { kind: 'unknown', constraintType, rest: reader.rest() };
  }
}

function readExtension(reader: SshReader): KeyConstraint {
  const name = reader.text();
  if (name === SK_PROVIDER) return { kind: 'sk-provider', provider: reader.text() };
  if (name === RESTRICT_DESTINATION) {
    return { kind: 'restrict-destination', destinations: readDestinations(reader.string()) };
  }
  const rest = new SshWriter().text(name).bytes(reader.rest()).toBytes();
  return { kind: 'unknown', constraintType: EXTENSION, rest };
}

function writeConstraint(writer: SshWriter, constraint: KeyConstraint): SshWriter {
  switch (constraint.kind) {
    case 'lifetime':
      return writer.uint8(LIFETIME).uint32(constraint.seconds);
    case 'confirm':
      return writer.uint8(CONFIRM);
    case 'sk-provider':
      return writer.uint8(EXTENSION).text(SK_PROVIDER).text(constraint.provider);
    case 'restrict-destination':
      return writer.uint8(EXTENSION).text(RESTRICT_DESTINATION).string(destinationsToBytes(constraint.destinations));
    case 'unknown':
      return writer.uint8(constraint.constraintType).bytes(constraint.rest);
    default:
      return constraint satisfies never;
  }
}

/** string( string from || string to || string reserved ), repeated. PROTOCOL.agent's prose omits the outer strings. */
function readDestinations(bytes: Uint8Array): DestinationConstraint[] {
  const reader = new SshReader(bytes, 'a destination constraint');
  const destinations: DestinationConstraint[] = [];
  while (reader.remaining > 0) {
    if (destinations.length === MAX_DESTINATIONS) throw reader.malformed(`has over ${MAX_DESTINATIONS} destinations`);
    const one = new SshReader(reader.string(), 'a destination constraint');
    const destination = { from: readHop(one.string()), to: readHop(one.string()), reserved: one.string() };
    one.end();
    destinations.push(destination);
  }
  return destinations;
}

function destinationsToBytes(destinations: readonly DestinationConstraint[]): Uint8Array {
  const writer = new SshWriter();
  for (const { from, to, reserved } of destinations) {
    writer.string(new SshWriter().string(hopToBytes(from)).string(hopToBytes(to)).string(reserved).toBytes());
  }
  return writer.toBytes();
}

/** string user || string hostname || string reserved || ( string host key blob || bool is_ca ), repeated. */
function readHop(bytes: Uint8Array): DestinationHop {
  const reader = new SshReader(bytes, 'a hop of a destination constraint');
  const [user, hostname, reserved] = [reader.text(), reader.text(), reader.string()];
  const keys: { blob: Uint8Array; isCertificateAuthority: boolean }[] = [];
  while (reader.remaining > 0) {
    if (keys.length === MAX_KEYS_PER_HOP) throw reader.malformed(`has over ${MAX_KEYS_PER_HOP} host keys`);
    keys.push({ blob: reader.string(), isCertificateAuthority: reader.boolean() });
  }
  return { user, hostname, reserved, keys };
}

function hopToBytes(hop: DestinationHop): Uint8Array {
  const writer = new SshWriter().text(hop.user).text(hop.hostname).string(hop.reserved);
  for (const { blob, isCertificateAuthority } of hop.keys) writer.string(blob).boolean(isCertificateAuthority);
  return writer.toBytes();
}
