// One event as a sentence that people read: who did what to whom, by name. Pure; the names come in by the door
// (event-names.ts). The timeline, the audit list, exports and the effects of a request all say it in these words.

import type { Event, EventType } from '../../identity/event.ts';
import { kindWords } from '../../mapping/rule.ts';
import { isObject } from '../../scim/json.ts';

/** What an event says, with the names that people know. */
export interface Told {
  by: string;
  subject: string;
  object: string;
  /** The provider that it happened in. */
  provider: string;
  data: Record<string, unknown>;
}

export function sentenceOf({ type, ...event }: Pick<Event, 'type' | 'object' | 'data'>, told: Told): string {
  const { by, subject } = told;
  const said = sentences[type]({ ...told, data: event.data ?? {} }, event.object?.kind ?? '');
  // A sentence begins with a capital, but a name stays as it is written.
  const beginsWithName = said.startsWith(by) || (said.startsWith(subject) && !/^an? /.test(subject));
  return beginsWithName ? said : said[0]!.toUpperCase() + said.slice(1);
}

type Sentence = (told: Told, objectKind: string) => string;

const by =
  (verb: string): Sentence =>
  ({ by: who, subject }) =>
    `${who} ${verb} ${subject}`;

/** An attribute of what changed is named, its values are not. */
const changed: Sentence = ({ by: who, subject, data }) => {
  const names = changedNames(data);
  return `${who} changed ${subject}${names.length > 0 ? `: ${listed(names)}` : ''}`;
};

