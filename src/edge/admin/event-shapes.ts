// What stands in an event of each type: whom it is about, the other end, and its `data`, of people, groups, access and rules.
// Events of the installation itself: event-shapes-system.ts. From this table come docs/events.md, the webhooks of the OpenAPI
// document, and the check that tests run over every event they cause.

import { type TSchema, Type } from 'typebox';
import type { EventType, SubjectKind } from '../../identity/event.ts';
import { type EventShape, exactly, maybe } from './event-shape.ts';
import { systemEventShapes } from './event-shapes-system.ts';
import { anyObject, choice, count, orNull, text } from './shape.ts';

const changed = {
  before: anyObject('What the attributes that differ held; one that held nothing is not there.'),
  after: anyObject('What they hold now; one that holds nothing any more is not there.'),
};
const channel = choice(['scim', 'login', 'refresh', 'reconciliation', 'import', 'admin']);
const userName = text('Under which they sign in.');
const displayName = text('Name of the group.');

// --- reasons ----------------------------------------------------------------------------------------------------

const ruleReason = exactly({
  by: choice(['rule']),
  rule: text('Id of the rule.'),
  attribute: text(),
  value: text('The value, or the name of the group, that satisfied the rule.'),
  channel,
  group: maybe(text('Id of that group.')),
  sticky: maybe(Type.Boolean()),
});

const manualReason = exactly({
  by: choice(['manual']),
  actor: text('Who gave it: `user:<id>`, `key:<id>`, `admin:<id>`, `system:<what>`.'),
  kept: maybe(
    exactly({
      of: choice(['provider', 'scim'], 'What went.'),
      provider: text('Name of the provider at that time.'),
      formerly: Type.Array(ruleReason, { description: 'Why it stood before.' }),
    }),
  ),
  exempt: maybe(exactly({ ruleset: count('Number of the rules that would have taken it.') })),
});

const reason: TSchema = Type.Union([ruleReason, manualReason], {
  description: 'Why: a rule with what satisfied it, or people.',
});

const targets = ['role', 'team', 'businessUnit'] as const;

// --- rules ------------------------------------------------------------------------------------------------------

const rules = (description: string) =>
  Type.Array(
    exactly({
      kind: choice(targets),
      attribute: text(),
      value: text(),
      target: text('Name of the role, team or business unit; `*` and `${*}` take the value.'),
      sticky: Type.Boolean(),
    }),
    { description },
  );

// --- the table --------------------------------------------------------------------------------------------------

const ofDirectory = {
  'user.created': {
    subject: ['user'],
    data: exactly({
      after: anyObject('Their attributes, as SCIM names them.'),
      channel: maybe(channel),
      formerly: maybe(text('Id of the removed user who had that name or externalId before.')),
    }),
  },
  'user.updated': { subject: ['user'], data: exactly({ ...changed, channel: maybe(channel) }) },
  'user.suspended': {
    subject: ['user'],
    data: exactly({ reason: choice(['scim', 'directory', 'admin'], 'Who said so.') }),
  },
  'user.reactivated': { subject: ['user'], data: null },
  'user.suspension_changed': {
    subject: ['user'],
    data: exactly({ reasons: Type.Array(choice(['scim', 'directory', 'admin'])) }),
  },
  'user.binned': { subject: ['user'], data: exactly({ userName }) },
  'user.restored': { subject: ['user'], data: exactly({ userName }) },
  'user.adopted': { subject: ['user'], data: null },
  'user.removed': { subject: ['user'], data: exactly({ userName }) },
  'user.purged': { subject: ['user'], data: null },
  'group.created': {
    subject: ['group'],
    data: exactly({ after: anyObject('Its attributes, as SCIM names them; not its members.') }),
  },
  'group.updated': { subject: ['group'], data: exactly(changed) },
  'group.removed': { subject: ['group'], data: exactly({ displayName }) },
  'membership.added': {
    subject: ['user', 'group'],
    object: ['group'],
    data: exactly({ group: displayName }),
  },
  'membership.removed': {
    subject: ['user', 'group'],
    object: ['group'],
    data: exactly({ group: maybe(displayName) }),
  },
  'members.replaced_with_one': {
    subject: ['group'],
    data: exactly({ displayName, left: count('How many left it.') }),
  },
} satisfies Partial<Record<EventType, EventShape>>;

const ruleset = maybe(
  count('Number of the rules, where it only follows them to somebody whom they had not reached yet.'),
);

const ofAccess = {
  'grant.added': {
    subject: ['user'],
    object: targets,
    data: exactly({ name: text('Of the role, team or business unit.'), reason, ruleset }),
  },
  'grant.removed': {
    subject: ['user'],
    object: targets,
    data: exactly({
      reason,
      stillHeld: Type.Boolean({ description: 'True: they keep it for another reason, and lost nothing.' }),
      ruleset,
    }),
  },
  'grant.changed': {
    subject: ['user'],
    object: targets,
    data: exactly({
      name: maybe(text('Of the role, team or business unit, where it is told anew.')),
      before: reason,
      after: reason,
      outweighed: Type.Boolean({
        description: 'True: a role that stays stored, while another one is theirs.',
      }),
      ruleset,
    }),
  },
  'team.created': { subject: ['team'], data: exactly({ name: text() }) },
  'team.renamed': { subject: ['team'], data: exactly({ before: text(), after: text() }) },
  'business_unit.created': { subject: ['businessUnit'], data: exactly({ name: text() }) },
  'business_unit.renamed': { subject: ['businessUnit'], data: exactly({ before: text(), after: text() }) },
  'mapping.applied': {
    subject: ['provider'],
    data: exactly({
      number: count('Of the rules, by provider.'),
      before: rules('As they were.'),
      after: rules('As they are.'),
      strategy: choice(['most-permissions', 'first-match'], 'Which of several roles counts.'),
    }),
  },
} satisfies Partial<Record<EventType, EventShape>>;

export const eventShapes: Readonly<Record<EventType, EventShape>> = {
  ...ofDirectory,
  ...ofAccess,
  ...systemEventShapes,
} satisfies Record<EventType, EventShape>;

/**
 * As JSON Schema: what `type`, `subject`, `object` and `data` of such an event are. What is told of a person goes with them
 * when they are purged: then `data` is null.
 */
export function eventSchema(type: EventType): TSchema {
  const { subject, object, data } = eventShapes[type] as EventShape;
  const end = (kinds: readonly SubjectKind[]) => Type.Object({ kind: choice(kinds), id: text() });
  const mayGo = subject.includes('user');
  return Type.Object({
    type: choice([type]),
    subject: end(subject),
    object: object ? end(object) : Type.Null(),
    data: data === null ? Type.Null() : mayGo ? orNull(data) : data,
  });
}
