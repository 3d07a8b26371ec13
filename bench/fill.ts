// Fills a data directory with people, through the same reading, deciding and committing as the server but without HTTP:
// a million users in a few minutes. No server may have the directory open.

import { newId } from '../src/id.ts';
import { openSqliteLedger } from '../src/ledger/sqlite/ledger.ts';
import { decideUserCreate } from '../src/mapping/decide.ts';
import { readResource } from '../src/scim/resource.ts';
import { userKind } from '../src/scim/schema.ts';
import { userBody } from './person.ts';
import { serveWork } from './worker.ts';

interface Filling {
  dataDir: string;
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

async function fill({ dataDir, people, stride }: Filling): Promise<string[]> {
  const ledger = openSqliteLedger(dataDir);
  const ids: string[] = [];
  try {
    const [state] = await ledger.providers();
    if (!state) throw new Error(`no provider in ${dataDir}: start a server there first`);
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
