import type { HidBus } from '../../../native/hid/transport.ts';
import { Attestation, type AttestationMode } from './attestation.ts';
import { putPin } from './client-pin.ts';
import { CommandSet } from './command-set.ts';
import { Counters } from './counters.ts';
import { CtapHidDevice } from './ctaphid-device.ts';
import { DeviceMemory } from './device-memory.ts';
import { type Env, systemRandom, systemTime } from './env.ts';
import { Faults } from './faults.ts';
import { toHex } from './hex.ts';
import { HidCable } from './hid-cable.ts';
import { type ReportTap, serveHidraw } from './hidraw-server.ts';
import { inProcessBus } from './in-process-bus.ts';
import { type Profile, type ProfileName, profiles } from './profiles.ts';
import { type ServedCable, type ServedSocket, serveHidSocket } from './socket-server.ts';
import { type AuthenticatorState, authenticatorStateSchema, factoryState, MAX_PIN_RETRIES } from './state.ts';
import { readStateFile, writeStateFile } from './state-file.ts';
import { TouchPad, type TouchPolicy } from './touch-pad.ts';

export interface LabAuthenticatorOptions {
  readonly profile: ProfileName;
  /** Parts of the outside world to replace. With `presence` given, `touch` and `touch()` do nothing. */
  readonly env?: { readonly [Part in keyof Env]?: Env[Part] };
  /** Default: 'at-once'. */
  readonly touch?: TouchPolicy;
  /** Set on the key at once, if it has none. */
  readonly pin?: string;
  /** Default: 'packed'. */
  readonly attestation?: AttestationMode;
  /** What `save()` gave. Its profile must be the same. */
  readonly state?: string;
  /** Loaded if it exists (instead of `state`), and written whole after each change. */
  readonly stateFile?: string;
  /** Fingers enrolled at once, if none is (fingerprint profiles). */
  readonly fingers?: number;
  /** What the operating system calls it. */
  readonly path?: string;
}

/** What a test may set about PIN and fingerprints behind the key's back. Absent members stay as they are. */
export interface PinState {
  /** A new PIN (retries become 8), or null: none. */
  readonly pin?: string | null;
  readonly pinRetries?: number;
  readonly uvRetries?: number;
  readonly forcePinChange?: boolean;
  readonly minPinLength?: number;
}

/** A resident credential without its private key. */
export interface StoredCredential {
  readonly credentialId: string;
  readonly rpId: string;
  readonly userId: string;
  readonly userName: string | undefined;
  readonly algorithm: number;
  readonly credProtect: number;
}

let serial = 0;

/** A software FIDO2 security key at packet level. */
export class LabAuthenticator {
  readonly profile: Profile;
  /** The key as a HID bus in this process. */
  readonly bus: HidBus;
  readonly faults = new Faults();
  readonly touchPad: TouchPad;
  readonly attestation: Attestation;
  private readonly counted = new Counters();
  private readonly cable: HidCable;
  private readonly memory: DeviceMemory;
  private readonly served = new Set<ServedCable>();

  constructor(options: LabAuthenticatorOptions) {
    this.profile = profiles[options.profile];
    const clock = options.env?.clock ?? systemTime;
    this.touchPad = new TouchPad(clock, options.touch ?? 'at-once');
    const env: Env = {
      random: options.env?.random ?? systemRandom,
      clock,
      presence: options.env?.presence ?? this.touchPad,
    };
    this.attestation = new Attestation(options.attestation ?? 'packed');
    const state = loadState(options, this.profile, env);
    const { stateFile } = options;
    const save = stateFile === undefined ? () => {} : () => writeStateFile(stateFile, this.save());
    this.memory = new DeviceMemory(this.profile, env, this.counted, state, save);
    if (options.pin !== undefined && state.pin === null) putPin(this.memory, options.pin);
    while (state.fingers.length < (options.fingers ?? 0)) this.enrollFinger(`finger ${state.fingers.length + 1}`);
    this.cable = new HidCable(env, this.counted, this.faults);
    this.connect(env);
    this.bus = inProcessBus(this.cable, this.profile, options.path ?? `lab:${this.profile.name}:${++serial}`);
    this.memory.commit();
  }

