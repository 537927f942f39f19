/**
 * The open extensions of the tenant's users, with Graph's rules (azure.md 1.1 and 1.2): PATCH replaces the whole bag,
 * 2 KB each, two per app. Reads may lag behind writes, as the directory's copies do.
 */

export type Properties = Readonly<Record<string, unknown>>;

interface StoredExtension {
  readonly creator: string;
  readonly properties: Properties;
}

type Extensions = ReadonlyMap<string, StoredExtension>;

export type WriteResult = 'done' | 'exists' | 'missing' | 'too-large' | 'too-many' | 'malformed';

const MOST_BYTES = 2048;
const MOST_PER_APP = 2;

export class OpenExtensions {
  /** After each write, this many reads of that user still see what was there before it. */
  olderReads = 0;
  readonly #users = new Map<string, { readonly before: Extensions; readonly now: Extensions; reads: number }>();

  /** What a read sees. */
  visible(oid: string): Extensions {
    const user = this.#users.get(oid);
    if (user === undefined) return new Map();
    user.reads += 1;
    return user.reads > this.olderReads ? user.now : user.before;
  }

  /** What is stored, lag or no lag. */
  current(oid: string): Extensions {
    return this.#users.get(oid)?.now ?? new Map();
  }

  create(oid: string, name: string, creator: string, properties: Properties): WriteResult {
    const extensions = this.current(oid);
    if (extensions.has(name)) return 'exists';
    if ([...extensions.values()].filter((one) => one.creator === creator).length >= MOST_PER_APP) return 'too-many';
    return this.#put(oid, name, { creator, properties });
  }

  replace(oid: string, name: string, properties: Properties): WriteResult {
    const stored = this.current(oid).get(name);
    return stored === undefined ? 'missing' : this.#put(oid, name, { creator: stored.creator, properties });
  }

  remove(oid: string, name: string): WriteResult {
    const extensions = new Map(this.current(oid));
    if (!extensions.delete(name)) return 'missing';
    this.#save(oid, extensions);
    return 'done';
  }

  #put(oid: string, name: string, extension: StoredExtension): WriteResult {
    if (!Object.values(extension.properties).every(isPrimitiveOrArray)) return 'malformed';
    const whole = { '@odata.type': 'microsoft.graph.openTypeExtension', extensionName: name, ...extension.properties };
    if (Buffer.byteLength(JSON.stringify(whole)) > MOST_BYTES) return 'too-large';
    this.#save(oid, new Map(this.current(oid)).set(name, extension));
    return 'done';
  }

  #save(oid: string, extensions: Extensions): void {
    this.#users.set(oid, { before: this.current(oid), now: extensions, reads: 0 });
  }
}

function isPrimitiveOrArray(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object');
  return value === null || typeof value !== 'object';
}
