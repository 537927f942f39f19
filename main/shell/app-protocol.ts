/** The app's own scheme, `app:`: the only thing that the windows can load anything from. */
import { protocol, type Session } from 'electron';
import type { Log } from '../../diagnostics/log.ts';
import type { WindowKind } from '../ipc/contract.ts';
import { APP_SCHEME, answerDocument, DOCUMENTS } from './document-server.ts';

/** Before the app is ready. Nothing here may pass the CSP, register a service worker or be reached from another origin. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

export function serveDocuments(session: Session, folders: Readonly<Record<WindowKind, string>>, log: Log): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const response = await answerDocument(request, folders);
    if (response.status !== 200) log('warn', 'documents.refused', { status: response.status, url: request.url });
    // A document that is not there is a failure to load, not an empty page.
    return response.status !== 200 && isDocument(request.url) ? Response.error() : response;
  });
}

function isDocument(url: string): boolean {
  return Object.values(DOCUMENTS).includes(url);
}
