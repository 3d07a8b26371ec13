// Runs and their reports over HTTP: the list, one, its rows as pages and as files, and what a person decides on them. Runs that
// read a directory: provider-reconciliation.test.ts and imports.test.ts.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DriftJson, RunJson } from '../../src/edge/admin/reconciliation-contract.ts';
import type { ListedRunJson, WholeRunJson } from '../../src/edge/admin/whole-run.ts';
import { emptyReport } from '../../src/reconcile/report.ts';
import { type Fixture, keys, type Page, startFixture, told } from './fixture.ts';
import { by } from './signed-in.ts';
import { beginWritten, cancelWritten, endWritten, writtenRun } from './written-run.ts';

const TENANT = '5d1c0c5e-7f0a-4d57-b8a5-8f4a1b7f2f11';
let api: Fixture;
beforeAll(async () => {
  api = await startFixture({
    config: {
      providers: [
        {
          name: 'entra',
          kind: 'entra',
          tenantId: TENANT,
          clientId: TENANT,
          clientSecret: 'secret-of-the-tests',
          scim: { enabled: true },
        },
        { name: 'plain', kind: 'oidc', issuer: 'https://login.example.com', clientId: 'bifrost' },
      ],
    },
  });
});
afterEach(() => cancelWritten(api));
afterAll(() => api.stop());

const runs = '/api/reconciliations';
const one = async (id: string) => (await api.get<WholeRunJson>(`${runs}/${id}`)).body;
const driftOf = async (id: string, query = '') =>
  (await api.get<Page<DriftJson>>(`${runs}/${id}/drift${query}`)).body;

describe('GET /api/reconciliations', () => {
  it('200: newest first, page by page, of one provider and channel', async () => {
    const first = await writtenRun(api);
    const imported = await writtenRun(api, { run: { channel: 'import', filter: { department: 'Lab' } } });
    const last = await writtenRun(api, { run: { mode: 'report' } });
    const page = (await api.get<Page<RunJson>>(`${runs}?limit=2`)).body;
    expect(page.items.map(({ id }) => id)).toEqual([last.id, imported.id]);
    expect(page.total).toBe(3);
    const rest = (await api.get<Page<RunJson>>(`${runs}?limit=2&cursor=${page.nextCursor}`)).body;
    expect(rest.items.map(({ id }) => id)).toEqual([first.id]);
    expect(rest.nextCursor).toBeNull();
    const imports = (await api.get<Page<RunJson>>(`${runs}?channel=import&provider=entra`)).body;
    expect(imports.items).toMatchObject([{ id: imported.id, filter: { department: 'Lab' }, mode: 'heal' }]);
    for (const provider of ['plain', 'nobody']) {
      expect((await api.get<Page<RunJson>>(`${runs}?provider=${provider}`)).body.items).toEqual([]);
    }
  });

  it('200: what each found, where that is asked for', async () => {
    const run = await writtenRun(api, { rows: [{ state: 'open' }, { state: 'open' }, { state: 'healed' }] });
    const list = async (query: string) =>
      (await api.get<Page<ListedRunJson>>(`${runs}?limit=1${query}`)).body;
    const [counted] = (await list('&drift=true')).items;
    expect(counted).toMatchObject({ id: run.id, providerName: 'entra', startedByName: null });
    expect(counted!.drift!.map(({ state, rows }) => [state, rows])).toEqual([
      ['healed', 1],
      ['open', 2],
    ]);
    expect((await list('')).items[0]).not.toHaveProperty('drift');
  });

  it('400: unknown words, and a cursor of another list', async () => {
    expect((await api.get(`${runs}?channel=scim`)).status).toBe(400);
    expect((await api.get(`${runs}?state=done`)).problem.detail).toContain('known are');
    const batches = Buffer.from(JSON.stringify(['batches', null, 'x'])).toString('base64url');
    expect((await api.get(`${runs}?cursor=${batches}`)).problem.reason).toBe('invalidCursor');
  });
});

