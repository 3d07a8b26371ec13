// What stands in an event of each type, of the installation: providers, keys, signing in, comparing with directories, the guard,
// webhooks. Of people, groups and access: event-shapes.ts.

import { Type } from 'typebox';
import type { EventType } from '../../identity/event.ts';
import { type EventShape, exactly, maybe } from './event-shape.ts';
import { anyObject, choice, count, orNull, text, time } from './shape.ts';

const names = (description: string) => Type.Array(text(), { description });

/** Of what ends by itself. */
const ending = {
  days: count('So many days before, of 30, 14, 7, 1; 0: it has ended.'),
  endsAt: time(),
};

// --- providers --------------------------------------------------------------------------------------------------

const shownProvider = exactly({
  name: text(),
  enabled: Type.Boolean(),
  scimEnabled: Type.Boolean(),
  settings: anyObject('All its settings but for secrets.'),
});

const ofProviders = {
  'provider.created': { subject: ['provider'], data: exactly({ after: shownProvider }) },
  'provider.updated': {
    subject: ['provider'],
    data: exactly({ before: shownProvider, after: shownProvider }),
  },
  'provider.removed': {
    subject: ['provider'],
    data: exactly({
      name: text(),
      people: maybe(choice(['keep', 'suspend', 'remove'], 'What became of its people.')),
    }),
  },
  'provider.verified': {
    subject: ['provider'],
    data: exactly({ ok: Type.Boolean(), failed: names('Names of the checks that failed.') }),
  },
  'provider.secret_expiring': { subject: ['provider'], data: exactly(ending) },
  'token.expiring': {
    subject: ['token'],
    data: exactly({ name: text(), lastFour: text('Its last four characters.'), ...ending }),
  },
  'token.created': {
    subject: ['token'],
    data: exactly({ name: text(), lastFour: text('Its last four characters.') }),
  },
  'token.revoked': {
    subject: ['token'],
    data: exactly({
      at: maybe(time('From when on it is refused; not yet, with an overlap.')),
      untilUseOf: maybe(text('Id of the newer token: it ends when that is first used.')),
    }),
  },
  'guard.alarm': {
    subject: ['provider'],
    data: exactly({
      people: count('Whom SCIM took out since then.'),
      since: time(),
      active: count('How many were active at that time.'),
      limits: exactly({ percent: count(), count: count() }),
    }),
  },
} satisfies Partial<Record<EventType, EventShape>>;

// --- signing in -------------------------------------------------------------------------------------------------

const identity = { issuer: text(), subject: text('Who they are at the provider (`oid` or `sub`).') };
const remote = orNull(text('The address from which they came.'));
const ownKey = exactly({
  name: text(),
  lastFour: text('Its last four characters.'),
  permissions: names('What it may.'),
});
const admin = exactly({ name: text() });

const ofSigningIn = {
  'user.signed_in': { subject: ['user'], object: ['session'], data: exactly({ remote }) },
  'user.linked': {
    subject: ['user'],
    data: exactly({
      ...identity,
      by: text('How they were recognised: `externalId`, `userName`, ...'),
      userName: maybe(text()),
    }),
  },
  'user.unlinked': { subject: ['user'], data: exactly(identity) },
  'link.requested': { subject: ['user'], data: exactly({ ...identity, userName: orNull(text()) }) },
  'link.refused': { subject: ['user'], data: exactly({ ...identity, userName: orNull(text()) }) },
  'sign_in.refused': {
    subject: ['user', 'admin', 'provider', 'settings'],
    data: exactly({
      reason: text('`unknown`, `suspended`, `no-role`, `wrong-password`, ...'),
      remote: maybe(remote),
      issuer: maybe(identity.issuer),
      subject: maybe(identity.subject),
      'Provider said': maybe(text('Its error code.')),
      'Trace id': maybe(text()),
      'Correlation id': maybe(text()),
      'Provider’s time': maybe(text()),
    }),
  },
  'session.ended': {
    subject: ['user', 'admin'],
    object: ['session'],
    data: exactly({
      reason: choice(['signed-out', 'ended-by-admin', 'front-channel', 'grant-ended', 'password-changed']),
    }),
  },
  'admin.created': { subject: ['admin'], data: admin },
  'admin.password_set': { subject: ['admin'], data: admin },
  'admin.signed_in': { subject: ['admin'], object: ['session'], data: exactly({ remote }) },
  'admin.locked': {
    subject: ['admin'],
    data: exactly({ name: text(), failures: count('Wrong passwords in a row.'), until: time() }),
  },
  'admin.removed': { subject: ['admin'], data: admin },
  'setup_link.issued': { subject: ['settings'], data: exactly({ expiresAt: time() }) },
  'api_key.created': { subject: ['user', 'admin'], object: ['key'], data: ownKey },
  'api_key.revoked': { subject: ['user', 'admin'], object: ['key'], data: ownKey },
} satisfies Partial<Record<EventType, EventShape>>;

// --- the installation -------------------------------------------------------------------------------------------

const role = exactly({ name: text(), description: text(), permissions: names('Such as `users:read`.') });
const ofRole = anyObject('Of name, description and permissions those that differ.');
const webhook = {
  name: text(),
  origin: text('Of the address only where it leads: what stands behind may be a secret.'),
  types: names('Which it is sent; none: all.'),
  providers: names('Of which it is sent events; none: of all.'),
};

