// What is known beside a draft while it is edited: the doctor's word on it, and the attributes that can be used.

import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { DoctorJson, SeenAttributesJson } from '../../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../../api.ts';
import { keyOf } from '../../queries.ts';
import { type DraftRule, type ListKey, type MappingDraft, ruleKey } from './draft.ts';

export type SeenAttribute = SeenAttributesJson['items'][number];
export type RuleReport = DoctorJson['rules'][number];

export interface Examined {
  report: DoctorJson | undefined;
  problem: ApiProblem | null;
  /** False: what is shown is of the draft as it was a moment ago. */
  isCurrent: boolean;
  retry(): void;
}

const WAIT_MS = 300;

/** `draft` null: of the rules as they are stored. */
export function useExamined(provider: string, draft: MappingDraft | null): Examined {
  const [asked] = useDebouncedValue(draft, WAIT_MS);
  const path = `/providers/${provider}/doctor`;
  const found = useQuery<DoctorJson, ApiProblem>({
    queryKey: [...keyOf(path), asked],
    queryFn: async ({ signal }) =>
      (await send<DoctorJson>(path, { ...(asked && { method: 'POST', body: rulesAlone(asked) }), signal }))
        .body,
    placeholderData: keepPreviousData,
    // The server walks over everybody for a draft, and keeps nothing of it: once is enough.
    ...(asked && { staleTime: 'static' as const }),
  });
  return {
    report: found.data,
    problem: found.error,
    isCurrent: asked === draft && !found.isPlaceholderData && found.data !== undefined,
    retry: () => void found.refetch(),
  };
}

/** It is examined as it is, whatever rules it was begun on. */
function rulesAlone({ ruleset: _, ...rules }: MappingDraft): Omit<MappingDraft, 'ruleset'> {
  return rules;
}

/** By what the rule says, so that a row that was moved a moment ago keeps its numbers. */
export function reportsOf(
  report: DoctorJson | undefined,
  list: ListKey,
): (rule: DraftRule) => RuleReport | undefined {
  const byKey = new Map<string, RuleReport>();
  for (const each of report?.rules ?? []) {
    if (each.list === list && !byKey.has(ruleKey(each))) byKey.set(ruleKey(each), each);
  }
  return (rule) => byKey.get(ruleKey(rule));
}
