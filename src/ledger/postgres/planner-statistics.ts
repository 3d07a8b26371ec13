// What the planner is told before anybody is there (docs/decisions/0003): statistics of an organisation with invented
// people, whose rows go again at once. They stay until the first ANALYZE of what is really there, and from then on that
// knows better. Without them a condition on the provider, which everybody has, counts as narrow as one on a name.

const people = 2000;

/** In the order of an id that is made by time, as ours are. */
const id = (kind: string, n: string) => `'${kind}' || lpad((${n})::text, 34, '0')`;

const invented = `
INSERT INTO users (provider, id, revision, document, supplied, user_name_folded, sign_in_name_folded, external_id,
  work_email_folded, several_work_emails, status, role, grants, ruleset, created_at, modified_at, removed_at, last_provisioned_at)
SELECT 'invented', ${id('u', 'n')}, 1 + n % 5, repeat('-', 700), repeat('-', 200), n || '@invented.example',
  n || '@invented.example', md5(n::text), n || '@invented.example', 0,
  CASE WHEN n % 50 = 1 THEN 'removed' WHEN n % 100 = 2 THEN 'suspended' ELSE 'active' END,
  CASE WHEN n % 100 <> 3 THEN 'role' || n % 4 END, repeat('-', 400), 1, n, n,
  CASE WHEN n % 50 = 1 THEN n END, n FROM generate_series(1, ${people}) n;

INSERT INTO directory_groups (provider, id, revision, membership_version, document, display_name, display_name_folded,
  unique_name, external_id, created_at, modified_at)
SELECT 'invented', ${id('g', 'n')}, 1, n, repeat('-', 150), 'group ' || n, 'group ' || n, 'group ' || n, md5(n::text), n, n
FROM generate_series(1, ${people}) n;

INSERT INTO memberships (provider, group_id, member, member_kind, since)
SELECT 'invented', ${id('g', 'm % 40')}, ${id('u', 'n')}, 'User', n
FROM generate_series(1, ${people}) n, generate_series(n * 7, n * 7 + 2) m;

INSERT INTO targets (provider, id, kind, name, name_folded, key, created_at)
SELECT 'invented', ${id('t', 'n')}, CASE WHEN n % 3 = 0 THEN 'businessUnit' ELSE 'team' END, 'team ' || n, 'team ' || n,
  'group:' || n, n FROM generate_series(1, ${people}) n;

INSERT INTO holdings (target, "user", provider)
SELECT ${id('t', 'm % 40')}, ${id('u', 'n')}, 'invented'
FROM generate_series(1, ${people}) n, generate_series(n * 7, n * 7 + 3) m;

INSERT INTO events (position, at, provider, type, actor_kind, actor, subject_kind, subject, object, cause_kind, cause, data, data_hash, hash)
SELECT n, n, 'invented', 'type' || n % 20, 'provider', 'token', 'user', ${id('u', 'n / 8')}, ${id('t', 'n % 500')},
  CASE WHEN n % 100 = 0 THEN 'ruleset' END, CASE WHEN n % 100 = 0 THEN ${id('c', 'n / 1000')} END, repeat('-', 100), repeat('-', 64), repeat('-', 64)
FROM generate_series(1, ${people * 4}) n;

INSERT INTO requests (id, at, provider, method, path, action, body, status, duration_ms, tags, resource, effects)
SELECT ${id('r', 'n')}, n, 'invented', 'PATCH', '/scim/v2/Users/' || n, 'Changed a user', repeat('-', 300),
  CASE WHEN n % 200 = 0 THEN 401 WHEN n % 100 = 0 THEN 409 ELSE 200 END, 1, '[]', ${id('u', 'n / 8')}, 1
FROM generate_series(1, ${people * 4}) n;
`;

const tables = ['users', 'directory_groups', 'memberships', 'targets', 'holdings', 'events', 'requests'];

const inventedSignIns = `
INSERT INTO identities (provider, issuer, subject, person, linked_by, since)
SELECT 'invented', 'https://invented.example', md5(n::text), ${id('u', 'n')}, 'externalId', n FROM generate_series(1, ${people}) n;

INSERT INTO purged_identities (provider, hash, at)
SELECT 'invented', md5(n::text) || md5(n::text), n FROM generate_series(1, ${people}) n;

INSERT INTO link_requests (id, provider, issuer, subject, person, user_name, asked_at)
SELECT ${id('l', 'n')}, 'invented', 'https://invented.example', md5(n::text), ${id('u', 'n')}, n || '@invented.example', n
FROM generate_series(1, ${people}) n;

INSERT INTO sessions (hash, id, provider, person, created_at, expires_at, last_seen_at, issuer, sid, claims_at, refresh_token)
SELECT md5(n::text) || md5(n::text), ${id('s', 'n')}, 'invented', ${id('u', 'n / 2')}, n, n, n, 'https://invented.example',
  md5(n::text), n, repeat('-', 700) FROM generate_series(1, ${people}) n;

INSERT INTO api_keys (id, hash, name, last_four, provider, person, permissions, created_at)
SELECT ${id('k', 'n')}, md5(n::text) || md5(n::text), 'key ' || n, 'abcd', 'invented', ${id('u', 'n / 4')}, '[]', n
FROM generate_series(1, ${people}) n;
`;

const signInTables = ['identities', 'purged_identities', 'link_requests', 'sessions', 'api_keys'];

const run = "'invented run'";

