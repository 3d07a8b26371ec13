// What of other people's is in the product: every licence is one that we accept, and the list has what is installed and what is
// built into the dashboard.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { componentsOf, keyOf, licenseTexts } from '../../scripts/sbom.components.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const components = componentsOf(root);

/** Permissive, and none that asks for more than its text. Another one is a decision: read it before adding it here. */
const accepted = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);
/** Whose archive has no text; their package.json names the licence. */
const withoutText = ['abstract-logging', 'pg-types', 'pgpass', 'react-remove-scroll-bar'];

/** `(MIT OR CC0-1.0)`: one of them is enough; `MIT AND ISC`: each counts. */
const isAccepted = (license: string) =>
  license
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((each) => accepted.has(each)));

describe('packages of others', () => {
  it('have licences that we accept', () => {
    const others = components.filter(({ license }) => !isAccepted(license));
    expect(others.map((each) => `${keyOf(each)}: ${each.license || 'no licence'}`)).toEqual([]);
  });

  it('bring its text', () => {
    const silent = components.filter(
      (each) => !each.isForPlatform && licenseTexts(root, each).join('').length < 100,
    );
    expect(silent.map(({ name }) => name)).toEqual(withoutText);
  });

  it('are those of the server and those that are built into the dashboard, and none that only develop', () => {
    const names = new Set(components.map(({ name }) => name));
    for (const name of ['fastify', 'pg', 'typebox', '@node-rs/argon2-linux-x64-musl'])
      expect(names).toContain(name);
    for (const name of ['react', 'scheduler', '@mantine/core', '@tanstack/react-query'])
      expect(names).toContain(name);
    for (const name of ['typescript', 'vite', 'vitest', '@types/react']) expect(names).not.toContain(name);
  });

  it('are listed as CycloneDX, the same from the same sources', () => {
    const write = () => {
      execFileSync(process.execPath, ['scripts/run.mjs', 'sbom'], { cwd: root });
      return ['sbom.json', 'THIRD-PARTY-LICENSES.txt'].map((name) =>
        readFileSync(join(root, 'dist', name), 'utf8'),
      );
    };
    const [sbom, texts] = write();
    expect(write()).toEqual([sbom, texts]);
    const document = JSON.parse(sbom!) as Sbom;
    expect(document).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(document.components.map(({ name, version }) => `${name}@${version}`)).toEqual(
      components.map(keyOf),
    );
    const known = new Set(document.components.map((each) => each['bom-ref']));
    for (const { dependsOn } of document.dependencies)
      for (const ref of dependsOn) expect(known).toContain(ref);
    expect(document.components.find(({ name }) => name === 'fastify')).toMatchObject({
      purl: expect.stringMatching(/^pkg:npm\/fastify@5\./),
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    });
    for (const each of components)
      if (!each.isForPlatform) expect(texts).toContain(`\n${each.name} ${each.version} (`);
  });
});

interface Sbom {
  components: { 'bom-ref': string; name: string; version: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}
