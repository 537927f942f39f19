/**
 * Asks before the user's own ssh configuration is changed, naming the file and the line. In a prompt, because the window could be made
 * to call for it by a script that got into it, and what is written there holds for every ssh of the user. One question at a time.
 */
import { cancelled, GlasskeyError } from '../../diagnostics/glasskey-error.ts';
import type { SshConfigState } from '../glasskey-ssh-config.ts';
import type { Texts } from '../texts/texts.ts';
import type { PromptDesk } from './prompt-desk.ts';

export interface SshConfigPrompt {
  /** Resolves where the person agrees. Throws `CANCELLED` where not, `SSH_CONFIG_ASKED` while another question stands. */
  agree(change: 'install' | 'remove', state: SshConfigState, signal: AbortSignal): Promise<void>;
}

export function sshConfigPrompt(desk: PromptDesk, texts: Texts): SshConfigPrompt {
  let isAsking = false;
  return {
    async agree(change, { configFile, line, hosts }, signal) {
      if (isAsking) throw alreadyAsked();
      isAsking = true;
      const stop = new AbortController();
      const asked = desk.open({
        title: texts.say(`prompt.ssh-config-${change}`),
        sentences: [
          texts.say(`prompt.ssh-config-${change}-line`, { file: configFile }),
          line,
          texts.say(`prompt.ssh-config-${change}-meaning`, { count: hosts.length }),
        ],
        cancel: () => stop.abort(),
      });
      const buttons = [{ answer: 'once', label: texts.say(`prompt.ssh-config-${change}-allow`) }] as const;
      try {
        const answer = await asked.ask({ buttons }, AbortSignal.any([signal, stop.signal]));
        if (answer === undefined) throw cancelled(change === 'install' ? 'The installation' : 'The removal');
      } finally {
        asked.close();
        isAsking = false;
      }
    },
  };
}

function alreadyAsked(): GlasskeyError {
  return new GlasskeyError({
    code: 'SSH_CONFIG_ASKED',
    message: 'You are being asked about your ssh configuration already.',
    remedy: 'Answer the prompt that stands in front, then try again.',
  });
}
