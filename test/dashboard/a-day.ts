// A day of requests in the log, as Entra sends them: one great cycle, small ones every 40 minutes, and two hours without any.

import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { forgetLastId, newId } from '../../src/id.ts';
import { requestRow } from '../ledger/scribe.ts';
import type { DashboardWorld } from './world.ts';

const MINUTE_MS = 60_000;
const CYCLE_MS = 40 * MINUTE_MS;
const CYCLES = 36;

const done = [200, 'Looked up ada@contoso.com: found'] as const;
const refused = [409, 'Refused to create ada@contoso.com'] as const;

/** By how many cycles ago: how much came with one, how much of it was refused. */
function cycle(ago: number): { accepted: number; refused: number } {
  if (ago === 31) return { accepted: 2_400, refused: 12 };
  if (ago === 9) return { accepted: 214, refused: 31 };
  if (ago > 31 || (ago >= 15 && ago <= 17)) return { accepted: 0, refused: 0 };
  return { accepted: 3 + ((ago * 7) % 11), refused: ago % 13 === 6 ? 2 : 0 };
}

/** Up to now, noted as the endpoint notes them: a day is not waited for. */
export async function sendsForADay(world: DashboardWorld): Promise<void> {
  const provider = (await world.api<ProviderJson>('GET', '/api/providers/entra')).body.id;
  // Those of a while ago come before what was sent since.
  forgetLastId();
  const current = Math.floor(world.now() / CYCLE_MS) * CYCLE_MS;
  for (let ago = CYCLES - 1; ago >= 0; ago--) {
    const at = current - ago * CYCLE_MS + 2 * MINUTE_MS;
    const { accepted, refused: others } = cycle(ago);
    for (let n = 0; n < accepted + others; n++) {
      const [status, action] = n < accepted ? done : refused;
      world.server.ledger.noteRequest(requestRow(newId(at), { at, provider, status, action }));
    }
  }
}
