// `verify` over HTTP: it reads everything, so whoever asks while one is running gets the result of that one. What the
// ledger cannot know it adds: whether this server's keys open the secrets that are stored.

import { type SealedSecret, sealedSecrets } from '../../identity/provider.ts';
import type { KeyRing } from '../../key-ring.ts';
import type { Ledger, VerifyReport } from '../../ledger/ledger.ts';
import { keyIdOf } from '../../secret.ts';
import type { Parts } from '../parts.ts';

export interface Verification {
  run(): Promise<VerifyReport>;
  /** What the last one of this process found, and when it began. */
  last(): (VerifyReport & { readonly at: number }) | null;
}

export function verification(parts: Pick<Parts, 'ledger' | 'keys' | 'clock'>): Verification {
  let running: Promise<VerifyReport> | null = null;
  let last: (VerifyReport & { at: number }) | null = null;

  async function verify(): Promise<VerifyReport> {
    const at = parts.clock.now();
    try {
      const report = await verified(parts);
      last = { ...report, at };
      return report;
    } finally {
      running = null;
    }
  }

  return {
    run() {
      running ??= verify();
      return running;
    },
    last: () => last,
  };
}

/** What the ledger finds, and the secrets that stay closed. */
export async function verified(
  { ledger, keys }: Pick<Parts, 'ledger' | 'keys'>,
  onProgress?: (done: number, all: number) => void,
): Promise<VerifyReport> {
  const report = await ledger.verify(onProgress);
  const closed = closedSecrets(await storedSecrets(ledger), keys);
  return {
    ...report,
    problems: [...report.problems, ...closed.map(({ said }) => said)],
    problemCount: report.problemCount + closed.length,
  };
}

export interface ClosedSecret {
  /** Of the key that would open it; null where no key would. */
  readonly needs: string | null;
  /** A sentence: which secret it is, and why. */
  readonly said: string;
}

/** Of providers and webhooks; a refresh token that opens no more only ends its session. */
export async function storedSecrets(ledger: Ledger): Promise<SealedSecret[]> {
  const ofProviders = (await ledger.providers()).flatMap(({ provider }) => sealedSecrets(provider));
  return [...ofProviders, ...(await ledger.webhooks.sealedSecrets())];
}

/** The secrets that no key of this server opens. */
export function closedSecrets(secrets: readonly SealedSecret[], keys: KeyRing): ClosedSecret[] {
  return secrets.flatMap(({ identity, sealed }) => {
    try {
      keys.open(sealed, identity);
      return [];
    } catch (error) {
      const id = keyIdOf(sealed);
      const isHeld = id !== null && keys.ids().includes(id);
      return [{ needs: isHeld ? null : id, said: (error as Error).message }];
    }
  });
}
