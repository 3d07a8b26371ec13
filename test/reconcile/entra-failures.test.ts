// What Graph does wrong while a directory is read: each fault meets one part, and no fault is ever an empty list.

import { describe, expect, it } from 'vitest';
import type { PageOutcome } from '../../src/reconcile/directory.ts';
import { entraDirectory } from '../../src/reconcile/entra-directory.ts';
import { type Answer, away, entra, GRAPH, V2 } from '../provider/world.ts';
import { lookAt } from './flat-look.ts';
import {
  APPLICATION,
  ASSIGNED_TO,
  assignmentRow,
  groupId,
  members,
  notFound,
  problem,
  readOne,
  roleId,
  type StandIn,
  standIn,
  userId,
  userRow,
} from './graph-stand-in.ts';

const PART = `members ${groupId(1)}`;

/** A group of three pages. */
function threePages(): StandIn {
  const graph = standIn();
  graph.pageSize = 2;
  graph.lists.set(
    members(1),
    [1, 2, 3, 4, 5].map((number) => userRow(number)),
  );
  return graph;
}

function nextOf(outcome: PageOutcome): string {
  if (!outcome.ok || outcome.page.next === null) throw new Error(JSON.stringify(outcome));
  return outcome.page.next;
}

const idsOf = (outcome: PageOutcome) => outcome.ok && outcome.page.people?.map(({ id }) => id);
const onPage = (page: number, answer: Answer | ReturnType<typeof away>) => (path: string) =>
  (page === 1 ? path.includes('$top') : path.includes(`skiptoken=${(page - 1) * 2}`)) ? answer : null;

