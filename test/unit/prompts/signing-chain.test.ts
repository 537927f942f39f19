import { describe, expect, it } from 'vitest';
import type { SigningFacts } from '../../../main/agent/describe-signing.ts';
import { signingChain } from '../../../main/prompts/signing-chain.ts';
import { textsFor } from '../../../main/texts/texts.ts';

const texts = textsFor(['en']);
const device = { name: 'ce1-rack4', fingerprint: 'SHA256:dev' };
const login: SigningFacts = { purpose: { kind: 'login', user: 'alice', host: device }, through: [], way: 'known' };
const linesOf = (facts: SigningFacts, client?: Parameters<typeof signingChain>[2]) =>
  signingChain(texts, facts, client)?.links.map(({ name, detail }) => `${name}: ${detail}`);

describe('the chain of a prompt', () => {
  it('leads from the program that asks to the host that is logged in to, and as whom', () => {
    expect(linesOf(login, { program: 'ssh', starter: 'git', place: 'bash' })).toEqual([
      'This computer: asked by ssh for git in bash',
      'ce1-rack4: as alice · SHA256:dev',
    ]);
    expect(linesOf(login, {})?.[0]).toBe('This computer: asked by a program that cannot be named');
    expect(linesOf(login)?.[0]).toBe('This computer: asked by Glasskey');
    expect(signingChain(texts, login)?.label).toBe('The way');
  });

  it('tells a host that has the agent from one that only passes a planned connection on', () => {
    const forwarded = { ...login, through: [{ name: 'jump-east', fingerprint: 'SHA256:jump' }] };
    expect(linesOf(forwarded)?.[1]).toBe('jump-east: has your agent · SHA256:jump');
    const planned = { ...login, through: [{ name: 'jump-east', fingerprint: undefined }] };
    expect(linesOf(planned)?.[1]).toBe('jump-east: passes the connection on');
  });

  it('claims nothing of what nobody has proven', () => {
    const stranger = { name: undefined, fingerprint: 'SHA256:x' };
    const purpose = { kind: 'login', user: 'root', host: stranger } as const;
    expect(linesOf({ ...login, purpose })?.at(-1)).toBe('A host that is not known here: as root · SHA256:x');
    expect(linesOf({ ...login, way: 'unverified' })?.[1]).toBe('A host that could not be verified: ');
    expect(linesOf({ ...login, way: 'unknown' })?.[1]).toBe('Perhaps other hosts: the program is too old to say');
    const unnamed = { kind: 'login', user: 'root', host: undefined } as const;
    expect(linesOf({ ...login, purpose: unnamed })?.at(-1)).toBe('a host that the program does not name: as root');
  });

  it('is drawn of a file signature only where a host wants it', () => {
    const file: SigningFacts = { purpose: { kind: 'sshsig', namespace: 'git' }, through: [], way: 'unknown' };
    expect(signingChain(texts, file)).toBeUndefined();
    expect(linesOf({ ...file, through: [device], way: 'known' })).toHaveLength(2);
  });
});
