import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trustRoots } from '../../../main/entra/trusted-roots.ts';
import { makeLabCertificates } from '../../lab/entra/certificate-authority.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roots-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('trusted roots', () => {
  it('gain the file’s certificates and lose none', async () => {
    const { caFile } = await makeLabCertificates(folder);
    const before = fingerprints();
    await trustRoots(caFile);
    const after = fingerprints();
    expect([...before].filter((one) => !after.has(one))).toEqual([]);
    expect([...after]).toContain(new X509Certificate(await readFile(caFile)).fingerprint256);
    await trustRoots(caFile);
    await trustRoots(undefined);
    expect(fingerprints()).toEqual(after);
  });

  it.each([
    ['is missing', undefined],
    ['holds no certificate', 'text'],
    ['holds a damaged one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('refuse a file that %s', async (_what, text) => {
    const path = join(folder, 'ca.pem');
    if (text !== undefined) await writeFile(path, text);
    await expect(trustRoots(path)).rejects.toMatchObject({ code: 'ENTRA_CA_FILE_UNREADABLE', detail: { path } });
  });
});

function fingerprints(): Set<string> {
  return new Set(getCACertificates('default').map((pem) => new X509Certificate(pem).fingerprint256));
}
