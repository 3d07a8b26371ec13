// People by what apps know them by, with all that they have, in one statement: apps ask per request. It reads the number of
// the settings too, so that it is all of one moment.

import { fold } from '../../fold.ts';
import type { FullUser, Ledger, PersonKey } from '../ledger.ts';
import type { Unsettled } from '../sql/stored-settings.ts';
import { UNSETTLED } from '../sql/users.ts';
import { readUser, targetsOfUser, type UserJson, userJsonWith } from './load.ts';
import type { Pool } from './pool.ts';
import type { SettingsCache, Snapshot } from './settings.ts';

interface PersonJson extends Omit<UserJson, 'targets'> {
  targets: [id: string, name: string, key: string, kind: string][] | null;
}

const AT_MOST = 50;

/**
 * Who may be meant: rows with provider and id. The few providers lead, each to the index that begins with it; LATERAL and LIMIT
 * keep that order, which a plan made for empty tables would turn round.
 */
const ofEach = (rows: string) =>
  `SELECT w.provider, w.id FROM providers p CROSS JOIN LATERAL (${rows} LIMIT ${AT_MOST}) w WHERE $2::text IS NULL OR p.id = $2`;
const users = (where: string) =>
  ofEach(`SELECT u.provider, u.id FROM users u WHERE u.provider = p.id AND ${where}`);
const byExternalId = users('u.external_id = $1 ORDER BY u.removed_at IS NOT NULL, u.removed_at DESC, u.id');

const meant: Readonly<Record<PersonKey['by'], string>> = {
  id: users('u.id = $1'),
  // While somebody is in the provider's recycle bin nobody is looked up by the name they keep.
  userName: `${users('u.user_name_folded = $1 AND u.sign_in_name_folded = u.user_name_folded AND u.removed_at IS NULL')}
    UNION ALL ${users('u.sign_in_name_folded = $1 AND u.removed_at IS NOT NULL ORDER BY u.removed_at DESC')}`,
  externalId: byExternalId,
  oid: `${ofEach('SELECT i.provider, i.person AS id FROM identities i WHERE i.provider = p.id AND i.subject = $1 ORDER BY i.since, i.issuer')}
    UNION ${byExternalId}`,
};

const personJson = userJsonWith(`'targets', ${targetsOfUser('t.id, t.name, t.key, t.kind')}`);

const textOf = (by: PersonKey['by']) =>
  `SELECT v.version, (SELECT json_agg(${personJson}) FROM (${meant[by]}) f CROSS JOIN LATERAL
    (SELECT * FROM users u WHERE u.provider = f.provider AND u.id = f.id LIMIT 1) u) AS people FROM settings_version v`;

const texts = {
  id: textOf('id'),
  userName: textOf('userName'),
  externalId: textOf('externalId'),
  oid: textOf('oid'),
} satisfies Record<PersonKey['by'], string>;

/** How often the settings may change between the statement and the look at them, before others read it slowly. */
const TRIES = 3;

/** `slowly`: in more statements, where the settings change all the time. */
export function people(
  pool: Pool,
  settings: SettingsCache,
  slowly: (key: PersonKey) => Promise<FullUser[]>,
): Pick<Ledger, 'peopleCalled' | 'fullUser'> {
  /** null: that is for others. */
  async function ofOneMoment({ by, value, provider }: PersonKey): Promise<FullUser[] | null> {
    const values = [by === 'userName' ? fold(value) : value, provider ?? null];
    for (let tried = 0; tried < TRIES; tried++) {
      const { rows } = await pool.query(texts[by], values);
      const row = rows[0] as { version: number; people: PersonJson[] | null };
      const snapshot = settings.at(row.version);
      if (snapshot) return peopleOf(snapshot, row.people ?? []);
      await settings.fresh();
    }
    return null;
  }

  const peopleCalled = async (key: PersonKey) =>
    (await pool.patiently(() => ofOneMoment(key))) ?? slowly(key);
  return {
    peopleCalled,
    fullUser: async (id) => (await peopleCalled({ by: 'id', value: id }))[0] ?? null,
  };
}

function peopleOf({ stored }: Snapshot, rows: readonly PersonJson[]): FullUser[] {
  return rows.flatMap(({ targets, ...row }) => {
    const state = stored.states.get(row.provider);
    if (!state) return [];
    const held = targets ?? [];
    const read = readUser(state, { ...row, targets: held.map(([id, name, key]) => [id, name, key]) });
    const waits = isUnsettled(stored.unsettled.get(row.provider), row);
    const loaded = waits ? { ...read, ruleset: UNSETTLED } : read;
    const named = new Map(held.map(([id, name, _key, kind]) => [id, { name, kind }]));
    return [{ loaded, state, targets: named, roles: stored.roles }];
  });
}

/** Stored access that a job has still to put right, as `unsettledAmong` finds it. */
function isUnsettled(
  unsettled: Unsettled | undefined,
  { aside, groups }: Pick<PersonJson, 'aside' | 'groups'>,
): boolean {
  if (!unsettled) return false;
  const memberOf = new Set((groups ?? []).map(([id]) => id));
  return (unsettled.others && aside !== null) || unsettled.groups.some((id) => memberOf.has(id));
}
