/**
 * The bill of materials (CycloneDX) of what is shipped: npm's own, made from package-lock.json with hashes and licences, less
 * the packages that only build or test. What is shipped is told by the builds (shipped-packages.ts), not by the lists in
 * package.json: much of the window comes from devDependencies.
 */
import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { ShippedPackage } from './shipped-packages.ts';

const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string(),
  licenses: z.array(z.unknown()).optional(),
});

const sbomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

export type Sbom = z.infer<typeof sbomSchema>;

/** What npm says of the project in `root`. Throws with npm's own words. */
export function npmSbom(root: string): Sbom {
  const { npm_execpath: npm } = process.env;
  // Whatever NODE_ENV or an npmrc leaves out: the window's packages are devDependencies.
  const include = ['dev', 'optional', 'peer'].map((kind) => `--include=${kind}`);
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', ...include];
  const [program, ...rest] = npm === undefined ? ['npm', ...args] : [process.execPath, npm, ...args];
  const { status, stdout, stderr, error } = spawnSync(program, rest, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom failed: ${error?.message ?? stderr}`);
  return sbomSchema.parse(JSON.parse(stdout));
}

/**
 * The part of `all` that is shipped, as an application of `version`. Throws, naming them, for shipped packages that npm does not
 * know or knows no licence of.
 */
export function shippedSbom(all: Sbom, shipped: readonly ShippedPackage[], version: string): Sbom {
  const wanted = new Set(shipped.map(({ name, version: own }) => `${name}@${own}`));
  const components = unique(all.components.filter((component) => wanted.has(keyOf(component))));
  const known = new Set(components.map(keyOf));
  const unknown = [...wanted].filter((key) => !known.has(key));
  if (unknown.length > 0) throw new Error(`package-lock.json does not have what is shipped: ${unknown.join(', ')}`);
  const unlicensed = components.filter(({ licenses }) => licenses === undefined || licenses.length === 0).map(keyOf);
  if (unlicensed.length > 0) throw new Error(`no licence is known of ${unlicensed.join(', ')}`);

  const app = { 'bom-ref': `glasskey@${version}`, type: 'application', name: 'glasskey', version };
  const refs = new Set(components.map((component) => component['bom-ref']));
  const edges = all.dependencies.filter(({ ref }) => refs.has(ref));
  return {
    ...all,
    metadata: {
      ...all.metadata,
      lifecycles: [{ phase: 'build' }],
      component: { ...app, purl: `pkg:npm/glasskey@${version}`, licenses: [{ license: { id: 'MIT' } }] },
    },
    components: components.map((component) => ({ ...component, scope: 'required', properties: [] })),
    dependencies: [
      { ref: app['bom-ref'], dependsOn: [...refs] },
      ...edges.map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) })),
    ],
  };
}

function keyOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}

/** A package that is installed in two places is one component. */
function unique(components: Sbom['components']): Sbom['components'] {
  return [...new Map(components.map((component) => [keyOf(component), component])).values()];
}
