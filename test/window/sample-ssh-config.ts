/** Saved targets for other programs, as the main process has them and as it tells them to the window. */
import type { SshConfigState } from '../../main/glasskey-ssh-config.ts';
import type { SshConfigView } from '../../main/ipc/contract.ts';

const DATA = '/home/ada/.local/share/glasskey';

export const SSH_CONFIG: SshConfigState = {
  state: 'absent',
  fragmentFile: `${DATA}/ssh_config`,
  configFile: '/home/ada/.ssh/config',
  isIncluded: false,
  line: `Include "${DATA}/ssh_config"`,
  hosts: [
    { alias: 'ce1-rack4', device: 'admin@ce1-rack4.fab.example:22', kind: 'jump' },
    { alias: 'ce1-rack4.password', device: 'telco-rw@ce1-rack4.fab.example:22', kind: 'password' },
    { alias: 'leaf1', device: 'alice@leaf1:22', kind: 'jump' },
    { alias: 'console', device: 'root@192.0.2.17:2222', kind: 'console' },
  ],
  remarks: ['ce1-rack4.password: A shared account with a password (Method D v1.5): the last resort.'],
  text: `Host ce1-rack4
    HostName "ce1-rack4.fab.example"
    User "admin"
    ProxyJump glasskey-jumper-jump-east
`,
  agentSocket: `${DATA}/agent/agent.sock`,
  signingKeyFile: `${DATA}/connect/4b38ff90cb5fbc86.pub`,
};

/** `state` as the window is told it. */
export function sshConfigSample(state: SshConfigView['state']): SshConfigView {
  const { text: _text, agentSocket, signingKeyFile, hosts, remarks, ...rest } = SSH_CONFIG;
  return {
    ...rest,
    state,
    isIncluded: state === 'installed',
    hosts: [...hosts],
    hostCount: hosts.length,
    remarks: [...remarks],
    identityAgentLine: `IdentityAgent "${agentSocket}"`,
    ...(state === 'absent'
      ? {}
      : { gitCommands: `git config --global gpg.format ssh\ngit config --global user.signingKey ${signingKeyFile}` }),
  };
}
