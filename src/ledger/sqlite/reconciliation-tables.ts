// The tables of comparing with the directory: runs, what they read, their reports, and batches that wait for a person. The
// fourth step of migrations.ts.

export const reconciliationTables = `
-- Runs of comparing with the directory. An import of it is one too.
CREATE TABLE reconciliations (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  channel TEXT NOT NULL,
  mode TEXT NOT NULL,
  scope TEXT NOT NULL,
  filter TEXT,
  preview INTEGER NOT NULL,
  begun_by TEXT NOT NULL,
  actor TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  phase TEXT NOT NULL,
  position TEXT NOT NULL,
  counts TEXT NOT NULL,
  outcome TEXT,
  problems TEXT NOT NULL,
  finished_at INTEGER,
  holder TEXT,
  lease_until INTEGER
) WITHOUT ROWID;
-- one under way for each provider
CREATE UNIQUE INDEX reconciliations_under_way ON reconciliations (provider) WHERE phase NOT IN ('waiting', 'done');
CREATE INDEX reconciliations_by_start ON reconciliations (provider, channel, started_at, id);

-- What a run read of the directory, until it is done.
CREATE TABLE staged_parts (
  run TEXT NOT NULL,
  part TEXT NOT NULL,
  position TEXT,
  state TEXT NOT NULL,
  pages INTEGER NOT NULL,
  row_count INTEGER NOT NULL,
  expected INTEGER,
  why TEXT,
  PRIMARY KEY (run, part)
) WITHOUT ROWID;

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
) WITHOUT ROWID;

-- Groups whose members were read, numbered in the order in which that began, and how many they are.
CREATE TABLE staged_lists (
  run TEXT NOT NULL,
  number INTEGER NOT NULL,
  group_id TEXT NOT NULL,
  members INTEGER NOT NULL,
  PRIMARY KEY (run, number)
) WITHOUT ROWID;
CREATE UNIQUE INDEX staged_lists_by_group ON staged_lists (run, group_id);

CREATE TABLE staged_memberships (
  run TEXT NOT NULL,
  bucket TEXT NOT NULL,
  list INTEGER NOT NULL,
  member TEXT NOT NULL,
  PRIMARY KEY (run, bucket, list, member)
) WITHOUT ROWID;

-- role: empty for an assignment without one
CREATE TABLE staged_assignments (
  run TEXT NOT NULL,
  principal TEXT NOT NULL,
  role TEXT NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (run, principal, role)
) WITHOUT ROWID;

-- Who a staged person was found to be here; person is null for nobody.
CREATE TABLE staged_matches (
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  person TEXT,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;
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
  takes INTEGER NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL,
  detail TEXT NOT NULL,
  batch TEXT,
  healed_at INTEGER,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;
CREATE INDEX drift_by_batch ON drift (batch, run, id) WHERE batch IS NOT NULL;
CREATE INDEX drift_by_person ON drift (person, run, id) WHERE person IS NOT NULL;
CREATE INDEX drift_of_strangers ON drift (directory_id, run, id) WHERE person IS NULL AND directory_id IS NOT NULL;

CREATE TABLE drift_ignored (
  provider TEXT NOT NULL,
  category TEXT NOT NULL,
  whom TEXT NOT NULL,
  about TEXT NOT NULL,
  until INTEGER,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (provider, category, whom, about)
) WITHOUT ROWID;
CREATE INDEX drift_ignored_by_whom ON drift_ignored (provider, whom);

-- Who has been missing here, since when, and which run noted it last.
CREATE TABLE drift_pending (
  provider TEXT NOT NULL,
  directory_id TEXT NOT NULL,
  since INTEGER NOT NULL,
  run TEXT NOT NULL,
  PRIMARY KEY (provider, directory_id)
) WITHOUT ROWID;

CREATE TABLE held_batches (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  people INTEGER NOT NULL,
  active INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT,
  done INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  holder TEXT,
  lease_until INTEGER
) WITHOUT ROWID;
CREATE INDEX held_batches_by_provider ON held_batches (provider, id);
CREATE INDEX held_batches_by_origin ON held_batches (origin);

-- From how many something was taken without a person's word.
CREATE TABLE guard_takings (
  provider TEXT NOT NULL,
  source TEXT NOT NULL,
  at INTEGER NOT NULL,
  people INTEGER NOT NULL,
  PRIMARY KEY (provider, source, at)
) WITHOUT ROWID;

-- As in the first step: without them every row of a run, or of a provider, looks like all of them.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('reconciliations', 'reconciliations', '1000 1'),
  ('reconciliations', 'reconciliations_under_way', '10 1'),
  ('reconciliations', 'reconciliations_by_start', '1000 500 500 1 1'),
  ('staged_parts', 'staged_parts', '20000 20000 1'),
  ('staged_people', 'staged_people_by_id', '1000000 1000000 4000 1'),
  ('staged_groups', 'staged_groups', '10000 10000 1'),
  ('staged_lists', 'staged_lists', '10000 10000 1'),
  ('staged_lists', 'staged_lists_by_group', '10000 10000 1'),
  ('staged_memberships', 'staged_memberships', '10000000 10000000 40000 4 1'),
  ('staged_assignments', 'staged_assignments', '100000 100000 2 1'),
  ('staged_matches', 'staged_matches', '1000000 1000000 1'),
  ('staged_matches', 'staged_matches_by_person', '1000000 1000000 1'),
  ('drift', 'drift', '1000000 10000 1'),
  ('drift', 'drift_by_batch', '100000 1000 1000 1'),
  ('drift', 'drift_by_person', '1000000 10 2 1'),
  ('drift', 'drift_of_strangers', '1000000 10 1 1'),
  ('drift_ignored', 'drift_ignored', '10000 10000 2000 2 1'),
  ('drift_ignored', 'drift_ignored_by_whom', '10000 10000 2'),
  ('drift_pending', 'drift_pending', '10000 10000 1'),
  ('held_batches', 'held_batches', '1000 1'),
  ('held_batches', 'held_batches_by_provider', '1000 500 1'),
  ('held_batches', 'held_batches_by_origin', '1000 1'),
  ('guard_takings', 'guard_takings', '1000 1000 300 1');
ANALYZE sqlite_schema;
`;
