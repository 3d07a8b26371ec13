// `npm run sbom`: dist/sbom.json, a CycloneDX list of what of other people's is in the product, and dist/THIRD-PARTY-LICENSES.txt
// with their licences. The same sources give the same two files: no time, no random number.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../src/version.ts';
import { type Component, componentsOf, keyOf, licenseTexts } from './sbom.components.ts';

/** The bundle stands in dist/. */
const root = fileURLToPath(new URL('..', import.meta.url));
const purl = ({ name, version: of }: Pick<Component, 'name' | 'version'>) =>
  `pkg:npm/${name.replace('@', '%40')}@${of}`;

function cycloneDx(components: readonly Component[]): string {
  const refs = new Map(components.map((component) => [keyOf(component), purl(component)]));
  const itself = { name: 'bifrost', version };
  const asked = new Set(components.flatMap(({ dependsOn }) => dependsOn));
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': purl(itself), ...itself, purl: purl(itself) },
    },
    components: components.map((component) => ({
      type: 'library',
      'bom-ref': purl(component),
      name: component.name,
      version: component.version,
      ...(component.isForPlatform && { scope: 'optional' }),
      ...(component.sha512 !== null && { hashes: [{ alg: 'SHA-512', content: component.sha512 }] }),
      ...(component.license !== '' && {
        licenses: [
          /[ ()]/.test(component.license)
            ? { expression: component.license }
            : { license: { id: component.license } },
        ],
      }),
      purl: purl(component),
    })),
    dependencies: [
      {
        ref: purl(itself),
        dependsOn: components.filter((component) => !asked.has(keyOf(component))).map(purl),
      },
      ...components.map((component) => ({
        ref: purl(component),
        dependsOn: component.dependsOn.map((key) => refs.get(key)!),
      })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function licences(components: readonly Component[]): string {
  const line = '-'.repeat(80);
  // Their text is that of the package that brings them; which of them is installed differs between machines.
  const texts = components
    .filter(({ isForPlatform }) => !isForPlatform)
    .map((component) => {
      const found = licenseTexts(root, component);
      const text = found.length > 0 ? found.join('\n\n') : 'The package brings no text of its licence.';
      return `${line}\n${component.name} ${component.version} (${component.license})\n${line}\n\n${text}\n`;
    });
  const head = `Bifrost ${version} contains or installs the following packages, each under its own licence.\n`;
  return `${head}\n${texts.join('\n')}`;
}

const components = componentsOf(root);
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(join(root, 'dist', 'sbom.json'), cycloneDx(components));
writeFileSync(join(root, 'dist', 'THIRD-PARTY-LICENSES.txt'), licences(components));
process.stdout.write(
  `dist/sbom.json and dist/THIRD-PARTY-LICENSES.txt: ${components.length} packages of others\n`,
);
