/** Which pipe was made last, by libuv's own list: here by file descriptor, which Node shows on this system and can be compared. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadKoffi } from '../../../../native/webauthn/system-library.ts';
import { newestPipe } from '../../../../native/windows/pipe-peer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it.skipIf(process.platform === 'win32')('is the one that was accepted, however many connect at once', async () => {
  const newest = newestPipe(await loadKoffi(), 'int');
  const path = join(folder, 's');
  const found: (readonly [number | undefined, unknown])[] = [];
  const server = createServer((socket) => {
    found.push([newest(), Reflect.get(Object(Reflect.get(socket, '_handle')), 'fd')]);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const clients = Array.from({ length: 8 }, () => createConnection(path));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  clients[3]?.destroy();
  clients[5]?.destroy();
  const late = createConnection(path);
  await once(late, 'connect');
  await expect.poll(() => found.length).toBe(9);
  for (const client of [...clients, late]) client.destroy();
  await new Promise((resolve) => server.close(resolve));
  for (const [ours, nodes] of found) expect(ours).toBe(nodes);
  expect(new Set(found.map(([ours]) => ours)).size).toBeGreaterThan(6);
});
