// `verify` over HTTP: it reads everything, so whoever asks while one is running gets the result of that one.

import type { Ledger, VerifyReport } from '../../ledger/ledger.ts';

export type Verification = () => Promise<VerifyReport>;

export function verification(ledger: Pick<Ledger, 'verify'>): Verification {
  let running: Promise<VerifyReport> | null = null;
  return () => {
    running ??= ledger.verify().finally(() => {
      running = null;
    });
    return running;
  };
}
