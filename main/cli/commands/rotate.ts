import type { RotationStep } from '../../glasskey-rotation.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey, withPeople } from '../open-glasskey.ts';
import { listRotation } from '../rotation-lines.ts';

export const rotate: Command = {
  usage: '[options]',
  about:
    'Replaces the key on your Entra profile by a new one. The new key is made beside the old one and published; both are offered\n' +
    'until every device has reconciled and one has accepted a login with the new key. Then, if you agree, the old credential is\n' +
    'deleted from the security key, and the new files take the place of the old ones. Run it again at any time: it takes the next\n' +
    'step, or says what it waits for.',
  options: {
    status: { summary: 'Only say how the rotation stands; no network, no security key' },
    retire: { summary: 'Only retire the old key; fails where logins may still depend on it' },
    abandon: { summary: 'Give the rotation up: the old key stays, the new one goes' },
    lost: {
      summary: 'With --retire or --abandon: the security key of the key that goes is lost, nothing can be deleted',
    },
    yes: { summary: 'With --retire or --abandon: agree without being asked' },
    algorithm: { value: 'ed25519-sk|ecdsa-sk', short: 'a', summary: 'Algorithm of the new key (that of the old one)' },
    replace: { summary: 'Replace on the profile also a key that is not the old one' },
    device: { value: 'PATH', summary: 'Which security key, when several are plugged in (glasskey keys lists them)' },
    'pin-stdin': { summary: 'Read the PIN from the first line of standard input instead of the terminal' },
  },
  examples: [
    ['glasskey rotate', 'begin, go on, finish: whatever is next'],
    ['glasskey rotate --device /dev/hidraw4', 'onto another security key'],
    ['glasskey rotate --retire --lost', 'the old security key is gone; the new key is proven'],
    ['glasskey rotate --abandon', 'back to the old key'],
  ],
  async run(invocation) {
    const { options, positionals, world, output, signal } = invocation;
    assertUsage(invocation);
    if (positionals.length > 0) throw usageError('rotate', `"${positionals[0]}" is one word too many`);
    const now = () => world.clock.now();
    if (options.has('status')) {
      const { rotation, next } = await withGlasskey(invocation, (glasskey) => glasskey.status());
      output.object({ rotation: rotation ?? null, next });
      if (rotation === undefined) output.line('No rotation is in progress.');
      else listRotation(rotation, now(), output);
      output.line();
      output.line(next);
      return ExitCode.OK;
    }
    const choices = {
      pinFromStdin: options.has('pin-stdin'),
      replaceProfileKey: options.has('replace'),
      agreesToRetire: options.has('yes'),
      asksPinAtOnce: false,
    };
    const device = options.value('device');
    return withPeople(invocation, choices, async (glasskey, people) => {
      const request = { device, lost: options.has('lost') };
      const algorithm = algorithmOf(options.value('algorithm'));
      const { did, rotation, next } = options.has('abandon')
        ? await glasskey.giveUpRotation(request, people, signal)
        : options.has('retire')
          ? await glasskey.retireKey(request, people, signal)
          : await glasskey.rotate({ algorithm, device }, people, signal);
      output.settle();
      output.object({ did, rotation: rotation ?? null, next });
      if (DONE[did] !== undefined) output.line(DONE[did]);
      if (rotation !== undefined) listRotation(rotation, now(), output);
      output.line();
      output.line(next);
      return ExitCode.OK;
    });
  },
};

const DONE: Readonly<Partial<Record<RotationStep, string>>> = {
  retired: 'The rotation is at its end.',
  abandoned: 'The rotation was given up before the new key had files: nothing else was changed.',
  declined: 'Nothing was changed.',
};

/** Only one thing at a time, and what agrees or denies only where there is something to agree to. */
function assertUsage({ options }: Invocation): void {
  const steps = ['status', 'retire', 'abandon'].filter((name) => options.has(name));
  const [first, second] = steps;
  if (second !== undefined) throw usageError('rotate', `--${first} and --${second} do not go together`);
  const isEnd = options.has('retire') || options.has('abandon');
  for (const name of ['lost', 'yes']) {
    if (options.has(name) && !isEnd) throw usageError('rotate', `--${name} goes with --retire or --abandon only`);
  }
}

function algorithmOf(text: string | undefined): 'ed25519-sk' | 'ecdsa-sk' | undefined {
  if (text === undefined || text === 'ed25519-sk' || text === 'ecdsa-sk') return text;
  throw usageError('rotate', `There is no algorithm "${text}": choose ed25519-sk or ecdsa-sk`);
}
