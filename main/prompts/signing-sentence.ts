/** What a signature is for, as the prompts word it: who, where, through what, and who asks. */
import type { ShownHost, SigningFacts } from '../agent/describe-signing.ts';
import { shown } from '../agent/describe-signing.ts';
import type { Client } from '../agent/keyring.ts';
import type { Texts } from '../texts/texts.ts';

/** For example `Log in as admin on ce1-rack4 (SHA256:…), through jump-east, asked by ssh in bash.` `client` undefined: our own. */
export function signingSentence(texts: Texts, facts: SigningFacts, client?: Client): string {
  const { purpose, way } = facts;
  const hops = joined(
    texts,
    facts.through.map((host) => hostText(texts, host)),
  );
  const about = { way: hops === '' ? WITHOUT_HOPS[way] : way, hops, ...askerOf(texts, client) };
  if (purpose.kind === 'sshsig') return texts.say('prompt.sign-sentence', { namespace: purpose.namespace, ...about });
  const host = purpose.host === undefined ? texts.say('prompt.host-unnamed') : hostText(texts, purpose.host);
  return texts.say('prompt.login-sentence', { user: purpose.user, host, ...about });
}

const WITHOUT_HOPS = { known: 'direct', unverified: 'stranger', unknown: 'unknown' } as const;

/** Names of programs are strangers' text: what they are called may be anything. */
export function askerOf(texts: Texts, client: Client | undefined) {
  const { program, starter, place } = client ?? {};
  if (program === undefined) return { asker: client === undefined ? 'own' : 'unknown', program: '', place: '' };
  const name = shown(program);
  return {
    asker: place === undefined ? 'program' : 'placed',
    program: starter === undefined ? name : texts.say('prompt.program-for', { program: name, starter: shown(starter) }),
    place: place === undefined ? '' : shown(place),
  };
}

/** The heading of the same. */
export function signingTitle(texts: Texts, { purpose }: SigningFacts): string {
  if (purpose.kind === 'sshsig') return texts.say('prompt.sign-title', { namespace: purpose.namespace });
  const host = purpose.host?.name ?? texts.say('prompt.host-unnamed');
  return texts.say('prompt.login-title', { host });
}

/** The `way` and `hops` of a plan, for the texts that have them. */
export function wayOf(texts: Texts, hops: readonly string[]): { readonly way: string; readonly hops: string } {
  return { way: hops.length === 0 ? 'direct' : 'known', hops: joined(texts, hops) };
}

function joined(texts: Texts, hops: readonly string[]): string {
  return hops.reduce((before, next) => (before === '' ? next : texts.say('prompt.hops', { before, next })), '');
}

function hostText(texts: Texts, { name, fingerprint }: ShownHost): string {
  if (name === undefined) return texts.say('prompt.host-unknown', { fingerprint: fingerprint ?? '' });
  return fingerprint === undefined ? name : texts.say('prompt.host-known', { name, fingerprint });
}
