// One change set is one statement: this function. Within it, people are locked in the order of their ids, then groups in
// theirs, so two changes wait for each other and never in a circle. Whatever was decided on something that is not there
// any more raises BF001, and nothing of the change is written.

import { userWriteColumns } from '../sql/rows.ts';
import { isLinkedOtherwise, linkColumns, onLinkTaken, sessionWriteColumns } from '../sql/sign-in-rows.ts';
import { LINK_TAKEN, STALE } from './database-error.ts';
import { LOCK_SPACE, locks } from './locks.ts';

const numbers: ReadonlySet<string> = new Set([
  'revision',
  'several_work_emails',
  'ruleset',
  'created_at',
  'modified_at',
  'removed_at',
  'last_provisioned_at',
  'last_sign_in_at',
  'expires_at',
  'last_seen_at',
  'claims_at',
  'since',
]);

const typed = (names: readonly string[]) =>
  names.map((name) => `${name} ${numbers.has(name) ? 'bigint' : 'text'}`).join(', ');

const userNames = userWriteColumns.join(', ');
/** When somebody last signed in is the sign-in's to say: another change may have been decided before it. */
const userSets = userWriteColumns
  .slice(0, -2)
  .filter((name) => name !== 'last_sign_in_at')
  .map((name) => `${name} = item.${name}`)
  .join(', ');

/**
 * A statement for each row of a list, by its key. One statement over the whole list would leave the planner a choice, and
 * what it chose for the first few users it would keep for all that come: to read everybody for each change.
 */
const each = (list: string, columns: string, statement: string) => `
  IF p ? '${list}' THEN
    FOR item IN SELECT * FROM jsonb_to_recordset(p -> '${list}') AS r(${columns}) LOOP
      ${statement}
    END LOOP;
  END IF;`;

/** Ids in a list of the change. */
const idsIn = (list: string) => `ANY(ARRAY(SELECT jsonb_array_elements_text(p -> '${list}')))`;

const stale = (what: string) => `RAISE EXCEPTION 'stale ${what}' USING ERRCODE = '${STALE}'`;

/** As many rows as the list has. */
const all = (list: string, what: string) => `
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> jsonb_array_length(p -> '${list}') THEN ${stale(what)}; END IF;`;

const people = `
  IF p ? 'people' THEN
    PERFORM 1 FROM users WHERE provider = prov AND id = ${idsIn('people')}
      ORDER BY id FOR NO KEY UPDATE;
  END IF;
  IF p ? 'created' THEN
    INSERT INTO users (${userNames}) SELECT ${userNames} FROM jsonb_to_recordset(p -> 'created') AS x(${typed(userWriteColumns)});
  END IF;${each(
    'updated',
    `expected bigint, ${typed(userWriteColumns)}`,
    `UPDATE users u SET ${userSets} WHERE u.provider = prov AND u.id = item.id AND u.revision = item.expected;
      IF NOT FOUND THEN ${stale('user')}; END IF;`,
  )}${each(
    'resolved',
    'id text, expected bigint, role text, grants text, ruleset bigint',
    `UPDATE users u SET revision = u.revision + 1, role = item.role, grants = item.grants, ruleset = item.ruleset
        WHERE u.provider = prov AND u.id = item.id AND u.revision = item.expected;
      IF NOT FOUND THEN ${stale('access')}; END IF;`,
  )}${each(
    'renumbered',
    'id text, ruleset bigint',
    'UPDATE users u SET ruleset = item.ruleset WHERE u.provider = prov AND u.id = item.id;',
  )}`;

const groups = `
  IF p ? 'groupsUsed' THEN
    FOR g IN SELECT * FROM jsonb_to_recordset(p -> 'groupsUsed') AS x("group" text, revision bigint, "membershipVersion" bigint) ORDER BY 1 LOOP
      PERFORM 1 FROM directory_groups d WHERE d.provider = prov AND d.id = g."group" AND d.revision = g.revision
        AND (g."membershipVersion" IS NULL OR d.membership_version = g."membershipVersion") FOR NO KEY UPDATE;
      IF NOT FOUND THEN ${stale('group')}; END IF;
    END LOOP;
  END IF;
  IF p ? 'groups' THEN
    FOR g IN SELECT * FROM jsonb_to_recordset(p -> 'groups') AS x(expected bigint, revision bigint, document text,
      display_name text, display_name_folded text, unique_name text, external_id text, modified_at bigint, id text) LOOP
      IF g.expected = 0 THEN
        INSERT INTO directory_groups (provider, id, revision, membership_version, document, display_name,
          display_name_folded, unique_name, external_id, created_at, modified_at)
        VALUES (prov, g.id, g.revision, 1, g.document, g.display_name, g.display_name_folded, g.unique_name,
          g.external_id, g.modified_at, g.modified_at);
      ELSE
        UPDATE directory_groups d SET revision = g.revision, document = g.document, display_name = g.display_name,
          display_name_folded = g.display_name_folded, unique_name = g.unique_name, external_id = g.external_id,
          modified_at = g.modified_at
        WHERE d.provider = prov AND d.id = g.id AND d.revision = g.expected;
        IF NOT FOUND THEN ${stale('group')}; END IF;
      END IF;
    END LOOP;
  END IF;`;

