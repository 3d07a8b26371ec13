// One held batch: what it would do and to whom, why it is held, and the decision, for which its number is typed.

import { Alert, Anchor, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { BatchPersonJson, WholeBatchJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { ActorText } from '../ui/actor.tsx';
import { Mark } from '../ui/badges.tsx';
import { peopleOf, sources, states, whatItWouldDo, whyHeld } from '../ui/batch-words.ts';
import { Facts } from '../ui/facts.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Page } from '../ui/page.tsx';
import { RulesDifference } from '../ui/rules-difference.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { DecideBatch } from './held-batch-decide.tsx';

/** While it is under way. */
const LOOK_MS = 1_000;

export default function HeldBatchPage() {
  const { batch: id } = useParams({ strict: false }) as { batch: string };
  const { may } = useSession();
  const found = useGet<WholeBatchJson>(`/batches/${id}`, {
    enabled: may('guard:read'),
    every: (batch) => (isUnderWay(batch as WholeBatchJson | undefined) ? LOOK_MS : false),
  });
  const batch = found.data;
  return (
    <Page
      title={batch ? `${sources[batch.source]} of ${batch.provider.name}` : 'Held batch'}
      beside={batch && <Mark tone={states[batch.state].tone}>{states[batch.state].words}</Mark>}
      above={[{ label: 'Held batches', to: '/governance/held' }]}
      actions={batch && <DecideBatch batch={batch} />}
      permission="guard:read"
    >
      <Shown of={found}>{(one) => <Batch batch={one} />}</Shown>
    </Page>
  );
}

function isUnderWay(batch: WholeBatchJson | undefined): boolean {
  return batch?.state === 'applying' || batch?.state === 'undoing';
}

function Batch({ batch }: { batch: WholeBatchJson }) {
  const { rules } = batch;
  return (
    <Stack>
      {batch.state === 'held' && (
        <Alert color="yellow" title={whatItWouldDo(batch)}>
          {whyHeld(batch)} Nothing of it was done.
        </Alert>
      )}
      {isUnderWay(batch) && batch.people > 0 && (
        <Progress value={(batch.done / batch.people) * 100} aria-label="How far it is" />
      )}
      <Paper withBorder p="md">
        <Known batch={batch} />
      </Paper>
      {rules && (
        <Paper withBorder p="md">
          <Title order={2} size="h4" mb="xs">
            What changes in the rules
          </Title>
          <RulesDifference of={rules} />
          {rules.ruleset !== rules.currentRuleset && batch.state === 'held' && (
            <Text size="sm" c="dimmed" mt="xs">
              The rules have changed since it was held (number {rules.ruleset} then, {rules.currentRuleset}{' '}
              now). Who loses what is planned anew on those of now.
            </Text>
          )}
        </Paper>
      )}
      <Title order={2} size="h4">
        Whom it takes something from
      </Title>
      <People batch={batch} />
    </Stack>
  );
}

function Known({ batch }: { batch: WholeBatchJson }) {
  const { id, source, origin, provider, createdAt, askedBy, decidedBy, decidedAt } = batch;
  return (
    <Facts
      of={[
        ['Comes of', <Origin key="origin" {...{ source, origin }} />],
        [
          'Provider',
          <Anchor key="provider" component={Link} to={`/governance/user-provisioning/${provider.id}`} inherit>
            {provider.name}
          </Anchor>,
        ],
        ['Users', peopleOf(batch)],
        ['Held', <When key="held" at={createdAt} />],
        ...(askedBy === null ? [] : [['Asked for by', <ActorText key="asked" of={askedBy} />] as const]),
        [
          'Decided',
          decidedBy === null ? (
            'not yet'
          ) : (
            <Group key="decided" gap={4}>
              <When at={decidedAt} /> by <ActorText of={decidedBy} />
            </Group>
          ),
        ],
        ['Id', id],
      ]}
    />
  );
}

function Origin({ source, origin }: Pick<WholeBatchJson, 'source' | 'origin'>) {
  if (source === 'reconciliation')
    return (
      <Anchor component={Link} to={`/governance/reconciliation/${origin}`} inherit>
        The comparison that found it
      </Anchor>
    );
  if (origin === 'configuration') return 'The configuration file';
  return source === 'purge' ? 'Users whose time is over, or who were to be erased by hand' : 'A request';
}

const columns: readonly Column<BatchPersonJson>[] = [
  {
    title: 'User',
    width: 'minmax(220px, 1fr)',
    show: ({ user, name }) =>
      user === null ? (
        <Text size="sm">{name}</Text>
      ) : (
        <Anchor component={Link} to={`/governance/users/${user}`} size="sm">
          {name}
        </Anchor>
      ),
  },
  {
    title: 'What it takes, or why',
    width: 'minmax(280px, 2fr)',
    show: ({ why }) => (
      <Text size="sm" lineClamp={2} title={why}>
        {why}
      </Text>
    ),
  },
];

function People({ batch: { id, source, people, state } }: { batch: WholeBatchJson }) {
  return (
    <>
      <ListTable<BatchPersonJson>
        label="Whom it takes something from"
        path={`/batches/${id}/people`}
        columns={columns}
        keyOf={({ user, name, why }) => `${user} ${name} ${why}`}
        maxHeight="60vh"
        empty={<Empty title="Nobody">What it was about is not so any more.</Empty>}
      />
      {source === 'rules' && people > 50 && (
        <Text size="sm" c="dimmed">
          The first 50{state === 'held' ? ', losses of sign-in first' : ''}.
        </Text>
      )}
    </>
  );
}
