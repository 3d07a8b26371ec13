// GET /api/export.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportStream } from '../../src/edge/admin/export.ts';
import type { Snapshot } from '../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/ledger.ts';
import { type Fixture, startFixture } from './fixture.ts';

let api: Fixture;
beforeAll(async () => {
  api = await startFixture();
  await api.pushUsers('amara@contoso.com/Sales', 'bela@contoso.com');
});
afterAll(() => api.stop());

const origin = { engine: 'sqlite', version: 'test', at: 0 } as const;

describe('GET /api/export 200', () => {
  it('streams lines that no cache keeps, with the footer as the last one', async () => {
    const { headers, text } = await api.get('/api/export');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(headers.get('cache-control')).toBe('no-store');
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ end: 'export', tables: { users: { rows: 2 } } });
  });

  it('makes no event and no request row', async () => {
    expect(await api.eventsOf(() => api.get('/api/export'))).toEqual([]);
  });

  it('lets go of its moment when the reader takes nothing for too long, or goes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bifrost-stall-'));
    const ledger = openSqliteLedger(folder);
    let closed = 0;
    const snapshot = async (): Promise<Snapshot> => {
      const real = await ledger.snapshot();
      return {
        ...real,
        close: async () => {
          closed++;
          await real.close();
        },
      };
    };
    const stalled = exportStream(await snapshot(), origin, 50);
    stalled.on('error', () => {});
    await pause(400);
    expect({ destroyed: stalled.destroyed, closed }).toEqual({ destroyed: true, closed: 1 });
    const left = exportStream(await snapshot(), origin, 60_000);
    for await (const _ of left) break;
    await pause(50);
    expect({ destroyed: left.destroyed, closed }).toEqual({ destroyed: true, closed: 2 });
    await ledger.close();
    await rm(folder, { recursive: true });
  });
});
