// GET /api/audit by who, what, whom and when, in words; and the same as a file.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type Fixture, keys, type Page, startFixture } from './fixture.ts';

let api: Fixture;
let amara: string;
let kites: string;
let between: string;

beforeAll(async () => {
  api = await startFixture();
  [amara] = (await api.pushUsers('amara@contoso.com/Sales')) as [string];
  kites = await api.pushGroup('Kites', [amara]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  between = new Date().toISOString();
  await api.send('POST', `/api/users/${amara}/grants`, { body: { kind: 'role', target: 'Admin' } });
  await api.scim.patch(`/Users/${amara}`, [
    { op: 'replace', path: 'displayName', value: '=HYPERLINK("https://evil.example")' },
  ]);
  await api.scim.patch(`/Users/${amara}`, [{ op: 'replace', path: 'active', value: false }]);
});
afterAll(() => api.stop());

const audit = async (query: string) => (await api.get<Page<EventJson>>(`/api/audit?limit=500&${query}`)).body;
const words = async (query: string) => (await audit(query)).items.map((event) => event.words).reverse();
const SHOWN = '=HYPERLINK("https://evil.example")';

describe('GET /api/audit 200', () => {
  it('says what happened in a sentence with names', async () => {
    // What one commit gives stands in no order of its own.
    const said = await words(`subject=${amara}`);
    expect([said[0], ...said.slice(1, 3).sort().reverse(), ...said.slice(3)]).toEqual([
      `SCIM created ${SHOWN}`,
      `Rule department=Sales gave ${SHOWN} the role Viewer`,
      `Rule department=Sales gave ${SHOWN} the business unit Sales`,
      `SCIM added ${SHOWN} to the group Kites`,
      `Being in the group Kites gave ${SHOWN} the team Kites`,
      `Rule department=Sales no longer gives ${SHOWN} the role Viewer`,
      `The API key ops gave ${SHOWN} the role Admin by hand`,
      `SCIM changed ${SHOWN}: displayName`,
      `SCIM suspended ${SHOWN}`,
    ]);
    expect((await audit(`subject=${amara}&type=grant.added&object=${kites}`)).items).toEqual([]);
    const [event] = (await audit(`actor=key&subject=${amara}`)).items;
    expect(event!.names).toEqual({ actor: 'The API key ops', subject: SHOWN, object: 'Admin' });
  });

  it('filters by actor, object, several types and time', async () => {
    const all = (await audit('')).items;
    const same = async (query: string, fits: (event: EventJson) => boolean) => {
      const found = await audit(query);
      expect(
        found.items.map(({ position }) => position),
        query,
      ).toEqual(all.filter(fits).map(({ position }) => position));
      expect(found.total, query).toBe(found.items.length);
      expect(found.items.length, query).toBeGreaterThan(0);
    };
    await same('actor=token', ({ actor }) => actor.kind === 'token');
    const ops = all.find(({ actor }) => actor.kind === 'key')!.actor.id;
    await same(`actor=${ops}`, ({ actor }) => actor.id === ops);
    await same(`object=${kites}`, ({ object }) => object?.id === kites);
    await same('type=user.created,user.suspended', ({ type }) => /^user\.(created|suspended)$/.test(type));
    await same(`from=${between}`, ({ at }) => at >= between);
    await same(`to=${between}&provider=entra`, ({ at, provider }) => at < between && provider === 'entra');
    await same(`from=2020-01-01&to=2100-01-01T00:00:00%2B02:00`, () => true);
  });

  it('pages with a filter that no index has', async () => {
    const all = (await audit('actor=token')).items.map(({ position }) => position);
    for (const sort of ['-position', 'position']) {
      const seen: number[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body }: { body: Page<EventJson> } = await api.get(
          `/api/audit?actor=token&limit=2&sort=${sort}${cursor && `&cursor=${cursor}`}`,
        );
        seen.push(...body.items.map(({ position }) => position));
        cursor = body.nextCursor;
      }
      expect(seen).toEqual(sort === 'position' ? [...all].reverse() : all);
    }
  });
});

describe('GET /api/audit 400', () => {
  it.each(['from=yesterday', 'to=2026-13-01', 'from=2026', 'type=user.eaten'])('for %s', async (query) => {
    expect((await api.get(`/api/audit?${query}`)).problem.status).toBe(400);
  });
});

describe('GET /api/audit/export 200', () => {
  it('JSON Lines: the events of the list, as a file that nobody keeps', async () => {
    const { text, headers } = await api.get('/api/audit/export?actor=token');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="audit-\d{4}-\d\d-\d\d\.jsonl"$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual((await audit('actor=token')).items);
  });

  it('CSV: with a heading, and nothing that a spreadsheet would calculate', async () => {
    const { text, headers } = await api.get(`/api/audit/export?format=csv&subject=${amara}`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [heading, ...rows] = text.trimEnd().split('\r\n');
    expect(heading!.split(',').slice(0, 4)).toEqual(['position', 'at', 'type', 'words']);
    expect(rows).toHaveLength((await audit(`subject=${amara}`)).items.length);
    expect(text).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
    expect(text).not.toMatch(/(^|,)"?=HYPERLINK/m);
  });

  it('is longer than a page of the list', async () => {
    await api.pushUsers(...Array.from({ length: 200 }, (_, i) => `many${i}@contoso.com/Sales`));
    const { text } = await api.get('/api/audit/export');
    const positions = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as EventJson).position);
    const last = await api.server.ledger.lastPosition();
    expect(last).toBeGreaterThan(500);
    expect(positions).toEqual(Array.from({ length: last }, (_, i) => last - i));
  });

  it('403 for whoever may not read the audit list', async () => {
    await api.send('POST', '/api/roles', { body: { name: 'Nothing' } });
    expect((await api.get('/api/audit/export', { key: keys.viewer })).status).toBe(
      (await api.get('/api/audit?limit=1', { key: keys.viewer })).status,
    );
  });
});