describe('GET /api/reconciliations/{id}', () => {
  it('200: what was read, found, healed, held and skipped', async () => {
    const part = { from: null, pages: 1, rows: 3, expected: 3, why: null };
    const run = await beginWritten(api, {
      parts: [
        { ...part, part: 'people', state: 'complete' },
        { ...part, part: 'members x', state: 'failed', rows: 1, why: 'Microsoft Graph was away.' },
      ],
      rows: [
        { category: 'missing-there', takes: true, state: 'due', user: 'a' },
        { category: 'disabled-there', takes: true, state: 'due', user: 'b' },
        { state: 'healed', user: 'c', healedAt: 1 },
        { state: 'skipped', user: 'd', why: 'They were removed meanwhile.' },
      ],
    });
    const batch = { id: `batch of ${run.id}`, source: 'reconciliation', origin: run.id } as const;
    const numbers = { people: 2, active: 4, body: {}, createdAt: run.startedAt };
    await api.server.ledger.heldBatches.hold({ ...batch, provider: 'entra', ...numbers }, by(), [], {
      rowsOf: run.id,
    });
    await endWritten(api, run, { compared: 3, losing: 2 });
    const shown = await one(run.id);
    expect(shown).toMatchObject({
      phase: 'done',
      outcome: 'complete',
      progress: 1,
      compared: 3,
      losing: 2,
      partsTotal: 2,
      partsRead: 1,
      parts: [{ part: 'members x', why: 'Microsoft Graph was away.' }, { part: 'people' }],
      healed: 1,
      held: { batch: batch.id, people: 2, state: 'held' },
      skipped: [{ name: 'person3@contoso.com', why: 'They were removed meanwhile.' }],
    });
    expect(shown.drift).toContainEqual({
      category: 'missing-there',
      state: 'held',
      takes: true,
      rows: 1,
      people: 1,
    });
  });

  it('200: how far it is while it goes on', async () => {
    const part = { from: null, pages: 1, why: null } as const;
    const run = await beginWritten(api, {
      parts: [
        { ...part, part: 'assignments', state: 'complete', rows: 10, expected: null },
        { ...part, part: 'people', state: 'waiting', rows: 25, expected: 50 },
      ],
      rows: [{ state: 'due' }, { state: 'healed' }, { state: 'healed' }, { state: 'skipped' }],
    });
    const { reconciliations } = api.server.ledger;
    expect(await one(run.id)).toMatchObject({ phase: 'reading', progress: 0.75, outcome: null });
    const counts = { read: { ...emptyReport.read, people: 8 }, compared: 2 };
    await reconciliations.advance(run.id, 'a test', { phase: 'comparing', counts });
    expect(await one(run.id)).toMatchObject({ phase: 'comparing', progress: 0.25 });
    await reconciliations.advance(run.id, 'a test', { phase: 'healing' });
    expect(await one(run.id)).toMatchObject({ phase: 'healing', progress: 0.75 });
    await endWritten(api, run);
  });

  it('404: for no run', async () => {
    expect((await api.get(`${runs}/nothing`)).status).toBe(404);
    for (const path of ['drift', 'export'])
      expect((await api.get(`${runs}/nothing/${path}`)).status).toBe(404);
  });
});

describe('GET /api/reconciliations/{id}/drift', () => {
  it('200: by category, state and name, page by page', async () => {
    const run = await writtenRun(api, {
      rows: [
        { category: 'missing-here', name: 'Zoë@contoso.com', detail: { there: 'enabled' } },
        { category: 'missing-here', state: 'skipped' },
        { category: 'unassigned', takes: true, state: 'healed', healedAt: 1_000 },
      ],
    });
    expect((await driftOf(run.id, '?category=missing-here')).total).toBe(2);
    expect((await driftOf(run.id, '?category=missing-here&state=skipped')).items).toHaveLength(1);
    expect((await driftOf(run.id, '?search=ZOË')).items).toMatchObject([
      { name: 'Zoë@contoso.com', detail: { there: 'enabled' }, healedAt: null, run: run.id },
    ]);
    const page = await driftOf(run.id, '?limit=2');
    const rest = await driftOf(run.id, `?limit=2&cursor=${page.nextCursor}`);
    expect(rest.items).toMatchObject([{ category: 'unassigned', healedAt: '1970-01-01T00:00:01.000Z' }]);
    expect((await api.get(`${runs}/${run.id}/drift?category=gone`)).status).toBe(400);
  });
});

