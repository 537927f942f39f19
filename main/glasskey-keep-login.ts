/** How a login was started is kept for the next one by the same words (glasskey-head-start.ts); composed for glasskey-login.ts. */
import { acceptsHostKeys } from './connect/plan.ts';
import type { PlannedLogin } from './glasskey-connect.ts';
import { keptLogins, keptLoginsFile, withKeptLogin } from './storage/kept-logins.ts';
import { writeWholeFile } from './storage/whole-file.ts';

/**
 * Keeps it, where such a plan can be found again by these words: not on a way whose remote command is part of what Glasskey makes up; and where
 * its ssh does nothing that lasts before it is signed for: not where it would accept a host key unasked. Throws `FILE_WRITE_FAILED`.
 */
export async function keepLogin(
  words: readonly string[],
  sshPath: string,
  { plan, publicKeys }: Pick<PlannedLogin, 'plan' | 'publicKeys'>,
  { dataFolder }: { readonly dataFolder: string },
): Promise<void> {
  const command = plan.arguments.indexOf('--');
  if (plan.onward !== undefined || command < 0 || acceptsHostKeys(plan)) return;
  const file = keptLoginsFile(dataFolder);
  const login = {
    words: [...words],
    program: sshPath,
    arguments: plan.arguments.slice(0, command),
    environment: plan.environment,
    configFile: plan.configFile,
    configText: plan.configText,
    agentSocket: plan.agentSocket,
    publicKeys: publicKeys.map(({ file, line }) => ({ file, line })),
  };
  const bytes = new TextEncoder().encode(withKeptLogin(login, keptLogins(file)));
  await writeWholeFile(file, bytes, { mode: 0o600, overwrite: true });
}