describe('a page that fails', () => {
  const failures: [string, Answer | ReturnType<typeof away>][] = [
    ['503', problem(503, 'ServiceNotAvailable')],
    ['a reset', away('connect')],
    ['half an answer', away('protocol')],
    ['HTML', { body: '<html><body>Sign in to the hotel</body></html>' }],
    ['429 without Retry-After', problem(429, 'TooManyRequests')],
    ['another 404', { status: 404, body: '<html>' }],
  ];

  it.each(failures)('with %s is asked for again, for minutes', async (_, failure) => {
    const graph = threePages();
    const reader = graph.reader();
    const next = nextOf(await readOne(reader, PART));
    graph.fault = (path, times) => (times <= 3 ? onPage(2, failure)(path) : null);
    expect(idsOf(await readOne(reader, PART, next))).toEqual([userId(3), userId(4)]);
    expect(reader.cost.requests).toBe(5);
    expect(reader.cost.throttled).toBe(failure === failures[4]![1] ? 3 : 0);
    expect(graph.waits.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(3_000);
  });

  it.each(failures)('with %s for good is read on from there later, by another reader', async (_, failure) => {
    const graph = threePages();
    const next = nextOf(await readOne(graph.reader(), PART));
    graph.fault = onPage(2, failure);
    const start = graph.now();
    expect(await readOne(graph.reader(), PART, next)).toMatchObject({ ok: false, kind: 'failed' });
    expect(graph.now() - start).toBeLessThan(6 * 60_000);
    graph.fault = () => null;
    expect(idsOf(await readOne(graph.reader(), PART, next))).toEqual([userId(3), userId(4)]);
  });

  it('is waited for long once, and no more until Graph is back', async () => {
    const graph = threePages();
    const reader = graph.reader();
    const waited = async () => {
      const start = graph.now();
      await readOne(reader, PART);
      return graph.now() - start;
    };
    graph.fault = () => problem(503, 'ServiceNotAvailable');
    expect(await waited()).toBeGreaterThan(60_000);
    expect(await waited()).toBeLessThan(10_000);
    graph.fault = () => null;
    expect(await readOne(reader, PART)).toMatchObject({ ok: true });
    graph.fault = () => problem(503, 'ServiceNotAvailable');
    expect(await waited()).toBeGreaterThan(60_000);
  });

  it('is not asked for eight times eight times where it is a whole batch', async () => {
    const graph = standIn();
    const reader = graph.reader();
    graph.fault = () => problem(503, 'ServiceNotAvailable');
    expect(await readOne(reader, `people ${userId(1)}`)).toMatchObject({ kind: 'failed' });
    expect(reader.cost.requests).toBe(8);
  });

  it('ends where a clock stands still', async () => {
    const graph = threePages();
    const frozen = { ...graph.reach, clock: { now: () => 0 } };
    graph.fault = onPage(1, problem(503, 'ServiceNotAvailable'));
    const reader = entraDirectory(frozen, entra, { scope: 'assigned' });
    expect(await readOne(reader, PART)).toMatchObject({ kind: 'failed' });
    expect(reader.cost.requests).toBe(8);
  });

  it('is left at once when the reading is ended, also in the middle of a wait', async () => {
    const graph = threePages();
    const reach = { ...graph.reach, wait: () => new Promise<void>(() => {}) };
    graph.fault = onPage(1, problem(429, 'TooManyRequests', { 'retry-after': '60' }));
    const reader = entraDirectory(reach, entra, { scope: 'assigned' });
    const ending = new AbortController();
    const reading = reader.read([{ part: PART, from: null }], ending.signal);
    setTimeout(() => ending.abort(new Error('shut down')), 20);
    await expect(reading).rejects.toThrow('shut down');
  });
});

describe('a link', () => {
  const linked = (link: unknown): Answer => ({ body: { value: [userRow(1)], '@odata.nextLink': link } });

  it.each([
    'https://evil.example/v1.0/users',
    'https://graph.microsoft.com@evil.example/v1.0/users',
    '/users?$skiptoken=1',
    7,
  ])('to %s is not kept, and the page does not count', async (link) => {
    const graph = threePages();
    graph.fault = onPage(1, linked(link));
    expect(await readOne(graph.reader(), PART)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('another place'),
    });
    expect(graph.calls.some(({ url }) => url.includes('evil'))).toBe(false);
  });

  it('to the page itself is no end of the list, of the first page and of a later one', async () => {
    const graph = threePages();
    graph.fault = (path) => (path.includes('$top') ? linked(GRAPH + path) : null);
    expect(await readOne(graph.reader(), PART)).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('page that it is on'),
    });
    graph.fault = () => null;
    const next = nextOf(await readOne(graph.reader(), PART));
    graph.fault = onPage(2, linked(next));
    expect(await readOne(graph.reader(), PART, next)).toMatchObject({ kind: 'failed' });
  });

  it('that has expired is read from the start', async () => {
    for (const answer of [
      problem(400, 'Directory_ExpiredPageToken'),
      problem(410, 'syncStateNotFound'),
      problem(410, 'Gone'),
      problem(400, 'resyncRequired'),
    ]) {
      const graph = threePages();
      const next = nextOf(await readOne(graph.reader(), PART));
      graph.fault = onPage(2, answer);
      expect(await readOne(graph.reader(), PART, next)).toMatchObject({ kind: 'expired' });
      graph.fault = onPage(1, answer);
      expect(await readOne(graph.reader(), PART)).toMatchObject({ kind: 'failed' });
    }
    for (const link of ['https://somewhere.example/v1.0/users', '/users', 'users']) {
      expect(await readOne(threePages().reader(), PART, link)).toMatchObject({ kind: 'expired' });
    }
    const other = threePages();
    const next = nextOf(await readOne(other.reader(), PART));
    other.fault = onPage(2, problem(400, 'Request_BadRequest'));
    for (const reading of [{ scope: 'assigned' }, { scope: 'assigned', filter: { query: 'x' } }] as const) {
      expect(await readOne(other.reader(reading), PART, next)).toMatchObject({ kind: 'failed' });
    }
  });
});

describe('what is not there', () => {
  it('is gone if it is a group, on any page', async () => {
    const graph = threePages();
    expect(await readOne(graph.reader(), `members ${groupId(9)}`)).toMatchObject({ kind: 'gone' });
    const next = nextOf(await readOne(graph.reader(), PART));
    graph.lists.delete(members(1));
    expect(await readOne(graph.reader(), PART, next)).toMatchObject({ kind: 'gone' });
    const inBatch = graph.reader({ scope: 'all' });
    expect(await readOne(inBatch, PART)).toMatchObject({ kind: 'gone' });
  });

  it('stops everything if it is the application: nobody is unassigned by that', async () => {
    const graph = standIn();
    graph.objects.delete(APPLICATION);
    graph.lists.delete(ASSIGNED_TO);
    for (const part of ['application', 'assignments']) {
      expect(await readOne(graph.reader(), part)).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining('client id'),
      });
    }
  });

  it('is no group and nobody where the batch itself is not there', async () => {
    const graph = standIn();
    graph.fault = (path) => (path === '/$batch' ? notFound : null);
    expect(await readOne(graph.reader({ scope: 'all' }), PART)).toMatchObject({ kind: 'failed' });
    expect(await readOne(graph.reader(), `people ${userId(1)}`)).toMatchObject({ kind: 'failed' });
    const [found] = await lookAt(graph.reader(), [userId(1)], new AbortController().signal);
    expect(found).toMatchObject({ kind: 'unknown' });
  });

  it('is a failure where a list should be', async () => {
    const graph = standIn();
    for (const part of ['people', 'groups']) {
      expect(await readOne(graph.reader({ scope: 'all' }), part)).toMatchObject({ kind: 'failed' });
    }
    graph.objects.set('/users', { value: 'none' });
    expect(await readOne(graph.reader({ scope: 'all' }), 'people')).toMatchObject({ kind: 'failed' });
    expect(await readOne(graph.reader(), 'managers')).toMatchObject({ kind: 'failed' });
  });
});

