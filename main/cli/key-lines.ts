/** A plugged-in security key as the terminal and `--json` show it. */
import type { Advisory } from '../security-keys/advisories.ts';
import type { FingerprintStanding, PinStanding, SecurityKey } from '../security-keys/security-key.ts';
import { printable } from './output.ts';

/** Its name and path, then what there is to know, each line indented below it. */
export function keyLines(key: SecurityKey): readonly string[] {
  const { model, product, path, problem } = key;
  const isKnown = model.knownBy !== 'nothing';
  const name = `${printable(isKnown ? model.name : product)}  ${printable(path)}`;
  if (problem !== undefined) return [name, `    ${printable(problem.message)} ${printable(problem.remedy)}`];
  const named = isKnown && product !== model.name ? [`    calls itself ${printable(product)}`] : [];
  const unknown = isKnown ? [] : [`    ${model.name}`];
  const facts = [`firmware ${key.firmware}`, ...pinFacts(key.pin), ...otherFacts(key)].join(', ');
  return [name, ...named, ...unknown, `    ${facts}`, ...key.advisories.flatMap(advisoryLines)];
}

/** What `--json` says of it: as flat as scripts like it. */
export function keyObject({ path, product, model, problem, ...key }: SecurityKey) {
  return {
    path,
    product,
    model: model.name,
    vendor: model.vendor,
    ...key,
    ...(problem === undefined
      ? {}
      : { problem: `${problem.message} ${problem.remedy}`, problemCode: problem.code, advisories: undefined }),
  };
}

/** What a new PIN must be. */
export function pinRuleLine({ minLength, refusesSimple }: PinStanding): string {
  const simple = refusesSimple ? '; the key refuses simple patterns' : '';
  return `    a new PIN has ${minLength} characters or more, and 63 bytes at most${simple}`;
}

/** The settings of the key itself. */
export function settingLines(key: SecurityKey): readonly string[] {
  const { abilities, pin, problem } = key;
  const [name = ''] = keyLines(key);
  if (abilities === undefined || pin === undefined) return problem === undefined ? [name] : keyLines(key);
  const alwaysUv = abilities.alwaysUv === undefined ? 'cannot be set' : abilities.alwaysUv ? 'on' : 'off';
  const minLength = `${pin.minLength}${abilities.setMinPinLength ? '' : ', cannot be set'}`;
  return [name, `    always-uv       ${alwaysUv}`, `    min-pin-length  ${minLength}`];
}

function pinFacts(pin: PinStanding | undefined): readonly string[] {
  if (pin === undefined) return [];
  const tries = pin.triesLeft === 1 ? 'one try left' : `${pin.triesLeft} tries left`;
  switch (pin.state) {
    case 'unsupported':
      return ['knows no PIN'];
    case 'not-set':
      return ['no PIN set yet'];
    case 'set':
      return ['PIN set', tries];
    case 'change-forced':
      return ['PIN set, must be changed before anything else', tries];
    case 'replug-needed':
      return ['three wrong PINs in a row: takes none before it is plugged in again', tries];
    case 'blocked':
      return ['PIN blocked for good: only a reset helps'];
    default:
      return pin.state satisfies never;
  }
}

function otherFacts({ fingerprints, freeSlots, abilities }: SecurityKey): readonly string[] {
  return [
    ...(fingerprints === undefined ? [] : [fingerprintFact(fingerprints)]),
    ...(freeSlots === undefined ? [] : [freeSlots === 1 ? 'one free slot' : `${freeSlots} free slots`]),
    ...(abilities?.alwaysUv === true ? ['wants PIN or fingerprint for each use'] : []),
    ...(abilities?.ed25519 === 'no' ? ['no Ed25519'] : []),
    ...(abilities?.credProtect === false ? ['no credProtect'] : []),
  ];
}

function fingerprintFact({ enrolled, triesLeft }: FingerprintStanding): string {
  if (!enrolled) return 'no fingerprint enrolled';
  return triesLeft === 0 ? 'fingerprint reader blocked until the PIN is given' : 'fingerprints enrolled';
}

/** What needs nothing done is named only, and said to be so: a bare title alarms. */
function advisoryLines({ id, title, severity, meaning, remedy }: Advisory): readonly string[] {
  if (severity === 'information') return [`    ${id}: ${title} (nothing need be done)`];
  return [`    ${id}: ${title}`, `      ${meaning}`, `      ${remedy}`];
}
