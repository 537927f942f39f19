import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { type ControlAction, controlActionSchema, controlRequestSchema } from './control-protocol.ts';
import type { LabAuthenticator } from './lab-authenticator.ts';
import type { ServedSocket } from './socket-server.ts';

/** Serves the control channel of one authenticator on a Unix socket (0600: it can set the PIN). */
export async function serveControl(authenticator: LabAuthenticator, path: string): Promise<ServedSocket> {
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that vanished needs no answer.
    socket.on('error', () => {});
    createInterface({ input: socket }).on('line', async (line) => {
      const reply = await answer(authenticator, line);
      if (!socket.destroyed) socket.write(`${reply}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(path, { force: true });
    },
  };
}

async function answer(authenticator: LabAuthenticator, line: string): Promise<string> {
  let id = -1;
  try {
    const { id: asked, action } = controlRequestSchema.parse(JSON.parse(line));
    id = asked;
    const result = await perform(authenticator, controlActionSchema.parse(action));
    return JSON.stringify({ id, result: result ?? null });
  } catch (failed) {
    return JSON.stringify({ id, error: failed instanceof Error ? failed.message : String(failed) });
  }
}

function perform(authenticator: LabAuthenticator, action: ControlAction): unknown {
  switch (action.do) {
    case 'touch':
      return authenticator.touch();
    case 'set-touch':
      return authenticator.setTouch(action.policy);
    case 'set-finger':
      authenticator.touchPad.finger = action.finger;
      return undefined;
    case 'set-attestation':
      authenticator.attestation.mode = action.mode;
      return undefined;
    case 'unplug':
      return authenticator.unplug();
    case 'replug':
      return authenticator.replug();
    case 'set-pin-state':
      return authenticator.setPinState(action.state);
    case 'set-faults':
      return authenticator.faults.set(action.plan);
    case 'read-counters':
      return authenticator.counters.read();
    case 'reset-counters':
      return authenticator.counters.reset();
    case 'status':
      return {
        profile: authenticator.profile.name,
        plugged: authenticator.plugged,
        blinking: authenticator.touchPad.blinking,
        pinRetries: authenticator.pinRetries,
        packetsSeen: authenticator.faults.packetsSeen,
        credentials: authenticator.credentials(),
      };
  }
}
