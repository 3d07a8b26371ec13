// The limit beyond which taking something from many people at once is not done without a person saying how many they are.

import type { ProviderSettings } from './provider.ts';

/** So few are never held back, unless they are more than half of all. */
const FEW = 10;

/** `taken`: from how many; `active`: how many the provider has who are active. */
export function exceedsGuard(
  { percent, count }: ProviderSettings['guard'],
  { taken, active }: { taken: number; active: number },
): boolean {
  if (taken === 0) return false;
  if (taken < FEW && taken * 2 <= active) return false;
  return taken > count || taken * 100 > active * percent;
}

/** From how many something may be taken in a day without a person's word. */
export function allowanceOf({ percent, count }: ProviderSettings['guard'], active: number): number {
  const few = Math.min(FEW - 1, Math.floor(active / 2));
  return Math.max(few, Math.min(count, Math.floor((active * percent) / 100)));
}
