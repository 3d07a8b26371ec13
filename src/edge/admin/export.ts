// GET /api/export: everything of one moment as JSON Lines, written as fast as it is taken.

import { Readable } from 'node:stream';
import type { Snapshot } from '../../ledger/ledger.ts';
import { limits } from '../../limits.ts';
import { exportLines, type Origin } from '../../transfer/write-export.ts';
import { type Route, route } from './route.ts';

const getExport = route({
  method: 'GET',
  path: '/export',
  permission: { resource: 'system', operation: 'export' },
  summary: 'Everything of this moment, to back up or to move',
  description:
    'A stream of JSON Lines while the server goes on serving; what is written meanwhile is not in it. Whole only when its last line has come: `{"end":"export",...}`. Secrets in it are sealed, tokens hashed.',
  streams: { media: ['application/x-ndjson'], description: 'See docs/export.md.' },
  async handle({ parts: { ledger, version }, at, gone }) {
    const snapshot = await ledger.snapshot();
    const stream = exportStream(snapshot, { engine: ledger.engine, version, at }, limits.exportStallMs);
    gone.addEventListener('abort', () => stream.destroy(), { once: true });
    const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' };
    return { headers, body: stream };
  },
});

/** Closes the snapshot whatever way it ends, also when its reader takes nothing for too long. */
export function exportStream(snapshot: Snapshot, origin: Origin, stallMs: number): Readable {
  const stall = setTimeout(() => stream.destroy(new Error('the reader of an export took nothing')), stallMs);
  stall.unref();
  async function* watched() {
    for await (const text of exportLines(snapshot, origin)) {
      stall.refresh();
      yield text;
    }
  }
  // One chunk ahead of the reader: a chunk is some hundred rows.
  const stream = Readable.from(watched(), { objectMode: true, highWaterMark: 1 });
  stream.once('close', () => {
    clearTimeout(stall);
    void snapshot.close();
  });
  return stream;
}

export const exportRoutes: readonly Route[] = [getExport];
