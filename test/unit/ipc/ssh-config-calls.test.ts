import { describe, expect, it } from 'vitest';
import type { SshConfigState } from '../../../main/glasskey-ssh-config.ts';
import { CALLS } from '../../../main/ipc/contract.ts';
import { sshConfigCalls } from '../../../main/ipc/ssh-config-calls.ts';
import { sshConfigPrompt } from '../../../main/prompts/ssh-config-prompt.ts';
import { SSH_CONFIG } from '../../window/sample-ssh-config.ts';
import { settle } from '../lab/authenticator/manual-clock.ts';
import { Person, texts } from '../prompts/person.ts';

const context = { signal: new AbortController().signal, windowId: 1, progress: () => {} };
const INSTALLED: SshConfigState = { ...SSH_CONFIG, state: 'installed', isIncluded: true };

function callsOver(state: SshConfigState) {
  const person = new Person();
  const done: string[] = [];
  const told: string[] = [];
  const calls = sshConfigCalls({
    glasskey: {
      sshConfig: async () => state,
      installSshConfig: async () => {
        done.push('installed');
        return { state: INSTALLED, keptAs: '/home/ada/.ssh/config.before-glasskey' };
      },
      removeSshConfig: async () => {
        done.push('removed');
        return SSH_CONFIG;
      },
    },
    prompt: sshConfigPrompt(person.desk, texts),
    tell: (name) => void told.push(name),
  });
  return { person, calls, done, told };
}

describe('ssh-config.get', () => {
  it('tells what would be written where, and what git needs once something is', async () => {
    const view = await callsOver(SSH_CONFIG).calls['ssh-config.get']({}, context);
    expect(CALLS['ssh-config.get'].output.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      state: 'absent',
      line: SSH_CONFIG.line,
      hostCount: 4,
      identityAgentLine: 'IdentityAgent "/home/ada/.local/share/glasskey/agent/agent.sock"',
    });
    expect(view).not.toHaveProperty('gitCommands');
    const installed = await callsOver(INSTALLED).calls['ssh-config.get']({}, context);
    expect(installed.gitCommands).toBe(
      [
        'git config --global gpg.format ssh',
        'git config --global user.signingKey /home/ada/.local/share/glasskey/connect/4b38ff90cb5fbc86.pub',
        'export SSH_AUTH_SOCK=/home/ada/.local/share/glasskey/agent/agent.sock',
      ].join('\n'),
    );
  });

  it('names the first hosts of many, and how many there are', async () => {
    const [host] = SSH_CONFIG.hosts;
    if (host === undefined) throw new Error('there are samples');
    const hosts = Array.from({ length: 10_000 }, (_, at) => ({ ...host, alias: `leaf${at}` }));
    const view = await callsOver({ ...SSH_CONFIG, hosts }).calls['ssh-config.get']({}, context);
    expect(view.hosts.length).toBeLessThan(100);
    expect(view.hostCount).toBe(10_000);
  });
});

describe('ssh-config.install and ssh-config.remove', () => {
  it('change nothing before the person has agreed to that line in that file, in a prompt', async () => {
    const { person, calls, done, told } = callsOver(SSH_CONFIG);
    const installing = calls['ssh-config.install']({}, context);
    await settle();
    expect(person.sees.sentences).toEqual([
      '/home/ada/.ssh/config gets one line, at its top:',
      SSH_CONFIG.line,
      expect.stringContaining('4 hosts'),
    ]);
    expect(done).toEqual([]);
    await person.press('once');
    const answer = await installing;
    expect(CALLS['ssh-config.install'].output.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      config: { state: 'installed' },
      keptAs: '/home/ada/.ssh/config.before-glasskey',
    });
    expect([done, told, person.seesNothing]).toEqual([['installed'], ['ssh-config.changed'], true]);
  });

  it('change nothing where the person says no, and ask one question at a time', async () => {
    const { person, calls, done } = callsOver(INSTALLED);
    const removing = calls['ssh-config.remove']({}, context);
    await settle();
    expect(person.sees.title).toBe('Take the line out of your ssh configuration?');
    await expect(calls['ssh-config.remove']({}, context)).rejects.toMatchObject({ code: 'SSH_CONFIG_ASKED' });
    await Promise.all([person.press('deny'), expect(removing).rejects.toMatchObject({ kind: 'cancelled' })]);
    expect(done).toEqual([]);
    const again = calls['ssh-config.remove']({}, context);
    await settle();
    await person.press('once');
    expect((await again).config.state).toBe('absent');
    expect(done).toEqual(['removed']);
  });

  it('ask nothing where the user’s own file stays as it is', async () => {
    const { calls, done } = callsOver({ ...SSH_CONFIG, state: 'half', isIncluded: true });
    await calls['ssh-config.install']({}, context);
    const unincluded = callsOver({ ...SSH_CONFIG, state: 'half', isIncluded: false });
    await unincluded.calls['ssh-config.remove']({}, context);
    expect([done, unincluded.done]).toEqual([['installed'], ['removed']]);
  });
});
