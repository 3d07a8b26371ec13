// The feed of events on replicas: a commit that comes late is read by everybody and holds up nobody, and a sealer that
// dies in the middle leaves nothing half done.

import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/ledger/ledger.ts';
import { by, PROVIDER } from '../ledger/scribe.ts';
import { type TwoLedgers, twoLedgers } from './two-ledgers.ts';

let two: TwoLedgers;
beforeEach(async () => {
  two = await twoLedgers();
});
afterEach(() => two.close());

interface SlowWriter {
  /** The number that its commit took before all that come after. */
  id: number;
  commit(): Promise<void>;
}

/** Takes its number now, commits when it is told to. */
async function slowWriter(subject: string): Promise<SlowWriter> {
  const client = new pg.Client({ connectionString: two.url });
  await client.connect();
  await client.query('BEGIN');
  const drafts = [{ type: 'user.updated', subject: { kind: 'user', id: subject }, data: { slow: true } }];
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO unsealed (at, provider, actor_kind, actor, cause_kind, cause, made, decided)
     VALUES ($1, $2, 'system', 'slow', NULL, NULL, '[]', $3) RETURNING id`,
    [by().at, PROVIDER, JSON.stringify(drafts)],
  );
  return {
    id: Number(rows[0]!.id),
    async commit() {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

/** Pages to the end, from where it was. */
function reader(ledger: TwoLedgers['here']) {
  const seen: StoredEvent[] = [];
  return {
    seen,
    async read(): Promise<void> {
      for (;;) {
        const page = await ledger.events({ after: seen.at(-1)?.position ?? 0, limit: 7 });
        if (page.length === 0) return;
        seen.push(...page);
      }
    },
  };
}

async function quickWrites(count: number): Promise<string[]> {
  const made: string[] = [];
  for (let n = 0; n < count; n++) {
    const write = n % 2 === 0 ? two.write : two.writeThere;
    made.push((await write.createUser({ userName: `quick${made.length}-${Math.random()}` })).id);
  }
  return made;
}

const createdIn = (events: readonly StoredEvent[]) =>
  events.filter((each) => each.type === 'user.created').map((each) => each.subject.id);

describe('two slow writers', () => {
  it('are read by everybody, and hold up nobody', async () => {
    const [near, far] = [reader(two.here), reader(two.there)];
    const first = await slowWriter('slow-1');
    const early = await quickWrites(10);
    const second = await slowWriter('slow-2');
    const middle = await quickWrites(10);
    await Promise.all([near.read(), far.read()]);
    for (const { seen } of [near, far]) expect(createdIn(seen)).toEqual([...early, ...middle]);

    await second.commit();
    const late = await quickWrites(5);
    await Promise.all([near.read(), far.read()]);
    for (const { seen } of [near, far]) {
      expect(seen.map((each) => each.subject.id)).toContain('slow-2');
      expect(createdIn(seen)).toEqual([...early, ...middle, ...late]);
    }

    await first.commit();
    await Promise.all([near.read(), far.read()]);
    for (const { seen } of [near, far]) {
      expect(seen.map((each) => each.position)).toEqual(seen.map((_, i) => i + 1));
      expect(seen.filter((each) => each.actor.id === 'slow').map((each) => each.subject.id)).toEqual([
        'slow-2',
        'slow-1',
      ]);
    }
    expect(far.seen).toEqual(near.seen);
    expect((await two.here.verify()).problems).toEqual([]);
  });

  it('are told of to who waits, wherever they wait', async () => {
    const slow = await slowWriter('slow');
    await quickWrites(3);
    const told = new Promise<number>((resolve) => {
      let before = 0;
      void two.there.lastPosition().then((position) => {
        before = position;
        const stop = two.there.follow((heard) => {
          if (heard <= before) return;
          stop();
          resolve(heard);
        });
        // The commit of a replica that died before it could seal: found by looking.
        void slow.commit();
      });
    });
    expect((await two.there.events({ after: (await told) - 1, limit: 1 }))[0]).toMatchObject({
      subject: { id: 'slow' },
    });
  });

  it('would be missed by who goes by the numbers that writers take', async () => {
    // What a feed without a sealer would be: one row for each commit, in the order of the numbers.
    await two.sql('CREATE TABLE naive (id bigint PRIMARY KEY)');
    await two.sql(`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO naive VALUES (NEW.id); RETURN NULL; END'`);
    await two.sql('CREATE TRIGGER keep AFTER INSERT ON unsealed FOR EACH ROW EXECUTE FUNCTION keep()');
    const careful = reader(two.here);
    const seen: number[] = [];
    const readNaively = async () => {
      const rows = await two.sql('SELECT id FROM naive WHERE id > $1 ORDER BY id', [seen.at(-1) ?? 0]);
      seen.push(...rows.map((row) => Number(row.id)));
    };
    const slow = await slowWriter('slow');
    await quickWrites(3);
    await readNaively();
    await careful.read();
    await slow.commit();
    await quickWrites(3);
    await readNaively();
    await careful.read();
    const all = (await two.sql('SELECT id FROM naive ORDER BY id')).map((row) => Number(row.id));
    expect(all.filter((id) => !seen.includes(id))).toEqual([slow.id]);
    expect(careful.seen.map((each) => each.subject.id)).toContain('slow');
  });
});

describe('a sealer', () => {
  it('that is cut off in the middle leaves no gap, and another goes on', async () => {
    const { id } = await two.write.createUser({ userName: 'amara' });
    await two.here.lastPosition();
    // It has read what waits and cannot write: whoever seals stands still in the middle of its transaction.
    const release = await two.holdRows('LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE', []);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        two.writeThere.replaceUser(id, { userName: 'amara', title: `Title ${n}` }),
      ),
    );
    await two.waiting(1);
    const cut = await two.sql(
      `SELECT pg_terminate_backend(pid) AS cut FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND datname = current_database() AND locktype = 'relation'`,
    );
    expect(cut).toEqual([{ cut: true }]);
    await release();
    const all = reader(two.here);
    await all.read();
    expect(all.seen.map((each) => each.position)).toEqual(all.seen.map((_, i) => i + 1));
    expect(all.seen.filter((each) => each.type === 'user.updated')).toHaveLength(30);
    expect(await two.sql('SELECT * FROM unsealed')).toEqual([]);
    expect((await two.there.verify()).problems).toEqual([]);
  });

  it.runIf(process.env.BIFROST_HEAVY === '1')(
    'that stands still does not make readers of the feed wait for ever',
    async () => {
      await two.write.createUser({ userName: 'amara' });
      const known = await two.here.events({ after: 0, limit: 100 });
      const release = await two.holdRows('LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE', []);
      await two.write.createUser({ userName: 'bela' });
      const askedMs = performance.now();
      expect(await two.here.events({ after: 0, limit: 100 })).toEqual(known);
      expect(performance.now() - askedMs).toBeLessThan(8_000);
      await release();
      expect((await two.here.events({ after: known.length, limit: 100 })).length).toBeGreaterThan(0);
    },
  );
});
