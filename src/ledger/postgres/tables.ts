// The tables on PostgreSQL: those of SQLite, with the same names and columns, and what only replicas need. Texts are
// ordered by their bytes whatever the database's locale is; flags are 0 and 1, so that scripts say the same on both.

const words = `
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Moves with every change of what replicas keep in memory: providers, rules, roles, tokens, jobs that began or ended.
CREATE TABLE settings_version (id BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (id), version BIGINT NOT NULL);
INSERT INTO settings_version (version) VALUES (1);

CREATE TABLE providers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  enabled BIGINT NOT NULL,
  scim_enabled BIGINT NOT NULL,
  declared BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  settings TEXT NOT NULL,
  ruleset BIGINT NOT NULL,
  groups_by_scim BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE rulesets (
  provider TEXT NOT NULL,
  number BIGINT NOT NULL,
  strategy TEXT NOT NULL,
  rules TEXT NOT NULL,
  scim_attributes TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (provider, number)
);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  provider TEXT,
  subject TEXT NOT NULL,
  slot TEXT UNIQUE,
  position TEXT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT,
  chunks BIGINT NOT NULL,
  cause_kind TEXT NOT NULL,
  cause TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  outcome TEXT,
  failures BIGINT NOT NULL,
  last_error TEXT,
  holder TEXT,
  lease_until BIGINT
);
CREATE UNIQUE INDEX jobs_waiting ON jobs (kind, coalesce(provider, ''), subject) WHERE finished_at IS NULL;
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE tokens (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  last_four TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  -- ended at once: no clock of a replica is asked
  ended BIGINT NOT NULL,
  until_use_of TEXT,
  declared BIGINT NOT NULL,
  last_used_at BIGINT,
  last_used_from TEXT,
  PRIMARY KEY (provider, id)
);

CREATE TABLE roles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  system BIGINT NOT NULL,
  permissions TEXT NOT NULL
);

CREATE TABLE users (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  supplied TEXT NOT NULL,
  aside TEXT,
  user_name_folded TEXT NOT NULL,
  sign_in_name_folded TEXT NOT NULL,
  external_id TEXT,
  work_email_folded TEXT,
  several_work_emails BIGINT NOT NULL,
  status TEXT NOT NULL,
  role TEXT,
  grants TEXT NOT NULL,
  ruleset BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL,
  removed_at BIGINT,
  last_provisioned_at BIGINT,
  last_sign_in_at BIGINT,
  formerly TEXT
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX users_by_id ON users (provider, id);
CREATE UNIQUE INDEX users_by_name ON users (provider, user_name_folded) WHERE removed_at IS NULL;
CREATE INDEX users_by_former_name ON users (provider, sign_in_name_folded) WHERE removed_at IS NOT NULL;
CREATE INDEX users_by_external_id ON users (provider, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX users_by_work_email ON users (provider, work_email_folded) WHERE work_email_folded IS NOT NULL;
CREATE INDEX users_with_several_work_emails ON users (provider) WHERE several_work_emails = 1;
CREATE INDEX users_by_last_provisioned ON users (provider, coalesce(last_provisioned_at, 0), id);
CREATE INDEX users_suspended ON users (provider, id) WHERE status = 'suspended';
CREATE INDEX users_removed ON users (provider, id) WHERE status = 'removed';
CREATE INDEX users_without_role ON users (provider, id) WHERE role IS NULL AND removed_at IS NULL;
CREATE INDEX users_in_bin ON users (provider, sign_in_name_folded) WHERE user_name_folded <> sign_in_name_folded;

CREATE TABLE directory_groups (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  membership_version BIGINT NOT NULL,
  document TEXT NOT NULL,
  display_name TEXT NOT NULL,
  display_name_folded TEXT NOT NULL,
  unique_name TEXT,
  external_id TEXT,
  created_at BIGINT NOT NULL,
  modified_at BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX groups_by_id ON directory_groups (provider, id);
CREATE UNIQUE INDEX groups_by_unique_name ON directory_groups (provider, unique_name) WHERE unique_name IS NOT NULL;
CREATE INDEX groups_by_name ON directory_groups (provider, display_name_folded);
CREATE INDEX groups_by_external_id ON directory_groups (provider, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE memberships (
  provider TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member TEXT NOT NULL,
  member_kind TEXT NOT NULL,
  display TEXT,
  since BIGINT NOT NULL,
  PRIMARY KEY (provider, group_id, member)
);
CREATE INDEX memberships_by_member ON memberships (provider, member, group_id);

CREATE TABLE targets (
  provider TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (provider, id)
);
CREATE INDEX targets_by_name ON targets (kind, name_folded, id);
CREATE UNIQUE INDEX targets_by_id ON targets (id);

CREATE TABLE holdings (
  target TEXT NOT NULL,
  "user" TEXT NOT NULL,
  provider TEXT NOT NULL,
  PRIMARY KEY (target, "user")
);

-- Committed, without a place yet: the sealer gives places in the order in which it sees them.
CREATE TABLE unsealed (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  provider TEXT,
  actor_kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  cause_kind TEXT,
  cause TEXT,
  -- events that only the writing itself could tell of, then those that were decided: JSON lists of drafts
  made TEXT NOT NULL,
  decided TEXT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0);

CREATE TABLE events (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
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
CREATE INDEX events_by_cause ON events (cause, position) WHERE cause IS NOT NULL;

CREATE TABLE requests (
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  provider TEXT,
  token TEXT,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  action TEXT NOT NULL,
  body TEXT,
  status BIGINT NOT NULL,
  duration_ms DOUBLE PRECISION NOT NULL,
  tags TEXT,
  detail TEXT,
  remote TEXT,
  resource TEXT,
  effects BIGINT NOT NULL,
  first_event BIGINT
);
CREATE UNIQUE INDEX requests_by_id ON requests (id);
CREATE INDEX requests_failed ON requests (id) WHERE status >= 400;
CREATE INDEX requests_rejected ON requests (id) WHERE status = 401;
CREATE INDEX requests_by_resource ON requests (resource, id) WHERE resource IS NOT NULL;
`;

export const tables = words.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"');
