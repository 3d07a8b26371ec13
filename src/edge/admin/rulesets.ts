// The changes of the rules of a provider, each under its number: who made it, when, what it changed; and the rules of each, in the
// shape that PUT .../mappings takes, so that going back is a change like any other: planned, guarded, recorded.

import { type Static, Type } from 'typebox';
import type { Ledger } from '../../ledger/ledger.ts';
import type { StoredRuleset } from '../../ledger/ruleset-history.ts';
import type { Ruleset } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { actorName, type Names, namesOf } from './actor-names.ts';
import { count, listQuery, orNull, pageOf, rfc3339, text, time } from './contract.ts';
import { needProvider } from './look-up.ts';
import { readNumberCursor, writeNumberCursor } from './page.ts';
import { type Route, route } from './route.ts';
import { rulesAsKeys, showRulesAsKeys } from './rules-as-keys.ts';
import { rulesDifference, rulesDifferenceShape } from './rules-difference.ts';

const readRules = { resource: 'mappings', operation: 'read' } as const;

const rulesetShape = Type.Object({
  number: count(),
  at: time('When it was applied.'),
  by: Type.Object({ kind: text('user, key, admin or system'), id: text(), name: text() }),
  isCurrent: Type.Boolean(),
  rules: count('How many there are.'),
  changes: Type.Object(rulesDifferenceShape.properties, {
    description:
      'Against the number before it. Nothing: everybody was to be resolved anew for another reason.',
  }),
});
export type RulesetJson = Static<typeof rulesetShape>;

const wholeRulesetShape = Type.Object({
  ...rulesetShape.properties,
  mappings: Type.Object(rulesAsKeys.properties, {
    description: 'As PUT .../mappings and POST .../plan take them: to go back to this number.',
  }),
  former: orNull(Type.Object(rulesAsKeys.properties, { description: 'Those of the number before it.' })),
  sinceThen: Type.Object(rulesDifferenceShape.properties, {
    description: 'What the rules of now have that these have not, and the other way round.',
  }),
  currentRuleset: count('Number of the rules of now.'),
});
export type WholeRulesetJson = Static<typeof wholeRulesetShape>;

/** What was there before the first number. */
const noRules = (provider: string): Ruleset => ({
  provider,
  number: 0,
  strategy: 'most-permissions',
  rules: [],
  scimAttributes: {},
});

function showRuleset(
  ruleset: StoredRuleset,
  before: Ruleset | null,
  current: number,
  names: Names,
): RulesetJson {
  const { number, at, actor, rules, provider, strategy } = ruleset;
  const former = before ?? { ...noRules(provider), strategy };
  return {
    number,
    at: rfc3339(at),
    by: { ...actor, name: actorName(actor, names) },
    isCurrent: number === current,
    rules: rules.length,
    changes: rulesDifference(former, ruleset),
  };
}

const listRulesets = route({
  method: 'GET',
  path: '/providers/{id}/rulesets',
  permission: readRules,
  summary: 'Every change of the rules of a provider, newest first',
  query: Type.Object({ ...listQuery }, { additionalProperties: false }),
  response: pageOf(rulesetShape),
  async handle({ parts, params, query }) {
    const { ledger } = parts;
    const { provider, ruleset } = await needProvider(ledger, params.id);
    const order = `rulesets ${provider.id}`;
    const before = readNumberCursor(order, query.cursor);
    const { items, next, total } = await ledger.rulesets(provider.id, { before, limit: query.limit ?? 50 });
    const last = items.at(-1);
    const behind = last ? await ledger.rulesetOf(provider.id, last.number - 1) : null;
    const names = await namesOf(
      parts,
      items.map(({ actor }) => actor.id),
    );
    const shown = items.map((each, at) => showRuleset(each, items[at + 1] ?? behind, ruleset.number, names));
    return { body: { items: shown, nextCursor: writeNumberCursor(order, next), total } };
  },
});

const getRuleset = route({
  method: 'GET',
  path: '/providers/{id}/rulesets/{number}',
  permission: readRules,
  summary: 'The rules that a provider had under one number',
  response: wholeRulesetShape,
  async handle({ parts, params }) {
    const { ledger } = parts;
    const { provider, ruleset: current } = await needProvider(ledger, params.id);
    const found = await needRuleset(ledger, provider.id, params.number);
    const before = await ledger.rulesetOf(provider.id, found.number - 1);
    const names = await namesOf(parts, [found.actor.id]);
    return {
      body: {
        ...showRuleset(found, before, current.number, names),
        mappings: showRulesAsKeys(found),
        former: before && showRulesAsKeys(before),
        sinceThen: rulesDifference(found, current),
        currentRuleset: current.number,
      },
    };
  },
});

async function needRuleset(ledger: Ledger, provider: string, number: string): Promise<StoredRuleset> {
  const found = /^\d{1,15}$/.test(number) ? await ledger.rulesetOf(provider, Number(number)) : null;
  if (!found) throw new Refusal('notFound', `The provider never had rules of the number ${shorten(number)}.`);
  return found;
}

export const rulesetRoutes: readonly Route[] = [listRulesets, getRuleset];
