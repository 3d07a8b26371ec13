// What a change of rules would mean, before it is applied: planned beside the requests, everybody it is about, losses first, and the
// button that applies it for so many people. Beyond the limits of the guard their number is typed, or the change is held.

import { Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { MappingsJson, PlanStateJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { useGet } from '../queries.ts';
import { ApplyPlan } from './review-apply.tsx';
import { ReviewedPlan } from './review-plan.tsx';
import { Failed } from './states.tsx';

const LOOK_MS = 300;

/** What `PUT /providers/{id}/mappings` takes. `ruleset`: the number that the draft was made on; another one is refused. */
export type RulesDraft = Partial<Omit<MappingsJson, 'locked'>>;

interface ReviewProps {
  /** Its id. */
  provider: string;
  draft: RulesDraft;
  /** It holds, under that number. */
  onApplied(mappings: MappingsJson): void;
  onClose(): void;
  title?: string;
}

export function ReviewChanges(props: ReviewProps) {
  const { onClose, title = 'Review changes' } = props;
  const [again, setAgain] = useState(0);
  const { problem, state } = usePlan(props, again);
  const leave = () => {
    if (state) void send(`/plans/${state.id}`, { method: 'DELETE' }).catch(() => {});
    onClose();
  };
  return (
    <Modal
      opened
      onClose={leave}
      title={title}
      size="min(1180px, 96vw)"
      yOffset="3dvh"
      classNames={{ content: 'review', body: 'review-body' }}
      closeOnClickOutside={false}
    >
      {problem && <Refused problem={problem} onAgain={() => setAgain(again + 1)} onClose={leave} />}
      {!problem && state?.plan && (
        <>
          <ReviewedPlan state={state} plan={state.plan} onAgain={() => setAgain(again + 1)} />
          <ApplyPlan {...props} plan={state.plan} onAgain={() => setAgain(again + 1)} onClose={leave} />
        </>
      )}
      {!problem && !state?.plan && <Planning state={state} onCancel={leave} />}
    </Modal>
  );
}

/** `again`: so often it was asked for anew, then on the rules that hold by now. */
function usePlan({ provider, draft }: ReviewProps, again: number) {
  const body = again === 0 ? draft : { ...draft, ruleset: undefined };
  const begun = useQuery<PlanStateJson, ApiProblem>({
    queryKey: ['begun plans', provider, body, again],
    queryFn: async () =>
      (await send<PlanStateJson>(`/providers/${provider}/plan`, { method: 'POST', query: { wait: 0 }, body }))
        .body,
    // Asking again would make another one.
    staleTime: 'static',
    gcTime: 0,
    retry: false,
  });
  const id = begun.data?.id;
  const looked = useGet<PlanStateJson>(`/plans/${id}`, {
    enabled: id !== undefined,
    every: (found) => ((found as PlanStateJson | undefined)?.state === 'planning' ? LOOK_MS : false),
  });
  const state = looked.data?.id === id ? looked.data : begun.data;
  const failed = state?.state === 'failed' ? new Error(state.problem ?? 'The plan failed.') : null;
  return { problem: begun.error ?? looked.error ?? failed, state };
}

function Planning({ state, onCancel }: { state: PlanStateJson | undefined; onCancel: () => void }) {
  const { done = 0, of = 0 } = state ?? {};
  const share = of === 0 ? 0 : Math.min(100, (done / of) * 100);
  return (
    <Stack align="center" justify="center" className="review-scroll" gap="sm">
      <Text role="status" fw={600}>
        Finding out what it would mean for everybody
      </Text>
      <Progress value={share} w="min(420px, 80%)" aria-label="People looked at" />
      <Text size="sm" c="dimmed" className="number">
        {of === 0 ? 'Beginning' : `${done.toLocaleString('en')} of about ${of.toLocaleString('en')} people`}
      </Text>
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
    </Stack>
  );
}

interface RefusedProps {
  problem: Error;
  onAgain(): void;
  onClose(): void;
}

function Refused({ problem, onAgain, onClose }: RefusedProps) {
  return (
    <Stack className="review-scroll">
      <Failed problem={problem} />
      <Group>
        <Button onClick={onAgain}>Review again</Button>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </Group>
      <Text size="sm" c="dimmed" maw={640}>
        Reviewing again plans your draft on the rules that hold now. What somebody else has changed in the
        same lists meanwhile would be replaced by yours, and is shown as a change.
      </Text>
    </Stack>
  );
}
