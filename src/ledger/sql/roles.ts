// Roles: what they permit. Each change reads what was there in the transaction that writes what is there now, with its
// event; one that can decide anew who wins begins to resolve people in the same commit.

import { fold } from '../../fold.ts';
import { Refusal } from '../../refusal.ts';
import type { Change, RoleSeed, RoleWords, StoredRole } from '../ledger.ts';
import type { Tell } from './origin.ts';
import { applyRuleset } from './providers.ts';
import { all, one, type Script, write } from './statement.ts';
import { readSettings } from './stored-settings.ts';

/** Gives the new revision. `expected` 0 makes the role. */
export function* saveRole(tell: Tell, role: RoleWords, expected: number, by: Change): Script<number> {
  const { roles } = yield* readSettings();
  const before = roles.find((each) => each.id === role.id);
  if (expected > 0 && !before) throw new Refusal('notFound', 'This role was removed by somebody else.');
  if ((before?.revision ?? 0) !== expected) throw changedBySomebody();
  const namesake = roles.find((each) => each.id !== role.id && fold(each.name) === fold(role.name));
  if (namesake) throw new Refusal('conflict', `A role named "${namesake.name}" is there already.`);
  if (before && before.name !== role.name) yield* refuseNamed(before, 'renamed');
  yield* writeRole(role, expected + 1);
  yield* tell([changeOf(role, before)], { ...by, provider: null });
  if (before?.permissionCount !== role.permissions.length) yield* resolveAnew(tell, role, by);
  return expected + 1;
}

function changedBySomebody(): Refusal {
  return new Refusal('stale', 'The role was changed by somebody else. Read it again.');
}

function* writeRole(
  { id, name, description, system, permissions }: RoleWords,
  revision: number,
): Script<void> {
  yield* write(
    `INSERT INTO roles (id, name, description, system, permissions, revision) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, description = excluded.description,
       permissions = excluded.permissions, revision = excluded.revision`,
    id,
    name,
    description,
    system ? 1 : 0,
    JSON.stringify(permissions),
    revision,
  );
}

function changeOf(role: RoleWords, before: StoredRole | undefined) {
  const subject = { kind: 'role' as const, id: role.id };
  const { name, description, permissions } = role;
  const after = { name, description, permissions };
  if (!before) return { type: 'role.created' as const, subject, data: { after } };
  const changed = (['name', 'description', 'permissions'] as const).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(role[key]),
  );
  const of = (words: RoleWords) => Object.fromEntries(changed.map((key) => [key, words[key]]));
  const data = { name, before: of(before), after: of(role) };
  return { type: 'role.updated' as const, subject, data };
}

/** Rules refer to a role by its name. */
function* refuseNamed({ name }: StoredRole, what: 'renamed' | 'removed'): Script<void> {
  const { states } = yield* readSettings();
  const naming = [...states.values()].filter(({ ruleset }) =>
    ruleset.rules.some((rule) => rule.kind === 'role' && rule.target === name),
  );
  if (naming.length === 0) return;
  const providers = naming.map(({ provider }) => ({ id: provider.id, name: provider.name }));
  const where = providers.map((provider) => provider.name).join(', ');
  const detail = `The rules of ${where} give the role "${name}", so it cannot be ${what}: change those rules first.`;
  throw new Refusal('conflict', detail, { providers });
}

/**
 * `most-permissions` compares how many a role has: where a rule gives it, or a sticky rule left it with somebody, another
 * one may win from now on.
 */
function* resolveAnew(tell: Tell, { id, name }: RoleWords, by: Change): Script<void> {
  for (const { provider, ruleset } of (yield* readSettings()).states.values()) {
    if (ruleset.strategy !== 'most-permissions') continue;
    const isNamed = ruleset.rules.some((rule) => rule.kind === 'role' && rule.target === name);
    if (isNamed || (yield* isLeftWithSomebody(provider.id, id))) yield* applyRuleset(tell, ruleset, by);
  }
}

