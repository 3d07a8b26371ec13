// The tables of signing in: who is who at the provider, sessions, break-glass administrators, API keys, roles that people
// edit. The third step of migrations.ts.

export const signInTables = `
ALTER TABLE roles ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

CREATE TABLE identities (
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (provider, subject, issuer)
) WITHOUT ROWID;
CREATE INDEX identities_by_person ON identities (provider, person);

-- Who was purged, as a hash of how a sign-in would name them: a sign-in does not bring them back.
CREATE TABLE purged_identities (
  provider TEXT NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (provider, hash)
) WITHOUT ROWID;

CREATE TABLE link_requests (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person TEXT NOT NULL,
  user_name TEXT NOT NULL,
  asked_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX link_requests_by_key ON link_requests (provider, issuer, subject);

-- provider is null for a break-glass administrator
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  provider TEXT,
  person TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  remote TEXT,
  agent TEXT,
  issuer TEXT,
  sid TEXT,
  login_hint TEXT,
  claims_at INTEGER NOT NULL,
  refresh_token TEXT,
  refreshing_until INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
CREATE INDEX sessions_by_person ON sessions (person, id);
CREATE INDEX sessions_by_provider ON sessions (provider) WHERE provider IS NOT NULL;
CREATE INDEX sessions_at_provider ON sessions (issuer, sid) WHERE sid IS NOT NULL;
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE local_admins (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  password_at INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  locked_until INTEGER,
  last_sign_in_at INTEGER
) WITHOUT ROWID;

CREATE TABLE setup_links (
  hash TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  last_four TEXT NOT NULL,
  provider TEXT,
  person TEXT NOT NULL,
  permissions TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  last_used_from TEXT
) WITHOUT ROWID;
CREATE INDEX api_keys_by_person ON api_keys (person, id);
CREATE INDEX api_keys_by_provider ON api_keys (provider) WHERE provider IS NOT NULL;

-- what the dashboard owns where the configuration file is silent
CREATE TABLE own_settings (
  name TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- As in the first step: without them every person of a provider looks like all of them.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('identities', 'identities', '1000000 1000000 1000000 1'),
  ('identities', 'identities_by_person', '1000000 1000000 1 1 1'),
  ('purged_identities', 'purged_identities', '100000 100000 1'),
  ('link_requests', 'link_requests', '100 1'),
  ('link_requests', 'link_requests_by_key', '100 100 100 1'),
  ('sessions', 'sessions', '100000 1'),
  ('sessions', 'sessions_by_id', '100000 1'),
  ('sessions', 'sessions_by_person', '100000 2 1'),
  ('sessions', 'sessions_by_provider', '100000 50000 1'),
  ('sessions', 'sessions_at_provider', '100000 100000 1'),
  ('sessions', 'sessions_by_end', '100000 1'),
  ('api_keys', 'api_keys', '1000 1'),
  ('api_keys', 'api_keys_by_person', '1000 5 1'),
  ('api_keys', 'api_keys_by_provider', '1000 500 1');
ANALYZE sqlite_schema;
`;
