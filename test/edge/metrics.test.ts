// /metrics: what happens is counted with its name and no person's, who may read it, and that the documents know every metric.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/metrics.ts';
import { type Fixture, keys, startFixture, userBody } from '../admin/fixture.ts';

let api: Fixture;
/** How often the storage was asked by ten scrapes that came at once. */
let looksAtOnce = 0;

beforeAll(async () => {
  api = await startFixture();
  await api.pushUsers('first@contoso.com');
  const { ledger } = api.server;
  const { lags } = ledger;
  ledger.lags = () => {
    looksAtOnce++;
    return lags();
  };
  await Promise.all(Array.from({ length: 10 }, () => scraped()));
  ledger.lags = lags;
});
afterAll(() => api.stop());

async function scraped(headers: Record<string, string> = {}): Promise<string> {
  const answer = await fetch(`${api.server.url}/metrics`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return answer.text();
}

/** The value of a series, whatever the order of its labels; 0 where it is not there. */
async function value(name: string, labels: Record<string, string> = {}): Promise<number> {
  const lines = (await scraped())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = lines.find((each) =>
    Object.entries(labels).every(([label, text]) => each.includes(`${label}="${text}"`)),
  );
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
}

/** By how much what is counted grew while something was done. */
async function growth(name: string, labels: Record<string, string>, act: () => Promise<unknown>) {
  const before = await value(name, labels);
  await act();
  return (await value(name, labels)) - before;
}

describe('SCIM requests', () => {
  const made = (action: string, result: string) => ({ provider: 'entra', action, result });

  it('are counted by provider, by what they did, and by result', async () => {
    const count = 'bifrost_scim_requests_total';
    expect(await growth(count, made('created', 'ok'), () => api.pushUsers('ada@contoso.com'))).toBe(1);
    const again = () => api.scim.post('/Users', userBody('ada@contoso.com'));
    expect(await growth(count, made('refused', 'refused'), again)).toBe(1);
    const look = () => api.scim.get('/Users?filter=userName%20eq%20%22ada@contoso.com%22');
    expect(await growth(count, made('lookedUp', 'ok'), look)).toBe(1);
  });

  it('are counted once however many of them one transaction takes', async () => {
    const all = Array.from({ length: 20 }, (_, at) => `many${at}@contoso.com`);
    const push = () => Promise.all(all.map((name) => api.pushUsers(name)));
    expect(await growth('bifrost_scim_requests_total', made('created', 'ok'), push)).toBe(20);
    expect(await value('bifrost_commit_duration_seconds_count')).toBeGreaterThan(0);
    expect(await value('bifrost_commit_operations_sum')).toBeGreaterThanOrEqual(20);
  });

  it('have their time by route, never by address', async () => {
    const [id] = await api.pushUsers('grace@contoso.com');
    const labels = { method: 'GET', route: '/scim/v2/Users/:id', status: '2xx' };
    const name = 'bifrost_http_request_duration_seconds_count';
    expect(await growth(name, labels, () => api.scim.get(`/Users/${id}`))).toBe(1);
    const nowhere = () => fetch(`${api.server.url}/wp-login.php?user=${id}`);
    expect(await growth(name, { method: 'GET', route: 'none', status: '4xx' }, nowhere)).toBe(1);
    const text = await scraped();
    for (const personal of [id!, 'contoso.com', 'wp-login']) expect(text).not.toContain(personal);
  });
});

describe('credentials that were refused', () => {
  const sent = (path: string, token: string | null) => () =>
    fetch(api.server.url + path, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
  const count = 'bifrost_rejected_credentials_total';

  it.each([
    ['scim', '/scim/v2/Users', null, 'none'],
    ['scim', '/scim/v2/Users', 'wrong-token-of-somebody-00001', 'wrong'],
    ['api', '/api/users', null, 'none'],
    ['api', '/api/users', 'wrong-key-of-somebody-000001', 'wrong'],
    ['api', '/api/forward-auth?userName=amara@contoso.com', 'wrong-key-of-somebody-000002', 'wrong'],
  ])('at %s %s with %s: %s', async (endpoint, path, token, reason) => {
    expect(await growth(count, { endpoint, reason }, sent(path, token))).toBe(1);
    expect(await scraped()).not.toContain(token ?? 'wrong-token');
  });
});

describe('what is looked up', () => {
  it('is there: the feed, the provider, the storage', async () => {
    const text = await scraped();
    expect(text).toMatch(/^bifrost_storage_up 1$/m);
    expect(text).toMatch(/^bifrost_feed_lag_seconds [\d.e-]+$/m);
    expect(text).toMatch(/^bifrost_held_batches\{provider="entra"\} 0$/m);
    expect(text).toMatch(/^bifrost_scim_last_contact_timestamp_seconds\{provider="entra"\} 1\d{9}/m);
    expect(text).toMatch(/^bifrost_build_info\{version="[^"]+",engine="(sqlite|postgres)"\} 1$/m);
  });

  it('is looked up once for scrapers that come together', () => {
    expect(looksAtOnce).toBe(1);
  });
});

describe('who may read it', () => {
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${api.server.url}/metrics`, { headers })).status;
  const key = (text: string) => ({ authorization: `Bearer ${text}` });

  it('this machine, but not whom a proxy on it brings', async () => {
    expect(await status({})).toBe(200);
    expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(401);
    expect(await status({ forwarded: 'for=203.0.113.9' })).toBe(401);
  });

  it('from elsewhere whoever may read the system', async () => {
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    expect(await status({ ...elsewhere, ...key(keys.admin) })).toBe(200);
    expect(await status({ ...elsewhere, ...key(keys.viewer) })).toBe(
      (await api.get('/api/status', { key: keys.viewer })).status,
    );
    expect(await status({ ...elsewhere, ...key('wrong-key-of-somebody-000001') })).toBe(401);
  });
});

describe('the documents', () => {
  const ours = createMetrics({ version: '0', engine: 'sqlite' })
    .registry.getMetricsAsArray()
    .map(({ name }) => name);

  it('alert on metrics that exist', () => {
    const file = parse(readFileSync('docs/alerts.yml', 'utf8')) as {
      groups: {
        name: string;
        rules: {
          alert: string;
          expr: string;
          labels: object;
          annotations: { summary: string; description: string };
        }[];
      }[];
    };
    const rules = file.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, labels, annotations } of rules) {
      const used = expr.match(/\b(bifrost|process|nodejs)_\w+/g) ?? [];
      expect(used.length, alert).toBeGreaterThan(0);
      const known = used.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
      expect(
        known.filter((name) => !ours.includes(name)),
        alert,
      ).toEqual([]);
      expect(Object.keys(labels), alert).toEqual(['severity']);
      expect(annotations.summary && annotations.description, alert).toBeTruthy();
    }
  });
});
