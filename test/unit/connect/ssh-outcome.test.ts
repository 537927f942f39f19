import { describe, expect, it } from 'vitest';
import { NOTHING_HEARD, withLine } from '../../../main/connect/hop-trace.ts';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { type ConnectPlan, planConnect } from '../../../main/connect/plan.ts';
import type { SshRun } from '../../../main/connect/run-ssh.ts';
import { isDebugging } from '../../../main/connect/ssh-log.ts';
import { isRestated, isWayBlocked, outcomeError } from '../../../main/connect/ssh-outcome.ts';

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
  const traces = plan.hops.map((hop) =>
    messages.reduce((trace, { hop: of, line }) => (of === hop ? withLine(trace, line) : trace), {
      hop,
      ...NOTHING_HEARD,
    }),
  );
  return { exit: { kind: 'exited', code }, messages: messages.filter((message) => !isDebugging(message)), traces };
}

const JUMP = 0;
const DEVICE = 1;

const LOGIN = 'Authenticated to 10.9.0.4 (via proxy) using "publickey".';

describe('the end of a session that was open', () => {
  it('names the host without ssh’s own port in its sentence, and as it was typed in its detail', () => {
    const plan = planFor('alice@10.9.0.4:22', 'jumper@10.8.0.1');
    const error = failed(plan, [DEVICE, 'alice@10.9.0.4: Permission denied (publickey).']);
    expect(error?.message).toBe('The device alice@10.9.0.4 did not accept the login.');
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
    for (const line of [LOGIN, 'debug1: Exit status 0', 'Bytes per second: sent 2853.6, received 2496.9']) {
      expect(isDebugging({ hop, line })).toBe(true);
    }
  });
});