const sentences: Readonly<Record<EventType, Sentence>> = {
  'user.created': by('created'),
  'user.updated': changed,
  'user.suspended': ({ by: who, subject, data }) =>
    data.reason === 'directory'
      ? `${who} suspended ${subject}, as the directory says`
      : `${who} suspended ${subject}`,
  'user.reactivated': by('reactivated'),
  'user.suspension_changed': ({ by: who, subject, data }) =>
    `${who} changed why ${subject} is suspended: now by ${listed(textsIn(data.reasons))}`,
  'user.binned': by('moved into the recycle bin:'),
  'user.restored': by('took out of the recycle bin:'),
  'user.adopted': ({ by: who, subject }) => `${who} took over ${subject}, whom a sign-in had made`,
  'user.removed': by('removed'),
  'user.purged': ({ by: who, subject }) => `${who} erased what was personal of ${subject}`,
  'group.created': by('created the group'),
  'group.updated': (told, kind) => changed({ ...told, subject: `the group ${told.subject}` }, kind),
  'group.removed': by('removed the group'),
  'membership.added': ({ by: who, subject, object }) => `${who} added ${subject} to the group ${object}`,
  'membership.removed': ({ by: who, subject, object }) =>
    `${who} removed ${subject} from the group ${object}`,
  'grant.added': granted,
  'grant.removed': ungranted,
  'grant.changed': regranted,
  'team.created': ({ subject }) => `the team ${subject} came to be`,
  'team.renamed': renamed('team'),
  'business_unit.created': ({ subject }) => `the business unit ${subject} came to be`,
  'business_unit.renamed': renamed('business unit'),
  'provider.created': by('added the provider'),
  'provider.updated': providerChanged,
  'provider.removed': by('removed the provider'),
  'provider.verified': ({ by: who, subject, data }) =>
    data.ok === true
      ? `${who} verified the provider ${subject}: all is well`
      : `${who} verified the provider ${subject}, and it failed: ${listed(textsIn(data.failed)) || 'something'}`,
  'provider.secret_expiring': ({ subject, data }) => `the client secret of ${subject} ${endsIn(data)}`,
  'token.created': ({ by: who, data, provider }) =>
    `${who} made the provisioning token ${tokenName(data)} of ${provider}`,
  'token.revoked': ({ by: who, subject, data, provider }) =>
    typeof data.untilUseOf === 'string'
      ? `${who} let the provisioning token ${subject} of ${provider} end with the first use of the newer one`
      : `${who} ended the provisioning token ${subject} of ${provider}`,
  'token.expiring': ({ data, provider }) =>
    `the provisioning token ${tokenName(data)} of ${provider} ${endsIn(data)}`,
  'mapping.applied': ({ by: who, subject, data }) =>
    `${who} applied the rules number ${data.number} of ${subject}`,
  'key.rotated': ({ by: who, data }) => `${who} sealed ${counted(data.secrets, 'secret')} with a new key`,
  'user.signed_in': ({ subject }) => `${subject} signed in`,
  'user.linked': ({ by: who, subject, data }) =>
    `${who} linked ${subject} with who they are at ${told(data.issuer) || 'the provider'}`,
  'user.unlinked': ({ by: who, subject }) => `${who} took away the link of ${subject} with the provider`,
  'link.requested': ({ subject }) =>
    `a sign-in asked to be linked with ${subject}, an administrator: somebody has to decide`,
  'link.refused': ({ by: who, subject }) => `${who} refused to link a sign-in with ${subject}`,
  'sign_in.refused': ({ subject, data }) => `signing in was refused (${subject}): ${spelt(data.reason)}`,
  'session.ended': ({ by: who, subject, data }) =>
    data.reason === 'signed-out'
      ? `${subject} signed out`
      : `${who} ended a session of ${subject}: ${spelt(data.reason)}`,
  'admin.created': by('made the break-glass administrator'),
  'admin.password_set': ({ by: who, subject }) =>
    `${who} set a new password of the break-glass administrator ${subject}`,
  'admin.signed_in': ({ subject }) => `the break-glass administrator ${subject} signed in`,
  'admin.locked': ({ subject, data }) =>
    `the break-glass administrator ${subject} has to wait after ${counted(data.failures, 'wrong password')}`,
  'admin.removed': by('removed the break-glass administrator'),
  'setup_link.issued': ({ by: who }) => `${who} issued a set-up link`,
  'api_key.created': ({ by: who, subject, data }) =>
    `${who} made the API key ${tokenName(data)} of ${subject}`,
  'api_key.revoked': ({ by: who, subject, data }) =>
    `${who} revoked the API key ${tokenName(data)} of ${subject}`,
  'role.created': by('made the role'),
  'role.updated': (said, kind) => changed({ ...said, subject: `the role ${said.subject}` }, kind),
  'role.removed': by('removed the role'),
  'settings.updated': ({ by: who, subject }) => `${who} changed the setting ${subject}`,
  'members.replaced_with_one': ({ subject, data }) =>
    `the group ${subject} was replaced by one member; ${counted(data.left, 'other')} left it`,
  'reconciliation.started': ({ by: who, provider }) =>
    `${who} began to compare ${provider} with its directory`,
  'reconciliation.finished': ({ provider, data }) =>
    `comparing ${provider} with its directory ended: ${counted(data.compared, 'person', 'people')} compared`,
  'reconciliation.failed': ({ provider, data }) =>
    `the directory of ${provider} could not be read: ${textsIn(data.problems)[0] ?? 'no reason was given'}`,
  'import.started': ({ by: who, provider }) => `${who} began to import people from ${provider}`,
  'import.finished': ({ provider, data }) =>
    `importing people from ${provider} ended: ${counted(data.compared, 'person', 'people')} looked at`,
  'drift.ignored': ({ by: who, subject, data }) =>
    data.ignored === false
      ? `${who} looks at a difference of ${subject} again: ${spelt(data.category)}`
      : `${who} left a difference of ${subject} alone: ${spelt(data.category)}`,
  'drift.healed': ({ by: who, data }) =>
    `${who} had ${counted(Array.isArray(data.rows) ? data.rows.length : data.rows, 'difference')} healed`,
  'batch.held': batch((people, source) => `the guard held back what ${source} would take from ${people}`),
  'batch.approved': batch((people, source, who) => `${who} approved what ${source} takes from ${people}`),
  'batch.applied': batch((people, source) => `what ${source} takes from ${people} was applied`),
  'batch.dropped': batch((people, source, who) => `${who} dropped what ${source} would take from ${people}`),
  'batch.dissolved': batch((people, source) => `nothing is left of what ${source} would take from ${people}`),
  'batch.undone': batch((people, source, who) => `${who} gave back what ${source} took from ${people}`),
  'webhook.created': by('made the webhook'),
  'webhook.updated': (said, kind) => changed({ ...said, subject: `the webhook ${said.subject}` }, kind),
  'webhook.rotated': ({ by: who, subject }) => `${who} gave the webhook ${subject} a new secret`,
  'webhook.paused': ({ by: who, subject, data }) =>
    data.reason === 'person'
      ? `${who} paused the webhook ${subject}`
      : `the webhook ${subject} paused: ${spelt(data.reason)}`,
  'webhook.resumed': by('resumed the webhook'),
  'webhook.replayed': ({ by: who, subject }) => `${who} had the webhook ${subject} go on from another place`,
  'webhook.removed': by('removed the webhook'),
  'guard.alarm': ({ provider, data }) =>
    `SCIM took out ${counted(data.people, 'person', 'people')} of ${provider}, more than the guard would let pass`,
};

