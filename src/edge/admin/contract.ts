// The shapes that the admin API answers with, where more than one route uses them: schemas, and the types made from
// them. The dashboard sees the server through this file alone.

import { type Static, type TSchema, Type } from 'typebox';
import { limits } from '../../limits.ts';
import { anyObject, choice, count, orNull, text, time } from './shape.ts';

export { anyObject, choice, count, orNull, rfc3339, text, time } from './shape.ts';

// --- lists ------------------------------------------------------------------------------------------------------

export function pageOf<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    nextCursor: orNull(text('Send it as `cursor` for the next page; null at the end.')),
    total: count('How many there are in all pages.'),
    totalIsCapped: Type.Optional(Type.Boolean({ description: 'True: `total` is where counting stopped.' })),
    pending: Type.Optional(
      Type.Boolean({
        description:
          'True: a change of rules is still reaching people. Nobody is listed who does not fit any more; who came to fit a moment ago may be missing, and `total` counts as it was before.',
      }),
    ),
  });
}

/** What every list takes. */
export const listQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: limits.listItemsMost, default: limits.listItemsDefault }),
  ),
  cursor: Type.Optional(Type.String({ maxLength: 2_000, description: '`nextCursor` of the page before.' })),
};

export const search = Type.Optional(
  Type.String({ minLength: 1, maxLength: 200, description: 'Part of a name; case does not count.' }),
);

/** The order of a list; the first one where none is named. */
export const sortedBy = <const Orders extends readonly [string, ...string[]]>(...orders: Orders) =>
  Type.Optional(
    Type.Unsafe<Orders[number]>({
      type: 'string',
      enum: [...orders],
      default: orders[0],
      description: 'The order; `-` turns it round.',
    }),
  );

export const providerFilter = Type.Optional(
  Type.String({ minLength: 1, maxLength: 200, description: 'Id or exact name of a provider.' }),
);

// --- people -----------------------------------------------------------------------------------------------------

export const reference = Type.Object({ id: text(), name: text() });
export type ReferenceJson = Static<typeof reference>;

export const statuses = ['active', 'suspended', 'removed'] as const;
/** How somebody came: `scim` as soon as SCIM has told of them. */
export const sources = ['scim', 'login', 'import', 'manual'] as const;
export const targetKinds = ['role', 'team', 'businessUnit'] as const;

export const person = Type.Object({
  id: text(),
  provider: text('Id of the provider.'),
  externalId: orNull(text('The id that the provider has for them.')),
  userName: text('The name they sign in with.'),
  displayName: text(),
  email: orNull(text()),
  status: choice(statuses),
});
export type PersonJson = Static<typeof person>;

export const userShape = Type.Object({
  ...person.properties,
  source: choice(sources, 'How they came: `scim` as soon as SCIM has told of them.'),
  role: orNull(reference),
  roleBy: orNull(choice(['rule', 'manual'], 'Whether people gave the role, or rules do.')),
  teams: Type.Array(reference),
  businessUnits: Type.Array(reference),
  suspensions: Type.Array(choice(['scim', 'directory', 'admin']), {
    description: 'Why they are suspended; each has to be lifted where it came from.',
  }),
  inRecycleBin: Type.Boolean({ description: 'The provider holds them in its recycle bin.' }),
  createdAt: time(),
  removedAt: orNull(time()),
  lastProvisionedAt: orNull(time()),
  lastSignInAt: orNull(time()),
  formerly: orNull(text('Id of the removed user who last held this name.')),
});
export type UserJson = Static<typeof userShape>;

// --- why --------------------------------------------------------------------------------------------------------

const ruleShape = Type.Object({
  id: text(),
  attribute: text(),
  value: text('The pattern.'),
  target: text('Role, team or business unit that it gives.'),
});

export const source = Type.Object({
  by: choice(['rule', 'manual']),
  words: text('The reason in plain words.'),
  actor: orNull(text('Who gave it, for a manual one.')),
  rule: orNull(ruleShape),
  attribute: orNull(text('The attribute that satisfied the rule.')),
  value: orNull(text('What the attribute holds.')),
  channel: orNull(text('How that value arrived: scim, login, refresh, reconciliation, import.')),
  group: orNull(reference),
  kept: orNull(
    Type.Object(
      {
        of: choice(['provider', 'scim']),
        provider: text('Name of the provider at that time.'),
        formerly: Type.Array(
          Type.Object({
            words: text(),
            rule: text('Id of the rule.'),
            attribute: text(),
            value: text(),
            channel: text(),
            group: orNull(text('Id of the group.')),
          }),
        ),
      },
      { description: 'A rule gave it, until the provider was removed or its SCIM switched off.' },
    ),
  ),
  exempt: orNull(
    Type.Object(
      { ruleset: count('Number of the rules that would have taken it.') },
      { description: 'It was left with them: they changed the rules, or were the last administrator.' },
    ),
  ),
  since: orNull(time('null: decided, and about to be stored.')),
});
export type SourceJson = Static<typeof source>;

// --- events -----------------------------------------------------------------------------------------------------

const end = (kinds: string) => Type.Object({ kind: text(kinds), id: text() });

export const eventShape = Type.Object({
  position: count('Place in the one sequence, from 1, without gaps.'),
  id: text(),
  at: time(),
  provider: orNull(text()),
  actor: end('token (SCIM), key, user, admin or system'),
  type: text('Past tense, dotted: `user.suspended`.'),
  words: text('What happened, in a sentence with the names that people know now.'),
  names: Type.Object({
    actor: text('Who did it.'),
    subject: orNull(text('null for what is gone and left no name.')),
    object: orNull(text()),
  }),
  subject: end('user, group, team, businessUnit, provider, token or key'),
  object: orNull(end('the other end of an edge: a group, a role, a team, a business unit')),
  data: orNull(anyObject('What changed.')),
  cause: orNull(end('request, ruleset, start or command')),
  hash: text('Covers this event and the one before it.'),
});
export type EventJson = Static<typeof eventShape>;