function* isLeftWithSomebody(provider: string, role: string): Script<boolean> {
  const found = yield* one(
    `SELECT 1 AS there FROM holdings h JOIN users u ON u.provider = h.provider AND u.id = h."user"
     WHERE h.target = ? AND h.provider = ? AND u.grants LIKE '%"sticky"%' LIMIT 1`,
    role,
    provider,
  );
  return found !== undefined;
}

// --- removing ---------------------------------------------------------------------------------------------------

/** People that a refusal names. */
const HOLDERS_NAMED = 10;

export function* removeRole(tell: Tell, id: string, expected: number, by: Change): Script<void> {
  const before = (yield* readSettings()).roles.find((each) => each.id === id);
  if (!before) throw new Refusal('notFound', `There is no role ${id}.`);
  if (before.revision !== expected) throw changedBySomebody();
  if (before.system) {
    throw new Refusal('conflict', `The role "${before.name}" comes with the product and cannot be removed.`);
  }
  yield* refuseNamed(before, 'removed');
  yield* refuseHeld(before);
  yield* write('DELETE FROM roles WHERE id = ?', id);
  const { name, description, permissions } = before;
  const data = { before: { name, description, permissions } };
  yield* tell([{ type: 'role.removed', subject: { kind: 'role', id }, data }], { ...by, provider: null });
}

/** Also those who hold it beside another one that outweighs it. */
function* refuseHeld({ id, name }: StoredRole): Script<void> {
  const { n } = (yield* one<{ n: number }>('SELECT count(*) AS n FROM holdings WHERE target = ?', id))!;
  const holders = Number(n);
  if (holders === 0) return;
  const sql = `SELECT h."user" AS id FROM holdings h WHERE h.target = ? ORDER BY h."user" LIMIT ${HOLDERS_NAMED}`;
  const people = (yield* all<{ id: string }>(sql, id)).map((row) => row.id);
  const who = holders === 1 ? '1 person holds' : `${holders} people hold`;
  const detail = `${who} the role "${name}": take it from them first. GET /api/users?role=${encodeURIComponent(name)} lists them.`;
  throw new Refusal('conflict', detail, {
    holders,
    people,
    advice: `Find them: bifrost user list --role ${JSON.stringify(name)}`,
  });
}

// --- those that come with the product ---------------------------------------------------------------------------

/** The row of `settings` with what each of them was given so far, by id. */
const GIVEN = 'given_permissions';

/**
 * Makes those that are missing, and gives each what it was never given before: what people took away since stays away.
 */
export function* seedRoles(tell: Tell, seeds: readonly RoleSeed[], by: Change): Script<void> {
  const stored = yield* one<{ value: string }>('SELECT value FROM settings WHERE name = ?', GIVEN);
  const given = (stored ? JSON.parse(stored.value) : {}) as Record<string, string[]>;
  const { roles } = yield* readSettings();
  const next = { ...given };
  for (const seed of seeds) {
    const before = roles.find((each) => each.id === seed.id);
    const former = given[seed.id];
    // What comes with the product is no news.
    if (!before) yield* writeRole({ ...seed, system: true }, 1);
    else yield* giveNew(tell, before, seed, former, by);
    // A newer version beside this one may have given more: that is not given again.
    next[seed.id] = [...new Set([...(former ?? []), ...seed.permissions])];
  }
  const value = JSON.stringify(next);
  if (value === stored?.value) return;
  yield* write(
    'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    GIVEN,
    value,
  );
}

function* giveNew(
  tell: Tell,
  before: StoredRole,
  seed: RoleSeed,
  former: readonly string[] | undefined,
  by: Change,
): Script<void> {
  const fresh = seed.permissions.filter(
    (each) => !former?.includes(each) && !before.permissions.includes(each),
  );
  const lacksWords = former === undefined && before.description === '';
  if (fresh.length === 0 && !lacksWords) return;
  const description = before.description || seed.description;
  const permissions = [...before.permissions, ...fresh];
  yield* saveRole(tell, { ...before, description, permissions }, before.revision, by);
}
