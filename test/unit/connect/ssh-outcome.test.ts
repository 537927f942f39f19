import { describe, expect, it } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { type ConnectPlan, planConnect } from '../../../main/connect/plan.ts';
import type { SshRun } from '../../../main/connect/run-ssh.ts';
import { isRestated, outcomeError } from '../../../main/connect/ssh-outcome.ts';

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

/** A run that ended with 255; the lines stand in the log of the ssh that logs in to the hop of that number. */
const failed = (plan: ConnectPlan, ...said: (readonly [hop: number, ...lines: string[]])[]) =>
  outcomeError(plan, ended(255, plan, ...said));

function ended(code: number, plan: ConnectPlan, ...said: (readonly [hop: number, ...lines: string[]])[]): SshRun {
  const messages = said.flatMap(([index, ...lines]) => {
    const hop = plan.hops[index];
    if (hop === undefined) throw new Error(`the plan has no hop ${index}`);
    return lines.map((line) => ({ hop, line }));
  });
  return { exit: { kind: 'exited', code }, messages };
}

const JUMP = 0;
const DEVICE = 1;

const LOGIN = 'Authenticated to 10.9.0.4 (via proxy) using "publickey".';

describe('the end of a session that was open', () => {
  it('names the host without ssh’s own port in its sentence, and as it was typed in its detail', () => {
    const plan = planFor('alice@10.9.0.4:22', 'jumper@10.8.0.1');
    const error = failed(plan, [DEVICE, 'alice@10.9.0.4: Permission denied (publickey).']);
    expect(error?.message).toBe('The device alice@10.9.0.4 does not accept this key for this user.');
    expect(error?.detail.hop).toBe('alice@10.9.0.4:22');
  });

  it('is a lost connection, for which the login is not blamed', () => {
    const error = failed(PLAN, [DEVICE, LOGIN, 'Transferred: sent 3776, received 3304 bytes, in 1.3 seconds']);
    expect(error).toMatchObject({ code: 'CONNECT_LOST', detail: { role: 'device' } });
  });

  it('has the reason that ssh gives, where it gives one', () => {
    const error = failed(PLAN, [DEVICE, LOGIN, 'Timeout, server 10.9.0.4 not responding.']);
    expect(error).toMatchObject({ code: 'CONNECT_UNREACHABLE' });
  });

  it('is told from a login to the jump host alone', () => {
    expect(failed(PLAN, [JUMP, LOGIN])).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('is not shown in the words that ssh was made to say for it', () => {
    const [, hop] = PLAN.hops;
    if (hop === undefined) throw new Error('the plan has a device');
    for (const line of [LOGIN, 'Bytes per second: sent 2853.6, received 2496.9']) {
      expect(isRestated({ hop, line })).toBe(true);
    }
  });
});

describe('the end of ssh, explained', () => {
  it('leaves the exit code of the remote command alone', () => {
    const { messages } = ended(255, PLAN, [DEVICE, 'alice@10.9.0.4: Permission denied (publickey).']);
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 0 }, messages: [] })).toBeUndefined();
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 1 }, messages })).toBeUndefined();
    expect(outcomeError(PLAN, { exit: { kind: 'signalled', signal: 'SIGTERM' }, messages })).toBeUndefined();
  });

  // The lines are what OpenSSH 9.2 wrote.
  it.each([
    [
      'CONNECT_UNREACHABLE',
      'jumper@10.8.0.1',
      ['ssh: connect to host 10.8.0.1 port 22: Connection timed out'],
      ['Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_REFUSED',
      'jumper@10.8.0.1',
      ['ssh: connect to host 10.8.0.1 port 22: Connection refused'],
      ['Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_UNREACHABLE',
      'alice@10.9.0.4',
      ['channel 0: open failed: connect failed: No route to host', 'stdio forwarding failed'],
      ['Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_REFUSED',
      'alice@10.9.0.4',
      ['channel 0: open failed: connect failed: Connection refused', 'stdio forwarding failed'],
      [],
    ],
    [
      'CONNECT_REFUSED',
      'alice@10.9.0.4',
      ['channel 0: open failed: administratively prohibited: open failed', 'stdio forwarding failed'],
      [],
    ],
    ['CONNECT_PERMISSION_DENIED', 'alice@10.9.0.4', [], ['alice@10.9.0.4: Permission denied (publickey).']],
    [
      'CONNECT_PERMISSION_DENIED',
      'jumper@10.8.0.1',
      ['jumper@10.8.0.1: Permission denied (publickey).'],
      ['Connection closed by UNKNOWN port 65535'],
    ],
    [
      'CONNECT_HOST_KEY_UNKNOWN',
      'alice@10.9.0.4',
      [],
      [
        'No ED25519 host key is known for 10.9.0.4 and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    [
      'CONNECT_HOST_KEY_CHANGED',
      'alice@10.9.0.4',
      [],
      [
        '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @',
        'Host key for 10.9.0.4 has changed and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    ['CONNECT_UNREACHABLE', 'alice@10.9.0.4', [], ['Timeout, server 10.9.0.4 not responding.']],
  ] as const)('%s at %s', (code, hop, inJumpLog, inDeviceLog) => {
    expect(failed(PLAN, [JUMP, ...inJumpLog], [DEVICE, ...inDeviceLog])).toMatchObject({
      code,
      kind: 'expected',
      detail: { hop },
    });
  });

  it('tells a jump host from a device behind the same address', () => {
    const denied = 'root@127.0.0.1: Permission denied (publickey).';
    expect(failed(SAME_ADDRESS, [DEVICE, denied])?.detail.role).toBe('device');
    expect(failed(SAME_ADDRESS, [JUMP, denied], [DEVICE, 'Connection closed by UNKNOWN port 65535'])?.detail.role).toBe(
      'jump host',
    );
  });

  it('tells two jump hosts apart', () => {
    const plan = planFor('alice@10.9.0.4', 'a@h1', 'b@h2');
    const broken = 'kex_exchange_identification: Connection closed by remote host';
    const error = failed(plan, [1, 'b@h2: Permission denied (publickey).'], [2, broken]);
    expect(error?.message).toContain('jump host b@h2');
    const unreached = failed(plan, [0, 'channel 0: open failed: connect failed: Connection refused'], [1, broken]);
    expect(unreached?.detail.hop).toBe('b@h2');
  });

  it('lets a host speak for itself alone, whomever it names', () => {
    // OpenSSH writes the reason that its peer gives for a disconnect into its log, line breaks and all.
    const forged = [
      'Received disconnect from 10.8.0.1 port 22:2: bye',
      'Host key for 10.9.0.4 has changed and you have requested strict checking.',
    ];
    expect(failed(PLAN, [JUMP, ...forged])?.detail.hop).toBe('jumper@10.8.0.1');
  });

  it('says which hop did not answer when there is but one', () => {
    const line = 'ssh: Could not resolve hostname ce1: Name or service not known';
    const error = failed(planFor('alice@ce1'), [0, line]);
    expect(error).toMatchObject({ code: 'CONNECT_UNREACHABLE', detail: { hop: 'alice@ce1', role: 'device' } });
  });

  it.each([
    ['alice@10.9.0.4: Permission denied (publickey).', true],
    ['kex_exchange_identification: Connection closed by remote host', true],
    ['Connection closed by UNKNOWN port 65535', true],
    ["Warning: Permanently added '10.9.0.4' (ED25519) to the list of known hosts.", true],
    ['The fingerprint for the ED25519 key sent by the remote host is', false],
    ['Unable to negotiate with 10.9.0.4 port 22: no matching cipher found.', false],
  ])('need not be shown once more: %s %s', (line, restated) => {
    const [hop] = PLAN.hops;
    if (hop === undefined) throw new Error('the plan has no hops');
    expect(isRestated({ hop, line })).toBe(restated);
  });

  it('has a code also for what it does not understand', () => {
    expect(failed(PLAN, [DEVICE, 'something new'])).toMatchObject({
      code: 'CONNECT_FAILED',
      detail: { ssh: 'something new' },
    });
    expect(failed(PLAN)?.code).toBe('CONNECT_FAILED');
  });
});
