/** What is said and asked for with --json, where there may well be a terminal; and what a script gives. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliWorld } from '../../../main/cli/cli-world.ts';
import { Output } from '../../../main/cli/output.ts';
import { type TerminalChoices, terminalPeople } from '../../../main/cli/terminal-people.ts';
import { TerminalPrompts } from '../../../main/cli/terminal-prompts.ts';
import { terminalRecoveryPeople } from '../../../main/cli/terminal-recovery-people.ts';
import type { RetireQuestion } from '../../../main/enrollment/rotation-people.ts';
import type { RecoverableKey } from '../../../main/glasskey-recovery.ts';
import { systemClock } from '../../../time/clock.ts';
import { CollectedStream } from './run-in-process.ts';

const NEVER = new AbortController().signal;
const CONFLICT = {
  account: 'alice@lab.example',
  present: 'sk-ssh-ed25519@openssh.com AAAA',
  fingerprint: 'SHA256:other',
  enrolledHere: false,
  ofRotation: false,
  ours: { id: 'b1', fingerprint: 'SHA256:ours', keyFile: '/home/alice/.ssh/id_ed25519_sk' },
  agreeBy: 'glasskey publish --key SHA256:ours --replace',
};
const OLD: RetireQuestion = {
  which: 'old',
  product: 'YubiKey',
  fingerprint: 'SHA256:old',
  keyFile: '/home/alice/.ssh/id_ed25519_sk',
  credential: 'delete',
};

function withJson(choices: Partial<TerminalChoices> = {}, fd = -1) {
  const stderr = new CollectedStream();
  const streams = { stdout: new CollectedStream(), stderr } as unknown as Pick<CliWorld, 'stdout' | 'stderr'>;
  const world = { ...streams, environment: {}, clock: systemClock, stdin: { fd } } as unknown as CliWorld;
  const output = new Output(world, { json: true, verbose: false });
  const prompts = new TerminalPrompts(systemClock);
  const people = terminalPeople(world, output, prompts, { pinFromStdin: false, replaceProfileKey: false, ...choices });
  const recovery = terminalRecoveryPeople(people, world, output, prompts, false);
  return { people, recovery, stderr };
}

describe('a PIN that a script gives', () => {
  /** Standard input holds one PIN, and then the remote command's input. */
  async function afterTheFirst(why: 'needed' | 'wrong' | 'replugged') {
    const folder = mkdtempSync(join(tmpdir(), 'gk-pin-'));
    writeFileSync(join(folder, 'stdin'), '123456\nshow version\n');
    const fd = openSync(join(folder, 'stdin'), 'r');
    try {
      const { people } = withJson({ pinFromStdin: true }, fd);
      const first = await people.signingPin({ why: 'needed', product: 'YubiKey' }, NEVER);
      expect(first?.codePoints).toBe(6);
      return await people.signingPin({ why, product: 'YubiKey' }, NEVER);
    } finally {
      closeSync(fd);
      rmSync(folder, { recursive: true });
    }
  }

  it.each([
    ['wrong', 'PIN_WRONG'],
    ['replugged', 'KEY_REPLUGGED'],
    // The key was changed, or the screen locked: nothing says that it was wrong.
    ['needed', 'PIN_ASKED_AGAIN'],
  ] as const)('is given once: asked for again because it is %s, it ends with %s', async (why, code) => {
    await expect(afterTheFirst(why)).rejects.toMatchObject({ code });
  });
});

describe('with --json', () => {
  it('another key on the profile is not replaced without --replace, and the way on is named with the key that was made', async () => {
    await expect(withJson().people.mayReplaceProfileKey(CONFLICT, NEVER)).rejects.toMatchObject({
      code: 'CONSENT_NEEDED',
      message: expect.stringMatching(/alice@lab\.example holds another key \(SHA256:other\).*SHA256:ours is enrolled/),
      remedy: expect.stringContaining(CONFLICT.agreeBy),
      detail: { id: 'b1', keyFile: CONFLICT.ours.keyFile, fingerprint: 'SHA256:ours', present: 'SHA256:other' },
    });
    expect(await withJson({ replaceProfileKey: true }).people.mayReplaceProfileKey(CONFLICT, NEVER)).toBe(true);
  });

  it.each<[Partial<RetireQuestion>, string]>([
    [{}, 'glasskey rotate --retire --yes'],
    [{ credential: 'lost' }, 'glasskey rotate --retire --lost --yes'],
    [{ which: 'new' }, 'glasskey rotate --abandon --yes'],
  ])('no key goes without --yes: %o', async (over, command) => {
    await expect(withJson().people.mayRetire({ ...OLD, ...over }, NEVER)).rejects.toMatchObject({
      code: 'CONSENT_NEEDED',
      message: expect.stringContaining('SHA256:old'),
      remedy: expect.stringMatching(new RegExp(`${command}$`)),
    });
    expect(await withJson({ agreesToRetire: true }).people.mayRetire({ ...OLD, ...over }, NEVER)).toBe(true);
  });

  it('no rotation is given up without --yes', async () => {
    const question = { fingerprint: 'SHA256:new', putsBack: true };
    await expect(withJson().people.mayGiveUp(question, NEVER)).rejects.toMatchObject({
      code: 'CONSENT_NEEDED',
      remedy: expect.stringContaining('glasskey rotate --abandon --yes'),
    });
    expect(await withJson({ agreesToRetire: true }).people.mayGiveUp(question, NEVER)).toBe(true);
  });

  it('which keys to recover is not asked', async () => {
    const keys: readonly RecoverableKey[] = [];
    await expect(withJson().recovery.chooseKeys(keys, NEVER)).rejects.toMatchObject({ code: 'RECOVER_CHOICE_NEEDED' });
  });

  it('a person is still told where to sign in when no browser could be started', () => {
    const { people, stderr } = withJson();
    people.signInWanted(undefined);
    people.signInWanted('https://login.example/authorize?x=1');
    expect(stderr.text).toBe(
      [
        '- Sign in to Entra in your browser…',
        '- No browser could be started. Open this address in a browser on this computer:',
        '- https://login.example/authorize?x=1',
        '- Waiting for the sign-in…',
        '',
      ].join('\n'),
    );
  });
});
