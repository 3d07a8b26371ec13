// What every source says of a user, attribute by attribute: which word counts and why, and which rules look at it. And the user
// as SCIM would answer them.

import { type Static, Type } from 'typebox';
import { factOf } from '../../identity/facts.ts';
import type { Fact, User } from '../../identity/user.ts';
import type { CompiledRuleset } from '../../mapping/ruleset.ts';
import { scimAttributeFor } from '../../mapping/ruleset.ts';
import { Refusal } from '../../refusal.ts';
import { equalJson } from '../../scim/json.ts';
import { readProjection } from '../../scim/projection.ts';
import { userKind } from '../../scim/schema.ts';
import { SCIM_BASE } from '../scim/call.ts';
import { userText } from '../scim/resource-text.ts';
import { anyObject, choice, orNull, rfc3339, text, time } from './contract.ts';
import { needUser } from './look-up.ts';
import { ruleText } from './reasons.ts';
import { type Route, route } from './route.ts';

const permission = { resource: 'users', operation: 'read' } as const;

const anyValue = Type.Unsafe<unknown>({ description: 'Any JSON; null where it holds nothing.' });

const said = Type.Object({
  source: choice(
    ['scim', 'claims', 'directory'],
    'claims: tokens of signing in; directory: comparing, and imports.',
  ),
  channel: text('How it arrived: scim, login, refresh, reconciliation, import.'),
  value: anyValue,
  since: time('When it last changed.'),
  counts: Type.Boolean(),
});

const attributeShape = Type.Object({
  name: text('As rules name it.'),
  value: anyValue,
  why: text('Why that word counts.'),
  said: Type.Array(said, { description: 'The one that counts first.' }),
  rules: Type.Array(Type.Object({ id: text(), words: text() }), { description: 'Rules that look at it.' }),
});
export type UserAttributeJson = Static<typeof attributeShape>;

const listAttributes = route({
  method: 'GET',
  path: '/users/{id}/attributes',
  permission,
  summary: 'What every source says of a user, which word counts, and which rules look at it',
  response: Type.Object({ items: Type.Array(attributeShape) }),
  async handle({ parts, params }) {
    const { loaded, state } = await needUser(parts.ledger, params.id);
    const { user } = loaded;
    const names = new Set([
      ...[...user.supplied.keys()].map((name) => shortName(user, name)),
      ...Object.keys(user.claims),
      ...Object.keys(user.directory),
    ]);
    const items = [...names]
      .map((name) => showAttribute(user, name, state.ruleset))
      .sort((a, b) => a.name.localeCompare(b.name, 'en'));
    return { body: { items } };
  },
});

/** The bare name of a field of an extension, where that leads to it. */
function shortName(user: User, name: string): string {
  const bare = name.split(':').at(-1)!;
  if (bare === name || bare === '') return name;
  const [whole, short] = [factOf(user, name), factOf(user, bare)];
  return short?.channel === 'scim' && equalJson(short.value ?? null, whole?.value ?? null) ? bare : name;
}

function showAttribute(user: User, name: string, ruleset: CompiledRuleset): UserAttributeJson {
  const counted = factOf(user, name);
  const words = [
    ...(counted?.channel === 'scim' ? [{ source: 'scim' as const, ...counted }] : []),
    ...besideScim(user, name),
  ].map((each) => ({ ...each, counts: each.channel === counted?.channel && each.since === counted.since }));
  return {
    name,
    value: counted?.value ?? null,
    why: whyCounted(words),
    said: words
      .sort((a, b) => Number(b.counts) - Number(a.counts))
      .map(({ source, channel, value, since, counts }) => {
        return { source, channel, value: value ?? null, since: rfc3339(since), counts };
      }),
    rules: rulesAbout(name, ruleset),
  };
}

interface Word {
  source: 'scim' | 'claims' | 'directory';
  channel: string;
  value: unknown;
  since: number;
}

function besideScim(user: User, name: string): Word[] {
  const word = (source: Word['source'], fact: Fact): Word => {
    return { source, channel: fact.channel, value: fact.value, since: fact.at };
  };
  return [
    ...(Object.hasOwn(user.claims, name) ? [word('claims', user.claims[name]!)] : []),
    ...(Object.hasOwn(user.directory, name) ? [word('directory', user.directory[name]!)] : []),
  ];
}

function whyCounted(words: readonly Word[]): string {
  if (words.length === 1) return 'Nobody else speaks of it.';
  if (words.some(({ source }) => source === 'scim')) return 'SCIM has supplied it, so SCIM alone counts.';
  return 'SCIM never supplied it, so the newer word counts.';
}

/** By the name in the rule, or by where the provider's table says that claim is found. */
function rulesAbout(name: string, ruleset: CompiledRuleset): UserAttributeJson['rules'] {
  const bare = name.split(':').at(-1);
  return ruleset.rules
    .filter((rule) => {
      const { attributeType, attributeValue } = scimAttributeFor(ruleset, rule.attribute);
      const read = [rule.attribute, ...(attributeType === 'user' ? [attributeValue] : [])];
      return read.includes(name) || (bare !== undefined && read.includes(bare));
    })
    .map((rule) => ({ id: rule.id, words: ruleText(rule) }));
}

// --- as SCIM has them -------------------------------------------------------------------------------------------

const getScim = route({
  method: 'GET',
  path: '/users/{id}/scim',
  permission,
  summary: 'A user as SCIM would answer them',
  response: Type.Object({
    resource: anyObject('As GET /scim/v2/Users/{id} answers.'),
    location: orNull(text()),
  }),
  async handle({ parts, params }) {
    const { loaded } = await needUser(parts.ledger, params.id);
    const row = await parts.ledger.readUser(loaded.user.provider, loaded.user.id);
    if (!row) throw new Refusal('notFound', 'SCIM does not know this user any more: they were removed.');
    const base = parts.publicUrl() + SCIM_BASE;
    const resource = JSON.parse(userText(row, base, readProjection(undefined, undefined, userKind)));
    return { body: { resource, location: `${base}/Users/${row.id}` } };
  },
});

export const userAttributeRoutes: readonly Route[] = [listAttributes, getScim];
