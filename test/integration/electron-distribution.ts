/**
 * What Electron's own download would be, for machines where it cannot be had: a zip laid out as Electron's for Linux, with a
 * program that holds a real fuse wire, served on loopback as a mirror (ELECTRON_MIRROR) with its checksums. Forge, packager and
 * fuses do with it what they do with the real one. The program itself is no Electron: it says its version and nothing else.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly path: string;
  readonly content: Buffer;
  readonly mode: number;
}

/** A zip file (APPNOTE 6.3): deflated, with Unix modes, which the unpacked programs need. */
export function zipFile(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, mode } of entries) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content);
    // What the local header and the directory's entry have in common: version 2.0, deflate, 1 January 1980.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    // Made on Unix (3), so that the upper half of the attributes is a mode.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, rest, name]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), end]);
}

/** @electron/fuses looks for this in Electron's binary; behind it come version, length and one digit for each fuse. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';

/** Electron's states as it is downloaded (docs/tutorial/fuses.md): what the product sets differs from it in most places. */
export const FUSES_AS_DOWNLOADED = '101100011';

export function electronProgram(version: string, fuses: string = FUSES_AS_DOWNLOADED): Buffer {
  const script = `#!/bin/sh\n[ "$1" = --version ] && echo v${version} && exit 0\necho 'this stands in for Electron' >&2\nexit 1\n`;
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([1, fuses.length]), Buffer.from(fuses)]);
  return Buffer.concat([Buffer.from(script), wire]);
}

/** The zip of Electron for Linux, in small. */
export function electronZip(version: string): Buffer {
  const file = (path: string, content: string | Buffer, mode = 0o644): ZipEntry => ({
    path,
    content: Buffer.from(content),
    mode,
  });
  return zipFile([
    file('electron', electronProgram(version), 0o755),
    file('chrome-sandbox', '#!/bin/sh\n', 0o755),
    file('chrome_crashpad_handler', '#!/bin/sh\n', 0o755),
    file('LICENSE', 'MIT\n'),
    file('LICENSES.chromium.html', '<p>Chromium</p>\n'),
    file('version', version),
    file('locales/en-US.pak', 'locale'),
    file('resources.pak', 'resources'),
    file('icudtl.dat', 'data'),
    file('resources/default_app.asar', 'replaced by the app'),
  ]);
}

export interface ElectronMirror extends AsyncDisposable {
  /** For ELECTRON_MIRROR. */
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
}

/** Serves the zip and SHASUMS256.txt as Electron's releases do. */
export async function serveElectron(version: string, arch: string): Promise<ElectronMirror> {
  const name = `electron-v${version}-linux-${arch}.zip`;
  const zip = electronZip(version);
  const sums = `${createHash('sha256').update(zip).digest('hex')} *${name}\n`;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = '' } = request;
    asked.push(url);
    if (url === `/v${version}/${name}`) response.end(zip);
    else if (url === `/v${version}/SHASUMS256.txt`) response.end(sums);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
