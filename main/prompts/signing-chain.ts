/**
 * The way of a signature, to be drawn: this computer and the program that asks, each host on the way and whether it has the agent, and the
 * host that is logged in to, as whom. Names and fingerprints are those of the sentence (signing-sentence.ts).
 */
import type { ShownHost, SigningFacts } from '../agent/describe-signing.ts';
import type { Client } from '../agent/keyring.ts';
import type { PromptView } from '../ipc/contract.ts';
import type { Texts } from '../texts/texts.ts';
import { askerOf } from './signing-sentence.ts';

type Chain = NonNullable<PromptView['chain']>;
type Link = Chain['links'][number];

/** `client` undefined: our own. Undefined where there is no more than this computer. */
export function signingChain(texts: Texts, facts: SigningFacts, client?: Client): PromptView['chain'] {
  const { purpose, through, way } = facts;
  const links: Link[] = [
    { name: texts.say('prompt.chain-here'), detail: texts.say('prompt.chain-asker', askerOf(texts, client)) },
    ...through.map((host) => hopLink(texts, host)),
  ];
  if (way === 'unverified') links.push({ name: texts.say('prompt.chain-unverified'), detail: '' });
  if (way === 'unknown' && purpose.kind === 'login') {
    links.push({ name: texts.say('prompt.chain-unknown'), detail: texts.say('prompt.chain-unknown-why') });
  }
  if (purpose.kind === 'login') {
    const user = texts.say('prompt.chain-as', { user: purpose.user });
    const name = purpose.host === undefined ? texts.say('prompt.host-unnamed') : nameOf(texts, purpose.host);
    links.push({ name, detail: joined(user, purpose.host?.fingerprint) });
  }
  return links.length === 1 ? undefined : { label: texts.say('prompt.chain-label'), links };
}

/** A hop of a plan passes the connection on; one that has proven itself has the agent, and could ask for more. */
function hopLink(texts: Texts, host: ShownHost): Link {
  const { fingerprint } = host;
  const role = texts.say(fingerprint === undefined ? 'prompt.chain-jump' : 'prompt.chain-has-agent');
  return { name: nameOf(texts, host), detail: joined(role, fingerprint) };
}

function nameOf(texts: Texts, { name }: ShownHost): string {
  return name ?? texts.say('prompt.chain-host-unknown');
}

function joined(first: string, second: string | undefined): string {
  return second === undefined ? first : `${first} · ${second}`;
}
