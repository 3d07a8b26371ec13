// The tables, as numbered steps that only go forward. A step once released is never edited.

import { peopleListTables } from './people-list-tables.ts';
import { reconciliationTables } from './reconciliation-tables.ts';
import { signInTables } from './sign-in-tables.ts';
import { webhookTables } from './webhook-tables.ts';

export const migrations: readonly string[] = [
  `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE providers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL,
  scim_enabled INTEGER NOT NULL,
  declared INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  settings TEXT NOT NULL,
  ruleset INTEGER NOT NULL,
  groups_by_scim INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE rulesets (
  provider TEXT NOT NULL,
  number INTEGER NOT NULL,
  strategy TEXT NOT NULL,
  rules TEXT NOT NULL,
  scim_attributes TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (provider, number)
);

-- A provider whose people are being resolved anew, and how far that has come.
CREATE TABLE sweeps (
  provider TEXT PRIMARY KEY,
  after_id TEXT NOT NULL,
  cause_kind TEXT NOT NULL,
  cause TEXT NOT NULL,
  started_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  last_four TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  until_use_of TEXT,
  declared INTEGER NOT NULL,
  last_used_at INTEGER,
  last_used_from TEXT,
  PRIMARY KEY (provider, id)
);

CREATE TABLE roles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  system INTEGER NOT NULL,
  permissions TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE users (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  supplied TEXT NOT NULL,
  -- unlisted, claims, directory, suspensions, kept: null for most people
  aside TEXT,
  user_name_folded TEXT NOT NULL,
  -- the name people know; differs from the one on the wire only in the recycle bin
  sign_in_name_folded TEXT NOT NULL,
  external_id TEXT,
  work_email_folded TEXT,
  several_work_emails INTEGER NOT NULL,
  status TEXT NOT NULL,
  role TEXT,
  -- with their reasons: read and written with the user, never apart
  grants TEXT NOT NULL,
  ruleset INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  removed_at INTEGER,
  last_provisioned_at INTEGER,
  last_sign_in_at INTEGER,
  formerly TEXT
);
CREATE UNIQUE INDEX users_by_id ON users (provider, id);
-- pages far into a list skip rows in this index, not in the table
CREATE INDEX users_living ON users (provider, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX users_by_name ON users (provider, user_name_folded) WHERE removed_at IS NULL;
CREATE INDEX users_by_former_name ON users (provider, sign_in_name_folded) WHERE removed_at IS NOT NULL;
CREATE INDEX users_by_external_id ON users (provider, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX users_by_work_email ON users (provider, work_email_folded) WHERE work_email_folded IS NOT NULL;
CREATE INDEX users_with_several_work_emails ON users (provider) WHERE several_work_emails = 1;
CREATE INDEX users_by_last_provisioned ON users (provider, last_provisioned_at, id);
CREATE INDEX users_suspended ON users (provider, id) WHERE status = 'suspended';
CREATE INDEX users_removed ON users (provider, id) WHERE status = 'removed';
CREATE INDEX users_without_role ON users (provider, id) WHERE role IS NULL AND removed_at IS NULL;
CREATE INDEX users_in_bin ON users (provider, sign_in_name_folded) WHERE user_name_folded <> sign_in_name_folded;

CREATE TABLE directory_groups (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  membership_version INTEGER NOT NULL,
  document TEXT NOT NULL,
  display_name TEXT NOT NULL,
  display_name_folded TEXT NOT NULL,
  -- the folded name where names must be unique, null where the provider matches groups by externalId
  unique_name TEXT,
  external_id TEXT,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX groups_by_id ON directory_groups (provider, id);
CREATE UNIQUE INDEX groups_by_unique_name ON directory_groups (provider, unique_name) WHERE unique_name IS NOT NULL;
CREATE INDEX groups_by_name ON directory_groups (provider, display_name_folded);
CREATE INDEX groups_by_external_id ON directory_groups (provider, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE memberships (
  provider TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member TEXT NOT NULL,
  member_kind TEXT NOT NULL,
  -- what the provider wants shown for the member, where that is not the member's own name
  display TEXT,
  since INTEGER NOT NULL,
  PRIMARY KEY (provider, group_id, member)
) WITHOUT ROWID;
CREATE INDEX memberships_by_member ON memberships (provider, member, group_id);

CREATE TABLE targets (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (provider, id)
) WITHOUT ROWID;
CREATE INDEX targets_by_name ON targets (kind, name_folded, id);
CREATE UNIQUE INDEX targets_by_id ON targets (id);

-- Who has which target, for lists of members: the ids in users.grants, turned round. Ids of targets are made from
-- the provider; those of roles are the same in all of them.
CREATE TABLE holdings (
  target TEXT NOT NULL,
  user TEXT NOT NULL,
  provider TEXT NOT NULL,
  PRIMARY KEY (target, user)
) WITHOUT ROWID;

-- One sequence without gaps. data and salt may be erased by a purge; data_hash stays, so the chain still verifies.
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  provider TEXT,
  type TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  object_kind TEXT,
  object TEXT,
  cause_kind TEXT,
  cause TEXT,
  data TEXT,
  salt TEXT,
  data_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX events_by_subject ON events (subject, position);
CREATE INDEX events_by_type ON events (type, position);
-- those of a SCIM request are found by the request's own row, but for what the sweep did later
CREATE INDEX events_by_cause ON events (cause, position) WHERE cause_kind <> 'request' OR actor_kind <> 'token';

CREATE TABLE requests (
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  provider TEXT,
  token TEXT,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  action TEXT NOT NULL,
  body TEXT,
  status INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  tags TEXT,
  detail TEXT,
  remote TEXT,
  resource TEXT,
  -- the events that it made: so many, from that position on
  effects INTEGER NOT NULL,
  first_event INTEGER
);
CREATE UNIQUE INDEX requests_by_id ON requests (id);
CREATE INDEX requests_failed ON requests (id) WHERE status >= 400;
CREATE INDEX requests_rejected ON requests (id) WHERE status = 401;
CREATE INDEX requests_by_resource ON requests (resource, id) WHERE resource IS NOT NULL;

-- Statistics for the planner, as a large organisation would have them: without any, SQLite takes "of this provider"
-- for a narrow condition and walks the whole of it (docs/decisions/0003). One row for every index of these tables.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('users', 'users_by_id', '1000000 1000000 1'),
  ('users', 'users_living', '1000000 1000000 1'),
  ('users', 'users_by_name', '1000000 1000000 1'),
  ('users', 'users_by_former_name', '1000 1000 1'),
  ('users', 'users_by_external_id', '1000000 1000000 1'),
  ('users', 'users_by_work_email', '1000000 1000000 2'),
  ('users', 'users_with_several_work_emails', '1000 1000'),
  ('users', 'users_by_last_provisioned', '1000000 1000000 100 1'),
  ('users', 'users_suspended', '10000 10000 1'),
  ('users', 'users_removed', '10000 10000 1'),
  ('users', 'users_without_role', '10000 10000 1'),
  ('users', 'users_in_bin', '100 100 1'),
  ('directory_groups', 'groups_by_id', '10000 10000 1'),
  ('directory_groups', 'groups_by_unique_name', '10000 10000 1'),
  ('directory_groups', 'groups_by_name', '10000 10000 1'),
  ('directory_groups', 'groups_by_external_id', '10000 10000 1'),
  ('memberships', 'memberships', '10000000 10000000 1000 1'),
  ('memberships', 'memberships_by_member', '10000000 10000000 10 1'),
  ('targets', 'targets', '20000 20000 1'),
  ('targets', 'targets_by_name', '20000 10000 1 1'),
  ('targets', 'targets_by_id', '20000 1'),
  ('holdings', 'holdings', '10000000 1000 1'),
  ('events', 'events_by_subject', '10000000 10 1'),
  ('events', 'events_by_type', '10000000 500000 1'),
  ('events', 'events_by_cause', '100000 100 1'),
  ('requests', 'requests_by_id', '10000000 1'),
  ('requests', 'requests_failed', '10000 1'),
  ('requests', 'requests_rejected', '1000 1'),
  ('requests', 'requests_by_resource', '10000000 10 1');
ANALYZE sqlite_schema;
`,
  // Sweeps become jobs: work of every kind that outlives a request.
  `
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  provider TEXT,
  subject TEXT NOT NULL,
  slot TEXT UNIQUE,
  position TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER,
  chunks INTEGER NOT NULL,
  cause_kind TEXT NOT NULL,
  cause TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  outcome TEXT,
  failures INTEGER NOT NULL,
  last_error TEXT,
  holder TEXT,
  lease_until INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_waiting ON jobs (kind, coalesce(provider, ''), subject) WHERE finished_at IS NULL;
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
INSERT INTO jobs (id, kind, provider, subject, position, done, chunks, cause_kind, cause, created_at, failures)
  SELECT 'sweep-' || provider, 'resolve-all', provider, '', after_id, 0, 0, cause_kind, cause, started_at, 0 FROM sweeps;
DROP TABLE sweeps;

-- Ended at once: no clock is asked.
ALTER TABLE tokens ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
UPDATE tokens SET ended = 1 WHERE revoked_at <= CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER);
`,
  signInTables,
  reconciliationTables,
  webhookTables,
  peopleListTables,
  // For counting what a provider sent, and for the last of it: answered from the index alone.
  `
CREATE INDEX requests_by_provider ON requests (provider, at, status) WHERE provider IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('requests', 'requests_by_provider', '10000000 10000000 2 2');
ANALYZE sqlite_schema;
`,
];
