// Private networks that outbound requests may reach: the configuration file's list where it has one, else what administrators set,
// as it is by now on every replica.

import type { Settings } from './config.ts';
import type { Ledger } from './ledger/ledger.ts';

export const TRUSTED_NETWORKS = 'trusted-networks';

const LOOK_EVERY_MS = 500;

export interface TrustedNetwork {
  cidr: string;
  description: string;
}

export interface TrustedNetworks {
  list(): readonly string[];
  stop(): void;
}

export async function trustedNetworks(
  ledger: Ledger,
  { declared }: Pick<Settings, 'declared'>,
): Promise<TrustedNetworks> {
  const fromFile = declared?.trustedNetworks;
  if (fromFile) {
    const cidrs = fromFile.map(({ cidr }) => cidr);
    return { list: () => cidrs, stop: () => {} };
  }
  let cidrs = await read(ledger);
  let due: NodeJS.Timeout | null = null;
  const look = async () => {
    due = null;
    // What was known holds until the storage is there again.
    cidrs = await read(ledger).catch(() => cidrs);
  };
  // Each change of settings is an event, and every replica hears of events; under load of very many.
  const unfollow = ledger.follow(() => {
    due ??= setTimeout(look, LOOK_EVERY_MS).unref();
  });
  return {
    list: () => cidrs,
    stop: () => {
      unfollow();
      if (due) clearTimeout(due);
    },
  };
}

async function read(ledger: Ledger): Promise<readonly string[]> {
  const stored = await ledger.ownSettings.read(TRUSTED_NETWORKS);
  return ((stored?.value ?? []) as TrustedNetwork[]).map(({ cidr }) => cidr);
}
