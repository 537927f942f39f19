/** Managing security keys at a real terminal: what is asked, what is typed for it, what Ctrl-C leaves. */
import { afterEach, describe, expect, it } from 'vitest';
import type { LabAuthenticatorOptions } from '../lab/authenticator/lab-authenticator.ts';
import type { Answer } from '../lab/terminal.ts';
import { holdCredential } from '../unit/security-keys/key-desk.ts';
import { type KeyComputer, PIN, startKeyComputer } from './key-computer.ts';

const PIN_PROMPT = /PIN of [^\n]*: $/;
const CTRL_C = '\x03';

let computer: KeyComputer | undefined;
afterEach(async () => {
  await computer?.close();
  computer = undefined;
});

async function withKeys(...options: readonly LabAuthenticatorOptions[]) {
  computer = await startKeyComputer(options);
  const [key, second] = computer.keys;
  if (key === undefined) throw new Error('a computer without a key');
  return { computer, key, second: second ?? key };
}

const type = (when: RegExp, text: string, times = 1): Answer => ({ when, type: () => text, times });
const typePin = (pin = PIN): Answer => type(PIN_PROMPT, `${pin}\r`);

describe('the PIN', () => {
  it('is set, typed twice alike, after its rules were told; nothing of it is shown', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    key.setPinState({ pin: null });
    const typed = ['314159', '314159'];
    const { exitCode, screen } = await here.start(
      ['pin', 'set'],
      [{ when: /(New PIN|The same PIN again): $/, type: () => `${typed.shift()}\r`, times: 2 }],
    ).ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('4 characters or more, 63 bytes at most');
    expect(screen).toContain('The key has its PIN');
    expect(screen).not.toContain('314159');
  });

  it('is changed after the present one, with the tries told when that is wrong', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.4' });
    const { exitCode, screen } = await here.start(
      ['pin', 'change'],
      [typePin('000000'), typePin(), type(/New PIN: $/, '314159\r', 2), type(/same PIN again: $/, '314159\r', 2)],
    ).ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('Wrong PIN. 7 tries left.');
    expect(screen).toContain('(7 tries left)');
    expect(screen).toContain('The key has its new PIN');
    expect(key.counters.read().pinChecks).toBe(2);
  });

  it('is not asked for where the key reports it blocked', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    key.setPinState({ pinRetries: 0 });
    const { exitCode, screen } = await here.start(['credentials']).ended;
    expect(exitCode).toBe(1);
    expect(screen).toContain('[PIN_BLOCKED]');
    expect(screen).not.toContain('PIN of Glasskey');
    expect(key.counters.read().pinChecks).toBe(0);
  });

  it('that is given up with Ctrl-C changes nothing', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    const { exitCode } = await here.start(['pin', 'change'], [type(PIN_PROMPT, CTRL_C)]).ended;
    expect(exitCode).toBe(130);
    expect(key.counters.read().pinChecks).toBe(0);
  });
});

describe('a credential', () => {
  it('is deleted when yes was answered, and stays when not', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    await holdCredential(key, { rpId: 'github.com', userName: 'alice' });
    const listed = await here.start(['credentials'], [typePin()]).ended;
    expect(listed.screen).toContain('one credential, 99 free slots');
    const [id = ''] = /[0-9a-f]{16}/.exec(listed.screen) ?? [];
    const question = /Delete it\? \[y\/N\] $/;
    const no = await here.start(['credentials', 'delete', id], [typePin(), type(question, '\r')]).ended;
    expect(no, no.screen).toMatchObject({ exitCode: 130 });
    expect(key.credentials()).toHaveLength(1);
    const yes = await here.start(['credentials', 'delete', id], [typePin(), type(question, 'y\r')]).ended;
    expect(yes, yes.screen).toMatchObject({ exitCode: 0 });
    expect(yes.screen).toContain('Deleted: github.com alice');
    expect(key.credentials()).toEqual([]);
  });

  it('that an enrollment uses wants the word typed', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    const enrolled = await here.start(['enroll', '--no-publish'], [typePin()]).ended;
    const [fingerprint = ''] = /SHA256:\S+/.exec(enrolled.screen) ?? [];
    const words = ['credentials', 'delete', fingerprint];
    const yes = await here.start(words, [typePin(), type(/Type delete to go on: $/, 'yes\r')]).ended;
    expect(yes, yes.screen).toMatchObject({ exitCode: 130 });
    expect(yes.screen).toContain('nobody can log in with it any more');
    expect(key.credentials()).toHaveLength(1);
    const typed = await here.start(words, [typePin(), type(/Type delete to go on: $/, 'delete\r')]).ended;
    expect(typed, typed.screen).toMatchObject({ exitCode: 0 });
    expect(key.credentials()).toEqual([]);
  });
});

