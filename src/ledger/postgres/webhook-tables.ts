// The tables of webhooks, as PostgreSQL has them.

import { webhookStatistics } from './planner-statistics.ts';

const words = `
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  providers TEXT NOT NULL,
  secret TEXT NOT NULL,
  former_secret TEXT,
  former_until BIGINT,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  position BIGINT NOT NULL,
  paused_at BIGINT,
  pause_reason TEXT,
  failing_since BIGINT,
  failures BIGINT NOT NULL,
  delivered_at BIGINT,
  holder TEXT,
  lease_until BIGINT
);

-- position is null for a test
CREATE TABLE webhook_deliveries (
  id TEXT PRIMARY KEY,
  webhook TEXT NOT NULL,
  kind TEXT NOT NULL,
  position BIGINT,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  first_at BIGINT,
  next_at BIGINT,
  last_at BIGINT,
  status BIGINT,
  duration_ms BIGINT,
  detail TEXT
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook, id);
CREATE INDEX webhook_deliveries_by_state ON webhook_deliveries (webhook, state, id);
CREATE UNIQUE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook, subject, position) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_over ON webhook_deliveries (created_at) WHERE state <> 'waiting';
`;

export const webhookTables = words.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"') + webhookStatistics;
