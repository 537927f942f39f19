/** `lab-key` of the interactive lab: a person's hand on its security keys. Arguments: the lab's folder, then what the person typed. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LabControl } from '../authenticator/control-client.ts';
import { controlSocket, type KeyName, keyNames } from './keys.ts';

const USAGE = `lab-key                            says which security keys are plugged in
lab-key unplug [first|second]      pulls it out (the first one unless said)
lab-key plug [first|second]        plugs it in; \`lab-key second\` is short for \`lab-key plug second\`
lab-key replug [first|second] [--in SECONDS]
                                   pulls it out, now or so much later, and plugs it in again 2 seconds after that;
                                   with --in and & behind it, glasskey reset can be tried in one terminal
`;
const OUT_FOR_MS = 2_000;
const actions = ['unplug', 'plug', 'replug'] as const;

interface Wish {
  readonly action: (typeof actions)[number] | 'show';
  readonly key: KeyName;
  readonly inSeconds: number;
}

/** What the words ask for; undefined where they make no sense. */
function read(typed: readonly string[]): Wish | 'help' | undefined {
  let parsed: { values: { in?: string | undefined; help?: boolean | undefined }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...typed],
      allowPositionals: true,
      options: { in: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch {
    return undefined;
  }
  const { values, positionals } = parsed;
  if (values.help === true) return 'help';
  const [first = 'show', name = 'first', ...more] =
    positionals[0] === 'second' ? ['plug', ...positionals] : positionals;
  const action = first === 'show' ? first : actions.find((one) => one === first);
  const key = keyNames.find((one) => one === name);
  const inSeconds = /^\d{1,3}$/.test(values.in ?? '0') ? Number(values.in ?? 0) : undefined;
  if (action === undefined || key === undefined || inSeconds === undefined || more.length > 0) return undefined;
  if (values.in !== undefined && action !== 'replug') return undefined;
  return { action, key, inSeconds };
}

async function upon<T>(folder: string, key: KeyName, use: (control: LabControl) => Promise<T>): Promise<T> {
  const control = await LabControl.connect(controlSocket(folder, key));
  try {
    return await use(control);
  } finally {
    control.close();
  }
}

async function show(folder: string): Promise<void> {
  for (const key of keyNames) {
    const { profile, plugged, credentials, pinRetries } = await upon(folder, key, (control) => control.status());
    const holds = `${credentials.length} ${credentials.length === 1 ? 'credential' : 'credentials'}`;
    console.log(
      `${key.padEnd(6)}  ${profile.padEnd(11)}  ${plugged ? 'plugged in' : 'unplugged '}  ${holds}, ${pinRetries} PIN tries left`,
    );
  }
}

async function move(folder: string, { action, key, inSeconds }: Wish): Promise<void> {
  await upon(folder, key, async (control) => {
    if (action === 'replug') await pause(inSeconds * 1_000);
    if (action !== 'plug') await control.unplug();
    if (action === 'replug') await pause(OUT_FOR_MS);
    // Plugging in what is plugged in would be a power cycle.
    if (action !== 'unplug' && !(await control.status()).plugged) await control.replug();
  });
}

const [folder = '', ...typed] = process.argv.slice(2);
const wish = read(typed);
if (wish === 'help') {
  process.stdout.write(USAGE);
} else if (wish === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    if (wish.action !== 'show') await move(folder, wish);
    await show(folder);
  } catch (error) {
    process.stderr.write(`lab-key: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
