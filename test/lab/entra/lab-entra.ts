/** Starts the lab's Entra: an identity provider and a Graph, over HTTPS on this computer, with accounts to sign in as. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type EntraSettings, parseEntraSettings } from '../../../main/entra/cloud.ts';
import { LabAccounts } from './accounts.ts';
import { type LabCertificates, makeLabCertificates } from './certificate-authority.ts';
import { type GraphFaults, GraphService, type LabGraph } from './graph-service.ts';
import { createIdentityProvider, type LabIdentity } from './identity-provider.ts';

export interface LabEntraOptions {
  /** Gets the certificates, the password files and the browser's wrapper. Made when absent; the caller removes it. */
  readonly folder: string;
}

export interface LabEntra {
  /** `https://localhost:<port>/<tenant>`. */
  readonly authority: string;
  readonly graphRoot: string;
  readonly caFile: string;
  readonly clientId: string;
  readonly tenant: string;
  /** Settings with which the product signs in here. */
  readonly settings: EntraSettings;
  readonly accounts: LabAccounts;
  readonly identity: LabIdentity;
  readonly graph: LabGraph;
  readonly faults: GraphFaults;
  /** Wanted in `x-lab-secret` by `GET {graphRoot}/lab/profile-keys`, which gives `{upn: line}`. */
  readonly labSecret: string;
  /** A program for $BROWSER (one word, whatever the checkout's path): it runs browser.ts. */
  readonly browserProgram: string;
  /** What browserProgram needs in its environment to sign in as `upn`; writes the password's file. */
  browserEnvironment(upn: string): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export async function startLabEntra(options: LabEntraOptions): Promise<LabEntra> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const certificates = await makeLabCertificates(options.folder);
  const accounts = new LabAccounts({ alice: randomPassword(), bob: randomPassword() });
  const tenant = randomUUID();
  const clientId = randomUUID();
  const labSecret = randomBytes(24).toString('base64url');

  const login = await listen(certificates);
  const graphServer = await listen(certificates);
  const graphRoot = graphServer.origin;
  const identity = createIdentityProvider({ origin: login.origin, graphRoot, tenant, clientId, accounts });
  const graph = new GraphService({ root: graphRoot, accounts, publicKey: identity.publicKey, labSecret });
  login.serve((request, response) => identity.handle(request, response));
  graphServer.serve((request, response) => graph.handle(request, response));

  const settings = parseEntraSettings({
    cloud: 'custom',
    loginRoot: login.origin,
    graphRoot,
    tenant,
    clientId,
    caFile: certificates.caFile,
  });
  return {
    authority: `${login.origin}/${tenant}`,
    graphRoot,
    caFile: certificates.caFile,
    clientId,
    tenant,
    settings,
    accounts,
    identity,
    graph,
    faults: graph.faults,
    labSecret,
    browserProgram: await writeBrowserProgram(options.folder),
    browserEnvironment: (upn) => writePassword(options.folder, accounts, upn, certificates.caFile),
    close: async () => {
      await Promise.all([login.close(), graphServer.close()]);
    },
  };
}

interface Listening {
  readonly origin: string;
  serve(handler: Handler): void;
  close(): Promise<void>;
}

async function listen(certificates: LabCertificates): Promise<Listening> {
  const server = createServer({ cert: certificates.certificate, key: certificates.key });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://localhost:${port}`,
    serve: (handler) => serve(server, handler),
    close: () => close(server),
  };
}

function serve(server: Server, handler: Handler): void {
  server.on('request', (request, response) => {
    handler(request, response).catch((fault: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`the lab failed: ${fault instanceof Error ? fault.message : 'unknown'}`);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** A shell's `exec` of two fixed paths in quotes: $BROWSER is split at spaces, and a checkout's path may hold some. */
async function writeBrowserProgram(folder: string): Promise<string> {
  const program = join(folder, 'lab-browser');
  const quoted = [process.execPath, join(import.meta.dirname, 'browser.ts')].map(shellQuoted).join(' ');
  await writeFile(program, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o700 });
  return program;
}

function shellQuoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

async function writePassword(folder: string, accounts: LabAccounts, upn: string, caFile: string) {
  const account = accounts.byUpn(upn);
  if (account === undefined) throw new Error(`the lab has no account ${upn}`);
  const file = join(folder, `${account.oid}.password`);
  await writeFile(file, account.password, { mode: 0o600 });
  return { LAB_ENTRA_USER: account.upn, LAB_ENTRA_PASSWORD_FILE: file, LAB_ENTRA_CA_FILE: caFile };
}

function randomPassword(): string {
  return randomBytes(12).toString('base64url');
}
