// Fills a data directory or a database with people, through the same reading, deciding and committing as the server but
// without HTTP. No server may have the directory open.

import { newId } from '../src/id.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { openPostgresLedger } from '../src/ledger/postgres/ledger.ts';
import { openSqliteLedger } from '../src/ledger/sqlite/ledger.ts';
import { decideUserCreate } from '../src/mapping/decide.ts';
import { readResource } from '../src/scim/resource.ts';
import { userKind } from '../src/scim/schema.ts';
import { userBody } from './person.ts';
import type { Home } from './server.ts';
import { serveWork } from './worker.ts';

interface Filling {
  env: Home['env'];
  /** Numbers 0 to people - 1. */
  people: number;
  /** The id of every so many-th is told. */
  stride: number;
}

export type FillWork = { fill: (filling: Filling) => Promise<string[]> };

/** As many as one transaction takes. */
const IN_FLIGHT = 256;

export function serveFill(): void {
  serveWork<FillWork>({ fill });
}

export async function openLedger(env: Home['env']): Promise<Ledger> {
  if (env.DATABASE_URL === undefined) return openSqliteLedger(env.BIFROST_DATA_DIR);
  return openPostgresLedger({ url: env.DATABASE_URL });
}

async function fill({ env, people, stride }: Filling): Promise<string[]> {
  const ledger = await openLedger(env);
  const ids: string[] = [];
  try {
    const [state] = await ledger.providers();
    if (!state) throw new Error(`no provider there: start a server there first`);
    const provider = state.provider.id;
    const create = (n: number) =>
      ledger.transact({
        provider,
        needs: {},
        decide: (loaded) => {
          const at = Date.now();
          const context = {
            state: loaded.state,
            at,
            actor: { kind: 'system' as const, id: 'bench' },
            cause: null,
          };
          const made = { id: newId(at), formerly: null };
          const { document, unlisted } = readResource(userKind, userBody(n), { require: true });
          const { changes } = decideUserCreate(context, made, { document, unlisted });
          return { changes, answer: made.id };
        },
      });
    for (let from = 0; from < people; from += IN_FLIGHT) {
      const count = Math.min(IN_FLIGHT, people - from);
      const made = await Promise.all(Array.from({ length: count }, (_, i) => create(from + i)));
      for (const [i, id] of made.entries()) if ((from + i) % stride === 0) ids.push(id);
    }
  } finally {
    await ledger.close();
  }
  return ids;
}
