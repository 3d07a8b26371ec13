// Which word counts for an attribute: SCIM's where it ever spoke, else the newer of claims and directory. Whatever the
// order in which they spoke.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factOf } from '../../src/identity/facts.ts';
import type { Fact, User } from '../../src/identity/user.ts';
import { ACME, BIN, ENTERPRISE, facts, patch, person, replace } from './person.ts';

describe('names', () => {
  const user = person({
    title: 'Maker',
    [ENTERPRISE]: { employeeNumber: '17', department: 'Kites' },
    [ACME]: { badge: 'red', department: 'Sails', title: 'Custom' },
    'urn:zeta:params:2.0:User': { badge: 'blue', shoe: 43 },
    favouriteKite: 'delta',
  });
  const value = (name: string) => factOf(user, name)?.value;

  it('reach core attributes, extension attributes by full and by bare name, and what no schema has', () => {
    expect(value('title')).toBe('Maker');
    expect(value(`${ENTERPRISE}:employeeNumber`)).toBe('17');
    expect(value('employeeNumber')).toBe('17');
    expect(value(`${ACME}:badge`)).toBe('red');
    expect(value('shoe')).toBe(43);
    expect(value('favouriteKite')).toBe('delta');
  });

  it('collide in one order: core, then enterprise, then custom by name', () => {
    expect(value('title')).toBe('Maker');
    expect(value('department')).toBe('Kites');
    expect(value('badge')).toBe('red');
  });

  it('match exactly, letter case included', () => {
    for (const name of [
      'Title',
      'EmployeeNumber',
      `${ENTERPRISE.toLowerCase()}:employeeNumber`,
      'favouritekite',
      '',
    ]) {
      expect(factOf(user, name)).toBeNull();
    }
  });

  it('never reach a prototype', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length']) {
      expect(factOf(user, name)).toBeNull();
    }
  });

  it('stay known when SCIM cleared the attribute', () => {
    const cleared = patch(user, [{ op: 'remove', path: 'title' }]).after;
    expect(factOf(cleared, 'title')).toEqual({ value: undefined, channel: 'scim', since: 2_000 });
  });

  it('give the name and the address that people know, while the provider has them in its bin', () => {
    const amara = person({ emails: [{ type: 'work', value: 'a@x.example' }] });
    const binned = patch(amara, [
      replace('userName', `${BIN}amara.osei@kitehaus.example`),
      replace('emails[type eq "work"].value', `${BIN}a@x.example`),
    ]).after;
    expect(factOf(binned, 'userName')?.value).toBe('amara.osei@kitehaus.example');
    expect(factOf(binned, 'emails')?.value).toEqual([{ value: 'a@x.example' }]);
  });
});

describe('sources', () => {
  const claims = facts({ department: ['From claims', 50] }, 'login');
  const directory = facts({ department: ['From the directory', 60] }, 'reconciliation');
  const said = (user: User) => factOf(user, 'department');

  const table: readonly (readonly [string, Partial<User>, unknown, string | undefined])[] = [
    ['nobody', {}, undefined, undefined],
    ['claims alone', { claims }, 'From claims', 'login'],
    ['the directory alone', { directory }, 'From the directory', 'reconciliation'],
    ['the newer one: directory', { claims, directory }, 'From the directory', 'reconciliation'],
    [
      'the newer one: claims',
      { claims: facts({ department: ['Newer', 70] }, 'refresh'), directory },
      'Newer',
      'refresh',
    ],
    [
      'claims, of one age',
      { claims: facts({ department: ['Same', 60] }, 'login'), directory },
      'Same',
      'login',
    ],
    [
      'an empty word that is newer',
      { claims: facts({ department: [[], 70] }, 'login'), directory },
      [],
      'login',
    ],
  ];
  for (const [what, others, value, channel] of table) {
    it(`count: ${what}`, () => {
      const counted = said({ ...person(), ...others });
      expect(counted?.value).toEqual(value);
      expect(counted?.channel).toBe(channel);
    });
    it(`count never beside SCIM: ${what}`, () => {
      const scim = person({ [ENTERPRISE]: { department: 'From SCIM' } }, 1);
      expect(said({ ...scim, ...others })).toMatchObject({ value: 'From SCIM', channel: 'scim' });
      const cleared = patch(scim, [{ op: 'remove', path: `${ENTERPRISE}:department` }]).after;
      expect(said({ ...cleared, ...others })).toMatchObject({ value: undefined, channel: 'scim' });
    });
  }

  it('count the same in whatever order they spoke', () => {
    const sources = ['scim', 'claims', 'directory'] as const;
    type Word = { source: (typeof sources)[number]; value: string | null; at: number };
    const word: fc.Arbitrary<Word> = fc.record({
      source: fc.constantFrom(...sources),
      value: fc.option(fc.constantFrom('a', 'b', 'c')),
      at: fc.nat({ max: 1_000_000 }),
    });
    /** Each source's own words keep their order; between the sources anything may happen. */
    const words = fc.uniqueArray(word, { maxLength: 8, selector: (each) => each.at });
    fc.assert(
      fc.property(words, fc.infiniteStream(fc.nat({ max: 2 })), (all, turns) => {
        const inTime = [...all].sort((a, b) => a.at - b.at);
        const shuffled: Word[] = [];
        const queues = sources.map((source) => inTime.filter((each) => each.source === source));
        while (queues.some((queue) => queue.length > 0)) {
          const queue = queues[turns.next().value % queues.length]!;
          const next = queue.shift();
          if (next) shuffled.push(next);
        }
        expect(hear(shuffled)).toEqual(hear(inTime));
      }),
      { numRuns: 500 },
    );

    function hear(list: readonly Word[]) {
      let user = person({}, 0);
      for (const { source, value, at } of list) {
        if (source === 'scim') {
          const path = `${ENTERPRISE}:department`;
          user = patch(user, [value === null ? { op: 'remove', path } : replace(path, value)], at).after;
        } else {
          const fact: Fact = {
            value: value ?? [],
            channel: source === 'claims' ? 'login' : 'reconciliation',
            at,
          };
          user = { ...user, [source]: { ...user[source], department: fact } };
        }
      }
      return factOf(user, 'department');
    }
  });
});
