// Why a user has what they have: `resolve` over their inputs, told in words and data, with the losers, and with what
// the role rules looked at.

import { type Static, Type } from 'typebox';
import { statusOf } from '../../identity/user.ts';
import type { FullUser, Ledger } from '../../ledger/ledger.ts';
import { type Access, type Grant, type RoleCandidate, readClaim } from '../../mapping/resolve.ts';
import { scimAttributeFor } from '../../mapping/ruleset.ts';
import { equalJson } from '../../scim/json.ts';
import { choice, count, orNull, person, reference, rfc3339, source, text, time } from './contract.ts';
import { isStale, resolveFull, showPerson } from './current-access.ts';
import { needUser } from './look-up.ts';
import { momentQuery, readMoment } from './moment.ts';
import { accessThen, pastAccess } from './past-access.ts';
import { ruleText, showReason } from './reasons.ts';
import { type Route, route } from './route.ts';

// --- what is answered -------------------------------------------------------------------------------------------

const grantSource = Type.Object({
  ...source.properties,
  cause: orNull(text('The request (or job) whose effect it is.')),
});

const heldTarget = Type.Object({ ...reference.properties, sources: Type.Array(grantSource) });

const candidate = Type.Object({
  role: reference,
  won: Type.Boolean(),
  lost: orNull(
    choice(['to-manual', 'fewer-permissions', 'later-rule'], 'Why it did not win; null where it did.'),
  ),
  words: text(),
  permissionCount: count(),
  source: grantSource,
});

const lookedAt = Type.Object({
  attribute: text('The name in the rules.'),
  readsFrom: Type.Object({ attributeType: choice(['user', 'group']), attributeValue: text() }),
  values: Type.Array(
    Type.Object({ value: text(), channel: text(), group: orNull(text('Id of the group.')) }),
  ),
  rules: Type.Array(Type.Object({ rule: text(), matched: Type.Boolean() })),
});

const explanation = Type.Object({
  user: person,
  active: Type.Boolean(),
  words: text('The outcome in one sentence.'),
  role: orNull(Type.Object({ ...reference.properties, sources: Type.Array(grantSource) })),
  teams: Type.Array(heldTarget),
  businessUnits: Type.Array(heldTarget),
  candidates: Type.Array(candidate, {
    description: 'Every role that something speaks for, the winner first.',
  }),
  lookedAt: Type.Array(lookedAt, { description: 'What the role rules looked at, and what it held.' }),
  strategy: choice(['most-permissions', 'first-match']),
  ruleset: count('Number of the rules that this follows from.'),
  pending: Type.Boolean({ description: 'Decided by newer rules than the stored access, which follows.' }),
  at: time(),
});

export type Explanation = Static<typeof explanation>;
type GrantSourceJson = Static<typeof grantSource>;

const getAccess = route({
  method: 'GET',
  path: '/users/{id}/access',
  permission: { resource: 'users', operation: 'read' },
  summary: 'Access of a user with every reason, winners and losers',
  description:
    'With `at` or `position`: as it was at that moment, by what the log said up to then; such an answer has a `position`. Refused for a moment before the log begins, and for one that has not come yet.',
  query: Type.Object(momentQuery, { additionalProperties: false }),
  response: Type.Union([explanation, pastAccess]),
  refuses: { 404: 'Nobody has, or had then, that id' },
  async handle({ parts, params, query, at }) {
    const moment = await readMoment(parts.ledger, query, at);
    if (moment) return { body: await accessThen(parts.ledger, params.id, moment) };
    const full = await needUser(parts.ledger, params.id);
    return { body: explain(full, await grantCauses(parts.ledger, params.id), at) };
  },
});

export const userAccessRoutes: readonly Route[] = [getAccess];

// --- by what ----------------------------------------------------------------------------------------------------

/** A user's newest grants, among which causes are looked for; older ones show without theirs. */
const GRANT_EVENTS = 2_000;

/** By which request (or job) a grant came to be: the log of events knows. */
type CauseOf = (grant: Grant) => string | null;

