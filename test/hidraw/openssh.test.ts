import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { GUEST_USER } from '../lab/vm/image.ts';
import { type LoginServer, PORT, startLoginServer } from './login-server.ts';
import { PIN, type PluggedInKey, plugIn } from './plugged-in-key.ts';
import { engineerFolder, GLASSKEY, mustRun, mustRunFido2Token, mustRunOpenSsh, runAsEngineer } from './programs.ts';
import { letEngineerIn, settled } from './seat.ts';

describe('a key made by glasskey enroll, for Debian’s own programs', () => {
  let plugged: PluggedInKey;
  let server: LoginServer;
  let folder: string;
  let enrolled: { readonly state: string; readonly publicLine: string };

  before(async () => {
    await letEngineerIn();
    plugged = await plugIn();
    await settled();
    server = await startLoginServer();
    folder = await engineerFolder('made');
    const words = [...GLASSKEY, 'enroll', '--no-publish', '--pin-stdin', '--json', '--file', `${folder}/id_ed25519_sk`];
    const { stdout } = await mustRun(words, { input: `${PIN}\n`, environment: { GLASSKEY_HOME: `${folder}/data` } });
    enrolled = JSON.parse(stdout);
    await server.authorize([enrolled.publicLine]);
  });

  after(async () => {
    await server.close();
    await plugged.pullOut();
  });

  it('was made over /dev/hidrawN, and waits for nothing but its publication', () => {
    assert.equal(enrolled.state, 'written');
    const [credential] = plugged.key.credentials();
    assert.equal(credential?.rpId, 'ssh:');
    assert.equal(credential?.credProtect, 3);
  });

  it('is listed by fido2-token -L -r', async () => {
    const path = await plugged.path();
    const { stdout } = await mustRun(['fido2-token', '-L']);
    assert.match(stdout, new RegExp(`^${path}: vendor=0x1050, product=0x0407`));
    const screen = await mustRunFido2Token(['-L', '-r', path]);
    assert.match(screen, /^00: \S+ ssh:\s*$/m);
    const credentials = await mustRunFido2Token(['-L', '-k', 'ssh:', path]);
    assert.match(credentials, /^00: \S+ .* eddsa uvreq\s*$/m, credentials);
  });

  it('is downloaded by ssh-keygen -K, the same key', async () => {
    const downloads = await engineerFolder('downloads');
    await mustRunOpenSsh(['ssh-keygen', '-K', '-N', ''], { folder: downloads });
    const [publicFile = '', ...more] = (await readdir(downloads)).filter((name) => name.endsWith('.pub'));
    assert.deepEqual(more, []);
    assert.match(publicFile, /^id_ed25519_sk_rk_glasskey-\d{8}-[0-9a-f]{6}\.pub$/);
    const downloaded = await readFile(`${downloads}/${publicFile}`, 'utf8');
    assert.deepEqual(downloaded.split(' ').slice(0, 2), enrolled.publicLine.split(' ').slice(0, 2));
    const login = await mustRunOpenSsh([
      ...server.ssh('-o', 'IdentitiesOnly=yes', '-i', `${downloads}/${publicFile.slice(0, -4)}`),
      'echo logged in with the downloaded file',
    ]);
    assert.match(login.stdout, /^logged in with the downloaded file$/m, login.transcript);
  });

  it('logs in by plain ssh with the files that Glasskey wrote, Glasskey closed', async () => {
    const login = await mustRunOpenSsh([
      ...server.ssh('-o', 'IdentitiesOnly=yes', '-i', `${folder}/id_ed25519_sk`),
      'echo logged in as $(id -un)',
    ]);
    assert.match(login.stdout, /^logged in as engineer$/m, login.transcript);
    // sk_flags 5: touched, and its owner verified.
    assert.match(await server.log(), /sk_flags = 0x05|flags 0x5/, login.transcript);
  });

  it('logs in by plain ssh never without its PIN', async () => {
    const refused = await runAsEngineer([
      ...server.ssh('-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-i', `${folder}/id_ed25519_sk`),
      'echo logged in',
    ]);
    assert.notEqual(refused.code, 0, refused.transcript);
    assert.doesNotMatch(refused.stdout, /logged in/);
  });
});

describe('a key made by Debian’s ssh-keygen, for Glasskey', () => {
  let plugged: PluggedInKey;
  let server: LoginServer;
  let folder: string;
  const glasskey = (...words: readonly string[]) =>
    mustRun([...GLASSKEY, ...words], {
      input: `${PIN}\n`,
      environment: { HOME: folder, GLASSKEY_HOME: `${folder}/data` },
    });

  before(async () => {
    await letEngineerIn();
    plugged = await plugIn();
    await settled();
    server = await startLoginServer();
    // A computer that has none of its files.
    folder = await engineerFolder('another-computer');
    const elsewhere = await engineerFolder('elsewhere');
    const kind = ['-t', 'ed25519-sk', '-O', 'resident', '-O', 'verify-required'];
    await mustRunOpenSsh(['ssh-keygen', ...kind, '-N', '', '-f', `${elsewhere}/id`]);
    await server.authorize([await readFile(`${elsewhere}/id.pub`, 'utf8')]);
  });

  after(async () => {
    await server.close();
    await plugged.pullOut();
  });

  it('is recovered by glasskey recover, and logs in by glasskey connect', async () => {
    const { stdout, transcript } = await glasskey('recover', '--no-profile', '--pin-stdin', '--json');
    const [key, ...more] = JSON.parse(stdout).keys;
    assert.deepEqual(more, []);
    assert.equal(key.outcome, 'recovered', transcript);
    assert.equal(key.verifyRequired, true, transcript);

    const target = `${GUEST_USER.name}@127.0.0.1:${PORT}`;
    const login = await glasskey(
      ...['connect', target, '--direct', '--host-keys', 'accept-new', '--pin-stdin', '--json'],
      ...['--', 'echo', 'logged in with the recovered key'],
    );
    assert.equal(JSON.parse(login.stdout).stdout, 'logged in with the recovered key\n', login.transcript);
  });

  it('logs in by plain ssh with the files that glasskey recover wrote', async () => {
    const login = await mustRunOpenSsh([
      ...server.ssh('-o', 'IdentitiesOnly=yes', '-i', `${folder}/.ssh/id_ed25519_sk`),
      'echo logged in with the recovered files',
    ]);
    assert.match(login.stdout, /^logged in with the recovered files$/m, login.transcript);
  });
});