describe('what is not allowed', () => {
  it('names the permission, and stops everything only where nothing can be told without', async () => {
    const graph = standIn();
    graph.fault = () => problem(403, 'Authorization_RequestDenied');
    for (const [part, kind, permission] of [
      ['application', 'refused', 'Application.Read.All'],
      ['assignments', 'refused', 'Application.Read.All'],
      ['people', 'refused', 'User.Read.All'],
      [`people ${userId(1)}`, 'refused', 'User.Read.All'],
      ['groups', 'failed', 'GroupMember.Read.All'],
      [PART, 'failed', 'GroupMember.Read.All'],
    ] as const) {
      const read = await readOne(graph.reader({ scope: 'all' }), part);
      expect([part, read]).toMatchObject([part, { kind, why: expect.stringContaining(permission) }]);
    }
  });

  it('any more in the middle of a run is that as well', async () => {
    const graph = threePages();
    const next = nextOf(await readOne(graph.reader(), PART));
    graph.fault = () => problem(403, 'Authorization_RequestDenied');
    expect(await readOne(graph.reader(), PART, next)).toMatchObject({ kind: 'failed' });
  });

  it('weighs more than what may pass, of the parts of a batch', async () => {
    const graph = standIn();
    graph.fault = (path) => {
      if (path === '/$batch') return null;
      const isFirst = path.includes(userId(1));
      return isFirst ? problem(503, 'ServiceNotAvailable') : problem(403, 'Authorization_RequestDenied');
    };
    const part = `people ${userId(1)},${userId(2)}`;
    expect(await readOne(graph.reader(), part)).toMatchObject({ kind: 'refused' });
  });

  it('stops everything where the secret expires in the middle', async () => {
    const graph = threePages();
    const reader = graph.reader();
    const next = nextOf(await readOne(reader, PART));
    const error = { error: 'invalid_client', error_description: 'AADSTS7000222: expired' };
    graph.on(`${V2}/token`, { status: 401, body: error });
    graph.pass(2 * 3_600_000);
    expect(await readOne(reader, PART, next)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('AADSTS7000222'),
    });
    expect(await lookAt(reader, [userId(1)], new AbortController().signal)).toMatchObject([
      { kind: 'unknown' },
    ]);
  });
});

describe('rows that say less than they should', () => {
  it('are people without attributes who are not disabled, and the page says so', async () => {
    const graph = standIn();
    const limited = {
      '@odata.type': '#microsoft.graph.user',
      id: userId(2),
      accountEnabled: null,
      department: null,
    };
    graph.lists.set(members(1), [
      userRow(1),
      limited,
      { id: null },
      { '@odata.type': '#microsoft.graph.device', id: 'd' },
    ]);
    const read = await readOne(graph.reader(), PART);
    expect(read).toMatchObject({
      ok: true,
      page: {
        people: [{ id: userId(1) }, { id: userId(2), enabled: null, userName: null, attributes: {} }],
        memberships: [{ member: userId(1) }, { member: userId(2) }],
        limited: expect.stringMatching(/1 of 4 people .*User\.Read\.All.* 1 row without an id/),
      },
    });
    graph.lists.set('/users', [limited]);
    expect(await readOne(graph.reader({ scope: 'all' }), 'people')).toMatchObject({
      page: { limited: expect.stringContaining('User.Read.All') },
    });
  });

  it('are no assignments of nobody', async () => {
    const graph = standIn();
    graph.lists.set(ASSIGNED_TO, [
      { id: 'x', principalId: null, principalType: null, appRoleId: null },
      assignmentRow(groupId(1), 'Group', roleId(1)),
    ]);
    expect(await readOne(graph.reader(), 'assignments')).toMatchObject({
      page: {
        assignments: [{ principal: groupId(1) }],
        limited: expect.stringContaining('1 of 2 assignments'),
      },
    });
    graph.objects.set(APPLICATION, { appRoles: null, appRoleAssignmentRequired: null });
    expect(await readOne(graph.reader(), 'assignments')).toMatchObject({ kind: 'failed' });
  });
});

