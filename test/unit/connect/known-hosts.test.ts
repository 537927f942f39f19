import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNamesFor, isKeyOf, knownHostEntries } from '../../../main/connect/known-hosts.ts';
import { readHostCertificate } from '../../../main/openssh/host-certificate.ts';

let folder: string;
let key: string;
let otherKey: string;
let certificate: Uint8Array;
let authority: string;

const now = Date.now();
const blobOf = (line: string) => new Uint8Array(Buffer.from(line.split(' ')[1] ?? '', 'base64'));

function makeKey(name: string): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  return readFileSync(`${file}.pub`, 'utf8').trim();
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gk-known-'));
  key = makeKey('host');
  otherKey = makeKey('other');
  authority = makeKey('ca');
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    join(folder, 'ca'),
    '-I',
    'ce1',
    '-h',
    '-n',
    'ce1',
    join(folder, 'host.pub'),
  ]);
  certificate = blobOf(readFileSync(join(folder, 'host-cert.pub'), 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('whose host key it is', () => {
  it('finds every plain name of a key, and none of another’s', () => {
    const text = `# comment\n\nce1,10.9.0.4 ${key} a comment\n[jump]:2222 ${key}\nother ${otherKey}\n`;
    expect(hostNamesFor(text, blobOf(key), [], now)).toEqual(['ce1', '10.9.0.4', '[jump]:2222']);
    expect(hostNamesFor(text, blobOf(authority), [], now)).toEqual([]);
  });

  it('recognises among candidates the host of an entry that ssh-keygen -H hashed', () => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `ce1 ${key}\n[jump]:2222 ${key}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('|1|');
    const candidates = [{ host: 'ce2' }, { host: 'CE1' }, { host: 'jump', port: 2222 }, { host: 'jump', port: 2223 }];
    expect(hostNamesFor(text, blobOf(key), candidates, now)).toEqual(['ce1', '[jump]:2222']);
    expect(hostNamesFor(text, blobOf(key), [], now)).toEqual([]);
  });

  it('follows patterns and their exclusions, and does not give them as names', () => {
    const text = `*.fabric.example,!bad.fabric.example,ce? ${key}\n`;
    expect(hostNamesFor(text, blobOf(key), [], now)).toEqual([]);
    expect(isKeyOf(text, 'ce1.Fabric.example', 22, blobOf(key), now)).toBe(true);
    expect(isKeyOf(text, 'bad.fabric.example', 22, blobOf(key), now)).toBe(false);
    expect(isKeyOf(text, 'ce1', 22, blobOf(key), now)).toBe(true);
    expect(isKeyOf(text, 'ce12', 22, blobOf(key), now)).toBe(false);
  });

  it('knows a host on another port by that port, or by its name alone as ssh does', () => {
    expect(isKeyOf(`[ce1]:2222 ${key}`, 'ce1', 2222, blobOf(key), now)).toBe(true);
    expect(isKeyOf(`[ce1]:2222 ${key}`, 'ce1', 22, blobOf(key), now)).toBe(false);
    expect(isKeyOf(`ce1 ${key}`, 'ce1', 2222, blobOf(key), now)).toBe(true);
  });

  it('gives no name to a revoked key', () => {
    const text = `ce1 ${key}\n@revoked * ${key}\n`;
    expect(hostNamesFor(text, blobOf(key), [], now)).toEqual([]);
    expect(isKeyOf(text, 'ce1', 22, blobOf(key), now)).toBe(false);
  });

  it('knows a host certificate by the authority that signed it, and the authority’s own key not at all', () => {
    const text = `@cert-authority ce*,10.9.* ${authority}\n`;
    expect(isKeyOf(text, 'ce1', 22, certificate, now)).toBe(true);
    expect(isKeyOf(text, 'jump', 22, certificate, now)).toBe(false);
    expect(hostNamesFor(text, certificate, [{ host: 'ce1' }, { host: 'jump' }], now)).toEqual(['ce1']);
    expect(isKeyOf(text, 'ce1', 22, blobOf(authority), now)).toBe(false);
    expect(isKeyOf(`@cert-authority ce* ${otherKey}\n`, 'ce1', 22, certificate, now)).toBe(false);
  });

  it('knows no host certificate whose key, or whose authority, is revoked, under whatever name', () => {
    const text = `@cert-authority ce* ${authority}\n`;
    for (const revoked of [key, authority]) {
      const without = `${text}@revoked * ${revoked}\n`;
      expect(isKeyOf(without, 'ce1', 22, certificate, now)).toBe(false);
      expect(hostNamesFor(without, certificate, [{ host: 'ce1' }], now)).toEqual([]);
    }
    expect(isKeyOf(`${text}@revoked * ${otherKey}\n`, 'ce1', 22, certificate, now)).toBe(true);
  });

  it.each(['ed25519', 'ecdsa', 'rsa'])('finds the key inside a host certificate as ssh-keygen wrote it: %s', (type) => {
    const file = join(folder, `of-${type}`);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', file]);
    execFileSync('ssh-keygen', ['-q', '-s', join(folder, 'ca'), '-I', 'x', '-h', `${file}.pub`]);
    const [plain, whole] = ['', '-cert'].map((what) => blobOf(readFileSync(`${file}${what}.pub`, 'utf8')));
    expect(whole && readHostCertificate(whole)?.plainKey).toEqual(plain);
  });

  it('knows a host certificate for whom, and as long as, it is for', () => {
    const text = `@cert-authority * ${authority}\n`;
    const hour = 3_600_000;
    const signed = (...words: readonly string[]) => {
      const file = join(folder, `for-${words.join('').replaceAll(/[^a-z0-9]/g, '')}`);
      writeFileSync(`${file}.pub`, `${key}\n`);
      execFileSync('ssh-keygen', ['-q', '-s', join(folder, 'ca'), '-I', 'x', ...words, `${file}.pub`]);
      return blobOf(readFileSync(`${file}-cert.pub`, 'utf8'));
    };
    const isFor = (host: string, blob: Uint8Array, at = now) => isKeyOf(text, host, 22, blob, at);
    expect([isFor('ce1', certificate), isFor('CE1', certificate), isFor('ce2', certificate)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(hostNamesFor(text, certificate, [{ host: 'ce1' }, { host: 'ce2' }], now)).toEqual(['ce1']);
    const pattern = signed('-h', '-n', 'jump,*.fabric.example');
    expect([isFor('ce1.fabric.example', pattern), isFor('jump', pattern), isFor('ce1', pattern)]).toEqual([
      ...[true, true, false],
    ]);
    expect(isFor('anybody', signed('-h'))).toBe(true);
    expect(isFor('ce1', signed('-n', 'ce1'))).toBe(false);
    const day = signed('-h', '-n', 'ce1', '-V', '-1h:+1d');
    expect([isFor('ce1', day), isFor('ce1', day, now - 2 * hour), isFor('ce1', day, now + 25 * hour)]).toEqual([
      ...[true, false, false],
    ]);
  });

  it('passes over what it cannot read, for any text and any key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.uint8Array({ maxLength: 200 }), (text, blob) => {
        hostNamesFor(`${text}\nce1 ${key}`, blob, [{ host: 'ce1' }], now);
        expect(isKeyOf(`${text.replaceAll('@', '')}\nce1 ${key}`, 'ce1', 22, blobOf(key), now)).toBe(true);
      }),
    );
  });

  it('does not take long over a pattern made to take long', () => {
    const start = performance.now();
    expect(isKeyOf(`${'*a'.repeat(200)}b ${key}`, 'a'.repeat(250), 22, blobOf(key), now)).toBe(false);
    expect(performance.now() - start).toBeLessThan(100);
  });
});

it('reads a file that an editor of Windows wrote as it reads another', () => {
  const text = `# comment\n\nce1,10.9.0.4 ${key}\n@cert-authority *.example ${authority}\nother ${otherKey}\n`;
  const ofWindows = text.replaceAll('\n', '\r\n');
  for (const host of ['ce1', 'other', 'leaf.example']) {
    expect(knownHostEntries(ofWindows, host, 22)).toEqual(knownHostEntries(text, host, 22));
    expect(knownHostEntries(ofWindows, host, 22)).toHaveLength(1);
    expect(isKeyOf(ofWindows, host, 22, blobOf(key), now)).toBe(host === 'ce1');
  }
});
