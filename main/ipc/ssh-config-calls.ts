/** Saved targets for the user's own ssh: how its configuration stands, the one line that is added to it, and taking that away. */
import { quotePath } from '../connect/ssh-config-text.ts';
import type { Glasskey } from '../glasskey.ts';
import { gitCommands, type SshConfigState } from '../glasskey-ssh-config.ts';
import type { SshConfigPrompt } from '../prompts/ssh-config-prompt.ts';
import type { CallHandlers, Tell } from './call-server.ts';
import type { SshConfigView } from './contract.ts';
import { shownName } from './shown-name.ts';

export interface SshConfigCallsWorld {
  readonly glasskey: Pick<Glasskey, 'sshConfig' | 'installSshConfig' | 'removeSshConfig'>;
  readonly prompt: SshConfigPrompt;
  readonly tell: Tell;
}

type SshConfigCall = 'ssh-config.get' | 'ssh-config.entries' | 'ssh-config.install' | 'ssh-config.remove';

/** A window shows some to try; all of them are on Devices. */
const MOST_HOSTS = 50;

export function sshConfigCalls({ glasskey, prompt, tell }: SshConfigCallsWorld): Pick<CallHandlers, SshConfigCall> {
  return {
    'ssh-config.get': async () => sshConfigView(await glasskey.sshConfig()),
    'ssh-config.entries': async () => ({ text: (await glasskey.sshConfig()).text }),
    async 'ssh-config.install'(_, { signal }) {
      const before = await glasskey.sshConfig();
      if (!before.isIncluded) await prompt.agree('install', before, signal);
      try {
        const { state, keptAs } = await glasskey.installSshConfig();
        return { config: sshConfigView(state), ...(keptAs === undefined ? {} : { keptAs }) };
      } finally {
        tell('ssh-config.changed', {});
      }
    },
    async 'ssh-config.remove'(_, { signal }) {
      const before = await glasskey.sshConfig();
      if (before.isIncluded) await prompt.agree('remove', before, signal);
      try {
        return { config: sshConfigView(await glasskey.removeSshConfig()) };
      } finally {
        tell('ssh-config.changed', {});
      }
    },
  };
}

function sshConfigView(state: SshConfigState): SshConfigView {
  const { hosts, remarks, agentSocket } = state;
  const git = gitCommands(state);
  return {
    state: state.state,
    fragmentFile: state.fragmentFile,
    configFile: state.configFile,
    isIncluded: state.isIncluded,
    line: state.line,
    hosts: hosts.slice(0, MOST_HOSTS).map(({ alias, device, kind }) => ({ alias, device: shownName(device), kind })),
    hostCount: hosts.length,
    remarks: remarks.slice(0, MOST_HOSTS).map(shownName),
    identityAgentLine: `IdentityAgent ${quotePath(agentSocket, 'the agent’s socket')}`,
    ...(git === undefined ? {} : { gitCommands: git.join('\n') }),
  };
}
