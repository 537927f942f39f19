/** Prompts as the main process words them: its own people over its own desk, stopped at the state that is wanted. */
import type { SigningFacts } from '../../main/agent/describe-signing.ts';
import type { PromptQueueView } from '../../main/ipc/contract.ts';
import { agentRequestPrompts } from '../../main/prompts/agent-request-prompts.ts';
import { type DesktopPeople, desktopPeople } from '../../main/prompts/desktop-people.ts';
import { PromptDesk } from '../../main/prompts/prompt-desk.ts';
import { recoveryPrompts } from '../../main/prompts/recovery-people.ts';
import { rotationPeople } from '../../main/prompts/rotation-people.ts';
import { securityKeyPrompts } from '../../main/prompts/security-key-people.ts';
import { sshConfigPrompt } from '../../main/prompts/ssh-config-prompt.ts';
import { LinkRequests } from '../../main/shell/link-requests.ts';
import { textsFor } from '../../main/texts/texts.ts';
import { ManualClock, settle } from '../unit/lab/authenticator/manual-clock.ts';
import { FINGERPRINT } from '../window/sample-readiness.ts';
import { SSH_CONFIG } from '../window/sample-ssh-config.ts';
import { sampleTarget } from '../window/window-samples.ts';

const texts = textsFor(['en-GB']);
const { signal } = new AbortController();
const product = 'YubiKey 5C NFC';
const noCancel = () => {};

const HOST_KEY = 'SHA256:pZ0c8mT2lq3Kx9VnWb4yHsJ7dRfEa1uGoQ6tLiYk5Mw';
const JUMP_KEY = 'SHA256:Qe7Yt5XbGd2wLp9RkVn3sZc1MfHa8jUo4iTq6yEv0Nk';
const loginOn = (name: string, fingerprint: string): SigningFacts => ({
  purpose: { kind: 'login', user: name === 'ce1-rack4' ? 'admin' : 'jumper', host: { name, fingerprint } },
  through: [],
  way: 'known',
});

export interface SamplePrompt {
  readonly name: string;
  readonly shows: string;
  /** Brings the desk to the state. */
  readonly ask: (desk: PromptDesk) => unknown;
}

function session(desk: PromptDesk): DesktopPeople {
  const jumps = ['jumper@jump-east'];
  return desktopPeople(desk, texts, {
    kind: 'session',
    device: 'admin@ce1-rack4',
    jumps,
    cancel: noCancel,
  });
}

function enrollment(desk: PromptDesk): DesktopPeople {
  return desktopPeople(desk, texts, { kind: 'enrollment', step: () => {}, cancel: noCancel });
}

function keyWork(desk: PromptDesk) {
  return securityKeyPrompts(desk, texts, { step: () => {}, agree: async () => false, cancel: noCancel });
}

