/**
 * Reads `glasskey://connect/<target>`: a link that any page and any mail may hold. It can ask for one thing, to log in to one
 * device, and is refused for anything beside that: a query, a fragment, a second segment, a character that no target has.
 */
import { parseHostSpec } from '../connect/host-spec.ts';
import { assertTargetName } from '../glasskey-targets.ts';

export const LINK_SCHEME = 'glasskey';

/** A user principal name, a host name, a port, each encoded, and room to spare. */
const MOST_CHARACTERS = 1024;

export type DeepLink =
  | { readonly kind: 'saved'; readonly name: string }
  /** `user@host[:port]`. */
  | { readonly kind: 'typed'; readonly device: string };

/** Undefined for everything that is not exactly such a link. */
export function parseDeepLink(text: string): DeepLink | undefined {
  if (text.length > MOST_CHARACTERS) return undefined;
  // By hand, not by URL: a URL parser would drop and repair what must be refused.
  const encoded = /^glasskey:\/\/connect\/([A-Za-z0-9%._~!$&'()*+,;=:@[\]-]+)$/i.exec(text)?.[1];
  const target = encoded === undefined ? undefined : decoded(encoded);
  if (target === undefined) return undefined;
  try {
    if (!target.includes('@')) {
      assertTargetName(target);
      return { kind: 'saved', name: target };
    }
    if (target.includes('/')) return undefined;
    const { user } = parseHostSpec(target);
    return user === undefined ? undefined : { kind: 'typed', device: target };
  } catch {
    return undefined;
  }
}

/** The first of a command line's arguments that claims to be a link of ours; the operating system hands links over so. */
export function linkAmong(args: readonly string[]): string | undefined {
  return args.find((arg) => arg.toLowerCase().startsWith(`${LINK_SCHEME}:`));
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
