import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { CableHandle, HidCable } from './hid-cable.ts';
import { ReportSplitter } from './report-splitter.ts';

export interface ServedSocket {
  close(): Promise<void>;
}

/** A served cable: `settled` resolves once the socket is as the plug is (listening, or gone). */
export interface ServedCable extends ServedSocket {
  settled(): Promise<void>;
}

/**
 * Serves the cable on a Unix socket. Each connection is one open handle and carries nothing but 64-byte reports, both
 * ways. While the key is unplugged nobody listens and the socket's file is gone, so that a connection attempt is the
 * enumeration.
 */
export async function serveHidSocket(cable: HidCable, path: string): Promise<ServedCable> {
  let server: Server | undefined;
  let turn = Promise.resolve();
  const sockets = new Set<Socket>();
  const start = async () => {
    if (server !== undefined || !cable.plugged) return;
    rmSync(path, { force: true });
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      attach(cable, socket);
    });
    await listen(server, path);
  };
  const stop = async () => {
    const stopped = server;
    server = undefined;
    rmSync(path, { force: true });
    for (const socket of sockets) socket.destroySoon();
    if (stopped !== undefined) await new Promise<void>((resolve) => stopped.close(() => resolve()));
  };
  await start();
  const unwatch = cable.watch((plugged) => {
    turn = turn.then(plugged ? start : stop);
  });
  return {
    settled: () => turn,
    async close() {
      unwatch();
      await turn;
      for (const socket of sockets) socket.destroy();
      await stop();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function attach(cable: HidCable, socket: Socket): void {
  const splitter = new ReportSplitter();
  const handle: CableHandle = {
    onReport: (report) => socket.write(report),
    onGone: () => socket.destroySoon(),
  };
  // A client that went away mid-write is a closed handle, no error of ours.
  socket.on('error', () => cable.detach(handle));
  socket.on('close', () => cable.detach(handle));
  if (!cable.attach(handle)) {
    socket.destroy();
    return;
  }
  socket.on('data', (chunk: Buffer) => {
    for (const report of splitter.push(chunk)) cable.fromHost(handle, report);
  });
}
