// The foot of a review: the file of everybody, the number that has to be typed where many or an administrator lose something, and
// the button that applies it. What is held instead is told with the way to it.

import { Alert, Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconHandStop } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { BatchJson, MappingsJson, RulesPlanJson } from '../../src/edge/admin/contract.ts';
import { type Answered, addressOf, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { whyHeld } from './batch-words.ts';
import { counted } from './counted.ts';
import type { RulesDraft } from './review-changes.tsx';
import { Failed } from './states.tsx';

const UNDO_SHOWN_MS = 20_000;
const STALE = 412;

interface ApplyProps {
  provider: string;
  draft: RulesDraft;
  plan: RulesPlanJson;
  onApplied(mappings: MappingsJson): void;
  onAgain(): void;
  onClose(): void;
}

export function ApplyPlan(props: ApplyProps) {
  const { plan, onApplied, onAgain, onClose } = props;
  const { apply, held } = useApply(props, onApplied);
  if (held) return <Held batch={held} onClose={onClose} />;
  return (
    <Stack className="review-foot" gap="xs">
      {apply.error && (
        <Failed problem={apply.error} {...(apply.error.status === STALE && { onRetry: onAgain })} />
      )}
      <Group justify="space-between" align="flex-end" gap="sm">
        <Button
          component="a"
          href={addressOf(`/plans/${plan.id}/export`, { format: 'csv' })}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
          disabled={plan.affected === 0}
        >
          Download CSV
        </Button>
        <Decide plan={plan} isBusy={apply.isPending} onApply={apply.mutate} onClose={onClose} />
      </Group>
    </Stack>
  );
}

/** The number that was typed, or null: the guard may hold it. */
type Confirmed = number | null;

function useApply({ provider, draft, plan }: ApplyProps, onApplied: (mappings: MappingsJson) => void) {
  const navigate = useNavigate();
  const [held, setHeld] = useState<BatchJson | null>(null);
  const undo = () =>
    void navigate({
      to: `/governance/user-provisioning/${provider}/history`,
      search: { restore: String(plan.ruleset) },
    } as never);
  const apply = useChange<Confirmed, Answered<MappingsJson | BatchJson>>({
    run: (confirm) =>
      send(`/providers/${provider}/mappings`, {
        method: 'PUT',
        query: { confirm: confirm ?? undefined },
        body: { ...draft, ruleset: plan.ruleset },
      }),
    isQuiet: true,
    onDone({ body }) {
      if ('source' in body) {
        setHeld(body);
        return;
      }
      sayApplied(plan, undo);
      onApplied(body);
    },
  });
  return { apply, held };
}

function sayApplied({ provider, affected }: RulesPlanJson, undo: () => void): void {
  const id = notifications.show({
    title: `The rules of ${provider.name} are changed`,
    message: (
      <Group gap="sm" mt={4}>
        <Text size="sm">For {counted(affected, 'user', 'users')}, from now on.</Text>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    color: 'green',
    autoClose: UNDO_SHOWN_MS,
  });
}

interface DecideProps {
  plan: RulesPlanJson;
  isBusy: boolean;
  onApply(confirm: Confirmed): void;
  onClose(): void;
}

function Decide({ plan, isBusy, onApply, onClose }: DecideProps) {
  const { affected, lose, confirm, admins, changes } = plan;
  const [written, write] = useState('');
  const number = String(confirm ?? lose);
  const isTyped = confirm !== null || admins.lose > 0;
  const isSame = changes.changed.length === 0;
  const isReady = !isSame && (!isTyped || written.trim().replaceAll(',', '') === number);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onApply(confirm);
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end" gap="sm">
        {isTyped && (
          <TextInput
            label={`Type ${number} to take something from so many users`}
            description={confirm === null ? undefined : whyHeld(plan)}
            value={written}
            onChange={(event) => write(event.currentTarget.value)}
            autoComplete="off"
            inputMode="numeric"
          />
        )}
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {confirm !== null && (
          <Button variant="default" loading={isBusy} onClick={() => onApply(null)}>
            Hold for approval
          </Button>
        )}
        <Button type="submit" color={lose > 0 ? 'red' : 'sky'} disabled={!isReady} loading={isBusy}>
          {isSame ? 'These rules hold already' : applyWords(affected)}
        </Button>
      </Group>
    </form>
  );
}

function applyWords(affected: number): string {
  return affected === 0 ? 'Apply' : `Apply for ${counted(affected, 'user', 'users')}`;
}

function Held({ batch, onClose }: { batch: BatchJson; onClose: () => void }) {
  return (
    <Stack className="review-foot">
      <Alert
        color="yellow"
        icon={<IconHandStop size={18} />}
        title="Held for approval: nothing is changed yet"
        role="status"
      >
        The former rules hold until somebody approves it.{' '}
        <Anchor component={Link} to={`/governance/held/${batch.id}`} inherit>
          Look at the held batch
        </Anchor>
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}
