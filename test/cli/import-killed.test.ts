// Moving under fire: an import killed without warning goes on where it stopped, and an export shows one moment of a
// server that is being written to.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Bifrost } from '../../src/main.ts';
import { type Environment, provision, pushTo, run, type Site, userBody } from './fixture.ts';
import { endPrograms, killProgram, bifrost as program, until } from './program.ts';
import { type Exported, emptyPlace, exportTo, servedSite } from './transfer-fixture.ts';

const PEOPLE = 1_500;
let site: Site;
let bifrost: Bifrost;
let file: string;
let exported: Exported;

beforeAll(async () => {
  ({ site, bifrost } = await servedSite());
  await provision(pushTo(bifrost, site.token));
  await hire(PEOPLE, 'person');
  file = join(site.dataDir, '..', 'whole.jsonl');
  exported = await exportTo(site.env, file);
}, 120_000);
afterAll(async () => {
  await endPrograms();
  await bifrost.stop();
  await site.remove();
});

async function hire(count: number, name: string): Promise<void> {
  const push = pushTo(bifrost, site.token);
  const all = Array.from({ length: count }, (_, i) => userBody(`${name}${i}@contoso.com`, {}, 'Sales'));
  for (let i = 0; i < count; i += 100) {
    const answers = await Promise.all(all.slice(i, i + 100).map((body) => push('POST', '/Users', body)));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
  }
}

/** Lines that are stored, as another process sees them; null when no import is under way. */
function linesStored(env: Environment): number | null {
  const path = join(env.BIFROST_DATA_DIR!, 'bifrost.db');
  if (!existsSync(path)) return null;
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const row = database.prepare("SELECT value FROM settings WHERE name = 'import'").get();
    return row ? (JSON.parse((row as { value: string }).value) as { lines: number }).lines : null;
  } catch {
    return null; // the tables are being made
  } finally {
    database.close();
  }
}

test('kill -9 in the middle, three times: no server starts there, no other file goes in, the same command finishes', async () => {
  const env = await emptyPlace(site, 'killed');
  const other = join(site.dataDir, '..', 'other.jsonl');
  await exportTo(site.env, other);
  let before = 0;
  for (const part of [0.2, 0.5, 0.8]) {
    const importing = program(env, 'import', file);
    const wanted = Math.max(before + 1, Math.floor(exported.rows * part));
    const reached = await until(() => (linesStored(env) ?? 0) >= wanted, importing);
    await killProgram(importing);
    expect({ reached, err: importing.err }).toEqual({ reached: true, err: '' });
    before = linesStored(env)!;
  }
  const start = await run(env, ['start']);
  expect(start.code).toBe(3);
  expect(start.err).toContain(`an import into this data is not finished (${before} lines are done)`);
  expect(start.err).toContain('Run the same "bifrost import" again');
  expect((await run(env, ['user', 'list'])).code).toBe(3);
  expect((await run(env, ['export'])).err).toContain('An import into this data is not finished.');
  const another = await run(env, ['import', other]);
  expect(another.code).toBe(3);
  expect(another.err).toContain('The import of another file is under way here');
  const finished = await run(env, ['import', file, '--verify', '--json']);
  expect(finished.json()).toMatchObject({ resumedAt: before, verified: { ok: true }, rows: exported.rows });
  const again = await exportTo(env, join(site.dataDir, '..', 'again.jsonl'));
  expect(again.tables).toEqual(exported.tables);
}, 120_000);

test('an export while 500 people arrive: one moment, which verifies after the import', async () => {
  const [moment] = await Promise.all([
    exportTo(site.env, join(site.dataDir, '..', 'moment.jsonl')),
    hire(500, 'late'),
  ]);
  const env = await emptyPlace(site, 'moment');
  const ran = await run(env, ['import', moment.file, '--verify', '--json']);
  expect(ran.json()).toMatchObject({ verified: { ok: true, problems: [] } });
  const { counts } = (await run(env, ['status', '--json'])).json<{ counts: { users: number } }>();
  expect(counts.users).toBe(moment.tables.users!.rows);
}, 120_000);
