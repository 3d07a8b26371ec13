// A ledger full of generated resources, and what goes out of it: what the property that memory and SQL agree is tried on.

import fc from 'fast-check';
import { groupText, userText } from '../../src/edge/scim/resource-text.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readProjection } from '../../src/scim/projection.ts';
import { type ResourceKind, userKind } from '../../src/scim/schema.ts';
import { generatedGroup, generatedUser, TEXTS } from './generated-resource.ts';
import { PROVIDER, scribe } from './scribe.ts';

const BASE = 'https://bifrost.example/scim/v2';
export const USERS = 40;
const GROUPS = 12;
/** Filters per property; BIFROST_HEAVY=1 tries many more. */
export const RUNS = process.env.BIFROST_HEAVY === '1' ? 20_000 : 1_500;
export const SEED = Number(process.env.BIFROST_SEED ?? 20_260_301);

export type Wire = Record<string, unknown> & { id: string };

/** Generated resources, the same in every run of one seed. */
export async function fill(ledger: Ledger): Promise<void> {
  const write = scribe(ledger);
  const people: string[] = [];
  for (const [i, attributes] of fc.sample(generatedUser, { numRuns: USERS, seed: SEED }).entries()) {
    const userName = `${TEXTS[i % TEXTS.length]}${i < TEXTS.length ? '' : i}-${i}`;
    people.push((await write.createUser({ userName, ...attributes })).id);
  }
  const made: string[] = [];
  for (const each of fc.sample(generatedGroup, { numRuns: GROUPS, seed: SEED })) {
    const members = [
      ...each.users.map((position) => people[position]!),
      ...each.groups.filter((position) => position < made.length).map((position) => made[position]!),
    ];
    const more = each.externalId === undefined ? {} : { externalId: each.externalId };
    // Names are unique in any letter case: the second of the same is left out.
    const group = await write.createGroup(each.name, members, more).catch(() => null);
    if (group) made.push(group.id);
  }
}

/** Every resource as it goes out, in the order of the ids. */
export async function wire(ledger: Ledger, kind: ResourceKind): Promise<Wire[]> {
  const query = { provider: PROVIDER, condition: null, sort: null, start: { offset: 0 }, limit: 1000 };
  const projection = readProjection(undefined, undefined, kind);
  const texts =
    kind === userKind
      ? (await ledger.queryUsers(query)).rows.map((row) => userText(row, BASE, projection))
      : (await ledger.queryGroups({ ...query, withMembers: true })).rows.map((row) =>
          groupText(row, BASE, projection),
        );
  return texts.map((each) => JSON.parse(each) as Wire);
}
