import { describe, expect, it } from 'vitest';
import { type Sbom, shippedSbom } from '../../../packaging/sbom.ts';
import { licenseTexts, type ShippedPackage } from '../../../packaging/shipped-packages.ts';

const component = (name: string, licenses: unknown[] | undefined = [{ license: { id: 'MIT' } }]) => ({
  'bom-ref': `${name}@1.0.0`,
  name,
  version: '1.0.0',
  purl: `pkg:npm/${name}@1.0.0`,
  scope: 'optional',
  ...(licenses === undefined ? {} : { licenses }),
});

const ALL: Sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  metadata: { component: { 'bom-ref': 'glasskey@0.0.0' } },
  components: [component('react'), component('scheduler'), component('vitest'), component('nameless', [])],
  dependencies: [
    { ref: 'react@1.0.0', dependsOn: ['scheduler@1.0.0', 'vitest@1.0.0'] },
    { ref: 'vitest@1.0.0', dependsOn: [] },
  ],
};

const shipped = (...names: readonly string[]): readonly ShippedPackage[] =>
  names.map((name) => ({ name, version: '1.0.0', license: 'MIT', text: undefined }));

describe('shippedSbom', () => {
  it('names what is shipped, as required, and nothing else', () => {
    const sbom = shippedSbom(ALL, shipped('react', 'scheduler'), '1.2.3');
    expect(sbom.components.map(({ name, scope }) => [name, scope])).toEqual([
      ['react', 'required'],
      ['scheduler', 'required'],
    ]);
    expect(sbom.metadata.component).toMatchObject({ type: 'application', version: '1.2.3' });
    expect(sbom.dependencies).toEqual([
      { ref: 'glasskey@1.2.3', dependsOn: ['react@1.0.0', 'scheduler@1.0.0'] },
      { ref: 'react@1.0.0', dependsOn: ['scheduler@1.0.0'] },
    ]);
  });

  it('names a package once that is installed twice', () => {
    const twice = { ...ALL, components: [component('react'), component('react')] };
    expect(shippedSbom(twice, shipped('react'), '1.2.3').components).toHaveLength(1);
  });

  it('refuses what npm does not know, in name or version', () => {
    expect(() => shippedSbom(ALL, shipped('react', 'smuggled'), '1.2.3')).toThrow(/smuggled@1\.0\.0/);
    const other = [{ name: 'react', version: '2.0.0', license: 'MIT', text: undefined }];
    expect(() => shippedSbom(ALL, other, '1.2.3')).toThrow(/react@2\.0\.0/);
  });

  it('refuses what has no licence', () => {
    expect(() => shippedSbom(ALL, shipped('nameless'), '1.2.3')).toThrow(/no licence is known of nameless/);
  });
});

describe('licenseTexts', () => {
  it('keeps name, version, licence and its text', () => {
    const text = licenseTexts([{ name: 'react', version: '1.0.0', license: 'MIT', text: 'Permission is granted' }]);
    expect(text).toContain('react 1.0.0\nLicence: MIT\n\nPermission is granted');
  });
});
