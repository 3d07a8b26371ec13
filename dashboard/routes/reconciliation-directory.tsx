// One directory on the page of comparing: how it stands, what is open, and comparing now.

import { Anchor, Button, Group, Menu, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ReconciliationStateJson, RunJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { RunProgress } from '../ui/runs/run-progress.tsx';
import { number, peopleText } from '../ui/runs/run-words.ts';
import { Warning } from '../ui/warning.tsx';
import { When } from '../ui/when.tsx';

interface CardProps {
  directory: ReconciliationStateJson;
}

const modes = {
  heal: { tone: 'good', words: 'Heals' },
  report: { tone: 'plain', words: 'Reports only' },
  off: { tone: 'quiet', words: 'Switched off' },
} as const;

const runPath = '/governance/reconciliation';

export function DirectoryCard({ directory }: CardProps) {
  const { name, mode, obstacle, underWay, provider } = directory;
  const { tone, words } = modes[mode];
  return (
    <Paper withBorder p="md" component="section" aria-label={`Directory of ${name}`}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Title order={2} size="h4">
              {name}
            </Title>
            <Mark tone={tone}>{words}</Mark>
          </Group>
          {obstacle === null && underWay === null && <CompareNow directory={directory} />}
        </Group>
        {obstacle !== null && (
          <Warning title="It cannot be compared now">
            {obstacle} <ToProvider provider={provider}>Provider Configuration</ToProvider>
          </Warning>
        )}
        {mode === 'off' && obstacle === null && (
          <Text size="sm">
            It is compared by hand alone, and a comparison changes nothing. To have it compared every day,
            switch it on in the <ToProvider provider={provider}>configuration of the provider</ToProvider>.
          </Text>
        )}
        {underWay && <RunProgress run={underWay} />}
        <Standing directory={directory} />
      </Stack>
    </Paper>
  );
}

function ToProvider({ provider, children }: { provider: string; children: ReactNode }) {
  const { may } = useSession();
  if (!may('providers:read')) return children;
  return (
    <Anchor component={Link} to={`/governance/user-provisioning/${provider}`} inherit underline="always">
      {children}
    </Anchor>
  );
}

function Standing({ directory }: CardProps) {
  const { directory: reads, last, open, pending, mode, every, nextDueAt, obstacle } = directory;
  const isByClock = mode !== 'off' && obstacle === null;
  return (
    // By the width of the card: two stand beside each other
    <SimpleGrid
      type="container"
      component="dl"
      cols={{ base: 2, '480px': 3, '860px': 5 }}
      spacing="md"
      verticalSpacing="sm"
      m={0}
    >
      <Fact name="Reads">{reads ?? 'No directory'}</Fact>
      <Fact name="Last comparison">
        {last ? (
          <Group gap={6}>
            <Anchor component={Link} to={`${runPath}/${last.id}`} inherit>
              <When at={last.startedAt} />
            </Anchor>
            {last.outcome !== 'complete' && <RunMark run={last} />}
          </Group>
        ) : (
          'None so far'
        )}
      </Fact>
      <Fact name="Next comparison">
        {isByClock && nextDueAt ? <Due at={nextDueAt} every={every} /> : 'By hand'}
      </Fact>
      <Fact name="Open differences">
        <Open open={open} />
      </Fact>
      <Fact name="Pending">
        <PendingCount directory={directory} pending={pending} />
      </Fact>
    </SimpleGrid>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} className="number">
        {children}
      </Text>
    </div>
  );
}

function Due({ at, every }: { at: string; every: string }) {
  return (
    <>
      {Date.parse(at) <= Date.now() ? 'Any moment' : <When at={at} />}, every {every}
    </>
  );
}

function Open({ open }: { open: ReconciliationStateJson['open'] }) {
  if (open === null) return 'Not known yet';
  if (open.rows === 0 && open.held === 0) return 'None';
  return (
    <Stack gap={2} align="flex-start">
      {open.rows > 0 && (
        <Anchor component={Link} to={`${runPath}/${open.run}?state=open` as never} inherit>
          {number(open.rows)}
          {open.people > 0 ? ` (${peopleText(open.people)})` : ''}
        </Anchor>
      )}
      {open.held > 0 && (
        <Anchor component={Link} to={`${runPath}/${open.run}?state=held` as never} inherit>
          {number(open.held)} held
        </Anchor>
      )}
    </Stack>
  );
}

function PendingCount({ directory, pending }: CardProps & { pending: number | null }) {
  if (pending === null) return 'Not known yet';
  if (pending === 0) return 'Nobody';
  return (
    <Anchor component={Link} to={`${runPath}?tab=pending&provider=${directory.provider}` as never} inherit>
      {peopleText(pending)}
    </Anchor>
  );
}

// --- comparing now ----------------------------------------------------------------------------------------------

function CompareNow({ directory: { provider, name, mode } }: CardProps) {
  const { may } = useSession();
  const [isAsked, setIsAsked] = useState(false);
  const begin = useChange<'heal' | 'report' | undefined, RunJson>({
    run: (wanted) =>
      sending<RunJson>('POST', `/providers/${provider}/reconcile`)(wanted ? { mode: wanted } : {}),
    onDone: () => setIsAsked(false),
  });
  const other = mode === 'heal' ? 'report' : 'heal';
  const mayOther = other === 'report' || may('reconciliations:heal');
  return (
    <May do="reconciliations:run">
      <Button.Group>
        <Button size="sm" loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
          Reconcile now
        </Button>
        {mayOther && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="sm" px={8} aria-label={`Other ways to compare ${name}`}>
                <IconChevronDown size={16} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {other === 'report' ? (
                <Menu.Item onClick={() => begin.mutate('report')}>Report only, change nothing</Menu.Item>
              ) : (
                <Menu.Item onClick={() => setIsAsked(true)}>Reconcile and heal</Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </Button.Group>
      <Confirm
        opened={isAsked}
        title={`Reconcile ${name} and heal?`}
        action="Reconcile and heal"
        isBusy={begin.isPending}
        onConfirm={() => begin.mutate('heal')}
        onClose={() => setIsAsked(false)}
      >
        This provider only reports by itself. This once, what differs is made as the directory says: whoever
        is disabled or gone there is suspended here. What takes something from many is held until somebody
        decides.
      </Confirm>
    </May>
  );
}
