// The draft of a provider's rules in this tab: it survives a reload, and is gone with the tab or when it is discarded.

import { useSessionStorage } from '@mantine/hooks';
import type { MappingsJson } from '../../../src/edge/admin/contract.ts';
import { changesIn, type MappingDraft } from './draft.ts';

export interface KeptDraft {
  draft: MappingDraft;
  /** How many changes are not applied. */
  changes: number;
  /** Somebody else changed the rules since it was begun. */
  isStale: boolean;
  change(next: MappingDraft): void;
  discard(): void;
  /** Puts it on top of the rules that are stored now: it takes their place. */
  keepOnTop(): void;
}

export function useDraft(provider: string, stored: MappingsJson): KeptDraft {
  const [kept, keep] = useSessionStorage<MappingDraft | null>({
    key: `bifrost-mapping-draft:${provider}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const { locked: _, ...asStored } = stored;
  const changes = kept ? changesIn(kept, asStored) : 0;
  return {
    draft: kept && changes > 0 ? kept : asStored,
    changes,
    isStale: kept !== null && changes > 0 && kept.ruleset !== stored.ruleset,
    change: (next) => keep(changesIn(next, asStored) > 0 ? next : null),
    discard: () => keep(null),
    keepOnTop: () => keep((before) => before && { ...before, ruleset: stored.ruleset }),
  };
}
