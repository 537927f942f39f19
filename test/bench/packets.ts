/**
 * What a ceremony says to the key: CTAP commands and HID packets of enrolling and of signing, PIN included, on the lab's
 * YubiKey 5.7 which is touched at once. Beside it this machine's own ssh-keygen with libfido2 on an equal key. Sizes of
 * messages are the key's, not the client's, so figures of two clients compare on the same key only.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabAuthenticator } from '../lab/authenticator/lab-authenticator.ts';
import { PtyBridge } from '../lab/authenticator/pty-bridge.ts';
import { hasSshKeygen } from '../lab/authenticator/system-ssh-keygen.ts';
import type { Benchmark, FigureName, Figures, Say } from './benchmark.ts';
import { Conversation, type Exchange } from './packets/conversation.ts';
import { enrollWithGlasskey, signWithAgent } from './packets/enrolled-glasskey.ts';
import { buildOnlyDevice, enrollWithSshKeygen, signWithSshKeygen } from './packets/ssh-keygen.ts';
import { inOrder, TALLY_HEADINGS, tally, tallyFigures, tallyRow, totalRatio } from './packets/tally.ts';
import { table } from './table.ts';

const PIN = '482915';

export const packets: Benchmark = {
  name: 'packets',
  summary: 'CTAP commands and HID packets of enrolling and signing, beside ssh-keygen and libfido2 on the same key',
  run: (say) => inFolder((folder) => measure(folder, say)),
};

/** What was said in each ceremony. */
interface Glasskeys {
  readonly enroll: readonly Exchange[];
  /** The first signature of a fresh process, and the next one of the same agent. */
  readonly signFirst: readonly Exchange[];
  readonly signRunning: readonly Exchange[];
}

interface SshKeygens {
  readonly enroll?: readonly Exchange[];
  readonly sign?: readonly Exchange[];
}

async function measure(folder: string, say: Say): Promise<Figures> {
  const ours = await measureGlasskey(await subfolder(folder));
  const theirs = await measureSshKeygen(await subfolder(folder), say);
  const least = {
    enroll: leastFor(['INIT', 'getInfo', 'getKeyAgreement', 'getToken', 'makeCredential'], ours.enroll, theirs.enroll),
    signFirst: leastFor(SIGNATURE, ours.signFirst, theirs.sign),
    // A process that stays keeps channel, getInfo and key agreement.
    signRunning: leastFor(['getToken', 'getAssertion'], ours.signRunning, theirs.sign),
  };

  say('Packets out and in; of those in, the keep-alives in brackets.\n');
  say(
    table([
      TALLY_HEADINGS,
      tallyRow('enroll', 'glasskey', ours.enroll),
      tallyRow('', 'ssh-keygen', theirs.enroll),
      tallyRow('', 'least (*)', least.enroll),
      tallyRow('sign, first', 'glasskey', ours.signFirst),
      tallyRow('', 'ssh-keygen', theirs.sign),
      tallyRow('', 'least (*)', least.signFirst),
      tallyRow('sign, running', 'glasskey', ours.signRunning),
      tallyRow('', 'least (*)', least.signRunning),
    ]),
  );
  say('\n(*) by addition: each request that cannot be done without, once, at the smallest size seen; no keep-alives.');
  say('\nIn order, as name out/in (in without keep-alives):');
  for (const [what, exchanges] of [
    ['glasskey enroll', ours.enroll],
    ['ssh-keygen enroll', theirs.enroll],
    ['glasskey sign, first', ours.signFirst],
    ['glasskey sign, running', ours.signRunning],
    ['ssh-keygen sign', theirs.sign],
  ] as const) {
    if (exchanges !== undefined) say(`  ${what}: ${inOrder(exchanges)}`);
  }

  return {
    ...tallyFigures('enroll', ours.enroll),
    ...tallyFigures('sign.first', ours.signFirst),
    ...tallyFigures('sign.running', ours.signRunning),
    ...leastFigures('enroll', least.enroll),
    ...leastFigures('sign.first', least.signFirst),
    ...leastFigures('sign.running', least.signRunning),
    ...(theirs.enroll && tallyFigures('ssh_keygen.enroll', theirs.enroll)),
    ...(theirs.sign && tallyFigures('ssh_keygen.sign', theirs.sign)),
    ...(theirs.enroll && { 'enroll.total_ratio': totalRatio(ours.enroll, theirs.enroll) }),
    ...(theirs.sign && {
      'sign.first.total_ratio': totalRatio(ours.signFirst, theirs.sign),
      'sign.running.total_ratio': totalRatio(ours.signRunning, theirs.sign),
    }),
  };
}

const SIGNATURE = ['INIT', 'getInfo', 'getKeyAgreement', 'getToken', 'getAssertion'];

function newKey(): LabAuthenticator {
  return new LabAuthenticator({ profile: 'yubikey-5.7', pin: PIN, touch: 'at-once' });
}

async function measureGlasskey(folder: string): Promise<Glasskeys> {
  const conversation = new Conversation();
  const over = { bus: conversation.listenTo(newKey().bus), folder, pin: PIN };
  const publicLine = await enrollWithGlasskey(over);
  const enroll = conversation.take();
  const signatures: (readonly Exchange[])[] = [];
  await signWithAgent(over, publicLine, 2, () => signatures.push(conversation.take()));
  const [signFirst = [], signRunning = []] = signatures;
  return { enroll, signFirst, signRunning };
}

async function measureSshKeygen(folder: string, say: Say): Promise<SshKeygens> {
  if (!hasSshKeygen) {
    say('ssh-keygen with security key support is not installed here: its figures and the ratios are left out.\n');
    return {};
  }
  const conversation = new Conversation();
  const bridge = await PtyBridge.open(conversation.listenTo(newKey().bus));
  try {
    const over = { devicePath: bridge.devicePath, folder, pin: PIN };
    await enrollWithSshKeygen(over);
    const enroll = conversation.take();
    const preloaded = await buildOnlyDevice(folder);
    if (preloaded === undefined) {
      say('No C compiler (cc) is installed here, so ssh-keygen cannot be led to the lab key to sign: left out.\n');
      return { enroll };
    }
    await signWithSshKeygen(over, preloaded);
    return { enroll, sign: conversation.take() };
  } finally {
    await bridge.close();
  }
}

/**
 * The requests named, each at the smallest size that a conversation shows. Of several of a kind the last counts: those
 * before it were refused, and a refusal is short.
 */
function leastFor(names: readonly string[], ...conversations: (readonly Exchange[] | undefined)[]): Exchange[] {
  return names.map((name) => {
    const seen = conversations.flatMap((one) => one?.findLast((exchange) => exchange.name === name) ?? []);
    return {
      name,
      isCtap: name !== 'INIT',
      out: Math.min(...seen.map((one) => one.out)),
      in: Math.min(...seen.map((one) => one.in - one.keepalives)),
      keepalives: 0,
    };
  });
}

function leastFigures(prefix: string, exchanges: readonly Exchange[]): Record<FigureName, number> {
  const { out, in: back } = tally(exchanges);
  return { [`${prefix}.least_out_packets`]: out, [`${prefix}.least_in_packets`]: back };
}

function subfolder(folder: string): Promise<string> {
  return mkdtemp(join(folder, 'p'));
}

/** A short path: that of a Unix socket has 107 bytes at most. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'gk-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
