import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasSshKeygen } from '../lab/authenticator/system-ssh-keygen.ts';

const RUN = fileURLToPath(new URL('../bench/run.ts', import.meta.url));

const reportSchema = z.strictObject({ name: z.literal('packets'), figures: z.record(z.string(), z.number()) });

if (!hasSshKeygen) console.warn('SKIPPED: no ssh-keygen with ssh-sk-helper here to compare packets with');

describe('npm run bench -- packets', () => {
  let figures: Readonly<Record<string, number>>;
  let said: string;
  const figure = (name: string) => figures[name] ?? Number.NaN;

  beforeAll(async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [RUN, 'packets', '--json']);
    figures = reportSchema.parse(JSON.parse(stdout)).figures;
    said = stderr;
  });

  it('counts an enrollment of at most 12 packets out, PIN included', () => {
    expect(figure('enroll.out_packets')).toBeLessThanOrEqual(12);
    expect(figure('enroll.out_packets')).toBeGreaterThanOrEqual(figure('enroll.least_out_packets'));
    expect(figure('enroll.init_commands')).toBe(1);
  });

  it('counts a first signature with one command to spare, and one of a running agent with the least there is', () => {
    // The one: getPINRetries, so that a person who has few tries left is told before typing.
    expect(figure('sign.first.out_packets')).toBe(figure('sign.first.least_out_packets') + 1);
    expect(figure('sign.running.out_packets')).toBe(figure('sign.running.least_out_packets'));
    expect(figure('sign.running.ctap_commands')).toBe(2);
    expect(figure('sign.running.init_commands')).toBe(0);
  });

  it('tells each request in order', () => {
    expect(said).toMatch(/glasskey enroll: INIT 1\/1, getInfo .*, makeCredential /);
    expect(said).toMatch(/glasskey sign, first: .*getPINRetries 1\/1/);
    expect(said).toMatch(/glasskey sign, running: getToken \d+\/\d+, getAssertion \d+\/\d+$/m);
  });

  it.skipIf(!hasSshKeygen)('is below what ssh-keygen and libfido2 send to the same key', () => {
    expect(figure('ssh_keygen.enroll.total_packets')).toBeGreaterThan(0);
    expect(figure('enroll.total_packets')).toBeLessThan(figure('ssh_keygen.enroll.total_packets'));
    expect(figure('enroll.total_ratio')).toBeLessThan(0.65);
    if (!('ssh_keygen.sign.total_packets' in figures)) return; // no C compiler: the benchmark has said so
    // ssh-keygen -Y sign is libfido2's best case: it asks for no tries. A login by ssh costs it 15 packets out, not 10.
    expect(figure('sign.first.out_packets')).toBeLessThanOrEqual(figure('ssh_keygen.sign.out_packets'));
    expect(figure('sign.running.total_ratio')).toBeLessThan(0.65);
  });
});
