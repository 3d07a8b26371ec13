// Two replicas write the same few people and groups as fast as they can, without HTTP between: nobody meets a deadlock
// or is told to come again, and what is there at the end is what was answered. 1,000 writes, 10,000 with BIFROST_HEAVY=1.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../src/refusal.ts';
import { randomFrom } from '../concurrency/crowd.ts';
import {
  AT_ONCE,
  applyRules,
  everyDepartment,
  everyGroup,
  rule,
  type Scribe,
  sweepAll,
} from '../ledger/scribe.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

const isHeavy = process.env.BIFROST_HEAVY === '1';
const WRITES = isHeavy ? 10_000 : 1_000;
const LIMIT_MS = isHeavy ? 600_000 : 60_000;
const SEED = Number(process.env.BIFROST_SEED ?? 5);
const PEOPLE = 20;
const GROUPS = 5;
/** Hands of each replica. */
const HANDS = 8;

interface Ground {
  people: string[];
  /** Ids of groups by place; a removed one is made anew. */
  groups: string[];
}

describe('two replicas on 20 people and 5 groups', () => {
  let two: TwoLedgers;
  let ground: Ground;
  const wrong: string[] = [];
  let answered = 0;
  /** By user: how often a change of theirs alone was answered. */
  const titles = new Map<string, Set<string>>();
  let working = true;

  beforeAll(async () => {
    two = await twoLedgers();
    // Names that decide: some renames take a role or a unit away from everybody in the group.
    await applyRules(two.here, [
      rule({ kind: 'role', attribute: 'groups', value: 'admins-*', target: 'Admin' }),
      rule({ kind: 'businessUnit', attribute: 'groups', value: '*-${*}', target: '${*}' }),
      everyGroup,
      everyDepartment,
    ]);
    const people: string[] = [];
    for (let i = 0; i < PEOPLE; i++) people.push((await two.write.createUser({ userName: `person${i}` })).id);
    const groups: string[] = [];
    for (let i = 0; i < GROUPS; i++) groups.push((await two.write.createGroup(`crew-${i}`)).id);
    ground = { people, groups };
    for (const id of people) titles.set(id, new Set());
    const jobs = [two.here, two.there].map(async (ledger) => {
      while (working)
        if (!(await ledger.work(Date.now()))) await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const hands = [two.write, two.writeThere].flatMap((write, replica) =>
      Array.from({ length: HANDS }, (_, n) => hand(write, replica * HANDS + n)),
    );
    await Promise.all(hands);
    working = false;
    await Promise.all(jobs);
    // Each goes on with the job that it holds.
    await sweepAll(two.there);
    await sweepAll(two.here);
  }, LIMIT_MS);
  afterAll(() => two.close());

  async function hand(write: Scribe, number: number): Promise<void> {
    const random = randomFrom(SEED * 1_000 + number);
    for (let turn = 0; turn < WRITES / (2 * HANDS); turn++) {
      try {
        await change(write, random, `${number}-${turn}`);
        answered++;
      } catch (error) {
        // What another removed is not there: the only answer besides success.
        if (error instanceof Refusal && error.reason === 'notFound') answered++;
        else wrong.push(String(error));
      }
    }
  }

  async function change(write: Scribe, random: (below: number) => number, mark: string): Promise<void> {
    const { people, groups } = ground;
    const person = people[random(PEOPLE)]!;
    const place = random(GROUPS);
    const group = groups[place]!;
    const some = () => people.filter(() => random(5) === 0);
    const name = () => `${random(2) === 0 ? 'admins' : 'crew'}-${random(3)}-${mark}`;
    const pick = random(100);
    if (pick < 30) {
      const title = `Title ${mark}`;
      await write.replaceUser(person, { userName: `person${people.indexOf(person)}`, title });
      titles.get(person)!.add(title);
    } else if (pick < 50) await write.changeGroup(group, { joins: [person] });
    else if (pick < 65) await write.changeGroup(group, { leaves: [person] });
    else if (pick < 75) await write.changeGroup(group, { joins: some(), leaves: some() });
    else if (pick < 87) await write.changeGroup(group, { name: name() });
    else if (pick < 92) await write.changeGroup(group, { name: name(), joins: some() });
    else if (pick < 97) await write.setMembers(group, some());
    else {
      await write.removeGroup(group);
      groups[place] = (await write.createGroup(name(), some())).id;
    }
  }

  it('answers every write', () => {
    expect([...new Set(wrong)].slice(0, 5)).toEqual([]);
    expect(answered).toBe(Math.ceil(WRITES / (2 * HANDS)) * 2 * HANDS);
  });

  it('had large groups and small ones', async () => {
    const jobs = await two.here.jobs(100);
    expect(jobs.map((each) => each.kind)).toEqual(expect.arrayContaining(['resolve-members', 'leave-group']));
    expect(jobs.filter((each) => each.outcome === null)).toEqual([]);
    expect(PEOPLE).toBeGreaterThan(AT_ONCE);
  });

  it('keeps of everybody a title that was answered', async () => {
    for (const [id, said] of titles) {
      const title = (await two.there.fullUser(id))?.loaded.user.document.title;
      if (said.size > 0) expect(said).toContain(title);
    }
  });

  it('tells of every join and leave once, in turn', async () => {
    const events = await two.here.events({
      after: 0,
      limit: 1_000_000,
      types: ['membership.added', 'membership.removed'],
    });
    const inside = new Set<string>();
    const twice: string[] = [];
    for (const { type, subject, object } of events) {
      const edge = `${subject.id} ${object!.id}`;
      if (type === 'membership.added' ? inside.has(edge) : !inside.has(edge)) twice.push(`${type} ${edge}`);
      if (type === 'membership.added') inside.add(edge);
      else inside.delete(edge);
    }
    expect(twice).toEqual([]);
    const stored = await two.sql('SELECT member, group_id FROM memberships');
    expect(stored.map(({ member, group_id }) => `${member} ${group_id}`).sort()).toEqual([...inside].sort());
  });

  it('gives every team the name that its group has now', async () => {
    const teams = await two.sql(
      "SELECT t.name, d.display_name FROM targets t JOIN directory_groups d ON t.key = 'group:' || d.id WHERE t.name <> d.display_name",
    );
    expect(teams).toEqual([]);
  });

  it('passes verify', async () => {
    const report = await two.there.verify();
    expect(report.problems.slice(0, 5)).toEqual([]);
    expect(report.users).toBe(PEOPLE);
  });
});
