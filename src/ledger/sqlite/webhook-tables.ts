// The tables of webhooks. A step of migrations.ts.

export const webhookTables = `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  providers TEXT NOT NULL,
  secret TEXT NOT NULL,
  former_secret TEXT,
  former_until INTEGER,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  position INTEGER NOT NULL,
  paused_at INTEGER,
  pause_reason TEXT,
  failing_since INTEGER,
  failures INTEGER NOT NULL,
  delivered_at INTEGER,
  holder TEXT,
  lease_until INTEGER
) WITHOUT ROWID;

-- position is null for a test
CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  webhook TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  first_at INTEGER,
  next_at INTEGER,
  last_at INTEGER,
  status INTEGER,
  duration_ms INTEGER,
  detail TEXT
) WITHOUT ROWID;
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook, state, id);
CREATE UNIQUE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook, subject, position) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_over ON webhook_deliveries (created_at) WHERE state <> 'waiting';

-- As in the first step: without them every delivery of a webhook looks like all of them.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('webhooks', 'webhooks', '20 1'),
  ('webhook_deliveries', 'webhook_deliveries', '1000000 1'),
  ('webhook_deliveries', 'webhook_deliveries_by_webhook', '1000000 100000 1'),
  ('webhook_deliveries', 'webhook_deliveries_by_state', '1000000 100000 30000 1'),
  ('webhook_deliveries', 'webhook_deliveries_waiting', '2000 1000 2 1'),
  ('webhook_deliveries', 'webhook_deliveries_over', '1000000 1');
ANALYZE sqlite_schema;
`;
