import { describe, expect, it } from 'vitest';
import { missingModule, StandInEmitter, StandInObject } from '../../electron-standin/api/standin-object.ts';
import { MissingInStandIn } from '../../electron-standin/missing.ts';

class Lamp extends StandInEmitter {
  static override readonly _apiName = 'Lamp';
  isOn = false;
  protected override _events_(): ReadonlySet<string> {
    return new Set(['on']);
  }
  static find(): Lamp {
    return new Lamp();
  }
}

class Shelf extends StandInObject {
  static override readonly _apiName = 'shelf';
  book = 'a book';
}

const untyped = (value: object): Record<string, unknown> => value as Record<string, unknown>;

describe('an object of the stand-in', () => {
  it('throws for a member it lacks, read or set, and names it', () => {
    expect(() => untyped(new Lamp()).dim).toThrow(
      new MissingInStandIn('the stand-in has no Lamp.dim; use real Electron'),
    );
    expect(() => {
      untyped(new Shelf()).colour = 'red';
    }).toThrow('the stand-in has no shelf.colour; use real Electron');
    expect(() => untyped(Lamp).fromId).toThrow('the stand-in has no Lamp.fromId; use real Electron');
  });

  it('has what it has: members, statics, symbols, what runtimes ask of any object', async () => {
    const lamp = new Lamp();
    lamp.isOn = true;
    expect(lamp.isOn && Lamp.find() instanceof Lamp).toBe(true);
    expect(untyped(lamp).then).toBeUndefined();
    expect(await lamp).toBe(lamp);
    expect(String(lamp)).toBe('[object Object]');
    expect(JSON.stringify(new Shelf())).toBe('{"book":"a book"}');
  });

  it('lets nobody listen for an event it never emits', () => {
    const lamp = new Lamp();
    expect(() => lamp.on('flicker', () => {})).toThrow(
      "the stand-in has no event 'flicker' of Lamp; use real Electron",
    );
    expect(() => lamp.once('flicker', () => {})).toThrow(MissingInStandIn);
    let count = 0;
    lamp.once('on', () => {
      count += 1;
    });
    lamp.emit('on');
    lamp.emit('on');
    expect(count).toBe(1);
  });

  it('lets a whole module be imported, and nothing be done with it', () => {
    const Module = missingModule('globalShortcut') as new () => object;
    expect(() => untyped(Module).register).toThrow('the stand-in has no globalShortcut.register; use real Electron');
    expect(() => new Module()).toThrow('the stand-in has no globalShortcut.constructor');
    expect(() => class extends Module {}).toThrow();
  });
});
