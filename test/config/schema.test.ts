// The published JSON Schema: that it is the code's own, and that it says of a file what the server says of it.

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { publishedConfigSchema } from '../../scripts/generate.schema.ts';
import { entra, example, problemsOf, settingsOf } from './sample.ts';

const file = readFileSync(new URL('../../bifrost.schema.json', import.meta.url), 'utf8');
// Strict, so that a keyword that other readers do not know would throw.
const accepts = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(file));

describe('bifrost.schema.json', () => {
  test('is what the code generates: else run `npm run generate`', () => {
    expect(file).toBe(publishedConfigSchema());
  });

  test("accepts the contract's example, with its ids left open too", () => {
    expect(accepts(example)).toBe(true);
    const open = { ...example, providers: [{ ...example.providers[0], tenantId: '...', clientId: '...' }] };
    expect(accepts(open)).toBe(true);
  });

  test('describes every key', () => {
    const keys: [string, unknown][] = [];
    JSON.parse(file, (key, value) => {
      if (key === 'properties') keys.push(...Object.entries(value));
      return value;
    });
    const definitions = JSON.parse(file).definitions;
    for (const [key, schema] of keys) {
      const { $ref, description } = schema as { $ref?: string; description?: string };
      const text = $ref ? definitions[$ref.split('/').at(-1)!].description : description;
      expect(text, key).toMatch(/\S/);
    }
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['the least of a provider', entra],
    [
      'references for every form of text',
      { ...entra, kind: 'env.K', scope: 'env.S', reconcile: { every: 'env.E' } },
    ],
  ])('and the server both take %s', (_, provider) => {
    const config = provider === entra || 'kind' in provider ? { providers: [provider] } : provider;
    expect(accepts(config)).toBe(true);
    settingsOf(config, { K: 'entra', S: 'all', E: '1h' });
  });

  test.each<[string, object]>([
    ['an unknown key', { ...entra, tenantid: 'x' }],
    ['an unknown kind', { ...entra, kind: 'ldap' }],
    ['a missing key', { ...entra, tenantId: undefined }],
    ["another kind's key", { ...entra, realm: 'x' }],
    ['a bad duration', { ...entra, reconcile: { every: 'daily' } }],
    ['a short token', { ...entra, scim: { provisioningToken: 'short' } }],
    ['a rule without target', { ...entra, attributeTeamMappings: [{ attribute: 'a', value: 'b' }] }],
    ['a bad choice', { ...entra, scope: 'some' }],
  ])('and the server both refuse %s', (_, provider) => {
    const config = JSON.parse(JSON.stringify({ providers: [provider] }));
    expect(accepts(config)).toBe(false);
    expect(problemsOf(config).length).toBeGreaterThan(0);
  });
});
