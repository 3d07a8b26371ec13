// A store with something of everything, exports of it, and empty stores to import into.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bifrost } from '../../src/main.ts';
import { type Environment, makeSite, provision, pushTo, run, type Site, userBody } from './fixture.ts';

export interface Exported {
  file: string;
  rows: number;
  keys: string[];
  tables: Record<string, { rows: number; sha256: string }>;
  sha256: string;
}

export const clientSecret = 'a client secret that nobody may read';

/** People made, suspended, removed and made again by SCIM, a secret at rest, a second token. */
export async function fill(site: Site, bifrost: Bifrost): Promise<void> {
  const push = pushTo(bifrost, site.token);
  await provision(push);
  const gone = await push('POST', '/Users', userBody('gone@contoso.com', { displayName: 'Weg' }, 'Sales'));
  await push('DELETE', `/Users/${gone.id}`);
  await push('POST', '/Users', userBody('gone@contoso.com', { displayName: 'Zurück 🌊' }, 'Sales'));
  await addSecret(bifrost);
  await bifrost.inject({
    method: 'POST',
    url: '/api/providers/entra/tokens',
    payload: { keepPrevious: 'all' },
  });
}

export async function addSecret(bifrost: Bifrost, name = 'graph'): Promise<void> {
  const payload = { name, kind: 'oidc', issuer: 'https://id.example.com', clientId: 'x', clientSecret };
  const answer = await bifrost.inject({ method: 'POST', url: '/api/providers', payload });
  if (answer.statusCode !== 201) throw new Error(answer.payload);
}

export async function exportTo(env: Environment, file: string): Promise<Exported> {
  const ran = await run(env, ['export', '--out', file, '--json']);
  if (ran.code !== 0) throw new Error(ran.err);
  return ran.json<Exported>();
}

/** The environment of another folder, without a configuration file, with the key of the first. */
export async function emptyPlace(site: Site, name: string): Promise<Environment> {
  const { BIFROST_CONFIG: _, ...env } = site.env;
  const key = await readFile(join(site.dataDir, 'secret.key'), 'utf8');
  return { ...env, BIFROST_DATA_DIR: join(site.dataDir, '..', name), BIFROST_SECRET_KEY: key.trim() };
}

/** The file with its lines as `change` gives them. */
export async function altered(
  file: string,
  name: string,
  change: (lines: string[]) => readonly string[],
): Promise<string> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const path = join(file, '..', name);
  await writeFile(path, `${change(lines).join('\n')}\n`);
  return path;
}

/** The same as an export would have it: numbers of rows and hashes are those of its lines. */
export function signed(lines: readonly string[]): string[] {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const withBreaks = (some: readonly string[]) => some.map((line) => `${line}\n`).join('');
  const tables: Record<string, { rows: number; sha256: string }> = {};
  let rows: string[] = [];
  const body = lines.slice(0, -1).map((line) => {
    if (line.startsWith('[')) rows.push(line);
    if (!line.startsWith('{"end"')) return line;
    const sum = { rows: rows.length, sha256: sha256(withBreaks(rows)) };
    const { end } = JSON.parse(line) as { end: string };
    tables[end] = sum;
    rows = [];
    return JSON.stringify({ end, ...sum });
  });
  const all = Object.values(tables).reduce((count, each) => count + each.rows, 0);
  return [...body, JSON.stringify({ end: 'export', rows: all, tables, sha256: sha256(withBreaks(body)) })];
}

/** The row of the file's `table` at that place, with the column as `change` gives it. */
export function withCell(
  lines: readonly string[],
  table: string,
  column: string,
  change: (cell: unknown) => unknown,
  place = 0,
): string[] {
  const begins = lines.findIndex((line) => line.startsWith(`{"table":"${table}"`));
  const { columns } = JSON.parse(lines[begins]!) as { columns: string[] };
  const at = begins + 1 + place;
  const row = JSON.parse(lines[at]!) as unknown[];
  row[columns.indexOf(column)] = change(row[columns.indexOf(column)]);
  return lines.map((line, i) => (i === at ? JSON.stringify(row) : line));
}

export async function servedSite(): Promise<{ site: Site; bifrost: Bifrost }> {
  const site = await makeSite(null);
  return { site, bifrost: await site.serve() };
}
