import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { declineAtLoopback, loopbackOf } from '../../../main/entra/loopback-cancel.ts';

describe('the loopback listener', () => {
  it('is read off the authorization URL', () => {
    const url = 'https://login.example/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A4711&state=s%2B1';
    expect(loopbackOf(url)).toEqual({ port: 4711, state: 's+1' });
  });

  it.each([
    'https://login.example/authorize?state=s',
    'https://login.example/authorize?redirect_uri=https%3A%2F%2Fevil.example%3A1&state=s',
    'https://login.example/authorize?redirect_uri=http%3A%2F%2Flocalhost&state=s',
    'not a url',
  ])('is none in %s', (url) => {
    expect(loopbackOf(url)).toBeUndefined();
  });

  it('is told that the person declined, with its own state', async () => {
    const got = Promise.withResolvers<string>();
    const server = createServer(async (request: IncomingMessage, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      got.resolve(`${request.method} ${request.url} ${request.headers['content-type']} ${body}`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await declineAtLoopback({ port: (server.address() as AddressInfo).port, state: 's&1' });
    expect(await got.promise).toMatch(
      /^POST \/ application\/x-www-form-urlencoded error=access_denied&error_description=.*&state=s%261$/,
    );
    server.close();
  });

  it('may be gone already', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(declineAtLoopback({ port, state: 's' })).resolves.toBeUndefined();
  });
});
