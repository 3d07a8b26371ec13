// A run while it goes on: asked about every second, and what it changes is asked again when it has come to an end.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { WholeRunJson } from '../../../src/edge/admin/contract.ts';
import { useGet } from '../../queries.ts';
import { isUnderWay } from './run-words.ts';

export const LOOK_EVERY_MS = 1_000;

export function useRun(id: string, enabled = true) {
  return useGet<WholeRunJson>(`/reconciliations/${id}`, {
    enabled,
    every: (found) => (found && isUnderWay(found as WholeRunJson) ? LOOK_EVERY_MS : false),
  });
}

/** Whatever is shown is asked again when `state` becomes another. */
export function useRefreshed(state: string | undefined): void {
  const client = useQueryClient();
  const former = useRef(state);
  useEffect(() => {
    const isNews = former.current !== undefined && state !== former.current;
    former.current = state;
    if (isNews) void client.invalidateQueries();
  }, [client, state]);
}