  /** Reset with `counters.reset()`, read with `counters.read()`. */
  get counters(): Counters {
    return this.counted;
  }

  get plugged(): boolean {
    return this.cable.plugged;
  }

  /** Touches the key by hand. False: it was not blinking. */
  touch(): boolean {
    return this.touchPad.touch();
  }

  setTouch(policy: TouchPolicy): void {
    this.touchPad.policy = policy;
  }

  /** At once for this process; the promise resolves when the sockets are gone too. */
  async unplug(): Promise<void> {
    this.cable.unplug();
    await this.socketsSettled();
  }

  /**
   * Power cycle: channels, tokens, key agreement and the block after three wrong PINs are forgotten. At once for this
   * process; the promise resolves when the sockets listen again.
   */
  async replug(): Promise<void> {
    this.cable.replug();
    await this.socketsSettled();
  }

  /** Enrolls a finger without the ceremony. */
  enrollFinger(name: string): void {
    this.memory.state.fingers.push({ templateId: toHex(this.memory.env.random(2)), name });
    this.memory.commit();
  }

  setPinState(set: PinState): void {
    const { state } = this.memory;
    if (set.pin === null) state.pin = null;
    if (typeof set.pin === 'string') putPin(this.memory, set.pin);
    state.pinRetries = Math.min(set.pinRetries ?? state.pinRetries, MAX_PIN_RETRIES);
    state.uvRetries = set.uvRetries ?? state.uvRetries;
    state.forcePinChange = set.forcePinChange ?? state.forcePinChange;
    state.minPinLength = set.minPinLength ?? state.minPinLength;
    this.memory.commit();
  }

  get pinRetries(): number {
    return this.memory.state.pinRetries;
  }

  /** The resident credentials, newest first. */
  credentials(): StoredCredential[] {
    return this.memory.store.residents().map((one) => ({
      credentialId: one.credentialId,
      rpId: one.rpId,
      userId: one.userId,
      userName: one.userName,
      algorithm: one.algorithm,
      credProtect: one.credProtect,
    }));
  }

  /** The whole state as JSON, private keys included: what `state` of the constructor takes. */
  save(): string {
    return `${JSON.stringify(this.memory.state, null, 2)}\n`;
  }

  /** Serves the key on a Unix socket for other processes (`labHidBus`). */
  async serve(socketPath: string): Promise<ServedSocket> {
    return this.keep(await serveHidSocket(this.cable, socketPath));
  }

  /** Makes Linux take it for a real key, with a /dev/hidrawN (root, and a kernel with uhid). `tap` hears every report. */
  async serveHidraw(tap?: ReportTap): Promise<ServedSocket> {
    return this.keep(await serveHidraw(this.cable, this.profile, tap));
  }

  /** For replaying recorded conversations: fixes the key agreement key of both protocols. */
  useKeyAgreementKey(scalar: Uint8Array): void {
    for (const protocol of this.memory.ram.protocols) protocol.useScalar(scalar);
  }

  private keep(served: ServedCable): ServedSocket {
    this.served.add(served);
    return {
      close: async () => {
        this.served.delete(served);
        await served.close();
      },
    };
  }

  private async socketsSettled(): Promise<void> {
    await Promise.all([...this.served].map((one) => one.settled()));
  }

  private connect(env: Env): void {
    const processor = new CommandSet(this.memory, this.attestation, this.faults);
    const device = new CtapHidDevice({
      env,
      counters: this.counted,
      faults: this.faults,
      processor,
      deviceVersion: this.profile.deviceVersion,
      emit: (report) => this.cable.fromDevice(report),
    });
    this.cable.connect({
      receive: (report) => device.receive(report),
      powerOff: () => {
        device.powerOff();
        processor.powerOff();
      },
      powerUp: () => this.memory.powerUp(),
    });
  }
}

function loadState(options: LabAuthenticatorOptions, profile: Profile, env: Env): AuthenticatorState {
  const fromFile = options.stateFile === undefined ? undefined : readStateFile(options.stateFile);
  const text = fromFile ?? options.state;
  if (text === undefined) return factoryState(profile, env);
  const state = authenticatorStateSchema.parse(JSON.parse(text));
  if (state.profile !== profile.name) throw new Error(`this state is of a ${state.profile}, not a ${profile.name}`);
  return state;
}
