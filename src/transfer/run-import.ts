// An import: a file that was checked whole is written in chunks that an interrupted run goes on behind, and then what
// the store holds is held against what the file says. Only then the store may be served.

import type { Ledger } from '../ledger/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { Footer, Header, TableSum } from './format.ts';
import { type Part, readExport } from './read-export.ts';
import { sumsOf } from './write-export.ts';

/** The bytes of the file, from its beginning. */
export type OpenExport = () => AsyncIterable<Uint8Array>;

export interface CheckedExport {
  header: Header;
  footer: Footer;
}

/** @throws Refusal where the file is damaged or too new. */
export async function checkExport(open: OpenExport): Promise<CheckedExport> {
  let header: Header | null = null;
  let footer: Footer | null = null;
  for await (const part of readExport(open())) {
    if (part.kind === 'header') header = part.header;
    if (part.kind === 'footer') footer = part.footer;
  }
  // `readExport` throws where one of them is missing.
  return { header: header!, footer: footer! };
}

/**
 * Gives how many lines an earlier run had stored.
 * @throws Refusal `conflict` where the store holds something else or others serve it, `invalidValue` where it
 * does not take what the file says, or afterwards does not hold it.
 */
export async function runImport(
  ledger: Ledger,
  open: OpenExport,
  { footer }: CheckedExport,
  at: number,
): Promise<number> {
  const importer = await ledger.importer(footer.sha256, at);
  for await (const part of readExport(open())) {
    if (part.kind !== 'rows') continue;
    const rows = rowsBehind(part, importer.linesDone);
    if (rows.length > 0) await importer.write(part.table, rows, part.line);
  }
  await compare(ledger, footer.tables);
  await importer.finish();
  return importer.linesDone;
}

function rowsBehind({ rows, line }: Extract<Part, { kind: 'rows' }>, done: number) {
  const first = line - rows.length + 1;
  return rows.slice(Math.max(0, done - first + 1));
}

/** The text of rows is the same on every engine, so the sums of a store that holds all of them are too. */
async function compare(ledger: Ledger, wanted: Readonly<Record<string, TableSum>>): Promise<void> {
  const snapshot = await ledger.snapshot();
  try {
    const stored = await sumsOf(snapshot);
    for (const [name, { rows, sha256 }] of Object.entries(wanted)) {
      const there = stored[name];
      if (there?.rows === rows && there.sha256 === sha256) continue;
      const detail = `After the import, table ${name} holds ${there?.rows ?? 0} rows that are not the ${rows} of the file.`;
      throw new Refusal('invalidValue', detail);
    }
  } finally {
    await snapshot.close();
  }
}