export const SAMPLE_PROMPTS: readonly SamplePrompt[] = [
  {
    name: 'prompt-pin',
    shows: 'The PIN for a login',
    ask: (desk) => session(desk).signingPin({ why: 'needed', product }, signal),
  },
  {
    name: 'prompt-pin-wrong',
    shows: 'After a wrong PIN: the tries that are left',
    ask: (desk) => session(desk).signingPin({ why: 'wrong', product, triesLeft: 5 }, signal),
  },
  {
    name: 'prompt-pin-last-try',
    shows: 'The last try before the key is blocked',
    ask: (desk) => session(desk).signingPin({ why: 'needed', product, triesLeft: 1 }, signal),
  },
  {
    name: 'prompt-new-pin',
    shows: 'The first PIN of a new key, with its rules',
    ask: (desk) => enrollment(desk).requestNewPin({ product, minLength: 4 }, signal),
  },
  {
    name: 'prompt-touch',
    shows: 'The key blinks: whole sentence of what the touch is for',
    ask: (desk) => session(desk).touchWanted('', loginOn('jump-east', JUMP_KEY)),
  },
  {
    name: 'prompt-done',
    shows: 'Logged in; gone after a moment',
    ask: (desk) => {
      const people = session(desk);
      for (const facts of [loginOn('jump-east', JUMP_KEY), loginOn('ce1-rack4', HOST_KEY)]) {
        people.touchWanted('', facts);
        people.touchDone('signed');
      }
    },
  },
  {
    name: 'prompt-replace',
    shows: 'Consent to replace another key on the profile',
    ask: (desk) =>
      enrollment(desk).mayReplaceProfileKey(
        {
          account: 'ada@contoso.com',
          present: '',
          fingerprint: FINGERPRINT,
          enrolledHere: true,
          ofRotation: false,
          ours: undefined,
          agreeBy: '',
        },
        signal,
      ),
  },
  {
    name: 'prompt-key-pin',
    shows: 'The PIN to list what is on a key',
    ask: (desk) =>
      keyWork(desk).requestPin(
        { product, operation: 'list-credentials', triesLeft: undefined, wasWrong: false },
        signal,
      ),
  },
  {
    name: 'prompt-key-new-pin',
    shows: 'A PIN is changed, on a key that refuses simple ones',
    ask: (desk) =>
      keyWork(desk).requestNewPin(
        { product, why: 'change', minLength: 6, maxLength: 63, refusesSimple: true, refused: undefined },
        signal,
      ),
  },
  {
    name: 'prompt-key-optional-pin',
    shows: 'The PIN before a reset, which may be left out',
    ask: (desk) =>
      keyWork(desk).offerPin({ product, operation: 'list-what-is-lost', triesLeft: 3, wasWrong: false }, signal),
  },
  {
    name: 'prompt-recovery',
    shows: 'The PIN to list the SSH keys on a key',
    ask: (desk) =>
      recoveryPrompts(desk, texts, { step: () => {}, choose: async () => [], cancel: noCancel }).requestPin(
        { product, triesLeft: undefined, wasWrong: false },
        signal,
      ),
  },
  {
    name: 'prompt-retire',
    shows: 'Consent to retire a key that was replaced',
    ask: (desk) =>
      rotationPeople(desk, texts, { step: () => {}, cancel: noCancel }).mayRetire(
        {
          which: 'old',
          product,
          fingerprint: FINGERPRINT,
          keyFile: '/home/ada/.ssh/id_ed25519_sk',
          credential: 'delete',
        },
        signal,
      ),
  },
  {
    name: 'prompt-give-up',
    shows: 'Consent to keep the old key instead',
    ask: (desk) =>
      rotationPeople(desk, texts, { step: () => {}, cancel: noCancel }).mayGiveUp(
        { fingerprint: FINGERPRINT, putsBack: true },
        signal,
      ),
  },
  {
    name: 'prompt-ssh-config',
    shows: 'Consent to one line in the user’s ssh configuration',
    ask: (desk) => sshConfigPrompt(desk, texts).agree('install', SSH_CONFIG, signal),
  },
  {
    name: 'prompt-program',
    shows: 'Another program asks the agent for a signature',
    ask: (desk) => {
      const request = agentRequestPrompts(desk, texts, () => product).begin(
        {
          facts: { ...loginOn('ce1-rack4', HOST_KEY), through: [{ name: 'jump-east', fingerprint: JUMP_KEY }] },
          client: { pid: 7, program: 'ssh', place: 'bash', session: '10:99' },
          mayKeep: true,
        },
        noCancel,
      );
      return request.approve(signal);
    },
  },
  {
    name: 'prompt-link',
    shows: 'A link asks to log in',
    ask: (desk) =>
      new LinkRequests({
        log: () => {},
        texts,
        prompts: desk,
        targets: async () => [sampleTarget('ce1-rack4', 'admin@ce1-rack4', ['jumper@jump-east'])],
        connect: async () => {},
        tell: () => {},
      }).receive('glasskey://connect/ce1-rack4'),
  },
];

/** What the prompt window is told in that state. */
export async function queueAt({ ask }: SamplePrompt): Promise<PromptQueueView> {
  const desk = new PromptDesk({ clock: new ManualClock(), texts });
  void ask(desk);
  await settle();
  return desk.view();
}
