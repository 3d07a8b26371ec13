// The tables of comparing with the directory, as SQLite has them: runs, what they read, their reports, batches that wait.

import { reconciliationStatistics } from './planner-statistics.ts';

const words = `
-- Runs of comparing with the directory. An import of it is one too.
CREATE TABLE reconciliations (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  channel TEXT NOT NULL,
  mode TEXT NOT NULL,
  scope TEXT NOT NULL,
  filter TEXT,
  preview BIGINT NOT NULL,
  begun_by TEXT NOT NULL,
  actor TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  phase TEXT NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  outcome TEXT,
  problems TEXT NOT NULL,
  finished_at BIGINT,
  holder TEXT,
  lease_until BIGINT
);
-- one under way for each provider
CREATE UNIQUE INDEX reconciliations_under_way ON reconciliations (provider) WHERE phase NOT IN ('waiting', 'done');
CREATE INDEX reconciliations_by_start ON reconciliations (provider, channel, started_at, id);

-- What a run read of the directory, until it is done.
CREATE TABLE staged_parts (
  run TEXT NOT NULL,
  part TEXT NOT NULL,
  position TEXT,
  state TEXT NOT NULL,
  pages BIGINT NOT NULL,
  row_count BIGINT NOT NULL,
  expected BIGINT,
  why TEXT,
  PRIMARY KEY (run, part)
);

-- bucket: see staged-place.ts
CREATE TABLE staged_people (
  run TEXT NOT NULL,
  bucket TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX staged_people_by_id ON staged_people (run, bucket, id);

CREATE TABLE staged_groups (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  display_name TEXT,
  PRIMARY KEY (run, id)
);

-- Groups whose members were read, numbered in the order in which that began, and how many they are.
CREATE TABLE staged_lists (
  run TEXT NOT NULL,
  number BIGINT NOT NULL,
  group_id TEXT NOT NULL,
  members BIGINT NOT NULL,
  PRIMARY KEY (run, number)
);
CREATE UNIQUE INDEX staged_lists_by_group ON staged_lists (run, group_id);

CREATE TABLE staged_memberships (
  run TEXT NOT NULL,
  bucket TEXT NOT NULL,
  list BIGINT NOT NULL,
  member TEXT NOT NULL,
  PRIMARY KEY (run, bucket, list, member)
);

-- role: empty for an assignment without one
CREATE TABLE staged_assignments (
  run TEXT NOT NULL,
  principal TEXT NOT NULL,
  role TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (run, principal, role)
);

-- Who a staged person was found to be here; person is null for nobody.
CREATE TABLE staged_matches (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT,
  PRIMARY KEY (run, id)
);
CREATE INDEX staged_matches_by_person ON staged_matches (run, person) WHERE person IS NOT NULL;

-- The reports.
CREATE TABLE drift (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  person TEXT,
  directory_id TEXT,
  name TEXT NOT NULL,
  name_folded TEXT NOT NULL,
  about TEXT NOT NULL,
  takes BIGINT NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  detail TEXT NOT NULL,
  batch TEXT,
  healed_at BIGINT,
  PRIMARY KEY (run, id)
);
CREATE INDEX drift_by_batch ON drift (batch, run, id) WHERE batch IS NOT NULL;
CREATE INDEX drift_by_person ON drift (person, run, id) WHERE person IS NOT NULL;
CREATE INDEX drift_of_strangers ON drift (directory_id, run, id) WHERE person IS NULL AND directory_id IS NOT NULL;

CREATE TABLE drift_ignored (
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  whom TEXT NOT NULL,
  about TEXT NOT NULL,
  until BIGINT,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (provider, category, whom, about)
);
CREATE INDEX drift_ignored_by_whom ON drift_ignored (provider, whom);

-- Who has been missing here, since when, and which run noted it last.
CREATE TABLE drift_pending (
  provider TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  since BIGINT NOT NULL,
  run TEXT NOT NULL,
  PRIMARY KEY (provider, directory_id)
);

CREATE TABLE held_batches (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  people BIGINT NOT NULL,
  active BIGINT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT,
  done BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  holder TEXT,
  lease_until BIGINT
);
CREATE INDEX held_batches_by_provider ON held_batches (provider, id);
CREATE INDEX held_batches_by_origin ON held_batches (origin);

-- From how many something was taken without a person's word.
CREATE TABLE guard_takings (
  provider TEXT NOT NULL,
  source TEXT NOT NULL,
  at BIGINT NOT NULL,
  people BIGINT NOT NULL,
  PRIMARY KEY (provider, source, at)
);
`;

export const reconciliationTables = words.replace(/\bTEXT\b/g, 'TEXT COLLATE "C"') + reconciliationStatistics;
