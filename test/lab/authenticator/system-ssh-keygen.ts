import { spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SSH_KEYGEN = '/usr/bin/ssh-keygen';
const SSH_SK_HELPER = '/usr/lib/openssh/ssh-sk-helper';

/** Whether this machine has an ssh-keygen that can talk to security keys through libfido2. */
export const hasSshKeygen = process.platform === 'linux' && existsSync(SSH_KEYGEN) && existsSync(SSH_SK_HELPER);

export interface SystemSshKeygenRun {
  /** Where it runs, and what it takes for its home. */
  readonly folder: string;
  /** Given whenever it asks (SSH_ASKPASS): by the environment, never by the arguments, which are public. */
  readonly pin: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the machine's own ssh-keygen; resolves with its exit code (null: it took more than 10 s) and what it said. */
export function systemSshKeygen(
  args: readonly string[],
  { folder, pin, environment }: SystemSshKeygenRun,
): Promise<{ code: number | null; said: string }> {
  const askpass = join(folder, 'askpass');
  if (!existsSync(askpass)) writeFileSync(askpass, `#!/bin/sh\necho "$GLASSKEY_TEST_PIN"\n`);
  chmodSync(askpass, 0o700);
  return new Promise((resolve, reject) => {
    const child = spawn(SSH_KEYGEN, [...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        DISPLAY: ':none',
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: 'force',
        GLASSKEY_TEST_PIN: pin,
        ...environment,
      },
      timeout: 10_000,
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}