// --- providers --------------------------------------------------------------------------------------------------

export const providerVerificationShape = Type.Object({
  at: time(),
  ok: Type.Boolean(),
  failed: Type.Array(text(), { description: 'Names of the checks that failed.' }),
  lastOkAt: orNull(time('When all was last well; null: never so far.')),
});

export const providerShape = Type.Object({
  id: text(),
  name: text(),
  kind: choice(['entra', 'okta', 'keycloak', 'google', 'oidc']),
  enabled: Type.Boolean(),
  declared: Type.Boolean({
    description: 'The configuration file declares it; `locked` says which keys are its.',
  }),
  locked: Type.Array(text(), { description: 'Keys that only the configuration file changes.' }),
  declaredIn: orNull(text('Where that file is; null where none declares it.')),
  scim: Type.Object({
    enabled: Type.Boolean(),
    endpoint: text('SCIM Endpoint URL: what Entra calls the Tenant URL.'),
    unreachable: orNull(
      text(
        'Why the provider cannot call that address, as far as its spelling says; null where it may be able to.',
      ),
    ),
    token: Type.Optional(
      text('Provisioning Token: what Entra calls the Secret Token. Only in the answer that made it.'),
    ),
  }),
  signIn: Type.Object({
    redirectUri: text('To be registered at the provider.'),
    discoverRedirectUri: text('The same, for Discover Claims.'),
    frontChannelLogoutUri: text('Where the provider may tell that somebody signed out there.'),
    lastVerification: orNull(providerVerificationShape),
  }),
  claimsSyncMode: choice(['both', 'scim']),
  roleResolutionStrategy: choice(['most-permissions', 'first-match']),
  scope: choice(['assigned', 'all']),
  groupsMatchedBy: choice(['displayName', 'externalId']),
  memberReplaceIsAdd: Type.Boolean(),
  guard: Type.Object({ percent: count(), count: count() }),
  reconcile: Type.Object({ mode: choice(['heal', 'report', 'off']), every: text('Such as `24h`.') }),
  connection: anyObject('What the kind needs: tenantId, clientId, issuer, ...; never a secret.'),
  hasClientSecret: Type.Boolean(),
  hasDirectoryToken: Type.Boolean({ description: 'Of Okta: whether an API token for reading is stored.' }),
  ruleset: count('Number of its rules.'),
  retirement: orNull(
    Type.Object(
      {
        of: choice(['provider', 'scim']),
        people: choice(['keep', 'suspend', 'remove']),
        state: choice(['underWay', 'done']),
        at: time(),
        by: text('Who said so.'),
      },
      {
        description:
          'It is being removed, or its SCIM ended, by a job; `done`: it was removed, and is the home of those who were kept.',
      },
    ),
  ),
  revision: count(),
  createdAt: time(),
});
export type ProviderJson = Static<typeof providerShape>;

export const tokenShape = Type.Object({
  id: text(),
  name: text(),
  lastFour: text('Its last four characters, by which people tell tokens apart.'),
  live: Type.Boolean({ description: 'It is accepted now.' }),
  createdAt: time(),
  createdBy: text(),
  createdByName: orNull(text('Of the person, break-glass administrator or key.')),
  expiresAt: orNull(time()),
  revokedAt: orNull(time('Also a time to come, for one that is kept for some hours after a rotation.')),
  untilUseOf: orNull(text('Id of the newer token whose first use ends it.')),
  declared: Type.Boolean({ description: 'Seeded by the configuration file.' }),
  lastUsedAt: orNull(time()),
  lastUsedFrom: orNull(text('Address of the last use.')),
});
export type TokenJson = Static<typeof tokenShape>;

// --- what stands beside its routes --------------------------------------------------------------------------------

export type { AppResourceJson } from './app-permissions.ts';
export type { BatchJson, BatchPersonJson, WholeBatchJson } from './batch-contract.ts';
export type { ReconciliationStateJson } from './directory-state.ts';
export type * from './doctor-contract.ts';
export type { GuardJson } from './guard.ts';
export type { JobJson } from './jobs.ts';
export type { LocalEntraJson } from './local-entra.ts';
export type { MappingsJson } from './mappings.ts';
export type { NoticeJson, NoticesJson } from './notice-contract.ts';
export type { PastAccess as PastAccessJson } from './past-access.ts';
export type { PlanStateJson } from './plans.ts';
export type { ProviderHealthJson } from './provider-health.ts';
export type { PendingJson } from './provider-reconciliation.ts';
export type { ProviderRhythmJson } from './provider-rhythm.ts';
export type { DriftJson, RunJson } from './reconciliation-contract.ts';
export type { RemovalPlanJson } from './removal-plan.ts';
export type * from './request-contract.ts';
export type { ReplayJson } from './request-replay.ts';
export type { PermissionJson, RoleJson, WholeRoleJson } from './roles.ts';
export type { PlannedJson, RulesPlanJson } from './rules-plan.ts';
export type { RulesetJson, WholeRulesetJson } from './rulesets.ts';
export type { SessionRulesJson } from './session-rules.ts';
export type * from './sign-in-contract.ts';
export type * from './system-contract.ts';
export type { MemberJson, TargetJson } from './targets.ts';
export type { Explanation as ExplanationJson } from './user-access.ts';
export type { UserAttributeJson } from './user-attributes.ts';
export type { DeliveryJson, SentJson, WebhookJson } from './webhook-contract.ts';
export type { ListedRunJson, WholeRunJson } from './whole-run.ts';
