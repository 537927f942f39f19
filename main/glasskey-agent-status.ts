/** Does an agent answer on a socket, and what does it offer? Asked from outside, as any program would; composed for glasskey.ts. */
import type { Clock } from '../time/clock.ts';
import { listAgent } from './agent/agent-probe.ts';
import type { WrittenEnrollment } from './enrollment/enrollment.ts';
import { sha256Fingerprint } from './openssh/fingerprint.ts';

export interface AgentStatus {
  /** `silent`: something listens there, and does not answer. */
  readonly state: 'answers' | 'silent' | 'absent';
  readonly socketPath: string;
  /** In the order in which they are offered. */
  readonly keys: readonly { readonly fingerprint: string; readonly comment: string; readonly isEnrolled: boolean }[];
}

export async function agentStatus(
  socketPath: string,
  enrollments: readonly WrittenEnrollment[],
  clock: Clock,
): Promise<AgentStatus> {
  const { state, identities } = await listAgent(socketPath, clock);
  const keys = identities.map(({ blob, comment }) => {
    const fingerprint = sha256Fingerprint(blob);
    return { fingerprint, comment, isEnrolled: enrollments.some(({ files }) => files.fingerprint === fingerprint) };
  });
  return { state, socketPath, keys };
}
