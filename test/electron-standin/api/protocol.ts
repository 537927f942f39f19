/**
 * protocol: registerSchemesAsPrivileged (before ready), handle, unhandle, isProtocolHandled.
 *
 * The stand-in serves every scheme from a secure, standard https origin (page/scheme-map.ts). A scheme that was registered
 * with fewer privileges would have more here than in Electron, so `handle` refuses one that is not standard, secure and
 * supportFetchAPI; `bypassCSP` and `allowServiceWorkers` are refused too. `corsEnabled`, `stream`, `codeCache` change nothing.
 * The handlers of old (registerFileProtocol and the like) and http, https, file are missing.
 */
import { missing } from '../missing.ts';
import type { SchemeHandler } from '../page/request-gate.ts';
import { registry } from './registry.ts';
import { StandInObject } from './standin-object.ts';

interface Privileges {
  readonly standard?: boolean;
  readonly secure?: boolean;
  readonly bypassCSP?: boolean;
  readonly allowServiceWorkers?: boolean;
  readonly supportFetchAPI?: boolean;
  readonly corsEnabled?: boolean;
  readonly stream?: boolean;
  readonly codeCache?: boolean;
  readonly allowExtensions?: boolean;
}

interface CustomScheme {
  readonly scheme: string;
  readonly privileges?: Privileges;
}

const REFUSED = ['bypassCSP', 'allowServiceWorkers', 'allowExtensions'] as const;
const NEEDED = ['standard', 'secure', 'supportFetchAPI'] as const;

const privileged = new Map<string, Privileges>();

export class Protocol extends StandInObject {
  static override readonly _apiName = 'protocol';

  private readonly _handlers = new Map<string, SchemeHandler>();

  registerSchemesAsPrivileged(customSchemes: readonly CustomScheme[]): void {
    if (registry.browser !== undefined) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    }
    privileged.clear();
    for (const { scheme, privileges = {} } of customSchemes) {
      for (const each of REFUSED) if (privileges[each] === true) throw missing(`scheme privilege '${each}'`);
      privileged.set(scheme, privileges);
    }
  }

  handle(scheme: string, handler: SchemeHandler): void {
    if (registry.browser === undefined) throw new Error('protocol.handle is available after app is ready');
    if (this._handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    const privileges = privileged.get(scheme);
    if (privileges === undefined) {
      throw missing(`protocol.handle for '${scheme}'`, 'only schemes that registerSchemesAsPrivileged named');
    }
    for (const each of NEEDED) {
      if (privileges[each] !== true) throw missing(`scheme without the privilege '${each}'`, `'${scheme}' has it here`);
    }
    registry.schemes.add(scheme);
    this._handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this._handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  isProtocolHandled(scheme: string): boolean {
    return this._handlers.has(scheme);
  }

  _handlerFor(scheme: string): SchemeHandler | undefined {
    return this._handlers.get(scheme);
  }
}
