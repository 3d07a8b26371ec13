// What a draft of rules would mean, and applying it.

import { Alert, Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { RulesPlanJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { sayDone, useChange } from '../queries.ts';
import type { MappingDraft } from '../ui/mapping/draft.ts';
import { Failed, Loading } from '../ui/states.tsx';

interface ReviewDraftProps {
  provider: string;
  draft: MappingDraft;
  onApplied(): void;
  onClose(): void;
}

type Planned = RulesPlanJson['losers'][number];

const SHOWN = 20;

export function ReviewDraft({ provider, draft, onApplied, onClose }: ReviewDraftProps) {
  const plan = useQuery<RulesPlanJson, ApiProblem>({
    queryKey: ['plans', provider, draft],
    queryFn: async ({ signal }) =>
      (await send<RulesPlanJson>(`/providers/${provider}/plan`, { method: 'POST', body: draft, signal }))
        .body,
    staleTime: 'static',
    gcTime: 0,
    retry: false,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title="Review of the draft"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {plan.data ? (
        <Planned provider={provider} draft={draft} plan={plan.data} onApplied={onApplied} onClose={onClose} />
      ) : plan.error ? (
        <Failed problem={plan.error} />
      ) : (
        <Loading label="Resolving everybody with both" />
      )}
    </Modal>
  );
}

function Planned({ provider, draft, plan, onApplied, onClose }: ReviewDraftProps & { plan: RulesPlanJson }) {
  const { lose, gain, loseSignIn, admins, confirm, losers, gainers, people } = plan;
  const [typed, setTyped] = useState('');
  const isConfirmed = confirm !== null && typed.trim() === String(confirm);
  const apply = useChange<void, number>({
    run: async () => {
      const query = isConfirmed ? { confirm } : {};
      const path = `/providers/${provider}/mappings`;
      return (await send(path, { method: 'PUT', body: draft, query })).status;
    },
    onDone(status) {
      const isHeld = status === 202;
      sayDone(isHeld ? 'The change is held until somebody approves it.' : 'The change of rules is applied.');
      onApplied();
    },
  });
  const words = [
    `${people.toLocaleString('en')} people were looked at.`,
    gain + lose === 0
      ? 'Nobody gains or loses anything.'
      : `${count(gain)} gain and ${count(lose)} lose something.`,
    loseSignIn > 0 ? `${count(loseSignIn)} could no longer sign in.` : '',
    admins.lose > 0 ? `${count(admins.lose)} would be no administrator any more.` : '',
  ];
  return (
    <Stack>
      <Text className="number">{words.filter(Boolean).join(' ')}</Text>
      <People title="Lose" of={losers} all={lose} />
      <People title="Gain" of={gainers} all={gain} />
      {confirm !== null && (
        <Alert color="yellow" variant="light" title={`It takes something from ${count(confirm)} people`}>
          <Text size="sm">
            That is more than the guard lets pass. Type the number to apply it at once; otherwise it is held,
            and somebody approves it under{' '}
            <Anchor component={Link} to="/governance/held" inherit>
              Held batches
            </Anchor>
            .
          </Text>
          <TextInput
            mt="sm"
            label={`Type ${confirm} to apply it at once`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Back to the draft
        </Button>
        <Button onClick={() => apply.mutate()} loading={apply.isPending}>
          {confirm !== null && !isConfirmed ? 'Ask for approval' : 'Apply'}
        </Button>
      </Group>
    </Stack>
  );
}

function count(n: number): string {
  return n.toLocaleString('en');
}

function People({ title, of, all }: { title: string; of: readonly Planned[]; all: number }) {
  if (of.length === 0) return null;
  const shown = of.slice(0, SHOWN);
  return (
    <section aria-label={title}>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <ul className="planned">
        {shown.map(({ user, loses, gains, losesSignIn }) => (
          <li key={user.id}>
            {user.displayName}
            {loses.map(({ name }) => (
              <span key={name} className="loss">{` -${name}`}</span>
            ))}
            {gains.map(({ name }) => (
              <span key={name} className="gain">{` +${name}`}</span>
            ))}
            {losesSignIn ? ', could no longer sign in' : ''}
          </li>
        ))}
      </ul>
      {all > shown.length && (
        <Text size="sm" c="dimmed">
          and {count(all - shown.length)} more
        </Text>
      )}
    </section>
  );
}
