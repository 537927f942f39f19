import { describe, expect, it } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { type ConnectPlan, planConnect } from '../../../main/connect/plan.ts';
import { outcomeError } from '../../../main/connect/ssh-outcome.ts';

function planFor(device: string, ...jump: string[]): ConnectPlan {
  return planConnect({
    device: parseHostSpec(device),
    jump: jump.map(parseHostSpec),
    agentSocket: '/tmp/agent.sock',
    publicKeyFiles: ['/tmp/id.pub'],
    knownHostsFiles: ['/tmp/known_hosts'],
    configFile: '/tmp/glasskey/ssh_config',
    platform: 'linux',
  });
}

const PLAN = planFor('alice@10.9.0.4', 'jumper@10.8.0.1');
/** Both behind one address, as on a machine with port forwards. */
const SAME_ADDRESS = planFor('root@127.0.0.1:2202', 'root@127.0.0.1:2201');

const failed = (plan: ConnectPlan, ...stderrLines: string[]) =>
  outcomeError(plan, { exit: { kind: 'exited', code: 255 }, stderrLines });

describe('the end of ssh, explained', () => {
  it('leaves the exit code of the remote command alone', () => {
    const stderrLines = ['alice@10.9.0.4: Permission denied (publickey).'];
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 0 }, stderrLines: [] })).toBeUndefined();
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 1 }, stderrLines })).toBeUndefined();
    expect(outcomeError(PLAN, { exit: { kind: 'signalled', signal: 'SIGTERM' }, stderrLines })).toBeUndefined();
  });

  // The lines are what OpenSSH 9.2 wrote.
  it.each([
    [
      'CONNECT_UNREACHABLE',
      'jumper@10.8.0.1',
      ['ssh: connect to host 10.8.0.1 port 22: Connection timed out', 'Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_REFUSED',
      'jumper@10.8.0.1',
      ['ssh: connect to host 10.8.0.1 port 22: Connection refused', 'Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_UNREACHABLE',
      'alice@10.9.0.4',
      [
        'channel 0: open failed: connect failed: No route to host',
        'stdio forwarding failed',
        'Connection closed by UNKNOWN port 65535',
      ],
    ],
    [
      'CONNECT_REFUSED',
      'alice@10.9.0.4',
      ['channel 0: open failed: connect failed: Connection refused', 'stdio forwarding failed'],
    ],
    [
      'CONNECT_REFUSED',
      'alice@10.9.0.4',
      ['channel 0: open failed: administratively prohibited: open failed', 'stdio forwarding failed'],
    ],
    ['CONNECT_PERMISSION_DENIED', 'alice@10.9.0.4', ['alice@10.9.0.4: Permission denied (publickey).']],
    [
      'CONNECT_PERMISSION_DENIED',
      'jumper@10.8.0.1',
      ['jumper@10.8.0.1: Permission denied (publickey).', 'Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_HOST_KEY_UNKNOWN',
      'alice@10.9.0.4',
      [
        'No ED25519 host key is known for 10.9.0.4 and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    [
      'CONNECT_HOST_KEY_CHANGED',
      'alice@10.9.0.4',
      [
        '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
        'Host key for 10.9.0.4 has changed and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    ['CONNECT_UNREACHABLE', 'alice@10.9.0.4', ['Timeout, server 10.9.0.4 not responding.']],
  ])('%s at %s', (code, hop, lines) => {
    expect(failed(PLAN, ...lines)).toMatchObject({ code, kind: 'expected', detail: { hop } });
  });

  it('tells a jump host from a device behind the same address', () => {
    const denied = 'root@127.0.0.1: Permission denied (publickey).';
    expect(failed(SAME_ADDRESS, denied)?.detail.role).toBe('device');
    expect(failed(SAME_ADDRESS, denied, 'Connection closed by UNKNOWN port 65535')?.detail.role).toBe('jump host');
  });

  it('tells two jump hosts apart by their names', () => {
    const plan = planFor('alice@10.9.0.4', 'a@h1', 'b@h2');
    const error = failed(plan, 'b@h2: Permission denied (publickey).', 'Connection closed by UNKNOWN port 65535');
    expect(error?.message).toContain('jump host b@h2');
  });

  it('says which hop did not answer when there is but one', () => {
    const error = failed(planFor('alice@ce1'), 'ssh: Could not resolve hostname ce1: Name or service not known');
    expect(error).toMatchObject({ code: 'CONNECT_UNREACHABLE', detail: { hop: 'alice@ce1', role: 'device' } });
  });

  it('has a code also for what it does not understand', () => {
    expect(failed(PLAN, 'something new')).toMatchObject({ code: 'CONNECT_FAILED', detail: { ssh: 'something new' } });
    expect(failed(PLAN)?.code).toBe('CONNECT_FAILED');
  });
});