/** Teams and business units come to be with their first grant; whoever is first makes them and tells of it. */
const targets = `
  IF p ? 'targets' THEN
    FOR t IN SELECT * FROM jsonb_to_recordset(p -> 'targets') AS x(kind text, id text, name text, name_folded text, key text, renames boolean) ORDER BY id LOOP
      INSERT INTO targets (provider, id, kind, name, name_folded, key, created_at)
        VALUES (prov, t.id, t.kind, t.name, t.name_folded, t.key, now_ms) ON CONFLICT DO NOTHING;
      word := CASE t.kind WHEN 'team' THEN 'team' ELSE 'business_unit' END;
      about := jsonb_build_object('kind', t.kind, 'id', t.id);
      IF FOUND THEN
        made := made || jsonb_build_object('type', word || '.created', 'subject', about,
          'data', jsonb_build_object('name', t.name));
      ELSIF t.renames THEN
        SELECT d.name INTO was FROM targets d WHERE d.provider = prov AND d.id = t.id AND d.name <> t.name FOR UPDATE;
        IF FOUND THEN
          UPDATE targets d SET name = t.name, name_folded = t.name_folded WHERE d.provider = prov AND d.id = t.id;
          made := made || jsonb_build_object('type', word || '.renamed', 'subject', about,
            'data', jsonb_build_object('before', was, 'after', t.name));
        END IF;
      END IF;
    END LOOP;
  END IF;`;

/**
 * The row of a large group is held as briefly as can be: its version moves last. Groups have no revision for being
 * members, so that those who join are held in place, and one who is in or out already is a change by somebody else.
 */
const edges = `
  IF p ? 'nested' THEN
    PERFORM 1 FROM directory_groups d WHERE d.provider = prov AND d.id = ${idsIn('nested')}
      ORDER BY d.id FOR KEY SHARE;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> jsonb_array_length(p -> 'nested') THEN ${stale('member')}; END IF;
  END IF;
  IF p ? 'joins' THEN
    INSERT INTO memberships (provider, group_id, member, member_kind, display, since)
      SELECT prov, "group", member, "memberKind", display, now_ms
      FROM jsonb_to_recordset(p -> 'joins') AS x("group" text, member text, "memberKind" text, display text)
      ON CONFLICT DO NOTHING;${all('joins', 'membership')}
  END IF;${each(
    'leaves',
    '"group" text, member text',
    `DELETE FROM memberships m WHERE m.provider = prov AND m.group_id = item."group" AND m.member = item.member;
      IF NOT FOUND THEN ${stale('membership')}; END IF;`,
  )}${each(
    'lost',
    'target text, "user" text',
    'DELETE FROM holdings h WHERE h.target = item.target AND h."user" = item."user";',
  )}
  IF p ? 'gained' THEN
    INSERT INTO holdings (target, "user", provider)
      SELECT target, "user", prov FROM jsonb_to_recordset(p -> 'gained') AS x(target text, "user" text) ON CONFLICT DO NOTHING;
  END IF;
  IF p ? 'removedGroups' THEN
    FOR g IN SELECT * FROM jsonb_to_recordset(p -> 'removedGroups') AS x(id text, later boolean) ORDER BY id LOOP
      PERFORM 1 FROM directory_groups d WHERE d.provider = prov AND d.id = g.id FOR UPDATE;
      UPDATE directory_groups d SET membership_version = d.membership_version + 1, modified_at = now_ms
        WHERE d.provider = prov AND d.id IN (SELECT m.group_id FROM memberships m WHERE m.provider = prov AND m.member = g.id);
      IF NOT g.later THEN DELETE FROM memberships m WHERE m.provider = prov AND m.group_id = g.id; END IF;
      DELETE FROM memberships m WHERE m.provider = prov AND m.member = g.id;
      DELETE FROM directory_groups d WHERE d.provider = prov AND d.id = g.id;
    END LOOP;
  END IF;
  IF p ? 'touched' THEN
    PERFORM 1 FROM directory_groups d WHERE d.provider = prov AND d.id = ${idsIn('touched')}
      ORDER BY d.id FOR NO KEY UPDATE;
    UPDATE directory_groups d SET membership_version = d.membership_version + 1, modified_at = now_ms
      WHERE d.provider = prov AND d.id = ${idsIn('touched')};
  END IF;`;