async function grantCauses(ledger: Ledger, user: string): Promise<CauseOf> {
  const events = await ledger.events({
    subject: user,
    types: ['grant.added'],
    after: 0,
    limit: GRANT_EVENTS,
    newestFirst: true,
  });
  return ({ target, reason }) => {
    const made = events.find(
      (event) => event.object?.id === target.id && equalJson(event.data?.reason, reason),
    );
    return made?.cause?.id ?? null;
  };
}

// --- the explanation --------------------------------------------------------------------------------------------

function explain(full: FullUser, causeOf: CauseOf, at: number): Explanation {
  const { loaded, state } = full;
  const access = resolveFull(full);
  const show = (grant: Grant) => showSource(full, causeOf, grant);
  const held = (kind: Grant['target']['kind']) => heldTargets(access, kind, show);
  return {
    user: showPerson(loaded.user),
    active: statusOf(loaded.user) === 'active',
    words: outcome(full, access),
    role: held('role')[0] ?? null,
    teams: held('team'),
    businessUnits: held('businessUnit'),
    candidates: access.candidates.map((each) => showCandidate(each, access, show)),
    lookedAt: whatRulesSaw(full),
    strategy: state.ruleset.strategy,
    ruleset: state.ruleset.number,
    pending: isStale(full),
    at: rfc3339(at),
  };
}

function heldTargets(
  access: Access,
  kind: string,
  show: (grant: Grant) => GrantSourceJson,
): Explanation['teams'] {
  const targets = new Map<string, Explanation['teams'][number]>();
  for (const grant of access.grants) {
    const { id, name } = grant.target;
    if (grant.target.kind !== kind) continue;
    const target = targets.get(id) ?? { id, name, sources: [] };
    target.sources.push(show(grant));
    targets.set(id, target);
  }
  return [...targets.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function showSource({ loaded, state }: FullUser, causeOf: CauseOf, grant: Grant): GrantSourceJson {
  const groupName = (id: string) => loaded.groups.find((group) => group.id === id)?.displayName ?? null;
  const stored = loaded.grants.find(
    (row) => row.target === grant.target.id && row.reasonKey === grant.reasonKey,
  );
  const since = stored?.since ?? null;
  const shown = showReason(grant.reason, { ruleset: state.ruleset, groupName, since });
  return { ...shown, cause: causeOf(grant) };
}

const lostWords = {
  'to-manual': 'lost to the role that people gave',
  'fewer-permissions': 'lost to a role with more permissions',
  'later-rule': 'lost to an earlier rule',
} as const;

function showCandidate(
  each: RoleCandidate,
  access: Access,
  show: (grant: Grant) => GrantSourceJson,
): Explanation['candidates'][number] {
  const { id, name, permissionCount } = each.role;
  const won = id === access.role?.id;
  return {
    role: { id, name },
    won,
    lost: each.lost,
    words: `${name} ${each.lost ? lostWords[each.lost] : 'won'}.`,
    permissionCount,
    source: show(each.grant),
  };
}

function outcome({ loaded }: FullUser, access: Access): string {
  const { user } = loaded;
  const name = showPerson(user).displayName;
  const status = statusOf(user);
  if (status === 'removed') return `${name} was removed and has no access.`;
  const role = access.role
    ? `has the role ${access.role.name}`
    : 'has no role, because no role rule matches, and cannot sign in';
  const dormant = status === 'suspended' ? '; suspended, so all of it is dormant' : '';
  return `${name} ${role}${dormant}.`;
}

/** Attribute by attribute, in the order of the rules, so that "why not" has an answer too. */
/** What the role rules looked at: also told to whoever is not let in for want of a role. */
export function whatRulesSaw({ loaded, state: { ruleset } }: FullUser): Explanation['lookedAt'] {
  const { user, groups } = loaded;
  const seen = new Map<string, Explanation['lookedAt'][number]>();
  for (const rule of ruleset.byKind.role) {
    const known = seen.get(rule.attribute) ?? {
      attribute: rule.attribute,
      readsFrom: scimAttributeFor(ruleset, rule.attribute),
      values: readClaim({ user, groups, ruleset }, rule.attribute).map(({ text: value, channel, group }) => ({
        value,
        channel,
        group,
      })),
      rules: [],
    };
    const matched = known.values.some(({ value }) => rule.matches(value) !== null);
    known.rules.push({ rule: ruleText(rule), matched });
    seen.set(rule.attribute, known);
  }
  return [...seen.values()];
}
