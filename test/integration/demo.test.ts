/** `npm run demo` as a process: what it shows, how long it takes, and that nothing of it is left, however it ends. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Demo } from './demo-process.ts';

const PROMPT = /glasskey lab\$ $/;

describe.concurrent('the demo', { timeout: 60_000 }, () => {
  it('does the main job within a minute, shows the device’s proof, rehearses it, lets ssh know the device, ends with 0, and leaves nothing', () =>
    Demo.with(async (demo) => {
      const began = performance.now();
      const exitCode = await demo.start().ended;
      expect(exitCode, demo.stdout + demo.stderr).toBe(0);
      expect(performance.now() - began).toBeLessThan(60_000);
      expect(demo.stdout).toContain('Software image version: 4.31.5M');
      expect(demo.stdout).toContain('the key checked it 2 times and was touched 2 times');
      expect(demo.stdout).toMatch(/Accepted publickey for \S+ .* ED25519-SK SHA256:/);
      expect(demo.stdout).toMatch(/sk_flags = 0x05/);
      expect(demo.stdout).toMatch(/\$ glasskey drill leaf1\n[\s\S]*accepts the login[\s\S]*leaf1 {2}passed/);
      expect(demo.stdout).toMatch(/\$ ssh -F \S+\/home\/\.ssh\/config -G leaf1\n[\s\S]*identityagent \/\S+\.sock/);
      expect(demo.stdout).toMatch(
        /on the jump host: key (added|there already, added meanwhile)\n.*on the device: key /,
      );
      expect(demo.stdout).toContain('Done. Everything the demo started has ended');
      expect(demo.stdout, 'a pipe gets plain text').not.toContain('\x1b');
      expect(demo.stderr).toBe('');
    }));

  it('ends with 1 when something fails, says what, and leaves nothing', () =>
    Demo.with(async (demo) => {
      // A folder that is not there: the lab cannot even be started.
      expect(await demo.start({ TMPDIR: join(demo.folder, 'gone') }).ended, demo.stdout).toBe(1);
      expect(demo.stderr).toContain('The demo failed:');
    }));

  it('ends with 1 when a command of it fails, and leaves nothing', () =>
    Demo.with(async (demo) => {
      // Without ssh on the PATH there is no login.
      expect(await demo.start({ PATH: '/nonexistent' }).ended, demo.stdout).toBe(1);
      expect(demo.stderr).toContain('The demo failed: glasskey connect ended with 1, not 0');
      expect(demo.stdout).toContain('SSH_MISSING');
    }));

  it('ends with 2 at an option that it does not have, with one line of usage, and starts nothing', () =>
    Demo.with(async (demo) => {
      expect(await demo.start({}, ['--bogus']).ended).toBe(2);
      expect(demo.stderr).toBe(
        "Unknown option '--bogus'. Usage: npm run demo [-- --interactive | --window [--keep]]\n",
      );
      expect(demo.stdout).toBe('');
    }));

  it.each([
    ['SIGTERM', 143, 'as it starts the lab', undefined],
    ['SIGINT', 130, 'as it enrolls', '$ glasskey enroll'],
    ['SIGHUP', 129, 'as it logs in', '$ glasskey connect'],
  ] as const)('stopped by %s ends with %i %s, and leaves nothing', (signal, code, _, when) =>
    Demo.with(async (demo) => {
      const { child, ended } = demo.start();
      const hasBegun = () => (when === undefined ? readdirSync(demo.folder).length > 0 : demo.stdout.includes(when));
      await expect.poll(hasBegun, { timeout: 40_000, interval: 5 }).toBe(true);
      // Or there would be nothing to be left.
      if (when !== undefined) expect(demo.leftovers().join('\n')).toContain('sshd');
      child.kill(signal);
      expect(await ended, demo.stdout + demo.stderr).toBe(code);
    }),
  );

  it('stopped at its terminal by Ctrl-C leaves nothing', () =>
    Demo.with(async (demo) => {
      const answers = [{ when: /\$ glasskey enroll/, type: () => '\x03' }];
      const { exitCode, screen } = await demo.startAtTerminal([], answers).ended;
      expect(exitCode, screen).toBe(130);
    }));

  it('--interactive gives a shell in which glasskey is the lab’s, and ends with it', () =>
    Demo.with(async (demo) => {
      const { exitCode, screen } = await demo.startAtTerminal(
        ['--interactive'],
        [
          { when: PROMPT, type: () => 'glasskey status\r' },
          // Ctrl-C at the prompt is the shell's own matter. Where it comes before bash has begun to read, bash shows no new
          // prompt and eats the next key: two empty lines bring it back either way.
          { when: /Ready: [\s\S]*glasskey lab\$ $/, type: () => '\x03' },
          { when: /\^C/, type: () => '\r\r' },
          { when: PROMPT, type: () => 'glasskey ssh-config install --yes && ssh -G leaf1 | grep identityagent\r' },
          {
            when: /\nidentityagent [\s\S]*glasskey lab\$ $/,
            type: () => '"$(dirname "$(command -v glasskey)")/lab-shell"\r',
          },
          // The prompt of the second empty line may come late: it is none of those that the following wait for.
          {
            when: /lab-shell"\s[\s\S]*glasskey lab\$ $/,
            type: () => 'echo "$GLASSKEY_HOME" && ssh -G leaf1 | grep ^proxyjump\r',
          },
          { when: /\nproxyjump [\s\S]*glasskey lab\$ $/, type: () => 'exit\r' },
          { when: /exit\s[\s\S]*glasskey lab\$ $/, type: () => 'exit\r' },
        ],
      ).ended;
      expect(exitCode, screen).toBe(0);
      expect(screen.split('The lab stays up')[1]).toContain('Log in with: glasskey connect leaf1');
      expect(screen).toMatch(/\nidentityagent \S+\/data\/agent\/agent\.sock/);
      expect(screen).toMatch(/\/data\s+proxyjump glasskey-/);
      expect(screen).toContain('Done. Everything the demo started has ended');
    }));

  it('--interactive has commands that plug security keys in and out, and that sit down at another computer', () =>
    Demo.with(async (demo) => {
      const pin = (screen: string) => /PIN of the lab's security keys: (\d+)/.exec(screen)?.[1] ?? '';
      let screenSoFar = '';
      const steps = [
        'lab-key second',
        'glasskey keys',
        'lab-key unplug',
        'glasskey keys',
        'lab-key plug && lab-key unplug second',
        'lab-key pull-out',
        'lab-computer bin',
        'lab-computer',
      ];
      const { exitCode, screen } = await demo.startAtTerminal(
        ['--interactive'],
        [
          ...steps.map((step) => ({ when: PROMPT, type: () => `${step}\r` })),
          { when: /glasskey lab, laptop2\$ $/, type: () => 'glasskey recover\r' },
          // Not at the demo's own enrollment, which has shown such a question before.
          { when: /glasskey recover[\s\S]*PIN of [^\n]*: $/, type: () => `${pin(screenSoFar)}\r` },
          { when: /glasskey lab, laptop2\$ $/, type: () => 'ls $HOME/.ssh\r' },
          { when: /glasskey lab, laptop2\$ $/, type: () => 'exit\r' },
          { when: PROMPT, type: () => 'exit\r' },
        ],
        (text) => {
          screenSoFar += text;
        },
      ).ended;
      expect(exitCode, screen).toBe(0);
      const shown = (screen.split('The lab stays up')[1] ?? '').replaceAll('\r', '');
      for (const command of ['lab-key second', 'lab-key unplug, plug', 'lab-computer'])
        expect(shown).toContain(`  ${command} `);
      const said = (step: string) => shown.split(`$ ${step}\n`)[1]?.split('glasskey lab')[0] ?? '';
      expect(said('lab-key second')).toMatch(/^first .* plugged in .*\nsecond {2}yubikey-bio .* plugged in/);
      const [both = '', bio = ''] = shown
        .split('$ glasskey keys\n')
        .slice(1)
        .map((one) => one.split('Plugged in:')[1]);
      expect(both).toMatch(/YubiKey 5 Series [\s\S]*YubiKey Bio [\s\S]*fingerprints enrolled/);
      expect(said('lab-key unplug')).toMatch(/^first .* unplugged .*\nsecond .* plugged in/);
      expect(bio.split('glasskey lab')[0]).not.toContain('YubiKey 5 Series');
      expect(said('lab-key plug && lab-key unplug second').trim().split('\n').slice(2).join('\n')).toMatch(
        /^first .* plugged in .*\nsecond .* unplugged/,
      );
      expect(said('lab-key pull-out')).toMatch(/^lab-key +says which security keys are plugged in/);
      expect(said('lab-computer bin')).toContain('the lab needs the name bin itself');
      expect(said('glasskey recover')).toContain('laptop2/.ssh/id_ed25519_sk');
      expect(said('ls $HOME/.ssh')).toMatch(/^id_ed25519_sk\s+id_ed25519_sk\.pub/);
    }));

  it('--interactive ends, with its shell, when it is told to terminate', () =>
    Demo.with(async (demo) => {
      const answers = [{ when: PROMPT, type: () => 'echo shell-is-up\r' }];
      const terminal = demo.startAtTerminal(['--interactive'], answers, (text) => {
        if (/^shell-is-up/m.test(text)) terminal.kill('SIGTERM');
      });
      const { exitCode, screen } = await terminal.ended;
      expect(exitCode, screen).toBe(143);
    }));
});
