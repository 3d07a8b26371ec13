// Private networks that outbound requests may reach: the configuration file's list where it has one, else what administrators set,
// as it is by now on every replica.

import { trustedNetworks } from './edge/admin/trusted-networks.ts';
import type { Parts } from './edge/parts.ts';

const LOOK_EVERY_MS = 500;

export interface TrustedNetworks {
  list(): readonly string[];
  stop(): void;
}

export async function followTrustedNetworks(
  parts: Pick<Parts, 'ledger' | 'settings'>,
): Promise<TrustedNetworks> {
  let cidrs = await read(parts);
  let due: NodeJS.Timeout | null = null;
  const look = async () => {
    due = null;
    // What was known holds until the storage is there again.
    cidrs = await read(parts).catch(() => cidrs);
  };
  // Each change of settings is an event, and every replica hears of events; under load of very many.
  const unfollow = parts.ledger.follow(() => {
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

async function read(parts: Pick<Parts, 'ledger' | 'settings'>): Promise<readonly string[]> {
  return (await trustedNetworks(parts)).networks.map(({ cidr }) => cidr);
}