// --- access -----------------------------------------------------------------------------------------------------

const kinds: Readonly<Record<string, string>> = kindWords;

function granted({ by: who, subject, object, data }: Told, kind: string): string {
  const what = `the ${kinds[kind] ?? kind} ${object}`;
  const reason = isObject(data.reason) ? data.reason : {};
  if (reason.by === 'rule') return `${ruleName(reason)} gave ${subject} ${what}`;
  if (isObject(reason.kept)) return `${who} left ${subject} ${what} when the provider or its SCIM went`;
  if (isObject(reason.exempt)) return `${who} left ${subject} ${what}, which new rules would have taken`;
  return `${who} gave ${subject} ${what} by hand`;
}

function ungranted({ by: who, subject, object, data }: Told, kind: string): string {
  const what = `the ${kinds[kind] ?? kind} ${object}`;
  const reason = isObject(data.reason) ? data.reason : {};
  const stays = data.stillHeld === true ? ', who keeps it for another reason' : '';
  if (reason.by === 'rule')
    return `${ruleName(reason)} no longer gives ${subject} ${what}${stays && `; ${stays.slice(6)}`}`;
  return `${who} took ${what} from ${subject}${stays}`;
}

function regranted({ subject, object, data }: Told, kind: string): string {
  const what = `the ${kinds[kind] ?? kind} ${object}`;
  if (data.outweighed === true) return `another role outweighs ${what} of ${subject}`;
  const reason = isObject(data.after) ? data.after : {};
  if (reason.by !== 'rule') return `${what} of ${subject} counts again`;
  return `${subject} has ${what} by ${ruleName(reason)} now, told by ${told(reason.channel)}`;
}

/** `Rule department=Sales`, or the group that a rule looked at. */
function ruleName({ attribute, value, group }: Record<string, unknown>): string {
  return group === undefined ? `rule ${told(attribute)}=${told(value)}` : `being in the group ${told(value)}`;
}

// --- parts ------------------------------------------------------------------------------------------------------

function renamed(what: string): Sentence {
  return ({ data }) => `the ${what} ${told(data.before)} became ${told(data.after)}`;
}

/** Its settings stand one level deeper. */
function providerChanged({ by: who, subject, data }: Told): string {
  const [before, after] = [flat(data.before), flat(data.after)];
  const differs = Object.keys({ ...before, ...after }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  const names = differs.map(spelt);
  return `${who} changed the provider ${subject}${names.length > 0 ? `: ${listed(names)}` : ''}`;
}

function flat(shown: unknown): Record<string, unknown> {
  if (!isObject(shown)) return {};
  const { settings, ...rest } = shown;
  return isObject(settings) ? { ...rest, ...settings } : rest;
}

const sources: Readonly<Record<string, string>> = {
  reconciliation: 'reconciliation',
  rules: 'a change of rules',
  purge: 'purging',
};

function batch(say: (people: string, source: string, who: string) => string): Sentence {
  return ({ by: who, data }) =>
    say(counted(data.people, 'person', 'people'), sources[told(data.source)] ?? told(data.source), who);
}

function changedNames(data: Record<string, unknown>): string[] {
  const sides = [data.before, data.after].filter(isObject);
  return [...new Set(sides.flatMap((side) => Object.keys(side)))].map((name) => name.split(':').at(-1)!);
}

function endsIn({ days }: Record<string, unknown>): string {
  return days === 0 ? 'has ended' : `ends within ${counted(days, 'day')}`;
}

function tokenName({ name, lastFour }: Record<string, unknown>): string {
  return lastFour === undefined ? told(name) : `${told(name)} (ending in ${told(lastFour)})`;
}

function told(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** `wrong-password` as people write it. */
function spelt(value: unknown): string {
  return told(value)
    .replaceAll(/[-_]/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

const NAMED = 4;

function listed(texts: readonly string[]): string {
  if (texts.length <= NAMED) return texts.join(', ');
  return `${texts.slice(0, NAMED).join(', ')} and ${texts.length - NAMED} more`;
}

function counted(value: unknown, one: string, many = `${one}s`): string {
  const n = typeof value === 'number' ? value : 0;
  return `${n} ${n === 1 ? one : many}`;
}
