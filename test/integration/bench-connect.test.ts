import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MODES } from './fabric-with-plain-ssh.ts';

const RUN = fileURLToPath(new URL('../bench/run.ts', import.meta.url));
const canRun = MODES.includes('namespaces');
const reportSchema = z.strictObject({ name: z.literal('connect'), figures: z.record(z.string(), z.number()) });

if (!canRun) console.warn('SKIPPED: not root, so each side of the benchmark has no account of its own');

describe.runIf(canRun)('npm run bench -- connect', { timeout: 120_000 }, () => {
  let figures: Readonly<Record<string, number>>;
  const figure = (name: string) => figures[name] ?? Number.NaN;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [RUN, 'connect', '--json'], {
      env: { ...process.env, GLASSKEY_BENCH_ROUNDS: '2' },
    });
    figures = reportSchema.parse(JSON.parse(stdout)).figures;
  }, 120_000);

  it('times the same login on both sides', () => {
    expect(figure('glasskey.wall_ms')).toBeGreaterThan(0);
    expect(figure('software_key.wall_ms')).toBeGreaterThan(0);
    // How fast this machine is with others at work is no matter for a test; that it is another order would be a fault.
    expect(figure('to_software_key_ratio')).toBeLessThan(4);
  });

  it('counts one PIN and a touch for each hop, and what ssh-agent wants for the same', () => {
    expect(figures).toMatchObject({ 'glasskey.pin_prompts': 1, 'glasskey.touch_prompts': 2 });
    if (!('ssh_agent.wall_ms' in figures)) return; // no C compiler: the benchmark has said so
    expect(figures).toMatchObject({ 'ssh_agent.pin_prompts': 2, 'ssh_agent.touch_prompts': 2 });
  });

  it('tells the agent’s own part of a signature from the key’s', () => {
    expect(figure('agent.own_ms')).toBeGreaterThan(0);
    expect(figure('agent.own_ms')).toBeLessThan(30);
  });
});