describe('GET /api/reconciliations/{id}/export', () => {
  it('200: every row once as JSON Lines, over several pages', async () => {
    const rows = Array.from({ length: 1_201 }, (_, n) => ({
      state: n % 2 ? ('open' as const) : ('healed' as const),
    }));
    const run = await writtenRun(api, { rows });
    const { headers, text } = await api.get(`${runs}/${run.id}/export`);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as DriftJson);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(1_201);
    expect(lines).toHaveLength(1_201);
    expect(lines.slice(0, 2)).toEqual((await driftOf(run.id, '?limit=2')).items);
    const open = await api.get(`${runs}/${run.id}/export?state=open`);
    expect(open.text.trimEnd().split('\n')).toHaveLength(600);
  });

  it('200: as CSV in which no cell is a formula', async () => {
    const hostile = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\uff1d1'];
    const run = await writtenRun(api, {
      rows: [
        ...hostile.map((name) => ({ name, about: 'title', detail: { here: 'a, "b"\nc', there: ['=x', 1] } })),
        { name: 'plain', detail: { here: '=1+1' } },
      ],
    });
    const { headers, text } = await api.get(`${runs}/${run.id}/export?format=csv`);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="reconciliation-${run.id}.csv"`);
    expect(text.split('\r\n')[0]).toBe(
      'id,category,state,name,user,directoryId,about,takes,why,here,there,batch,healedAt',
    );
    expect(text).toContain(
      'row-00000,attribute-differs,open,"\'=HYPERLINK(""http://x"")",,,title,false,The directory says otherwise.,"a, ""b""\nc","[""=x"",1]",,\r\n',
    );
    for (const [n, name] of hostile.slice(1, 4).entries()) {
      expect(text).toContain(`row-0000${n + 1},attribute-differs,open,'${name},`);
    }
    expect(text).toContain("open,'\t=1,");
    expect(text).toContain('open,"\'\r=1",');
    expect(text).toContain('open,"\'\n=1",');
    expect(text).toContain("open,'\uff1d1,");
    expect(text).toContain(",'=1+1,,,\r\n");
  });

  it('200: without a difference, and 400 for another format', async () => {
    const run = await writtenRun(api);
    expect((await api.get(`${runs}/${run.id}/export`)).text).toBe('');
    expect((await api.get(`${runs}/${run.id}/export?format=csv`)).text.split('\r\n')).toHaveLength(2);
    expect((await api.get(`${runs}/${run.id}/export?format=xlsx`)).status).toBe(400);
  });
});

describe('POST /api/reconciliations/{id}/cancel', () => {
  it('200: ends it, with an event, and not twice', async () => {
    const run = await beginWritten(api);
    const events = await api.eventsOf(async () => {
      const { status, body } = await api.send<RunJson>('POST', `${runs}/${run.id}/cancel`);
      expect([status, body.phase, body.outcome]).toEqual([200, 'done', 'cancelled']);
      const again = await api.send('POST', `${runs}/${run.id}/cancel`);
      expect(again.problem).toMatchObject({ status: 409, outcome: 'cancelled' });
    });
    expect(told(events)).toEqual([`reconciliation.finished -> reconciliation ${run.id}`]);
    expect(events[0]).toMatchObject({ data: { outcome: 'cancelled' }, actor: { kind: 'key' } });
  });

  it('409: a preview that waits is discarded, not cancelled', async () => {
    const run = await beginWritten(api, { run: { channel: 'import', preview: true } });
    const discard = () => api.send<RunJson>('POST', `${runs}/${run.id}/discard`);
    expect((await discard()).problem.detail).toContain('still reading');
    await endWritten(api, run, {}, 'waiting');
    expect((await api.send('POST', `${runs}/${run.id}/cancel`)).problem.detail).toContain('discard');
    const events = await api.eventsOf(async () => {
      expect((await discard()).body).toMatchObject({ phase: 'done', outcome: 'discarded' });
      expect((await discard()).status).toBe(409);
      expect((await api.send('POST', `${runs}/${run.id}/resume`)).problem.detail).toContain('discarded');
    });
    expect(events.map(({ type }) => type)).toEqual(['import.finished']);
  });
});

