/**
 * For the start of a lab's shell: ssh, scp and sftp read the ~/.ssh/config of the lab's home. By themselves they take the home of the
 * account (ssh(1), FILES), not $HOME. A -F that is typed goes first, as the last one counts. Only what a person types is led so:
 * Glasskey finds the system's ssh.
 */
export const SSH_BY_HOME = ['ssh', 'scp', 'sftp']
  .map((program) => `${program}() { [ -f ~/.ssh/config ] && set -- -F ~/.ssh/config "$@"; command ${program} "$@"; }\n`)
  .join('');
