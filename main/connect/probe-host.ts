/**
 * Whether an SSH server answers at a host: the first words of its protocol are waited for, and nothing is said to it. Asked of the first
 * host of a way before anybody is asked for a PIN.
 */
import { connect } from 'node:net';
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { formatHostSpec, shownHostSpec } from './host-spec.ts';
import type { PlannedHop } from './plan.ts';

const SSH_PORT = 22;
/** A server may send other lines before its identification (RFC 4253, section 4.2), but not without end. */
const MOST_BYTES = 64 * 1024;

/**
 * Undefined where it answers within `waitSeconds`; else why not (`CONNECT_UNREACHABLE`, `CONNECT_REFUSED`), as ssh-outcome.ts would say.
 * Rejects with `CANCELLED` when the signal fires.
 */
export function probeHost(
  hop: Pick<PlannedHop, 'role' | 'spec'>,
  waitSeconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<GlasskeyError | undefined> {
  const { host, port = SSH_PORT } = hop.spec;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled('The connection', signal.reason));
    const socket = connect({ host, port });
    let isConnected = false;
    let heard = '';
    const end = (settle: () => void) => {
      cancelTimer();
      signal.removeEventListener('abort', abort);
      socket.destroy();
      settle();
    };
    const fail = (code: Failure, what: string) => end(() => resolve(failure(code, what, hop)));
    const abort = () => end(() => reject(cancelled('The connection', signal.reason)));
    const cancelTimer = clock.after(waitSeconds * 1000, () =>
      fail(
        'CONNECT_UNREACHABLE',
        isConnected
          ? `took the connection, and then said nothing for ${waitSeconds} s`
          : `could not be reached within ${waitSeconds} s`,
      ),
    );
    signal.addEventListener('abort', abort, { once: true });
    socket.on('connect', () => {
      isConnected = true;
    });
    socket.on('data', (bytes: Buffer) => {
      heard += bytes.toString('latin1');
      if (/^SSH-/m.test(heard)) end(() => resolve(undefined));
      else if (heard.length > MOST_BYTES) fail('CONNECT_REFUSED', 'is no SSH server');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') fail('CONNECT_REFUSED', 'refused the connection: no SSH server listens there');
      else if (error.syscall === 'getaddrinfo') fail('CONNECT_UNREACHABLE', 'has no address that is known');
      else if (isConnected) fail('CONNECT_REFUSED', CLOSED);
      else fail('CONNECT_UNREACHABLE', `could not be reached${error.code === undefined ? '' : ` (${error.code})`}`);
    });
    socket.on('end', () => fail('CONNECT_REFUSED', CLOSED));
  });
}

const CLOSED = 'closed the connection before the login began';

type Failure = 'CONNECT_UNREACHABLE' | 'CONNECT_REFUSED';

const REMEDIES: Readonly<Record<Failure, string>> = {
  CONNECT_UNREACHABLE: 'Check the address and your own network (VPN, cable), then connect again.',
  CONNECT_REFUSED: 'Check the address and the port.',
};

function failure(code: Failure, what: string, { role, spec }: Pick<PlannedHop, 'role' | 'spec'>): GlasskeyError {
  return new GlasskeyError({
    code,
    message: `The ${role} ${shownHostSpec(spec)} ${what}.`,
    remedy: REMEDIES[code],
    detail: { hop: formatHostSpec(spec), role, ssh: null },
  });
}
