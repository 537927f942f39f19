/** What the tray's icon says, from what is known: the worst first. */
import type { AgentView, Readiness } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';

export interface TrayLook {
  /** Name of the drawing in main/shell/icons. */
  readonly icon: 'ready' | 'waiting' | 'attention' | 'locked';
  readonly sentence: string;
}

export interface TrayFacts {
  readonly readiness: Pick<Readiness, 'verdict' | 'next'> | undefined;
  readonly agent: Pick<AgentView, 'state'> | undefined;
  /** How many reminders are due or urgent, and neither snoozed nor dismissed. */
  readonly remindersDue: number;
  readonly isAsking: boolean;
  readonly isLocked: boolean;
}

export function trayLook({ readiness, agent, remindersDue, isAsking, isLocked }: TrayFacts, texts: Texts): TrayLook {
  if (isLocked || agent?.state === 'locked') return { icon: 'locked', sentence: texts.say('shell.tray.locked') };
  if (isAsking) return { icon: 'attention', sentence: texts.say('shell.tray.asks') };
  if (agent?.state === 'failed') return { icon: 'attention', sentence: texts.say('shell.tray.agent-failed') };
  if (readiness === undefined) return { icon: 'waiting', sentence: texts.say('shell.tray.starting') };
  const { verdict, next } = readiness;
  switch (verdict) {
    case 'ready':
      if (remindersDue > 0) return dueLook(remindersDue, texts);
      return { icon: 'ready', sentence: texts.say('shell.tray.ready') };
    case 'waiting-for-devices': {
      const until = new Date(next.action === 'wait' ? next.until : 0);
      return { icon: 'waiting', sentence: texts.say('shell.tray.waiting', { until }) };
    }
    case 'unproven':
      if (remindersDue > 0) return dueLook(remindersDue, texts);
      return { icon: 'waiting', sentence: texts.say('shell.tray.unproven') };
    case 'not-enrolled':
    case 'unfinished':
    case 'not-published':
    case 'files-missing':
      return { icon: 'attention', sentence: texts.say(`shell.tray.${verdict}`) };
    default:
      return verdict satisfies never;
  }
}

function dueLook(count: number, texts: Texts): TrayLook {
  return { icon: 'attention', sentence: texts.say('shell.tray.reminders', { count }) };
}

/** The line of the tray's menu that leads to the reminders. */
export function remindersLine(count: number, texts: Texts): string {
  return count === 0 ? texts.say('shell.reminders.none') : texts.say('shell.reminders.due', { count });
}

/** The line of the tray's menu. */
export function agentLine(agent: Pick<AgentView, 'state' | 'keys'> | undefined, texts: Texts): string {
  if (agent === undefined) return texts.say('shell.agent.off');
  const { state, keys } = agent;
  switch (state) {
    case 'listening':
      return texts.say('shell.agent.listening', { keys });
    case 'off':
    case 'locked':
    case 'failed':
      return texts.say(`shell.agent.${state}`);
    default:
      return state satisfies never;
  }
}
