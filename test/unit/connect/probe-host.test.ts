import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseHostSpec } from '../../../main/connect/host-spec.ts';
import { probeHost } from '../../../main/connect/probe-host.ts';
import { systemClock } from '../../../time/clock.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `ops@127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const probe = (host: string, waitSeconds = 5, signal = new AbortController().signal) =>
  probeHost({ role: 'jump host', spec: parseHostSpec(host) }, waitSeconds, systemClock, signal);

describe('a host that is asked whether it answers', () => {
  it('does where an SSH server says so, whatever lines come before and in however many pieces', async () => {
    const host = await listening((socket) => {
      socket.write('Authorised use only\r\nSS');
      setImmediate(() => socket.write('H-2.0-x\r\n'));
    });
    expect(await probe(host)).toBeUndefined();
  });

  it('does not where it takes the connection and says nothing', async () => {
    const host = await listening(() => {});
    const error = await probe(host, 0.1);
    expect(error).toMatchObject({ code: 'CONNECT_UNREACHABLE', detail: { hop: host, role: 'jump host' } });
    expect(error?.message).toContain('said nothing for 0.1 s');
  });

  it('does not where it hangs up, or nobody listens, or it has no address', async () => {
    const closes = await listening((socket) => socket.end());
    expect(await probe(closes)).toMatchObject({ code: 'CONNECT_REFUSED' });
    expect(await probe('ops@127.0.0.1:1')).toMatchObject({ code: 'CONNECT_REFUSED' });
    expect(await probe('ops@no-such-host.invalid')).toMatchObject({ code: 'CONNECT_UNREACHABLE' });
  });

  it('is waited for no longer than somebody wants', async () => {
    const stop = new AbortController();
    const host = await listening(() => stop.abort());
    await expect(probe(host, 60, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(probe(host, 60, stop.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
