// `verify` over HTTP: it reads everything, so whoever asks while one is running gets the result of that one. What the
// ledger cannot know it adds: whether this server's keys open the secrets that are stored.

import { sealedSecrets } from '../../identity/provider.ts';
import type { VerifyReport } from '../../ledger/ledger.ts';
import type { Parts } from '../parts.ts';

export type Verification = () => Promise<VerifyReport>;

export function verification(parts: Pick<Parts, 'ledger' | 'keys'>): Verification {
  let running: Promise<VerifyReport> | null = null;
  return () => {
    running ??= verified(parts).finally(() => {
      running = null;
    });
    return running;
  };
}

async function verified({ ledger, keys }: Pick<Parts, 'ledger' | 'keys'>): Promise<VerifyReport> {
  const report = await ledger.verify();
  const closed = closedSecrets(await ledger.providers(), keys);
  return {
    ...report,
    problems: [...report.problems, ...closed],
    problemCount: report.problemCount + closed.length,
  };
}

/** A sentence for each secret that no key of this server opens. */
export function closedSecrets(
  states: Awaited<ReturnType<Parts['ledger']['providers']>>,
  keys: Parts['keys'],
): string[] {
  return states
    .flatMap(({ provider }) => sealedSecrets(provider))
    .flatMap(({ identity, sealed }) => {
      try {
        keys.open(sealed, identity);
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
}
