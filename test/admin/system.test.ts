// GET /api/status, POST /api/verify, GET /api/openapi.json, and docs/openapi.json.

import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openApi } from '../../src/edge/admin/openapi.ts';
import { version } from '../../src/version.ts';
import { type Fixture, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
  const users = await api.pushUsers('amara@contoso.com/Sales', 'bela@contoso.com');
  await api.pushGroup('Platform', users);
});
afterAll(() => api.stop());

describe('GET /api/status 200', () => {
  it('says what runs and how much there is', async () => {
    const { body } = await api.get<Record<string, unknown>>('/api/status');
    expect(body).toMatchObject({
      version,
      engine: inject('engine'),
      development: false,
      breakGlass: 0,
      counts: { users: 2, groups: 1, memberships: 2 },
      sweep: { running: false, staleUsers: 0 },
    });
  });
});

describe('POST /api/verify 200', () => {
  it('finds everything right, also when several ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => api.send('POST', '/api/verify')));
    for (const { body } of answers) {
      expect(body).toMatchObject({ ok: true, users: 2, groups: 1, problems: [], problemCount: 0 });
    }
  });
});

describe('GET /api/openapi.json 200', () => {
  it('describes every route, for everybody', async () => {
    const { body } = await api.get<{ openapi: string; paths: Record<string, object> }>('/api/openapi.json', {
      key: null,
    });
    expect(body).toEqual(JSON.parse(JSON.stringify(openApi(version))));
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/api/providers/{id}/tokens/{tokenId}');
  });

  it('has no name twice, and every reference leads somewhere', () => {
    const document = openApi(version) as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: Record<string, Record<string, unknown>>;
    };
    const ids = Object.values(document.paths).flatMap((each) =>
      Object.values(each).map((one) => one.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    for (const [, section, name] of references) expect(document.components[section!]).toHaveProperty(name!);
    expect(JSON.stringify(document)).not.toMatch(/"(~kind|~refine|credential|uniqueBy)"/);
  });

  it('is what docs/openapi.json holds', () => {
    const file = new URL('../../docs/openapi.json', import.meta.url);
    expect(existsSync(file)).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(openApi(version))));
  });
});
