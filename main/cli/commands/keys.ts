import { cancelled } from '../../../diagnostics/glasskey-error.ts';
import { timeOfDay } from '../../../time/shown-times.ts';
import type { EnrollmentReport, RotationReport } from '../../enrollment/readiness.ts';
import type { UdevRule } from '../../security-keys/udev-rule.ts';
import { type Command, type Invocation, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { keyLines, keyObject, settingLines } from '../key-lines.ts';
import { DEVICE_OPTION, keyChoices, PIN_OPTION, YES_OPTION } from '../key-options.ts';
import { beyondWindowsLines, keyWayLine } from '../key-way-lines.ts';
import { withGlasskey, withKeyPeople } from '../open-glasskey.ts';
import { printable } from '../output.ts';

export const keys: Command = {
  usage: '[list | wink | config [always-uv on|off | min-pin-length N]] [options]',
  about:
    'Lists the keys that were enrolled on this computer, and the security keys that are plugged in now: model, PIN, free slots,\n' +
    'advisories. Asks for no PIN and no touch. wink lets one blink, to be found; config shows and changes settings of the key itself.',
  options: {
    public: { summary: 'Print the public lines only, as for authorized_keys' },
    ...DEVICE_OPTION,
    ...PIN_OPTION,
    ...YES_OPTION,
    'udev-rule': { summary: 'Print the udev rule by which your account may open security keys (Linux)' },
    'install-udev-rule': { summary: 'Install it, after a question, through sudo or pkexec (Linux)' },
  },
  examples: [
    ['glasskey keys', 'what is enrolled, what is plugged in'],
    ['glasskey keys --public', 'the lines for an authorized_keys file'],
    ['glasskey keys config always-uv on', 'PIN or fingerprint for every use, of every credential'],
    ['glasskey keys --install-udev-rule', 'where Linux does not let your account open the key'],
    ['glasskey keys config min-pin-length 8', 'no shorter PIN from now on; only a reset takes it back'],
  ],
  async run(invocation) {
    const [verb = 'list', ...words] = invocation.positionals;
    if (verb === 'list' && words.length === 0) return listed(invocation);
    if (verb === 'wink' && words.length === 0) return wink(invocation);
    if (verb === 'config' && words.length !== 1 && words.length < 3) return config(words[0], words[1], invocation);
    throw usageError('keys', faultOf(verb, words));
  },
};

/** `list` stands for no word at all, as with the other commands. */
function listed(invocation: Invocation): Promise<number> {
  const { options } = invocation;
  if (options.has('install-udev-rule')) return installRule(invocation);
  if (options.has('udev-rule')) return printRule(invocation);
  if (options.value('device') !== undefined)
    throw usageError('keys', '--device goes with wink and config; without them, keys lists every security key');
  return list(invocation);
}

function faultOf(verb: string, words: readonly string[]): string {
  if (verb !== 'list' && verb !== 'wink' && verb !== 'config') return `"${verb}" is none of list, wink, config`;
  const extra = verb === 'config' ? words[2] : words[0];
  if (extra !== undefined) return `"${extra}" is one word too many`;
  const [setting = ''] = words;
  return Object.hasOwn(KEY_SETTINGS, setting)
    ? `config ${setting} needs a value: ${KEY_SETTINGS[setting]}`
    : noSetting(setting);
}

function list(invocation: Invocation): Promise<number> {
  const { options, world, output, signal } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    if (options.has('public')) {
      const publicLines = await glasskey.publicLines();
      output.object({ publicLines });
      for (const line of publicLines) output.line(line);
      return ExitCode.OK;
    }
    const { enrolled, pluggedIn, rotation, keyWay } = await glasskey.keys(signal);
    output.object({ enrolled, pluggedIn: keyWay?.way === 'windows' ? null : pluggedIn.map(keyObject), keyWay });
    output.line(enrolled.length === 0 ? 'No key is enrolled on this computer.' : 'Enrolled on this computer:');
    for (const key of enrolled) {
      output.line(
        `  ${key.fingerprint ?? '(unfinished)'}  ${key.algorithm}, ${printable(key.product ?? 'security key')}`,
      );
      const part = key.id === rotation?.old.id ? ' (old)' : key.id === rotation?.new.id ? ' (new)' : '';
      const begun = key.fingerprint === undefined ? 'begun' : 'enrolled';
      output.line(`      ${printable(key.keyFile)}${part}, ${begun} ${timeOfDay(key.createdAt, world.clock.now())}`);
      output.line(`      ${key.fingerprint === undefined ? unfinishedText(key, rotation) : profileText(key)}`);
    }
    if (rotation !== undefined) output.line(`A rotation is in progress. ${rotation.next}`);
    output.line();
    if (keyWay?.way === 'windows') {
      output.line(`${keyWayLine(keyWay)}.`);
      for (const line of beyondWindowsLines(keyWay)) output.line(`  ${line}`);
      return ExitCode.OK;
    }
    output.line(pluggedIn.length === 0 ? noneText(enrolled) : 'Plugged in:');
    for (const line of pluggedIn.flatMap(keyLines)) output.line(`  ${line}`);
    return ExitCode.OK;
  });
}

