// A long list as a file: JSON Lines for programs, CSV for spreadsheets. Read portion by portion as fast as it is taken, and cut off
// once whoever asked may not have it any more.

import { Readable } from 'node:stream';
import { stillMay } from './caller.ts';
import { csvLine } from './csv.ts';
import type { Needs } from './permissions.ts';
import type { Call } from './route.ts';

const media = { jsonl: 'application/x-ndjson', csv: 'text/csv' } as const;

/** For what a route says of its answer. */
export const fileMedia: readonly string[] = Object.values(media);

/** How rows stand in CSV: below a heading, in one line or in several. */
export interface InCsv<Row> {
  heading: readonly string[];
  lines(row: Row): string;
}

/** A line for each row, of columns with their names. */
export function columnsInCsv<Row>(
  columns: readonly (readonly [name: string, of: (row: Row) => unknown])[],
): InCsv<Row> {
  return {
    heading: columns.map(([name]) => name),
    lines: (row) => csvLine(columns.map(([, cellOf]) => cellOf(row))),
  };
}

interface FileOf<Row> {
  /** Without its ending. */
  name: string;
  format: keyof typeof media;
  csv: InCsv<Row>;
  portions: AsyncIterable<readonly Row[]>;
  /** Asked again before each portion. */
  needs: Needs;
}

export function fileAnswer<Row>({ again, gone }: Pick<Call, 'again' | 'gone'>, file: FileOf<Row>) {
  const { name, format, csv, portions, needs } = file;
  const line = format === 'csv' ? csv.lines : (row: Row) => `${JSON.stringify(row)}\n`;
  async function* texts() {
    if (format === 'csv') yield csvLine(csv.heading);
    for await (const rows of portions) {
      await stillMay({ again, needs });
      if (rows.length > 0) yield rows.map(line).join('');
    }
  }
  const type = format === 'csv' ? `${media.csv}; charset=utf-8; header=present` : media.jsonl;
  return streamedFile({ gone }, { name: `${name}.${format}`, type, content: texts() });
}

interface StreamedFile {
  name: string;
  type: string;
  content: AsyncIterable<string | Uint8Array>;
  /** A reader that takes nothing for so long is cut: for content of which much waits in memory. */
  stallMs?: number;
}

/** `content` is read one portion ahead of who takes it. */
export function streamedFile({ gone }: Pick<Call, 'gone'>, { name, type, content, stallMs }: StreamedFile) {
  const watched = stallMs === undefined ? content : watchedBy(stallMs, () => body, content);
  const body: Readable = Readable.from(watched, { objectMode: true, highWaterMark: 1 });
  gone.addEventListener('abort', () => body.destroy(), { once: true });
  const headers = {
    'content-type': type,
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
  };
  return { headers, body };
}

/** Counts while the reader has something to take, not while it is being made. */
async function* watchedBy<Portion>(
  stallMs: number,
  body: () => Readable,
  content: AsyncIterable<Portion>,
): AsyncGenerator<Portion> {
  for await (const portion of content) {
    const stall = setTimeout(() => body().destroy(new Error('the reader of a file took nothing')), stallMs);
    stall.unref();
    try {
      yield portion;
    } finally {
      clearTimeout(stall);
    }
  }
}
