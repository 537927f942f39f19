import { readFile } from 'node:fs/promises';
import { GlasskeyError } from '../../../diagnostics/glasskey-error.ts';
import type { Glasskey } from '../../glasskey.ts';
import type { AttestationReport } from '../../glasskey-attestation.ts';
import { attestationText } from '../attestation-text.ts';
import { type Command, type Invocation, type ParsedOptions, usageError } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { withGlasskey } from '../open-glasskey.ts';
import { type Output, printable } from '../output.ts';

const FILES = ['attestation', 'challenge', 'public'] as const;

export const attest: Command = {
  usage: 'show|verify|export [KEY] [options]',
  about:
    'What the attestation of an enrolled key proves. show tells it as of the enrollment; verify checks it again, now, and ends with 3\n' +
    'where the maker is not proven; export writes it for ssh-keygen and others, with the challenge that it answers. KEY is a\n' +
    'fingerprint or a key file; without it the newest key is meant. verify also takes files that ssh-keygen -O write-attestation made.',
  options: {
    attestation: { value: 'PATH', summary: 'verify: an attestation file in place of an enrolled key' },
    challenge: { value: 'PATH', summary: 'verify: the challenge it answers, as given to ssh-keygen -O challenge' },
    public: { value: 'PATH', summary: 'verify: the public half of the key that it is of' },
    output: {
      value: 'PATH',
      short: 'o',
      summary: 'export: where to; PATH.challenge is beside it (default: KEYFILE.attest)',
    },
  },
  examples: [
    ['glasskey attest show', 'is the newest key genuine, which model is it'],
    ['glasskey attest verify ~/.ssh/id_ed25519_sk', 'check it again'],
    ['glasskey attest export', 'id_ed25519_sk.attest and id_ed25519_sk.attest.challenge, beside the key file'],
    [
      'glasskey attest verify --attestation a.attest --challenge c.bin --public id_ed25519_sk.pub',
      'of another computer',
    ],
  ],
  async run(invocation) {
    const { options, positionals, output } = invocation;
    const [verb, key, ...more] = positionals;
    if (verb !== 'show' && verb !== 'verify' && verb !== 'export') {
      throw usageError(
        'attest',
        verb === undefined ? 'show, verify or export is missing' : `"${verb}" is none of show, verify, export`,
      );
    }
    if (more.length > 0) throw usageError('attest', `"${more[0]}" is one word too many`);
    assertOptionsFit(verb, key, options);
    return withGlasskey(invocation, async (glasskey) => {
      if (verb === 'export') return exported(glasskey, key, invocation);
      const report = await reportOf(glasskey, verb, key, options);
      output.object(report);
      print(report, output);
      return verb === 'show' || report.verdict === 'genuine' ? ExitCode.OK : ExitCode.NOT_READY;
    });
  },
};

function assertOptionsFit(verb: string, key: string | undefined, options: ParsedOptions): void {
  const given = FILES.filter((name) => options.value(name) !== undefined);
  if (given.length > 0 && verb !== 'verify') throw usageError('attest', `--${given[0]} is for verify`);
  if (given.length > 0 && (given.length < FILES.length || key !== undefined)) {
    throw usageError('attest', 'files are given as --attestation, --challenge and --public together, without a KEY');
  }
  if (options.value('output') !== undefined && verb !== 'export') throw usageError('attest', '--output is for export');
}

async function reportOf(
  glasskey: Glasskey,
  verb: 'show' | 'verify',
  key: string | undefined,
  options: ParsedOptions,
): Promise<AttestationReport> {
  const [attestation, challenge, publicFile] = FILES.map((name) => options.value(name));
  if (attestation === undefined || challenge === undefined || publicFile === undefined) {
    return glasskey.attestation(key, verb === 'show' ? 'enrolled' : 'now');
  }
  return glasskey.attestationOfFiles({
    attestation: new Uint8Array(await readGiven(attestation)),
    challenge: new Uint8Array(await readGiven(challenge)),
    publicFile: (await readGiven(publicFile)).toString('utf8'),
  });
}

async function exported(glasskey: Glasskey, key: string | undefined, { options, output }: Invocation): Promise<number> {
  const written = await glasskey.exportAttestation(key, options.value('output'));
  output.object(written);
  output.line(`Wrote ${printable(written.attestation)} and ${printable(written.challenge)}`);
  return ExitCode.OK;
}

function print(report: AttestationReport, output: Output): void {
  const { verdict, issuer, root, because, chain, subject } = report;
  output.line(`${report.fingerprint}${report.keyFile === undefined ? '' : `  ${printable(report.keyFile)}`}`);
  output.line(
    verdict === 'not-kept'
      ? '  This key was recovered or taken in: what it attested when it was made was not kept here.'
      : `  ${attestationText({ verdict, issuer, root, because })}.`,
  );
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['model', report.model],
    ['AAGUID', report.aaguid],
    ['firmware', report.firmware],
    ['proven firmware', report.provenFirmware],
    ['FIPS series', report.fips === true ? 'yes' : undefined],
    ['certificate', subject],
    ['chain', chain?.join(' < ')],
  ];
  for (const [name, value] of facts) if (value !== undefined) output.line(`  ${name.padEnd(15)}  ${printable(value)}`);
}

async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new GlasskeyError({
      code: 'FILE_READ_FAILED',
      message: `${path} cannot be read.`,
      remedy: 'Check that it is there and yours.',
      cause,
    });
  }
}
