// The tables of signing in, as SQLite has them: sessions, break-glass administrators, API keys, who is who at the provider.

import { signInStatistics } from './planner-statistics.ts';

const words = `
ALTER TABLE roles ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE roles ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

CREATE TABLE identities (
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (provider, subject, issuer)
);
CREATE INDEX identities_by_person ON identities (provider, person);

-- Who was purged, as a hash of how a sign-in would name them: a sign-in does not bring them back.
CREATE TABLE purged_identities (
  provider TEXT NOT NULL,
  hash TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (provider, hash)
);

CREATE TABLE link_requests (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  person TEXT NOT NULL,
  user_name TEXT NOT NULL,
  asked_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX link_requests_by_key ON link_requests (provider, issuer, subject);

-- provider is null for a break-glass administrator
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  id TEXT NOT NULL,
  provider TEXT,
  person TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  remote TEXT,
  agent TEXT,
  issuer TEXT,
  sid TEXT,
  login_hint TEXT,
  claims_at BIGINT NOT NULL,
  refresh_token TEXT,
  refreshing_until BIGINT
);
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
  created_at BIGINT NOT NULL,
  password_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT,
  last_sign_in_at BIGINT
);

CREATE TABLE setup_links (
  hash TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  last_four TEXT NOT NULL,
  provider TEXT,
  person TEXT NOT NULL,
  permissions TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  revoked_at BIGINT,
  last_used_at BIGINT,
  last_used_from TEXT
);
CREATE INDEX api_keys_by_person ON api_keys (person, id);
CREATE INDEX api_keys_by_provider ON api_keys (provider) WHERE provider IS NOT NULL;

-- what the dashboard owns where the configuration file is silent
CREATE TABLE own_settings (
  name TEXT PRIMARY KEY,
  revision BIGINT NOT NULL,
  value TEXT NOT NULL
);
`;

export const signInTables = words.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"') + signInStatistics;