describe('a busy Graph', () => {
  it('is waited for as it says', async () => {
    const graph = threePages();
    graph.fault = (path, times) =>
      times === 1 ? onPage(1, problem(429, 'TooManyRequests', { 'retry-after': '40' }))(path) : null;
    const reader = graph.reader();
    expect(await readOne(reader, PART)).toMatchObject({ ok: true });
    expect(graph.waits).toEqual([40_250]);
    expect(reader.cost).toMatchObject({ requests: 2, throttled: 1 });
  });

  it('has those parts of a batch asked again that it did not answer, and no others', async () => {
    const graph = standIn();
    const groups = [0, 1, 2, 3, 4];
    for (const number of groups) graph.lists.set(members(number), [{ id: userId(number) }]);
    graph.fault = (path, times) => {
      if (path.startsWith(members(1)) && times < 3)
        return problem(429, 'TooManyRequests', { 'retry-after': '7' });
      if (path.startsWith(members(2)) && times < 2) return problem(503, 'ServiceNotAvailable');
      if (path.startsWith(members(3))) return problem(403, 'Authorization_RequestDenied');
      return null;
    };
    const reader = graph.reader({ scope: 'all' });
    const places = groups.map((number) => ({ part: `members ${groupId(number)}`, from: null }));
    const read = await reader.read(places, new AbortController().signal);
    expect(read.map((each) => (each.ok ? each.page.memberships![0]!.member : each.kind))).toEqual([
      userId(0),
      userId(1),
      userId(2),
      'failed',
      userId(4),
    ]);
    expect(
      groups.map((number) => graph.paths.filter((path) => path.startsWith(members(number))).length),
    ).toEqual([1, 3, 2, 1, 1]);
    expect(Math.max(...graph.waits)).toBeGreaterThanOrEqual(7_000);
    expect(reader.cost).toEqual({ requests: 3, resourceUnits: 8, throttled: 2 });
  });

  it('that leaves a part of a batch out has not said that nobody is there', async () => {
    const graph = standIn();
    graph.fault = (path) => (path === '/$batch' ? { body: { responses: [] } } : null);
    expect(await readOne(graph.reader(), `people ${userId(1)}`)).toMatchObject({ kind: 'failed' });
  });

  it('slows us down before it refuses, and no longer than needed', async () => {
    const graph = threePages();
    const share = (value: string | null, from: number) => (path: string) => {
      const at = Number(/skiptoken=(\d+)/.exec(path)?.[1] ?? 0);
      return {
        headers: {
          'x-ms-resource-unit': '1',
          ...(value !== null && { 'x-ms-throttle-limit-percentage': value }),
        },
        body: { value: [userRow(from + at)], '@odata.nextLink': `${GRAPH}/users?skiptoken=${at + 1}` },
      };
    };
    const reader = graph.reader();
    graph.fault = share('0.85', 0);
    let next: string | null = null;
    for (let page = 0; page < 9; page++) next = nextOf(await readOne(reader, PART, next));
    expect(graph.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    graph.fault = share('0.5', 0);
    for (let page = 0; page < 3; page++) next = nextOf(await readOne(reader, PART, next));
    expect(graph.waits).toHaveLength(9);
  });

  it('that refused without saying for how long is asked slower all the same', async () => {
    const graph = standIn();
    graph.lists.set(members(1), []);
    graph.fault = (path, times) =>
      path !== '/$batch' && times === 1 ? problem(429, 'TooManyRequests') : null;
    const reader = graph.reader();
    await readOne(reader, `people ${userId(1)}`);
    // By the backoff, and by the brake before the request after it.
    expect(graph.waits).toEqual([750, 250]);
  });

  it('that told one request to wait is not asked by the others meanwhile', async () => {
    const graph = standIn();
    for (const number of [1, 2]) graph.lists.set(members(number), []);
    graph.fault = (path) =>
      path.startsWith(members(1)) ? problem(429, 'TooManyRequests', { 'retry-after': '600' }) : null;
    const reader = graph.reader();
    expect(await readOne(reader, PART)).toMatchObject({ kind: 'failed' });
    expect(graph.waits).toEqual([]);
    const before = graph.now();
    expect(await readOne(reader, `members ${groupId(2)}`)).toMatchObject({ ok: true });
    expect(graph.now() - before).toBe(60_000);
  });
});
