// Reading the local Entra over the wire: pages, and each fault of the wire and of answers that it can be told to have.

import { describe, expect, it } from 'vitest';
import type { DirectoryReader, PageOutcome } from '../../src/reconcile/directory.ts';
import { readOne } from './graph-stand-in.ts';
import { simulatedEntra } from './simulated-entra.ts';

const PEOPLE = 2_100;
const entra = simulatedEntra(PEOPLE);
/** The fault meets the pages of this list alone. */
const LIST = { at: 'graph', pattern: 'appRoleAssignedTo' } as const;

async function pages(reader: DirectoryReader): Promise<PageOutcome[]> {
  const read: PageOutcome[] = [];
  let from: string | null = null;
  for (let page = 0; page < 9; page++) {
    const outcome = await readOne(reader, 'assignments', from);
    read.push(outcome);
    if (!outcome.ok || outcome.page.next === null) break;
    from = outcome.page.next;
  }
  return read;
}

/** A failed comparison of a thousand rows would bury what it says. */
const kindsOf = (read: readonly PageOutcome[]) => read.map((each) => (each.ok ? 'page' : each.kind));
const principalsOf = (read: readonly PageOutcome[]) =>
  new Set(
    read.flatMap((each) => (each.ok ? (each.page.assignments ?? []).map(({ principal }) => principal) : [])),
  );

describe('the application', () => {
  it('has its roles and every assignment, over pages', async () => {
    const { sim, reader: open } = entra();
    const reader = open();
    expect(await readOne(reader, 'application')).toEqual({
      ok: true,
      page: {
        application: { assignmentRequired: true, roles: sim.tenant().appRoles.map(({ value }) => value) },
        parts: ['assignments'],
        next: null,
      },
    });
    const read = await pages(reader);
    expect(kindsOf(read)).toEqual(['page', 'page', 'page']);
    const principals = principalsOf(read);
    for (const id of sim.tenant().users.keys()) expect(principals).toContain(id);
    const groups = [...sim.tenant().groups.values()].filter(({ assigned }) => assigned);
    expect(groups.every(({ objectId }) => principals.has(objectId))).toBe(true);
    // Each answer was heard once: what we count is what Graph charges.
    const { requests, resourceUnits } = sim.usage();
    expect(reader.cost).toEqual({ requests, resourceUnits, throttled: 0 });
  });

  it('of another id is refused, not empty', async () => {
    const { sim, reader } = entra();
    sim.changeApp({ signInAudience: 'AzureADMyOrg', homeTenantId: sim.attacker.tenantId });
    for (const part of ['application', 'assignments']) {
      expect(await readOne(reader(), part)).toMatchObject({ kind: 'refused' });
    }
  });
});

describe('the second page', () => {
  const faults = [
    ['503', { kind: 'status', status: 503 }],
    ['504 as HTML', { kind: 'status', status: 504, html: true }],
    ['429 without Retry-After', { kind: 'status', status: 429 }],
    ['200 and HTML', { kind: 'html' }],
    ['a reset', { kind: 'reset' }],
    ['half an answer', { kind: 'truncated' }],
  ] as const;

  it.each(faults)('with %s twice comes all the same', async (_, fault) => {
    const { sim, reader } = entra();
    sim.setFault({ ...LIST, ...fault, page: 2, times: 2 });
    expect(principalsOf(await pages(reader())).size).toBeGreaterThanOrEqual(PEOPLE);
  });

  it.each(faults)('with %s for good stops the part, which goes on there later', async (_, fault) => {
    const { sim, reader } = entra();
    sim.setFault({ ...LIST, ...fault, page: 2, times: null });
    const read = await pages(reader());
    expect(kindsOf(read)).toEqual(['page', 'failed']);
    sim.clearFaults();
    const [first] = read;
    const next = first!.ok ? first!.page.next : null;
    const later = await readOne(reader(), 'assignments', next);
    expect(principalsOf([later]).size).toBe(999);
    expect(principalsOf([first!, later]).size).toBe(2 * 999);
  });

  it('with Retry-After is waited for as long', async () => {
    const { sim, waits, reader } = entra();
    sim.setFault({ ...LIST, kind: 'status', status: 429, retryAfterSeconds: 17, page: 2 });
    const open = reader();
    expect(kindsOf(await pages(open))).toEqual(['page', 'page', 'page']);
    expect(waits[0]).toBe(17_250);
    expect(open.cost.throttled).toBe(1);
  });

  it('that has expired is read from the start', async () => {
    const { sim, reader } = entra();
    sim.setFault({ ...LIST, kind: 'status', status: 410, page: 2 });
    expect(kindsOf(await pages(reader()))).toEqual(['page', 'expired']);
  });
});

describe('a link', () => {
  it.each(['foreignNextLink', 'loopNextLink'] as const)('of %s ends the part', async (kind) => {
    const { sim, reader } = entra();
    sim.setFault({ ...LIST, kind, times: null });
    expect(kindsOf(await pages(reader()))).toEqual(['failed']);
  });
});

describe('rights', () => {
  it('taken away in the middle are named', async () => {
    const { sim, reader } = entra();
    sim.setFault({
      at: 'graph',
      kind: 'permissionRevoked',
      permission: 'Application.Read.All',
      page: 3,
      times: null,
    });
    expect((await pages(reader())).at(-1)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('Application.Read.All'),
    });
  });

  it('end with the secret, once the token has', async () => {
    const { sim, reader } = entra();
    const open = reader();
    const first = await readOne(open, 'assignments');
    sim.expireSecrets();
    const next = first.ok ? first.page.next : null;
    expect(await readOne(open, 'assignments', next)).toMatchObject({ ok: true });
    sim.advanceClock(2 * 3_600_000);
    expect(await readOne(open, 'assignments', next)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('AADSTS7000222'),
    });
  });

  it('that show rows without what is in them make no list of nobody', async () => {
    const { sim, reader } = entra();
    sim.setFault({ ...LIST, kind: 'limitedRows' });
    expect(await readOne(reader(), 'assignments')).toMatchObject({
      page: { assignments: [], limited: expect.stringContaining('999 of 999') },
    });
  });
});

describe('throttling by units', () => {
  it.each([true, false])('is borne, with Retry-After or without: %s', async (retryAfter) => {
    const { sim, waits, reader } = entra();
    sim.setClock(sim.now());
    sim.setThrottle({ unitsPer10s: 3, retryAfter });
    const open = reader();
    expect(principalsOf(await pages(open)).size).toBeGreaterThanOrEqual(PEOPLE);
    expect(open.cost.throttled).toBe(sim.usage().throttled);
    expect(open.cost.throttled).toBeGreaterThan(0);
    expect(waits.length).toBeGreaterThan(0);
  });

  it('is avoided by going slower before it begins', async () => {
    const { sim, waits, reader } = entra();
    sim.setClock(sim.now());
    sim.setThrottle({ unitsPer10s: 20 });
    const open = reader();
    for (let page = 0; page < 60; page++) expect((await readOne(open, 'application')).ok).toBe(true);
    expect(waits.length).toBeGreaterThan(10);
    expect(open.cost.throttled).toBeLessThan(10);
  });
});