function noneText(enrolled: readonly EnrollmentReport[]): string {
  const next =
    enrolled.length === 0
      ? 'Plug yours in. If it holds your key already, made on another computer: glasskey recover. For a new one: glasskey enroll'
      : 'Plug yours in, then see it with glasskey keys.';
  return `No security key is plugged in. ${next}`;
}

function printRule(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  return withGlasskey(invocation, async (glasskey) => {
    const rule = await (await glasskey.securityKeys()).udevRule();
    output.object(rule);
    output.line(rule.text.trimEnd());
    return ExitCode.OK;
  });
}

/** What is to be installed is shown before anybody is asked for it. */
function installRule(invocation: Invocation): Promise<number> {
  const { options, output, signal } = invocation;
  return withKeyPeople(invocation, keyChoices(options, false), async (keys, people) => {
    const rule = await keys.udevRule();
    if (rule.installedAt === undefined) {
      output.note(`${rule.path}:`);
      for (const line of rule.text.trimEnd().split('\n')) output.note(line);
      for (const line of replacedLines(rule)) output.note(line);
      if (!(await people.agreeTo('Install it, with the rights of root?', signal))) throw cancelled('The installation');
    }
    const after = await keys.installUdevRule(signal);
    output.object(after);
    output.line(
      rule.installedAt === undefined
        ? `Installed: ${after.path}. Keys that are plugged in can be opened now; else plug them in again.`
        : `It is installed already: ${rule.installedAt}. Plug the key in again, at this computer itself: a remote session gets no access.`,
    );
    if (after.keptAs !== undefined) output.line(`What was there is kept: ${after.keptAs}`);
    return ExitCode.OK;
  });
}

/** Somebody wrote what is there: it is shown before it makes room. */
function replacedLines({ path, present, keptAs }: UdevRule): readonly string[] {
  if (keptAs === undefined) return [];
  const lines = present?.trimEnd().split('\n').map(printable) ?? ['(it cannot be read)'];
  return ['', `It takes the place of another one, which is kept as ${keptAs}. ${path} holds now:`, ...lines];
}

function wink(invocation: Invocation): Promise<number> {
  const { options, output, signal } = invocation;
  return withKeyPeople(invocation, keyChoices(options, false), async (keys, people) => {
    const key = await keys.wink(options.value('device'), people, signal);
    output.object(keyObject(key));
    output.line(`${printable(key.product)} blinks for a moment.`);
    return ExitCode.OK;
  });
}

function config(setting: string | undefined, value: string | undefined, invocation: Invocation): Promise<number> {
  const { options, output, signal } = invocation;
  const change = setting === undefined ? undefined : changeOf(setting, value ?? '');
  return withKeyPeople(invocation, keyChoices(options, change !== undefined), async (keys, people) => {
    const device = options.value('device');
    const key =
      change === undefined
        ? await keys.look(device, people, signal)
        : change.setting === 'always-uv'
          ? await keys.setAlwaysUv(device, change.on, people, signal)
          : await keys.setMinPinLength(device, change.length, people, signal);
    output.settle();
    output.object(keyObject(key));
    for (const line of settingLines(key)) output.line(line);
    return ExitCode.OK;
  });
}

type Change =
  | { readonly setting: 'always-uv'; readonly on: boolean }
  | { readonly setting: 'min-pin-length'; readonly length: number };

/** What can be set on a key itself, and to what. */
const KEY_SETTINGS: Readonly<Record<string, string>> = {
  'always-uv': 'on or off',
  'min-pin-length': 'a number of characters',
};

function noSetting(setting: string): string {
  return `A key has no setting "${setting}": there are ${Object.keys(KEY_SETTINGS).join(' and ')}`;
}

/** Throws `CLI_USAGE`. */
function changeOf(setting: string, value: string): Change {
  if (setting === 'always-uv') {
    if (value !== 'on' && value !== 'off') throw usageError('keys', `always-uv is on or off, not "${value}"`);
    return { setting, on: value === 'on' };
  }
  if (setting !== 'min-pin-length') throw usageError('keys', noSetting(setting));
  if (!/^\d{1,2}$/.test(value)) throw usageError('keys', `min-pin-length is a number of characters, not "${value}"`);
  return { setting, length: Number(value) };
}

/** There is nothing of it to publish yet. */
function unfinishedText({ id, backup }: EnrollmentReport, rotation: RotationReport | undefined): string {
  if (id === rotation?.new.id) return 'not finished: glasskey rotate goes on with it';
  return backup
    ? 'your backup, not finished: glasskey enroll --backup goes on with it, --new gives it up'
    : 'not finished: glasskey enroll goes on with it, --new gives it up';
}

/** Which key the profile holds, as far as this computer knows. */
function profileText({ account = '', publishedAt, replacedAt, backup, profileKnown }: EnrollmentReport): string {
  if (!profileKnown) return 'whether your profile holds it is not known: glasskey publish looks';
  if (publishedAt === undefined)
    return backup ? 'backup: on no profile; glasskey publish --key switches to it' : 'on no profile';
  if (replacedAt !== undefined) return `was on the profile of ${printable(account)}, until another took its place`;
  return `on the profile of ${printable(account)}`;
}