describe('the end of ssh, explained', () => {
  it('leaves the exit code of the remote command alone', () => {
    const { messages } = ended(255, PLAN, [DEVICE, 'alice@10.9.0.4: Permission denied (publickey).']);
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 0 }, messages: [], traces: [] })).toBeUndefined();
    expect(outcomeError(PLAN, { exit: { kind: 'exited', code: 1 }, messages, traces: [] })).toBeUndefined();
    expect(
      outcomeError(PLAN, { exit: { kind: 'signalled', signal: 'SIGTERM' }, messages, traces: [] }),
    ).toBeUndefined();
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
      'CONNECT_FORWARDING_DENIED',
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
      'CONNECT_HOST_KEY_REVOKED',
      'alice@10.9.0.4',
      [],
      [
        '@       WARNING: REVOKED HOST KEY DETECTED!               @',
        'The ED25519 host key for 10.9.0.4 is marked as revoked.',
        'ED25519 host key for 10.9.0.4 was revoked and you have requested strict checking.',
        'Host key verification failed.',
      ],
    ],
    [
      'CONNECT_HOST_KEY_REVOKED',
      'alice@10.9.0.4',
      [],
      ['Host key ED25519 SHA256:x revoked by file /etc/ssh/revoked', 'Host key verification failed.'],
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
    ['sign_and_send_pubkey: signing failed for ED25519-SK "/k/a b.pub" from agent: agent refused operation', true],
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

describe('a refused login', () => {
  const DENIED = 'alice@10.9.0.4: Permission denied (publickey).';
  const OFFERED = `debug1: Offering public key: /k/a b.pub ED25519-SK SHA256:${'a'.repeat(43)} explicit agent`;
  const ACCEPTED = `debug1: Server accepts key: /k/a b.pub ED25519-SK SHA256:${'a'.repeat(43)} explicit agent`;
  const takes = (names: string) => `debug1: kex_input_ext_info: server-sig-algs=<${names}>`;
  const is = (version: string) => `debug1: Remote protocol version 2.0, remote software version ${version}`;

  it.each([
    ['CONNECT_ACCOUNT_OR_KEY_UNKNOWN', [OFFERED]],
    ['CONNECT_VERIFICATION_REFUSED', [OFFERED, ACCEPTED]],
    ['CONNECT_NO_SIGNATURE_ALGORITHM', [is('OpenSSH_7.8'), OFFERED]],
    ['CONNECT_NO_SIGNATURE_ALGORITHM', [is('OpenSSH_8.1p1 x'), OFFERED]],
    ['CONNECT_ACCOUNT_OR_KEY_UNKNOWN', [is('OpenSSH_8.2'), OFFERED]],
    ['CONNECT_ACCOUNT_OR_KEY_UNKNOWN', [is('dropbear_2019.78'), OFFERED]],
    ['CONNECT_NO_SIGNATURE_ALGORITHM', [takes('ssh-ed25519,rsa-sha2-512'), OFFERED]],
    ['CONNECT_ACCOUNT_OR_KEY_UNKNOWN', [takes('ssh-ed25519,sk-ssh-ed25519@openssh.com'), OFFERED]],
    // The list for everybody, and the one for this user (9.6).
    ['CONNECT_NO_SIGNATURE_ALGORITHM', [takes('sk-ssh-ed25519@openssh.com'), takes('rsa-sha2-512'), OFFERED]],
    ['CONNECT_NO_SIGNATURE_ALGORITHM', ['sign_and_send_pubkey: no mutual signature supported']],
    ['CONNECT_PERMISSION_DENIED', []],
  ])('is %s after %j', (code, lines) => {
    expect(failed(PLAN, [DEVICE, ...lines, DENIED])).toMatchObject({ code, detail: { role: 'device' } });
  });

  it.each([
    [true, [is('OpenSSH_9.2p1 Debian-2'), takes('sk-ssh-ed25519@openssh.com')]],
    [true, [is('OpenSSH_8.4')]],
    [true, [is('dropbear_2022.83')]],
    [false, [is('OpenSSH_9.6'), takes('sk-ssh-ed25519@openssh.com')]],
    [false, [is('OpenSSH_10.0p2 Debian-1'), takes('sk-ssh-ed25519@openssh.com')]],
    [false, [is('dropbear_2022.83'), takes('sk-ssh-ed25519@openssh.com')]],
  ])('may be for want of security keys, which not every host says: %s after %j', (isUnsaid, lines) => {
    const error = failed(PLAN, [DEVICE, ...lines, OFFERED, DENIED]);
    expect(error?.code).toBe('CONNECT_ACCOUNT_OR_KEY_UNKNOWN');
    expect(error?.message.includes('or takes no security keys')).toBe(isUnsaid);
  });

  it('has the account’s end as its likely reason where the host took the key and hung up', () => {
    const closed = 'Connection closed by 10.9.0.4 port 22';
    expect(failed(PLAN, [DEVICE, ACCEPTED, closed])?.message).toContain('took the key, and then closed');
    expect(failed(PLAN, [DEVICE, closed])?.code).toBe('CONNECT_FAILED');
  });

  it('names the host key that was shown', () => {
    const shown = `SHA256:${'b'.repeat(43)}`;
    const error = failed(PLAN, [
      DEVICE,
      `debug1: Server host key: ssh-ed25519 ${shown}`,
      'Host key verification failed.',
    ]);
    expect(error).toMatchObject({ code: 'CONNECT_HOST_KEY_UNKNOWN', detail: { fingerprint: shown } });
    expect(error?.message).toContain(`was not accepted. It is ${shown}.`);
  });

  it('lets the next way be tried only where nobody refused whoever came', () => {
    const blocked = (line: string) => {
      const error = failed(PLAN, [JUMP, line]);
      return error && isWayBlocked(error, ended(255, PLAN, [JUMP, line]));
    };
    expect(blocked('ssh: connect to host 10.8.0.1 port 22: Connection refused')).toBe(true);
    expect(blocked('channel 0: open failed: connect failed: No route to host')).toBe(true);
    expect(blocked('kex_exchange_identification: Connection closed by remote host')).toBe(true);
    expect(blocked('Host key verification failed.')).toBe(false);
    expect(blocked('jumper@10.8.0.1: Permission denied (publickey).')).toBe(false);
  });
});

describe('a forwarded way that ended', () => {
  const FORWARDED = planConnect({
    way: 'forwarded',
    device: parseHostSpec('alice@10.9.0.4'),
    jump: [parseHostSpec('jumper@10.8.0.1')],
    agentSocket: '/tmp/agent.sock',
    publicKeyFiles: ['/tmp/id.pub'],
    knownHostsFiles: ['/tmp/known_hosts'],
    configFile: '/tmp/glasskey/ssh_config',
    platform: 'linux',
  });
  const AGENT_USED = 'debug1: client_input_channel_open: ctype auth-agent@openssh.com rchan 2 win 65536 max 16384';
  const end = (code: number, ...lines: string[]) =>
    outcomeError(FORWARDED, ended(code, FORWARDED, [JUMP, LOGIN, ...lines]));

  it.each([
    [77, 'CONNECT_FORWARDING_DENIED', 'jump host'],
    [78, 'CONNECT_UNREACHABLE', 'device'],
    [79, 'CONNECT_REFUSED', 'device'],
    [80, 'CONNECT_HOST_KEY_UNKNOWN', 'device'],
    [81, 'CONNECT_HOST_KEY_CHANGED', 'device'],
    [82, 'CONNECT_FAILED', 'device'],
    [255, 'CONNECT_FAILED', 'device'],
  ])('with %i before anybody there asked the agent is %s', (code, error, role) => {
    expect(end(code)).toMatchObject({ code: error, detail: { role } });
  });

  it('with such a number of a program on the device has no cause', () => {
    expect(end(77, AGENT_USED)).toBeUndefined();
    expect(end(78, AGENT_USED)).toBeUndefined();
    expect(end(255, AGENT_USED)).toMatchObject({ code: 'CONNECT_FAILED' });
  });

  it('is no such end before the jump host let anybody in', () => {
    expect(outcomeError(FORWARDED, ended(77, FORWARDED, [JUMP, 'x']))).toBeUndefined();
  });
});
