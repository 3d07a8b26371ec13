// Events as they are shown: with the names of those they speak of, and the sentence that says what happened.

import type { StoredEvent } from '../../ledger/ledger.ts';
import { cutText } from '../../mapping/rule.ts';
import { showEvent } from '../../outbox/shown-event.ts';
import { isObject } from '../../scim/json.ts';
import { actorName, type NameParts, type Names, namesOf } from './actor-names.ts';
import type { EventJson } from './contract.ts';
import { sentenceOf } from './event-sentence.ts';

/** All of a page at once. */
export async function showEvents(parts: NameParts, events: readonly StoredEvent[]): Promise<EventJson[]> {
  const ids = events.flatMap(({ actor, subject, object, provider }) => [
    actor.id,
    subject.id,
    object?.id ?? '',
    provider ?? '',
  ]);
  const names = await namesOf(parts, ids);
  return events.map((event) => named(event, names));
}

function named(event: StoredEvent, names: Names): EventJson {
  const { subject, object, provider } = event;
  const known = {
    actor: actorName(event.actor, names),
    subject: names.get(subject.id) ?? nameIn(event),
    object: object ? (names.get(object.id) ?? nameOfObject(event)) : null,
  };
  const told = {
    by: known.actor,
    subject: known.subject ?? gone[subject.kind] ?? subject.id,
    object: known.object ?? (object ? (gone[object.kind] ?? object.id) : ''),
    provider: provider === null ? 'this installation' : (names.get(provider) ?? provider),
    data: {},
  };
  return { ...showEvent(event), words: sentenceOf(event, told), names: known };
}

// --- what is not there any more ---------------------------------------------------------------------------------

const gone: Readonly<Record<string, string>> = {
  user: 'a user who is not here any more',
  group: 'a group that is not here any more',
  admin: 'an administrator who is not here any more',
};

/** What the event itself still says of the name; of a user `name` is what was given to them. */
function nameIn({ data, subject }: StoredEvent): string | null {
  const after = isObject(data?.after) ? data.after : {};
  const before = isObject(data?.before) ? data.before : {};
  const named = [data?.displayName, data?.userName, after.displayName, after.userName];
  const found = (subject.kind === 'user' ? named : [data?.name, ...named, after.name, before.name]).find(
    (each) => typeof each === 'string',
  );
  return typeof found === 'string' ? cutText(found) : null;
}

/** A grant names its target, a membership its group. */
function nameOfObject({ data }: StoredEvent): string | null {
  const found = data?.group ?? data?.name;
  return typeof found === 'string' ? cutText(found) : null;
}