describe('a fingerprint', () => {
  it('is enrolled sample by sample, with what was wrong', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-bio' });
    key.faults.set({ sampleStatuses: [0x00, 0x07] });
    const { exitCode, screen } = await here.start(['fingerprints', 'enroll', 'left thumb'], [typePin()]).ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('dry the finger');
    expect(screen).toContain('The key knows this finger now');
    expect(screen).toMatch(/Enrolled: [0-9a-f]+ {2}left thumb/);
  });

  it('that is stopped by Ctrl-C in the middle is not on the key', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-bio', touch: 'by-hand' });
    const wanted = /Lay the finger on the reader[^\n]*$/;
    const { exitCode, screen } = await here.start(
      ['fingerprints', 'enroll'],
      [typePin(), { when: wanted, type: () => CTRL_C }],
    ).ended;
    expect(exitCode, screen).toBe(130);
    expect(key.touchPad.blinking).toBe(false);
    expect((await here.start(['fingerprints'], [typePin()]).ended).screen).toContain('no fingerprint');
  });
});

describe('several keys', () => {
  it('blink, and the one that is touched is meant', async () => {
    const {
      computer: here,
      key,
      second,
    } = await withKeys({ profile: 'yubikey-5.7', touch: 'never' }, { profile: 'yubikey-bio', touch: 'by-hand' });
    const terminal = here.start(['pin']);
    await second.touchPad.untilBlinking();
    second.touch();
    const { exitCode, screen } = await terminal.ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('2 security keys blink: touch the one that is meant.');
    expect(screen).toContain('YubiKey Bio');
    expect(key.touchPad.blinking).toBe(false);
  });

  it('are told apart by touch at an enrollment too', async () => {
    const {
      computer: here,
      key,
      second,
    } = await withKeys({ profile: 'yubikey-5.7', touch: 'never' }, { profile: 'yubikey-5.7', touch: 'at-once' });
    const { exitCode, screen } = await here.start(['enroll', '--no-publish'], [typePin()]).ended;
    expect(exitCode, screen).toBe(0);
    expect([key.credentials().length, second.credentials().length]).toEqual([0, 1]);
  });
});

describe('a reset', () => {
  it('lists what is lost, wants the word, the replug and the touch, and counts down', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    await holdCredential(key, { rpId: 'github.com', userName: 'alice' });
    key.setTouch('by-hand');
    let seen = '';
    const terminal = here.start(
      ['reset'],
      [type(/PIN of [^\n]*Enter alone: $/, `${PIN}\r`), type(/Type reset to go on: $/, 'reset\r')],
      (text) => {
        seen += text;
        if (/Unplug [^\n]* now\./.test(seen) && key.plugged && !seen.includes('Plug Glasskey')) void key.unplug();
        if (seen.includes('Plug Glasskey') && !key.plugged) void key.replug();
      },
    );
    await key.touchPad.untilBlinking();
    await expect.poll(() => seen).toMatch(/this resets it\. 8 s/);
    key.touch();
    const { exitCode, screen } = await terminal.ended;
    expect(exitCode, screen).toBe(0);
    expect(screen).toContain('github.com alice');
    expect(screen).toContain('The key is as it left the factory');
    expect(key.credentials()).toEqual([]);
  });

  it('for which another word was typed is none, and Ctrl-C while it waits for the key ends it', async () => {
    const { computer: here, key } = await withKeys({ profile: 'yubikey-5.7' });
    const withoutPin = type(/PIN of [^\n]*Enter alone: $/, '\r');
    const other = await here.start(['reset'], [withoutPin, type(/Type reset to go on: $/, 'yes\r')]).ended;
    expect(other, other.screen).toMatchObject({ exitCode: 130 });
    expect(other.screen).toContain('the PIN was not given');
    const stopped = await here.start(
      ['reset'],
      [withoutPin, type(/Type reset to go on: $/, 'reset\r'), type(/Unplug [^\n]*\.$/, CTRL_C)],
    ).ended;
    expect(stopped, stopped.screen).toMatchObject({ exitCode: 130 });
    expect(key.pinRetries).toBe(8);
    expect((await here.start(['pin']).ended).screen).toContain('PIN set, 8 tries left');
  });
});
