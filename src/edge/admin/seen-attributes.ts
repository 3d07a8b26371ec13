// What was seen of a provider's people: attribute names with examples and how many have them, and the values of one of
// them, so that rules are made of what is there.

import { Type } from 'typebox';
import { fold } from '../../fold.ts';
import type { CompiledRuleset, ScimAttribute } from '../../mapping/ruleset.ts';
import { scimAttributeFor } from '../../mapping/ruleset.ts';
import {
  aliasIn,
  cutTo,
  likeness,
  mostFrequent,
  reads,
  type SeenAttribute,
  seenSources,
  variantsOf,
} from '../../mapping/seen.ts';
import { Refusal } from '../../refusal.ts';
import { shorten } from '../../scim/json.ts';
import { rfc3339, search } from './contract.ts';
import { type SeenAttributesJson, seenAttributesShape, seenValuesShape } from './doctor-contract.ts';
import { needProvider } from './look-up.ts';
import { type Route, route } from './route.ts';
import type { Survey } from './survey.ts';

const EXAMPLES = 5;
const EXAMPLE_CHARACTERS = 100;
const VALUES_SHOWN = 200;

const listAttributes = route({
  method: 'GET',
  path: '/providers/{id}/attributes',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'What the people of a provider have: attribute names as they were seen',
  response: seenAttributesShape,
  async handle({ parts, params, at }) {
    const state = await needProvider(parts.ledger, params.id);
    const survey = await parts.surveys.of(state, at);
    const { id, name } = state.provider;
    const alike = variantsOf(survey.seen.keys());
    const items = [...survey.seen.values()]
      .sort((a, b) => b.people - a.people || (a.name < b.name ? -1 : 1))
      .map((attribute) => ({
        ...showAttribute(attribute, survey, state.ruleset),
        variants: (alike.get(likeness(attribute.name)) ?? []).filter((other) => other !== attribute.name),
      }));
    return { body: { provider: { id, name }, ...showSurveyed(survey), items } };
  },
});

export function showSurveyed({ people, lookedAt, at }: Pick<Survey, 'people' | 'lookedAt' | 'at'>) {
  return { people, lookedAt, at: rfc3339(at) };
}

function showAttribute(
  attribute: SeenAttribute,
  { seen, lookedAt }: Survey,
  ruleset: CompiledRuleset,
): Omit<SeenAttributesJson['items'][number], 'variants'> {
  const { name, sources, people, values, valuesAreCapped, long } = attribute;
  const examples = mostFrequent(values).slice(0, EXAMPLES);
  const texts = examples.length > 0 ? examples.map(([text]) => text) : long === null ? [] : [long];
  return {
    name,
    alias: aliasIn(seen, attribute),
    sources: seenSources.filter((source) => sources.has(source)),
    people,
    share: lookedAt === 0 ? 0 : people / lookedAt,
    examples: texts.map((text) => cutTo(text, EXAMPLE_CHARACTERS)),
    values: values.size,
    valuesAreCapped: valuesAreCapped || long !== null,
    usedBy: usedBy(attribute, ruleset),
  };
}

function usedBy(
  attribute: SeenAttribute,
  ruleset: CompiledRuleset,
): SeenAttributesJson['items'][number]['usedBy'] {
  const byEntry = ({ attributeType, attributeValue }: ScimAttribute) =>
    attributeType === 'group' ? attribute.name === 'groups' : reads(attributeValue, attribute);
  const byRule = (claim: string) => reads(claim, attribute) || byEntry(scimAttributeFor(ruleset, claim));
  return {
    rules: ruleset.rules.filter((rule) => byRule(rule.attribute)).length,
    scimAttributes: Object.entries(ruleset.scimAttributes)
      .filter(([, entry]) => byEntry(entry))
      .map(([claim]) => claim),
  };
}

const listValues = route({
  method: 'GET',
  path: '/providers/{id}/attributes/{name}/values',
  permission: { resource: 'mappings', operation: 'read' },
  summary: 'What the people of a provider have in one attribute',
  query: Type.Object({ search }, { additionalProperties: false }),
  response: seenValuesShape,
  refuses: { 404: 'There is no such provider, or nobody has an attribute of that name, case included' },
  async handle({ parts, params, query, at }) {
    const state = await needProvider(parts.ledger, params.id);
    const survey = await parts.surveys.of(state, at);
    const attribute =
      survey.seen.get(params.name) ?? [...survey.seen.values()].find((each) => reads(params.name, each));
    if (!attribute) {
      throw new Refusal('notFound', `Nobody who was looked at has the attribute ${shorten(params.name)}.`);
    }
    const wanted = fold(query.search ?? '');
    const found = mostFrequent(attribute.values).filter(([text]) => fold(text).includes(wanted));
    return {
      body: {
        name: attribute.name,
        ...showSurveyed(survey),
        items: found.slice(0, VALUES_SHOWN).map(([value, people]) => ({ value, people })),
        total: found.length,
        totalIsCapped: attribute.valuesAreCapped || attribute.long !== null,
      },
    };
  },
});

export const seenAttributeRoutes: readonly Route[] = [listAttributes, listValues];
