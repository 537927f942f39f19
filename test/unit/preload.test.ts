/** What the preload gives the documents: the contract's wire, on its four channels, and nothing of Electron. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CHANNELS, type ContractBridge } from '../../main/ipc/contract.ts';

type Listener = (event: unknown, message: unknown) => void;

const electron = vi.hoisted(() => ({
  exposed: [] as [name: string, api: unknown][],
  isBroken: false,
  sent: [] as unknown[][],
  listeners: new Map<string, (event: unknown, message: unknown) => void>(),
}));

vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, api: unknown) => electron.exposed.push([name, api]) },
  ipcRenderer: {
    invoke: (...message: unknown[]) => {
      if (electron.isBroken) throw new Error('An object could not be cloned.');
      // As Electron does it: what is sent is serialised before the call returns.
      electron.sent.push(structuredClone(message));
      return Promise.resolve({ ok: true, output: {} });
    },
    send: (...message: unknown[]) => electron.sent.push(message),
    on: (channel: string, listener: Listener) => electron.listeners.set(channel, listener),
  },
}));

describe('the preload', () => {
  let bridge: ContractBridge;
  beforeAll(async () => {
    await import('../../main/preload.ts');
    bridge = electron.exposed[0]?.[1] as ContractBridge;
  });

  it('exposes four functions under one name, and nothing else', () => {
    expect(electron.exposed.map(([name]) => name)).toEqual(['glasskey']);
    const members = Object.entries(bridge).map(([name, value]) => [name, typeof value]);
    expect(members.toSorted()).toEqual([
      ['call', 'function'],
      ['cancel', 'function'],
      ['onEvent', 'function'],
      ['onProgress', 'function'],
    ]);
  });

  it('sends on the contract’s channels alone, whatever it is given', async () => {
    await bridge.call(1, 'app.start', {});
    bridge.cancel(1);
    // More than the contract's arguments does not get through.
    await Reflect.apply(bridge.call, undefined, [2, 'app.copy', { text: 'a' }, 'other:channel', {}]);
    expect(electron.sent).toEqual([
      [CHANNELS.call, { id: 1, name: 'app.start', input: {} }],
      [CHANNELS.cancel, 1],
      [CHANNELS.call, { id: 2, name: 'app.copy', input: { text: 'a' } }],
    ]);
  });

  it('wipes its copy of a PIN once it was sent, and where it could not be', async () => {
    const answer = () => ({
      id: 'prompt-1',
      answer: { kind: 'allow', keep: 'once', pin: new Uint8Array([52, 57, 51]) },
    });
    const sent = answer();
    await bridge.call(3, 'prompts.answer', sent);
    expect(electron.sent.at(-1)).toEqual([CHANNELS.call, { id: 3, name: 'prompts.answer', input: answer() }]);
    expect(sent.answer.pin).toEqual(new Uint8Array(3));
    electron.isBroken = true;
    const unsent = answer();
    expect(() => bridge.call(4, 'prompts.answer', unsent)).toThrow('could not be cloned');
    expect(unsent.answer.pin).toEqual(new Uint8Array(3));
    electron.isBroken = false;
  });

  it('wipes its own copy of a PIN once it is sent', async () => {
    const pin = new TextEncoder().encode('1234');
    await bridge.call(3, 'prompts.answer', { id: 'prompt-1', answer: { kind: 'allow', keep: 'once', pin } });
    expect([...pin]).toEqual([0, 0, 0, 0]);
    expect(electron.sent.at(-1)).toEqual([
      CHANNELS.call,
      {
        id: 3,
        name: 'prompts.answer',
        input: { id: 'prompt-1', answer: { kind: 'allow', keep: 'once', pin: new TextEncoder().encode('1234') } },
      },
    ]);
  });

  it('hands over what was sent, never the event with its sender and ports, and gives nothing back', () => {
    const received: unknown[][] = [];
    expect(bridge.onProgress((...given) => received.push(given))).toBeUndefined();
    expect(bridge.onEvent((...given) => received.push(given))).toBeUndefined();
    expect([...electron.listeners.keys()].toSorted()).toEqual([CHANNELS.event, CHANNELS.progress]);
    const event = { sender: 'ipcRenderer', ports: [] };
    electron.listeners.get(CHANNELS.progress)?.(event, { id: 1, value: 'a' });
    electron.listeners.get(CHANNELS.event)?.(event, { name: 'targets.changed', payload: {} });
    expect(received).toEqual([[{ id: 1, value: 'a' }], [{ name: 'targets.changed', payload: {} }]]);
  });
});
