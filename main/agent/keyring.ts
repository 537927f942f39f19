/**
 * What the agent's protocol side asks of whoever holds the keys, as golang.org/x/crypto/ssh/agent keeps them apart. The
 * protocol side has parsed and judged the request by then: a keyring never sees data that is neither a login nor an
 * SSHSIG message (`signing-purpose.ts`).
 */

export interface Identity {
  /** Public key blob. */
  readonly blob: Uint8Array;
  readonly comment: string;
}

/** What a signature is for, as far as it can be proven. */
export type SigningPurpose =
  | {
      readonly kind: 'login';
      /** User name on the server, as the client wrote it: a stranger's text. */
      readonly user: string;
      /** The server's public blob: the signature is good for that host alone. Absent where nothing names the host. */
      readonly hostKey?: Uint8Array;
      /** The host has proven, by session-bind, that this session is with it. */
      readonly sessionBound: boolean;
    }
  /** A file or git signature (OpenSSH's PROTOCOL.sshsig). */
  | { readonly kind: 'sshsig'; readonly namespace: string };

/** The program that asks, as far as the system says it (asking-program.ts). What is absent is an honest "unknown". */
export interface Client {
  readonly pid?: number;
  /** Its name, whatever it is called: `ssh`. */
  readonly program?: string;
  /** The program that started it, where that is neither a shell nor `place`: `git`. */
  readonly starter?: string;
  /** What it runs in: the shell or the editor that leads its session. */
  readonly place?: string;
  /** The same for all programs of one session (a terminal's, most often), and for no other. */
  readonly session?: string;
}

export interface SignRequest {
  /** Public key blob of the key to sign with: always a plain key, also when a certificate logs in. */
  readonly keyBlob: Uint8Array;
  /** The SSH data to be signed. Its SHA-256 is the clientDataHash of an sk key. */
  readonly data: Uint8Array;
  readonly purpose: SigningPurpose;
  /** Public blobs of the hosts that the agent was forwarded through, nearest first; empty for this machine. */
  readonly forwardedThrough: readonly Uint8Array[];
  /** False: the path is not proven to its end, so that "from this machine" would be a guess. */
  readonly isPathProven: boolean;
  /** A host on the way, or at its end, could not be verified: the request may come from it, whatever was bound later. */
  readonly throughUnverifiedHost: boolean;
  readonly client?: Client;
  /** Where `client` was not looked up: finds it out. Never rejects. */
  readonly findClient?: () => Promise<Client | undefined>;
  /** Whoever asks a person about this request calls it. */
  readonly onAsked?: () => void;
}

export interface Keyring {
  /** The keys to offer. Answers without waiting for an authenticator or a person. */
  identities(): Promise<readonly Identity[]>;
  /**
   * Signs, which may take as long as a person needs; gives up when `signal` fires (the client has gone, the agent was
   * locked or closes). Resolves to the SSH signature blob; rejects with a GlasskeyError, which the client sees as a
   * plain refusal.
   */
  sign(request: SignRequest, signal: AbortSignal): Promise<Uint8Array>;
}
