// Names as they were seen are names that rules read: each, and what it may be shortened to, leads a rule to what it holds.

import { expect, it } from 'vitest';
import { readClaim } from '../../src/mapping/resolve.ts';
import { aliasIn, seenTally } from '../../src/mapping/seen.ts';
import { ENTERPRISE, facts, person } from '../identity/person.ts';
import { compiled } from './ruleset.ts';

it('an attribute of SCIM has an alias without its URN, a claim of that form has none', () => {
  const claims = facts(
    { 'urn:kites:claims:crew': ['Vega', 1], 'https://kites.example/rank': ['mate', 1] },
    'login',
  );
  const user = { ...person({ [ENTERPRISE]: { department: 'Kites' } }), claims };
  const ruleset = compiled([]);
  const tally = seenTally(ruleset);
  tally.add({ user, groups: [] });
  const seen = tally.total();
  const textsOf = (name: string) => readClaim({ user, groups: [], ruleset }, name).map(({ text }) => text);
  for (const [name, attribute] of seen) {
    const held = [...attribute.values.keys()];
    expect([name, textsOf(name)]).toEqual([name, held]);
    const alias = aliasIn(seen, attribute);
    if (alias !== null) expect([alias, textsOf(alias)]).toEqual([alias, held]);
  }
  const aliases = [...seen.values()].map((each) => aliasIn(seen, each)).filter((each) => each !== null);
  expect(aliases).toEqual(['department']);
});
