/** Programs that are none of ours at the app's agent: asked about in the prompt window, behind a login of our own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabDesktop } from '../lab/desktop-app.ts';
import type { RunningTerminal } from '../lab/terminal.ts';
import type { Lab } from '../lab/world.ts';
import { canRunDesktop, type Scene, withDesktop } from './lab-desktop.ts';

const SLOW_MS = 60_000;
/** What the settings screen tells people to type. */
const atAgent = ({ folder }: Lab) => ({ SSH_AUTH_SOCK: join(folder, 'data', 'agent', 'agent.sock') });

/** `ssh-keygen -Y sign` of each text, one after the other, in one shell at one terminal. */
function signInShell(lab: Lab, ...texts: string[]): RunningTerminal {
  const sign = texts.map((text) => `echo ${text} | ssh-keygen -Y sign -f ${lab.keyFile}.pub -n file - >/dev/null`);
  return lab.startInTerminal('sh', ['-c', `${sign.join(' && ')} && echo ALL SIGNED`], {
    environment: atAgent(lab),
    timeoutMs: SLOW_MS,
  });
}

/** Plain ssh through the jump host, as anybody has it in their configuration. */
async function plainSsh(lab: Lab, ...command: string[]): Promise<RunningTerminal> {
  const { jump, device } = lab.fabric;
  const config = join(lab.folder, 'home', 'ssh_config');
  const known = `UserKnownHostsFile ${join(lab.folder, 'data', 'known_hosts')}`;
  await writeFile(config, `Host *\n  ${known}\n  StrictHostKeyChecking yes\n  BatchMode yes\n`);
  const way = ['-F', config, '-J', `${jump.user}@${jump.host}:${jump.port}`, '-p', String(device.port)];
  const words = [...way, `${device.user}@${device.host}`, ...command];
  return lab.startInTerminal('ssh', words, { environment: atAgent(lab), timeoutMs: SLOW_MS });
}

async function answer({ desktop, person }: Scene, title: string | RegExp, button: string): Promise<void> {
  const prompt = await drawn(desktop, title);
  await person.press(prompt.getByRole('button', { name: button, exact: true }));
}

async function drawn(desktop: LabDesktop, title: string | RegExp) {
  const prompt = await desktop.prompt();
  await prompt.getByRole('heading', { name: title }).waitFor();
  return prompt;
}

describe.skipIf(!canRunDesktop)('a foreign program at the agent', { timeout: 180_000 }, () => {
  it('waits behind a login of our own; no, this session and once each mean what they say', () =>
    withDesktop({}, async (scene) => {
      const { lab, desktop, person } = scene;
      await person.enroll();
      await person.untilReady();
      await person.addDevice('leaf1', lab.device, lab.jump);

      await person.connect('leaf1');
      const prompt = await drawn(desktop, 'Log in to leaf1');
      await prompt.locator('input').waitFor();
      const denied = signInShell(lab, 'a');
      await prompt.getByText('1 of 2').waitFor();
      expect(await prompt.getByRole('heading').textContent(), 'nothing is swapped away').toBe('Log in to leaf1');
      await person.typePin();
      await answer(scene, 'Sign for file', 'No');
      const refused = await denied.ended;
      expect(refused.exitCode).not.toBe(0);
      expect(refused.screen).toMatch(/refused/);
      await person.untilConnected();
      await desktop.untilNoPrompt();

      lab.authenticator.counters.reset();
      const kept = signInShell(lab, 'a', 'b');
      await answer(scene, 'Sign for file', 'For this session');
      await person.typePin();
      const both = await kept.ended;
      expect(both.exitCode, both.screen).toBe(0);
      expect(both.screen).toContain('ALL SIGNED');
      expect(lab.authenticator.counters.read(), 'a touch for each, and nothing was asked twice').toMatchObject({
        touches: 2,
      });
      await desktop.untilNoPrompt();

      const login = await plainSsh(lab, 'show hostname');
      for (let hop = 0; hop < 2; hop += 1) {
        // Another terminal, another session: what was allowed there does not count here.
        await answer(scene, /^Log in to /, 'Once');
        await person.typePin();
      }
      const { exitCode, screen } = await login.ended;
      expect(exitCode, screen).toBe(0);
      expect(screen).toContain(lab.fabric.deviceName);
    }));
});
