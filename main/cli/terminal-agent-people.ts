/**
 * How `glasskey agent` asks at its terminal, which no ssh has: before each signature whether it may be made, with its chain and the
 * program that asks, then for the PIN. One request at a time; who says nothing for a minute has said no.
 */
import { closeSync } from 'node:fs';
import { GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { Clock } from '../../time/clock.ts';
import { describeClient, type ShownHost, type SigningFacts } from '../agent/describe-signing.ts';
import { DENIED_AFTER_MS } from '../agent/question-limits.ts';
import type { GlasskeyPeople } from '../glasskey.ts';
import type { Output } from './output.ts';
import { openTerminalFor } from './terminal-input-queue.ts';
import type { TerminalPrompts } from './terminal-prompts.ts';

/** Without a terminal each signature would be refused, unasked. Throws `NO_TERMINAL`. */
export function assertTerminal(): void {
  try {
    closeSync(openTerminalFor('reading'));
  } catch (cause) {
    throw new GlasskeyError({
      code: 'NO_TERMINAL',
      message: 'There is no terminal on which the agent could ask before each signature, so it would make none.',
      remedy: 'Run it in a terminal, or open the app: its agent asks in windows of its own.',
      cause,
    });
  }
}

export function terminalAgentPeople(
  people: GlasskeyPeople,
  prompts: Pick<TerminalPrompts, 'yesNo' | 'hush' | 'release'>,
  output: Output,
  clock: Clock,
): GlasskeyPeople {
  /** Undefined: nobody answered in time. */
  const inTime = async <T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
    const silent = new AbortController();
    const stop = clock.after(DENIED_AFTER_MS, () => silent.abort());
    try {
      return await ask(AbortSignal.any([signal, silent.signal]));
    } catch (error) {
      if (!silent.signal.aborted || signal.aborted) throw error;
      output.warn(`Nobody answered for ${DENIED_AFTER_MS / 1000} seconds: denied.`, true);
      return undefined;
    } finally {
      stop();
    }
  };
  return {
    ...people,
    asksInTurn: true,

    async approveUnplanned({ facts, client, waiting }, signal) {
      output.warn(
        `${describeClient(client) ?? 'A program that is not known'} wants a signature: ${whatText(facts)}`,
        true,
      );
      output.note(`The way: ${chainText(facts)}`, true);
      if (waiting > 0) output.note(waiting === 1 ? '1 more request waits.' : `${waiting} more requests wait.`, true);
      try {
        const isApproved = (await inTime((running) => prompts.yesNo('Sign it?', running), signal)) ?? false;
        // Whoever has said yes may begin with the PIN before it is asked for.
        if (isApproved) prompts.hush();
        return isApproved;
      } catch (error) {
        // Only its log would know why its clients get nothing.
        if (error instanceof GlasskeyError && error.code === 'NO_TERMINAL') output.warn(error.message, true);
        throw error;
      }
    },

    approvedEnded: () => prompts.release(),

    signingPin({ purpose: _, ...question }, signal) {
      // What for has been said, and answered.
      return inTime((running) => people.signingPin(question, running), signal);
    },
  };
}

function whatText({ purpose }: SigningFacts): string {
  if (purpose.kind === 'sshsig') return `sign for ${purpose.namespace}`;
  return `log in as ${purpose.user} on ${purpose.host === undefined ? 'an unknown host' : hostText(purpose.host)}`;
}

/** `this computer → jump-east (SHA256:…), which has the agent → ce1-rack4 (SHA256:…) as alice` */
function chainText({ purpose, through, way }: SigningFacts): string {
  // Programs that sign files prove no way, however new they are.
  const isTold = way !== 'unknown' || purpose.kind !== 'sshsig';
  const links = [isTold ? 'this computer' : 'this computer, as far as can be told'];
  for (const host of through) links.push(`${hostText(host)}, which has the agent`);
  if (way === 'unverified') links.push('a host that could not be verified');
  if (way === 'unknown' && isTold) links.push('no more is known: the program is too old to say');
  if (purpose.kind === 'login' && purpose.host !== undefined) {
    links.push(`${hostText(purpose.host)} as ${purpose.user}`);
  }
  return links.join(' → ');
}

function hostText({ name = 'a host not in known_hosts', fingerprint }: ShownHost): string {
  return fingerprint === undefined ? name : `${name} (${fingerprint})`;
}
