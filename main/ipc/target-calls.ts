/** The devices screen: saved targets, and the exact command that a connect stands for. */
import { copyableCommand } from '../connect/plan.ts';
import type { Glasskey } from '../glasskey.ts';
import type { Target } from '../storage/target-store.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { TargetView } from './contract.ts';

export interface TargetWorld {
  readonly glasskey: Pick<Glasskey, 'targets' | 'saveTarget' | 'removeTarget' | 'setting' | 'planConnect'>;
  readonly tell: Tell;
  /** Of the agent that goes on when no connect of ours runs: what is copied must work in any terminal, at any time. */
  readonly agentSocket: () => string;
}

type TargetCall = 'targets.list' | 'targets.save' | 'targets.remove' | 'targets.command';

export function targetCalls({ glasskey, tell, agentSocket }: TargetWorld): Pick<CallHandlers, TargetCall> {
  const changed = () => {
    tell('targets.changed', {});
    tell('readiness.changed', {});
  };
  return {
    async 'targets.list'() {
      const targets = await glasskey.targets();
      return {
        targets: targets.map(targetView),
        defaultJump: await glasskey.setting('connect.defaultJump'),
      };
    },
    async 'targets.save'({ replaces, ...given }) {
      const target = await glasskey.saveTarget({ ...given, replaces });
      changed();
      return { target: targetView(target) };
    },
    async 'targets.remove'({ name, evenIfUsed }) {
      const removed = await glasskey.removeTarget(name, evenIfUsed);
      if (removed) changed();
      return { removed };
    },
    async 'targets.command'({ target }) {
      const plan = await glasskey.planConnect({
        target,
        jump: undefined,
        command: undefined,
        save: undefined,
        hostKeys: 'ask',
        forwardAgent: true,
      });
      return { command: copyableCommand(plan, agentSocket()) };
    },
  };
}

function targetView({ ways, tags, ...target }: Target): TargetView {
  return { ...target, ways: ways.map((way) => ({ ...way, jumps: [...way.jumps] })), tags: [...tags] };
}
