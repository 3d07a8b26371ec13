// What the database itself says of what replicas did: jobs and the events of grants, read beside them.

import pg from 'pg';

export async function readRows<Row>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values as unknown[])).rows as Row[];
  } finally {
    await client.end();
  }
}

/** As readRows, once every event that was committed has its place. */
export async function readEvents<Row>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const deadline = performance.now() + ENDED_WITHIN_MS;
  while ((await readRows(url, 'SELECT 1 FROM unsealed LIMIT 1')).length > 0) {
    if (performance.now() > deadline) throw new Error('an event waits for its place for ever');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return readRows<Row>(url, text, values);
}

export interface JobRow {
  id: string;
  kind: string;
  subject: string;
  outcome: 'done' | 'superseded' | null;
  done: number;
  total: number | null;
  chunks: number;
  failures: number;
  cause: string;
}

const ENDED_WITHIN_MS = 60_000;

/** In the order of their beginning, once none is under way. */
export async function jobsThatEnded(url: string): Promise<JobRow[]> {
  const deadline = performance.now() + ENDED_WITHIN_MS;
  for (;;) {
    const jobs = await readRows<JobRow>(
      url,
      `SELECT id, kind, subject, outcome, done::int, total::int, chunks::int, failures::int, cause FROM jobs
       ORDER BY created_at, id`,
    );
    if (jobs.every((each) => each.outcome !== null)) return jobs;
    if (performance.now() > deadline) throw new Error(`a job goes on and on: ${JSON.stringify(jobs)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface GrantEvent {
  position: number;
  type: 'grant.added' | 'grant.removed';
  subject: string;
  object: string;
  reason: { by: string; rule?: string; group?: string; value?: string; actor?: string };
}

/** Grants that were given to who had them, or taken from who had them not: somebody was resolved twice. */
export async function doubleGrants(url: string): Promise<string[]> {
  const events = await readEvents<GrantEvent>(
    url,
    `SELECT position::int, type, subject, object, data::json -> 'reason' AS reason FROM events
     WHERE type IN ('grant.added', 'grant.removed') ORDER BY position`,
  );
  const held = new Set<string>();
  const doubled: string[] = [];
  for (const { position, type, subject, object, reason } of events) {
    // The name of a group does not count: the reason is the group.
    const why = reason.group ?? reason.value ?? reason.actor;
    const key = `${subject} ${object} ${reason.by} ${reason.rule} ${why}`;
    const isAdded = type === 'grant.added';
    if (held.has(key) === isAdded) doubled.push(`${position} ${type} ${key}`);
    if (isAdded) held.add(key);
    else held.delete(key);
  }
  return doubled.slice(0, 10);
}