describe('POST /api/reconciliations/{id}/drift/ignore', () => {
  it('200: later runs leave it alone until then; unignore takes that back', async () => {
    const run = await writtenRun(api, {
      rows: [
        { user: 'user-1', directoryId: 'd-1', about: 'title' },
        { category: 'missing-here', directoryId: 'd-2' },
        { user: 'user-3', state: 'healed' },
        { user: 'user-4', state: 'held', batch: 'b-1' },
      ],
    });
    const until = new Date(Date.now() + 60_000).toISOString();
    const rows = ['row-00000', 'row-00001', 'row-00002', 'row-00003', 'row-9'];
    const events = await api.eventsOf(async () => {
      const { body } = await api.send('POST', `${runs}/${run.id}/drift/ignore`, { body: { rows, until } });
      expect(body).toEqual({
        ignored: rows.slice(0, 2),
        until,
        skipped: [
          { id: 'row-00002', why: 'It was healed already.' },
          { id: 'row-00003', why: 'It is part of the held batch b-1: approve or drop that.' },
          { id: 'row-9', why: 'This run has no such row.' },
        ],
      });
    });
    expect(told(events)).toEqual([
      'drift.ignored -> user user-1',
      `drift.ignored -> reconciliation ${run.id}`,
    ]);
    const ignored = () => api.server.ledger.reconciliations.ignored('entra', Date.now());
    expect(await ignored()).toMatchObject([
      { category: 'attribute-differs', whom: 'user-1', about: 'title', until: Date.parse(until) },
      { category: 'missing-here', whom: 'd-2', about: '' },
    ]);
    expect((await driftOf(run.id, '?state=ignored')).items[0]?.why).toContain(
      `ops said to leave it alone until ${until}`,
    );

    const undo = await api.send('POST', `${runs}/${run.id}/drift/unignore`, {
      body: { rows: rows.slice(0, 3) },
    });
    expect(undo.body).toEqual({
      unignored: rows.slice(0, 2),
      skipped: [{ id: 'row-00002', why: 'Nobody said to ignore it, or that is over.' }],
    });
    expect(await ignored()).toEqual([]);
    expect((await driftOf(run.id, '?state=open')).total).toBe(2);
  });

  it('400: no rows, too many, twice the same, and a time that is over', async () => {
    const run = await writtenRun(api, { rows: [{}] });
    const send = (body: unknown) => api.send('POST', `${runs}/${run.id}/drift/ignore`, { body });
    const many = Array.from({ length: 101 }, (_, n) => `row-${n}`);
    for (const rows of [[], many, ['row-00000', 'row-00000']]) {
      expect((await send({ rows, until: null })).status).toBe(400);
    }
    expect((await send({ rows: ['row-00000'] })).problem.detail).toContain('until is missing');
    expect((await send({ rows: ['row-00000'], until: '2020-01-01T00:00:00Z' })).problem.detail).toContain(
      'is over',
    );
    expect((await send({ rows: ['row-00000'], until: 'tomorrow' })).status).toBe(400);
    expect((await driftOf(run.id)).items[0]?.state).toBe('open');
  });

  it('409: while the run goes on', async () => {
    const run = await beginWritten(api, { rows: [{}] });
    for (const verb of ['ignore', 'unignore', 'heal']) {
      const body = { rows: ['row-00000'], ...(verb === 'ignore' && { until: null }) };
      const { problem } = await api.send('POST', `${runs}/${run.id}/drift/${verb}`, { body });
      expect([verb, problem.status, problem.phase]).toEqual([verb, 409, 'reading']);
    }
    await endWritten(api, run);
  });
});

describe('POST /api/reconciliations/{id}/drift/heal', () => {
  it('200: says of each row why nothing is to be healed, and asks no directory', async () => {
    const run = await writtenRun(api, {
      rows: [
        { category: 'missing-here', directoryId: 'd' },
        { category: 'name-differs', directoryId: 'g' },
        { user: 'u', state: 'healed' },
        { user: 'u', state: 'held', batch: 'b' },
      ],
    });
    const rows = ['row-00000', 'row-00001', 'row-00002', 'row-00003', 'row-x'];
    const { body } = await api.send<{ healed: string[]; skipped: { why: string }[] }>(
      'POST',
      `${runs}/${run.id}/drift/heal`,
      { body: { rows } },
    );
    expect(body.healed).toEqual([]);
    expect(body.skipped.map(({ why }) => why.split(':')[0])).toEqual([
      'They are not here yet',
      'It is about a group',
      'It was healed already.',
      'It is part of the held batch b',
      'This run has no such row.',
    ]);
  });

  it('409: where the directory cannot be read', async () => {
    const run = await writtenRun(api, { run: { provider: 'plain' }, rows: [{ user: 'u' }] });
    const { problem } = await api.send('POST', `${runs}/${run.id}/drift/heal`, {
      body: { rows: ['row-00000'] },
    });
    expect([problem.status, problem.detail]).toEqual([409, expect.stringContaining('no directory API')]);
  });
});

describe('POST /api/providers/{id}/reconcile', () => {
  const begin = (provider: string, body?: object, key?: string) =>
    api.send<RunJson>('POST', `/api/providers/${provider}/reconcile`, {
      ...(body && { body }),
      ...(key && { key }),
    });

  it('409: while one is under way, which it names', async () => {
    const run = await beginWritten(api);
    const { problem } = await begin('entra');
    expect(problem).toMatchObject({ status: 409, run: run.id, advice: expect.stringContaining(run.id) });
    expect(problem.detail).toContain(run.id);
    await endWritten(api, run);
  });

  it('409: says why a directory cannot be read; 404, 400 and 403 for what they are', async () => {
    expect((await begin('plain')).problem.detail).toContain('no directory API');
    expect((await begin('nobody')).status).toBe(404);
    expect((await begin('entra', { mode: 'off' })).status).toBe(400);
    expect((await begin('entra', {}, keys.developer)).status).toBe(403);
  });
});
