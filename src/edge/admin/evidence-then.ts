// What an evidence pack has beside people: the rules of every provider and what roles permitted at that moment, by the log.

import type { StoredEvent } from '../../ledger/ledger.ts';
import { isObject } from '../../scim/json.ts';
import { actorName, type NameParts, namesOf } from './actor-names.ts';
import { rfc3339 } from './contract.ts';
import type { Then } from './past-people.ts';
import { showRulesAsKeys } from './rules-as-keys.ts';

/** Events that are read in one go. */
const EVENTS_AT_ONCE = 500;

/** Of every provider that was there, in the order in which they came. */
export async function rulesThen(parts: NameParts, then: Then) {
  const { position } = then.moment;
  const there = new Set<string>();
  for await (const { type, subject } of between(parts, 0, position, [
    'provider.created',
    'provider.removed',
  ])) {
    if (type === 'provider.created') there.add(subject.id);
    else there.delete(subject.id);
  }
  const shown = [];
  for (const id of there) {
    const name = (await then.nameOf('provider', id))?.name ?? id;
    const { number, ruleset } = await then.rulesOf(id);
    const names = await namesOf(parts, ruleset ? [ruleset.actor.id] : []);
    shown.push({
      provider: { id, name },
      number,
      appliedAt: ruleset && rfc3339(ruleset.at),
      appliedBy: ruleset && { ...ruleset.actor, name: actorName(ruleset.actor, names) },
      rules: ruleset && showRulesAsKeys(ruleset),
    });
  }
  return shown;
}

interface RoleThen {
  id: string;
  name: string;
  description: string;
  system: boolean;
  permissions: readonly string[];
}

/** Those of now, with all that was changed since taken back: what a role that came with the product began with is not in the log. */
export async function rolesThen({ ledger }: NameParts, { moment }: Then): Promise<RoleThen[]> {
  const roles = new Map<string, RoleThen>();
  for (const { id, name, description, system, permissions } of await ledger.roles()) {
    roles.set(id, { id, name, description, system, permissions });
  }
  // Asked behind the roles: whatever they show has its place in the log by now.
  const upTo = await ledger.lastPosition();
  const since: StoredEvent[] = [];
  const types = ['role.created', 'role.updated', 'role.removed'];
  for await (const event of between({ ledger }, moment.position, upTo, types)) since.push(event);
  for (const { type, subject, data } of since.reverse()) {
    const before = isObject(data?.before) ? (data.before as Partial<RoleThen>) : {};
    const known = roles.get(subject.id) ?? nothing(subject.id);
    if (type === 'role.created') roles.delete(subject.id);
    else roles.set(subject.id, { ...known, ...before });
  }
  return [...roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of a role that is not there any more; none that came with the product can be removed. */
function nothing(id: string): RoleThen {
  return { id, name: id, description: '', system: false, permissions: [] };
}

async function* between(
  { ledger }: Pick<NameParts, 'ledger'>,
  above: number,
  upTo: number,
  types: readonly string[],
): AsyncGenerator<StoredEvent> {
  for (let after = above; after < upTo; ) {
    const among = { above, upTo };
    const events = await ledger.events({ types, after, among, limit: EVENTS_AT_ONCE });
    yield* events;
    const last = events.at(-1);
    if (!last || events.length < EVENTS_AT_ONCE) return;
    after = last.position;
  }
}
