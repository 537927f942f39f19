import { describe, expect, it } from 'vitest';
import { GlasskeyError } from '../../../../diagnostics/glasskey-error.ts';
import { Pin } from '../../../../native/ctap2/pin.ts';
import { withTypedPin } from '../../../../native/ctap2/typed-pin.ts';

const fails = (code: string) => new GlasskeyError({ code, message: code, remedy: '' });

/** Somebody who types these, and what was asked for and given. */
function typing(...texts: readonly string[]) {
  const left = [...texts];
  const asked: boolean[] = [];
  const given: Pin[] = [];
  const ask = async (wasWrong: boolean) => {
    asked.push(wasWrong);
    const pin = new Pin(new TextEncoder().encode(left.shift() ?? expect.unreachable()));
    given.push(pin);
    return pin;
  };
  return { asked, given, ask };
}

const RIGHT = new Pin(new TextEncoder().encode('493815'));
const open = async (pin: Pin) => {
  if (!pin.equals(RIGHT)) throw fails('PIN_WRONG');
  return 'open';
};

describe('a PIN that is typed', () => {
  it('is asked for again, and each of them wiped, until it is the right one', async () => {
    const { asked, given, ask } = typing('000000', '111111', '493815');
    expect(await withTypedPin(ask, open)).toEqual({ result: 'open' });
    expect(asked).toEqual([false, true, true]);
    expect(given.map(({ isWiped }) => isWiped)).toEqual([true, true, true]);
  });

  it('is wiped, and not asked for again, where something else fails', async () => {
    const { asked, given, ask } = typing('493815');
    const use = async () => {
      throw fails('CTAP_NO_CREDENTIALS');
    };
    await expect(withTypedPin(ask, use)).rejects.toMatchObject({ code: 'CTAP_NO_CREDENTIALS' });
    expect(asked).toEqual([false]);
    expect(given[0]?.isWiped).toBe(true);
  });

  it('need not be given', async () => {
    expect(await withTypedPin(async () => undefined, open)).toBeUndefined();
  });
});