const otherwise = isLinkedOtherwise('prov', 'item."user"', 'item."externalId"');

/** Whoever is suspended or removed is out with the same commit; whoever signs in is there and active at its moment. */
const signIn = `
  IF p ? 'shutOut' THEN
    DELETE FROM sessions s WHERE s.person = ${idsIn('shutOut')} AND s.provider = prov;
  END IF;
${each(
  'reidentified',
  '"user" text, "externalId" text',
  `DELETE FROM sessions s WHERE s.person = item."user" AND s.provider = prov AND ${otherwise};
      UPDATE api_keys k SET revoked_at = now_ms WHERE k.person = item."user" AND k.provider = prov AND k.revoked_at IS NULL
        AND ${otherwise};`,
)}
  IF p ? 'signIn' THEN
    SELECT x."user", x.revision, x.issuer, x.subject INTO item
      FROM jsonb_to_record(p -> 'signIn') AS x("user" text, revision bigint, issuer text, subject text);
    UPDATE users u SET last_sign_in_at = (p #>> '{session,created_at}')::bigint
      WHERE u.provider = prov AND u.id = item."user" AND u.revision = item.revision AND u.status = 'active';
    IF NOT FOUND THEN ${stale('sign-in')}; END IF;
    IF p ? 'link' THEN
      INSERT INTO identities AS i (${linkColumns.join(', ')})
        SELECT ${linkColumns.join(', ')} FROM jsonb_to_record(p -> 'link') AS x(${typed(linkColumns)}) ${onLinkTaken};
    ELSE
      PERFORM 1 FROM identities i WHERE i.provider = prov AND i.issuer = item.issuer AND i.subject = item.subject
        AND i.person = item."user" FOR KEY SHARE;
    END IF;
    IF NOT FOUND THEN RAISE EXCEPTION 'link taken' USING ERRCODE = '${LINK_TAKEN}'; END IF;
    INSERT INTO sessions (${sessionWriteColumns.join(', ')})
      SELECT ${sessionWriteColumns.join(', ')} FROM jsonb_to_record(p -> 'session') AS x(${typed(sessionWriteColumns)});
  END IF;`;

/**
 * First of all, so that a change whose answer was lost on the way breaks on its own row when it comes again, whatever
 * has happened since.
 */
const request = `
  IF p ? 'request' THEN
    INSERT INTO requests (id, at, provider, token, method, path, action, body, status, duration_ms, tags, detail, remote,
      resource, effects)
    SELECT x.id, x.at, x.provider, x.token, x.method, x.path, x.action, x.body, x.status, x.duration_ms, x.tags, x.detail,
      x.remote, x.resource, event_count
    FROM jsonb_to_record(p -> 'request') AS x(id text, at bigint, provider text, token text, method text, path text,
      action text, body text, status bigint, duration_ms double precision, tags text, detail text, remote text, resource text);
  END IF;`;

const events = `
  IF made <> '[]' OR event_count > 0 THEN
    INSERT INTO unsealed (at, provider, actor_kind, actor, cause_kind, cause, made, decided)
      VALUES (now_ms, prov, p ->> 'actorKind', p ->> 'actor', p ->> 'causeKind', p ->> 'cause', made::text, decided);
  END IF;
  IF made <> '[]' AND p ? 'request' THEN
    UPDATE requests r SET effects = event_count + jsonb_array_length(made) WHERE r.id = p #>> '{request,id}';
  END IF;`;

export const commitFunction = `
CREATE OR REPLACE FUNCTION bifrost_commit(p jsonb, decided text, event_count integer) RETURNS void LANGUAGE plpgsql AS $commit$
DECLARE
  prov CONSTANT text := p ->> 'provider';
  now_ms CONSTANT bigint := (p ->> 'at')::bigint;
  decided_by CONSTANT bigint := (p ->> 'version')::bigint;
  made jsonb := '[]';
  done bigint;
  word text;
  was text;
  about jsonb;
  g record;
  t record;
  item record;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(${LOCK_SPACE}, ${locks.settings});
  PERFORM 1 FROM settings_version WHERE version = decided_by;
  IF NOT FOUND THEN ${stale('settings')}; END IF;
${request}${people}${groups}${targets}${edges}${signIn}${events}
END
$commit$;
`;
