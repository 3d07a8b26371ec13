// An export as it is written: the lines of one snapshot, one chunk after the other, as fast as they are taken.

import { createHash } from 'node:crypto';
import { newId } from '../id.ts';
import { type Provider, sealedSecrets } from '../identity/provider.ts';
import { exportTables } from '../ledger/export-tables.ts';
import type { Ledger, Snapshot } from '../ledger/ledger.ts';
import { keyIdOf } from '../secret.ts';
import { FORMAT, type Header, lineOf, rowLines, sumOfRows, type TableSum } from './format.ts';

const leftOut = ['locks', 'leases', 'live sessions', 'set-up links', 'unfinished comparisons'];

export interface Origin {
  engine: Ledger['engine'];
  version: string;
  at: number;
}

/** The snapshot is closed by whoever opened it. */
export async function* exportLines(snapshot: Snapshot, origin: Origin): AsyncGenerator<Buffer> {
  const whole = createHash('sha256');
  const passed = (text: Buffer) => {
    whole.update(text);
    return text;
  };
  const tables: Record<string, TableSum> = {};
  yield passed(Buffer.from(lineOf(await headerOf(snapshot, origin))));
  for (const { name, columns } of exportTables) {
    yield passed(Buffer.from(lineOf({ table: name, columns })));
    const table = sumOfRows();
    for await (const rows of snapshot.rows(name)) {
      const text = rowLines(rows);
      table.add(text, rows.length);
      yield passed(text);
    }
    const sum = table.sum();
    tables[name] = sum;
    yield passed(Buffer.from(lineOf({ end: name, ...sum })));
  }
  const rows = Object.values(tables).reduce((all, each) => all + each.rows, 0);
  yield Buffer.from(lineOf({ end: 'export', rows, tables, sha256: whole.digest('hex') }));
}

/** What the tables hold now, to be held against what a file says of them. */
export async function sumsOf(snapshot: Snapshot): Promise<Record<string, TableSum>> {
  const sums: Record<string, TableSum> = {};
  for (const { name } of exportTables) {
    const table = sumOfRows();
    for await (const rows of snapshot.rows(name)) table.add(rowLines(rows), rows.length);
    sums[name] = table.sum();
  }
  return sums;
}

async function headerOf(snapshot: Snapshot, { engine, version, at }: Origin): Promise<Header> {
  return {
    bifrost: 'export',
    format: FORMAT,
    id: newId(at),
    version,
    engine,
    schema: snapshot.schema,
    at: new Date(at).toISOString(),
    keys: await keysIn(snapshot),
    leftOut,
  };
}

/** Providers and webhooks are few: they are read twice. */
async function keysIn(snapshot: Snapshot): Promise<string[]> {
  const columnsOf = (name: string) => exportTables.find((table) => table.name === name)!.columns;
  const columns = columnsOf('providers');
  const ids = new Set<string>();
  for await (const rows of snapshot.rows('providers')) {
    for (const row of rows) {
      const settings = JSON.parse(String(row[columns.indexOf('settings')])) as Provider['settings'];
      const id = String(row[columns.indexOf('id')]);
      for (const { sealed } of sealedSecrets({ id, settings })) ids.add(keyIdOf(sealed) ?? 'unknown');
    }
  }
  const ofWebhooks = ['secret', 'former_secret'].map((name) => columnsOf('webhooks').indexOf(name));
  for await (const rows of snapshot.rows('webhooks')) {
    for (const sealed of rows.flatMap((row) => ofWebhooks.map((at) => row[at]))) {
      if (typeof sealed === 'string') ids.add(keyIdOf(sealed) ?? 'unknown');
    }
  }
  return [...ids].sort();
}