const inventedRuns = `
INSERT INTO reconciliations (id, provider, channel, mode, scope, preview, begun_by, actor, started_at, phase, position, counts, problems, finished_at)
SELECT ${id('r', 'n')}, 'invented', 'reconciliation', 'heal', 'all', 0, 'schedule', 'system:x', n, 'done', '', '{}', '[]', n
FROM generate_series(1, ${people}) n;

INSERT INTO staged_parts (run, part, state, pages, row_count)
SELECT ${run}, 'members ' || md5(n::text), 'complete', 1, n FROM generate_series(1, ${people}) n;

INSERT INTO staged_people (run, bucket, id, body)
SELECT ${run}, left(md5(n::text), 2), md5(n::text), repeat('-', 700) FROM generate_series(1, ${people}) n;

INSERT INTO staged_groups (run, id, display_name)
SELECT ${run}, md5(n::text), 'group ' || n FROM generate_series(1, ${people}) n;

INSERT INTO staged_lists (run, number, group_id, members)
SELECT ${run}, n, md5(n::text), 10 FROM generate_series(1, ${people}) n;

INSERT INTO staged_memberships (run, bucket, list, member)
SELECT ${run}, left(md5(n::text), 2), m % 40, md5(n::text)
FROM generate_series(1, ${people}) n, generate_series(n * 7, n * 7 + 2) m;

INSERT INTO staged_assignments (run, principal, role, kind)
SELECT ${run}, md5((n / 2)::text), 'role ' || n % 2, 'person' FROM generate_series(1, ${people}) n;

INSERT INTO staged_matches (run, id, person)
SELECT ${run}, md5(n::text), ${id('u', 'n')} FROM generate_series(1, ${people}) n;

INSERT INTO drift (run, id, provider, category, person, directory_id, name, name_folded, about, takes, state, why, detail, batch)
SELECT ${id('r', 'n / 200')}, ${id('d', 'n')}, 'invented', 'attribute-differs', CASE WHEN n % 4 > 0 THEN ${id('u', 'n / 8')} END,
  md5((n / 8)::text), n || '@invented.example', n || '@invented.example', 'title', n % 2, 'state' || n % 5, repeat('-', 60),
  repeat('-', 80), CASE WHEN n % 10 = 0 THEN ${id('b', 'n / 500')} END FROM generate_series(1, ${people * 4}) n;

INSERT INTO drift_ignored (provider, category, whom, about, actor, at)
SELECT 'invented', 'attribute-differs', ${id('u', 'n')}, 'title', 'user:x', n FROM generate_series(1, ${people}) n;

INSERT INTO drift_pending (provider, directory_id, since, run)
SELECT 'invented', md5(n::text), n, ${id('r', 'n / 200')} FROM generate_series(1, ${people}) n;

INSERT INTO held_batches (id, provider, source, origin, people, active, body, created_at, state, done, revision)
SELECT ${id('b', 'n')}, 'invented', 'reconciliation', ${id('r', 'n')}, n, n, '{}', n, 'state' || n % 5, 0, 1
FROM generate_series(1, ${people}) n;

INSERT INTO guard_takings (provider, source, at, people)
SELECT 'invented', 'scim', n, 1 FROM generate_series(1, ${people}) n;
`;

const runTables = [
  'reconciliations',
  'staged_parts',
  'staged_people',
  'staged_groups',
  'staged_lists',
  'staged_memberships',
  'staged_assignments',
  'staged_matches',
  'drift',
  'drift_ignored',
  'drift_pending',
  'held_batches',
  'guard_takings',
];

const inventedDeliveries = `
INSERT INTO webhooks (id, name, name_folded, url, types, providers, secret, revision, created_at, position, failures)
SELECT ${id('w', 'n')}, 'webhook ' || n, 'webhook ' || n, 'https://invented.example', '[]', '[]', 'x', 1, n, n, 0
FROM generate_series(1, 20) n;

INSERT INTO webhook_deliveries (id, webhook, kind, position, type, subject, state, attempts, created_at, next_at)
SELECT ${id('d', 'n')}, ${id('w', 'n % 20')}, 'event', n, 'user.updated', 'user:' || ${id('u', 'n / 2')},
  CASE WHEN n % 50 = 0 THEN 'waiting' ELSE 'delivered' END, 1, n, n FROM generate_series(1, ${people * 4}) n;
`;

const webhookTables = ['webhooks', 'webhook_deliveries'];

/**
 * The savepoint gives the emptied tables new files, so that they count as never looked at: the planner takes them for ten
 * pages, whereas a table that was seen empty is taken for one row.
 */
const analysed = (rows: string, names: readonly string[], also = '') => `${rows}
ANALYZE ${names.join(', ')}${also};
SAVEPOINT invented;
TRUNCATE ${names.join(', ')};
RELEASE SAVEPOINT invented;
`;

export const plannerStatistics = analysed(invented, tables, ', settings_version');
export const signInStatistics = analysed(inventedSignIns, signInTables);
export const reconciliationStatistics = analysed(inventedRuns, runTables);
export const webhookStatistics = analysed(inventedDeliveries, webhookTables);

const inventedWords = `
INSERT INTO user_words (provider, id, words)
SELECT 'invented', ${id('u', 'n')}, n || '@invented.example' || E'\\n' || 'person ' || md5(n::text) FROM generate_series(1, ${people}) n;
`;

export const wordStatistics = analysed(inventedWords, ['user_words']);
