/**
 * Whose the app is that serves its sessions on a pipe of Windows. All users of a computer share the names of pipes: another account can take
 * this one before the app does, and would be told what is typed.
 */
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';

/** What is asked of Windows, as an interface so that tests answer it. */
export interface PipeLook {
  /** The account of this process: its SID. */
  ownAccount(): string;
  /** Who serves the pipe now; undefined where nobody does. */
  hold(path: string): HeldSessions | undefined;
}

export interface HeldSessions {
  /** Of its process, an SID; undefined where Windows does not say, as of other accounts' processes. */
  readonly account: string | undefined;
  /** Whether the pipe itself is that account's, or the administrators' or the system's. */
  isOwnedBy(account: string): boolean;
  release(): void;
}

/**
 * Holds the pipe, so that who is connected to then is who was looked at: a name that is in use goes to nobody whom the app's access list does
 * not allow it. Undefined where nobody serves it. Throws `SESSIONS_APP_NOT_YOURS`.
 */
export async function holdOwnPipe(path: string, look?: PipeLook): Promise<HeldSessions | undefined> {
  const { hold, ownAccount } = look ?? (await systemLook());
  const held = hold(path);
  const own = ownAccount();
  if (held === undefined || (held.account === own && held.isOwnedBy(own))) return held;
  held.release();
  throw notYours(path, held.account);
}

async function systemLook(): Promise<PipeLook> {
  const [{ loadPipeHold }, { loadProcesses }, { isOwnedBy }] = await Promise.all([
    import('../../native/windows/pipe-peer.ts'),
    import('../../native/windows/processes.ts'),
    import('../../native/windows/security-descriptor.ts'),
  ]);
  const [hold, { ownAccount, accountOf }] = await Promise.all([loadPipeHold(), loadProcesses()]);
  return {
    ownAccount,
    hold(path) {
      const held = hold(path);
      if (held === undefined) return undefined;
      const { pid, owner, release } = held;
      return { account: accountOf(pid), isOwnedBy: (account) => isOwnedBy(owner, account), release };
    },
  };
}

function notYours(path: string, account: string | undefined): GlasskeyError {
  return new GlasskeyError({
    code: 'SESSIONS_APP_NOT_YOURS',
    message: `What answers in the place of the desktop app does not run as you${account === undefined ? ', as far as Windows says' : ''}. It was told nothing.`,
    remedy:
      'If you started the app as an administrator, quit it and start it as usual. If not, somebody else on this computer has taken its place: tell whoever looks after it.',
    detail: { path, account: account ?? null },
  });
}
