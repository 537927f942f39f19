import { describe, expect, it } from 'vitest';
import { ownerOfStandardPipe } from '../../../main/agent/standard-pipe.ts';
import { standardPipeWords } from '../../../main/cli/commands/agent.ts';
import { standardPipe } from '../../../main/glasskey-pass-through.ts';

describe('the standard pipe of Windows', () => {
  it.each([
    ['C:\\Windows\\System32\\OpenSSH\\ssh-agent.exe', 'openssh'],
    ['C:\\Users\\a\\AppData\\Local\\1Password\\app\\8\\1Password.exe', '1password'],
    ['C:\\Users\\a\\AppData\\Local\\Programs\\Bitwarden\\Bitwarden.exe', 'bitwarden'],
    ['C:\\Program Files\\KeePass Password Safe 2\\KeePass.exe', 'keeagent'],
    ['D:\\tools\\relay.exe', 'other'],
  ])('of %s is that of %s', (program, owner) => {
    expect(ownerOfStandardPipe(program, false)).toBe(owner);
  });

  it('of a service that may not be asked is that of OpenSSH’s agent, and of a person’s program nobody’s', () => {
    expect(ownerOfStandardPipe(undefined, true)).toBe('openssh');
    expect(ownerOfStandardPipe(undefined, false)).toBe('other');
  });

  it('is told with how to use both', () => {
    const [whose, ...advice] = standardPipeWords({ owner: '1password', program: undefined });
    expect(whose).toContain('asks 1Password; Glasskey leaves that pipe alone');
    expect(advice.join()).toContain('glasskey settings set agent.passThrough SSH_AUTH_SOCK');
    const strange = { owner: 'other', program: 'D:\\tools\\re\u001blay.exe' } as const;
    expect(standardPipeWords(strange)[0]).toContain('D:\\tools\\re');
    expect(standardPipeWords(strange)[0]).not.toContain('\u001b');
  });

  it('is no matter elsewhere', async () => {
    expect(await standardPipe('linux', () => expect.unreachable())).toBeUndefined();
  });
});
