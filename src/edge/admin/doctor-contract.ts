// The shapes of what was seen of a provider's people, and of what the doctor says of its rules.

import { type Static, Type } from 'typebox';
import { findingCodes, severities } from '../../mapping/finding.ts';
import { seenSources } from '../../mapping/seen.ts';
import { choice, count, orNull, reference, text, time } from './contract.ts';
import { mappingKeys } from './provider-block.ts';

const lists = Object.values(mappingKeys);

const surveyed = {
  people: count('Everybody of the provider, without removed ones.'),
  lookedAt: count('Of how many this tells: those who came first, 100,000 of them at most.'),
  at: time('When they were looked at. A long look is kept for some minutes.'),
};

// --- what was seen ----------------------------------------------------------------------------------------------

export const seenAttributesShape = Type.Object({
  provider: reference,
  ...surveyed,
  items: Type.Array(
    Type.Object({
      name: text('As a rule names it, case included.'),
      alias: orNull(
        text('Of an attribute of an extension: its name without the URN, which rules may use too.'),
      ),
      sources: Type.Array(choice(seenSources), { description: 'Which of them have brought a value.' }),
      people: count('How many have a value.'),
      share: Type.Number({ minimum: 0, maximum: 1, description: 'Of those who were looked at.' }),
      examples: Type.Array(text(), {
        description: 'The most frequent values, 5 at most; long ones are cut.',
      }),
      values: count('How many different values there are.'),
      valuesAreCapped: Type.Boolean({ description: 'True: there are more.' }),
      variants: Type.Array(text(), { description: 'Seen too, and different in case or URN alone.' }),
      usedBy: Type.Object({
        rules: count('How many rules go by it.'),
        scimAttributes: Type.Array(text(), {
          description: 'Claims of the SCIM attribute table that name it.',
        }),
      }),
    }),
    { description: 'What most people have comes first.' },
  ),
});
export type SeenAttributesJson = Static<typeof seenAttributesShape>;

export const seenValuesShape = Type.Object({
  name: text(),
  ...surveyed,
  items: Type.Array(Type.Object({ value: text(), people: count() }), {
    description: 'The most frequent first, 200 at most.',
  }),
  total: count('How many different values fit the search.'),
  totalIsCapped: Type.Boolean({ description: 'True: there are values that are not among them.' }),
});
export type SeenValuesJson = Static<typeof seenValuesShape>;

// --- the doctor -------------------------------------------------------------------------------------------------

const place = Type.Object({ list: choice(lists), index: count('From 0.') });

const change = Type.Object(
  {
    kind: choice(['setRule', 'removeRule', 'moveRule', 'setScimAttribute']),
    rule: orNull(place),
    attribute: orNull(text('setRule: the attribute that the rule is to have.')),
    value: orNull(text('setRule: the value that the rule is to have.')),
    to: orNull(count('moveRule: its new place.')),
    claim: orNull(text('setScimAttribute: whose entry it is.')),
    attributeType: orNull(choice(['user', 'group'])),
    attributeValue: orNull(text()),
  },
  {
    description:
      'One change of the mappings, to be made in a draft of them. null is what the kind does not need.',
  },
);

const findingShape = Type.Object({
  code: choice(findingCodes),
  severity: choice(severities),
  words: text('What is wrong, in one sentence.'),
  detail: text('Why, and what to do about it.'),
  rule: orNull(place),
  claim: orNull(text('Whose entry of the SCIM attribute table it is about.')),
  people: orNull(count('How many it concerns.')),
  examples: Type.Array(text()),
  fix: orNull(Type.Object({ words: text(), change })),
});
export type FindingJson = Static<typeof findingShape>;
export type CorrectionJson = NonNullable<FindingJson['fix']>['change'];

export const doctorShape = Type.Object({
  provider: reference,
  ruleset: count('Number of the rules that are stored.'),
  ok: Type.Boolean({ description: 'No finding is a problem.' }),
  ...surveyed,
  active: count('Of those who were looked at.'),
  withoutRole: count('Of the active ones: who cannot sign in.'),
  rules: Type.Array(
    Type.Object({
      ...place.properties,
      attribute: text(),
      value: text('The pattern.'),
      target: text('Role, team or business unit that it gives.'),
      matches: count('People of whom some value fits.'),
      wins: count('People to whom it gives what it names.'),
      shadowed: Type.Boolean({ description: 'It matches, and another rule wins for everybody.' }),
    }),
    { description: 'Every rule, in its place.' },
  ),
  findings: Type.Array(findingShape, { description: 'Problems first, then warnings and hints.' }),
});
export type DoctorJson = Static<typeof doctorShape>;
