// When a token was last used, noted once a minute; its first use ends those that were kept until then.

import { endReplaced, replacedBy, touchToken } from '../sql/tokens.ts';
import type { Pool } from './pool.ts';
import { runOn } from './run-script.ts';
import type { SettingsCache } from './settings.ts';
import { tell } from './tell.ts';

const EVERY_MS = 60_000;

export function tokenUses(pool: Pool, settings: SettingsCache, committed: () => void) {
  const lastNoted = new Map<string, number>();
  const under = new Set<Promise<void>>();

  async function write(provider: string, id: string, at: number, from: string | null): Promise<void> {
    await runOn(pool, touchToken(provider, id, at, from));
    const replaced = await runOn(pool, replacedBy(provider, id));
    if (replaced.length === 0) return;
    await settings.change((connection) => runOn(connection, endReplaced(tell, provider, id, at)));
    committed();
  }

  return {
    note({ provider, id }: { provider: string; id: string }, at: number, from: string | null): void {
      const before = lastNoted.get(id);
      if (before !== undefined && at - before < EVERY_MS) return;
      lastNoted.set(id, at);
      // A use that could not be noted is noted with the next request.
      const writing = write(provider, id, at, from)
        .catch(() => {
          lastNoted.delete(id);
        })
        .finally(() => under.delete(writing));
      under.add(writing);
    },
    /** Resolves when those that were noted until now are written. */
    async noted(): Promise<void> {
      if (under.size > 0) await Promise.all(under);
    },
  };
}