const ofInstallation = {
  'key.rotated': {
    subject: ['key'],
    data: exactly({ former: orNull(text('Id of the key before.')), secrets: count('How many were sealed.') }),
  },
  'role.created': { subject: ['role'], data: exactly({ after: role }) },
  'role.updated': { subject: ['role'], data: exactly({ name: text(), before: ofRole, after: ofRole }) },
  'role.removed': { subject: ['role'], data: exactly({ before: role }) },
  'settings.updated': {
    subject: ['settings'],
    data: exactly({
      name: text('Which setting.'),
      before: Type.Unknown({ description: 'null: it had never been set.' }),
      after: Type.Unknown(),
    }),
  },
  'webhook.created': { subject: ['webhook'], data: exactly(webhook) },
  'webhook.updated': { subject: ['webhook'], data: exactly(webhook) },
  'webhook.rotated': {
    subject: ['webhook'],
    data: exactly({ ...webhook, overlapHours: Type.Number({ minimum: 0 }) }),
  },
  'webhook.paused': {
    subject: ['webhook'],
    data: exactly({
      name: text(),
      origin: maybe(webhook.origin),
      types: maybe(webhook.types),
      providers: maybe(webhook.providers),
      reason: choice(['person', 'failing', 'gone'], 'Somebody; three days without success; it answered 410.'),
      detail: orNull(text('What the last try came to.')),
    }),
  },
  'webhook.resumed': { subject: ['webhook'], data: exactly(webhook) },
  'webhook.replayed': {
    subject: ['webhook'],
    data: exactly({
      ...webhook,
      before: count('Its place in the feed until then.'),
      after: count('It goes on behind that place.'),
    }),
  },
  'webhook.removed': { subject: ['webhook'], data: exactly(webhook) },
} satisfies Partial<Record<EventType, EventShape>>;

// --- comparing with directories ---------------------------------------------------------------------------------

const began = exactly({
  mode: maybe(choice(['heal', 'report'])),
  scope: maybe(choice(['assigned', 'all'])),
  trigger: maybe(choice(['schedule', 'person'])),
  filter: maybe(anyObject('Whom an import is limited to.')),
  preview: maybe(Type.Boolean({ description: 'It waits until somebody has looked at it.' })),
  resumed: maybe(
    Type.Boolean({ description: 'Somebody has, and it goes on; the rest was said when it began.' }),
  ),
});
const outcome = choice(['complete', 'partial', 'failed', 'cancelled', 'discarded']);
/** Whatever a run came to; one that somebody ended says no more than that. */
const report = {
  problems: maybe(names('What could not be read.')),
  read: maybe(anyObject('How much was read of what, with how many requests.')),
  compared: maybe(count('People of the directory who were compared.')),
  matched: maybe(count('Of those, how many are here.')),
  absent: maybe(count('Active users here whom the directory did not list.')),
  losing: maybe(count('From how many people healing would take something.')),
  told: maybe(count('Of how many news were taken in.')),
};
const ended = exactly({ outcome, ...report });

const batchSource = choice(['reconciliation', 'rules', 'purge'], 'What would take it.');
const people = count('How many people it is about.');
const batch = exactly({ source: batchSource, people });
const totals = (description: string) => maybe(count(description));

const ofDirectories = {
  'reconciliation.started': { subject: ['reconciliation'], data: began },
  'reconciliation.finished': { subject: ['reconciliation'], data: ended },
  'reconciliation.failed': {
    subject: ['reconciliation'],
    data: exactly({ outcome: maybe(outcome), ...report }),
  },
  'import.started': { subject: ['reconciliation'], data: began },
  'import.finished': { subject: ['reconciliation'], data: ended },
  'drift.ignored': {
    subject: ['user', 'reconciliation'],
    data: exactly({
      category: text('Which kind of difference.'),
      directoryId: maybe(orNull(text('Who it is there, where nobody here is.'))),
      about: maybe(text('The attribute or group.')),
      run: text('Id of the run that found it.'),
      ignored: Type.Boolean({ description: 'false: it is looked at again.' }),
      until: maybe(time()),
    }),
  },
  'drift.healed': {
    subject: ['reconciliation'],
    data: exactly({ rows: names('Ids of the differences.') }),
  },
  'batch.held': {
    subject: ['batch'],
    data: exactly({
      source: batchSource,
      people,
      active: totals('How many were active.'),
      why: maybe(text('Why it waits again.')),
      categories: maybe(anyObject('People by kind of difference.')),
      run: maybe(text('Id of the run.')),
      lose: totals('Of a change of rules: who would lose something.'),
      suspendedLose: totals('Of those, who are suspended.'),
      loseRole: totals('Who would lose their role.'),
      loseSignIn: totals('Who could no longer sign in.'),
      gain: totals('Who would gain something.'),
      adminsLose: totals('Administrators who would lose something.'),
    }),
  },
  'batch.approved': { subject: ['batch'], data: batch },
  'batch.applied': { subject: ['batch'], data: batch },
  'batch.dropped': { subject: ['batch'], data: batch },
  'batch.dissolved': {
    subject: ['batch'],
    data: exactly({ source: batchSource, people, why: maybe(text()) }),
  },
  'batch.undone': { subject: ['batch'], data: batch },
} satisfies Partial<Record<EventType, EventShape>>;

export const systemEventShapes = { ...ofProviders, ...ofSigningIn, ...ofInstallation, ...ofDirectories };
