// The Provisioning tab: where it begins, and from then on how the job is: cycles, health, the clock.

import { Alert, Anchor, Button, Group, Paper, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBolt,
  IconEdit,
  IconInfoCircle,
  IconPlayerPlay,
  IconRefresh,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { Facts } from '../../../dashboard/ui/facts.tsx';
import { exactTime } from '../../../dashboard/ui/when.tsx';
import type { CycleJson, ProvisioningJson } from '../../portal-api/contract.ts';
import { ask, useChange, useProvisioning } from '../api.ts';
import { nextCycle } from '../frame/sent-strip.tsx';
import { aboveApplication, places } from '../places.ts';
import { CycleClock } from '../ui/cycle-clock.tsx';
import { Command, PortalPage, Section } from '../ui/portal-page.tsx';
import { type Column, RowTable } from '../ui/row-table.tsx';
import { Nothing, Shown } from '../ui/shown.tsx';

export default function Provisioning() {
  const state = useProvisioning();
  return (
    <Shown of={state}>
      {(found) => (found.mode === 'manual' ? <GetStarted state={found} /> : <Overview state={found} />)}
    </Shown>
  );
}

function GetStarted({ state }: { state: ProvisioningJson }) {
  return (
    <PortalPage title={places.provisioning.label} above={aboveApplication}>
      <CommandLine state={state} />
      <Paper withBorder p="xl">
        <Stack align="center" gap="sm" maw={620} mx="auto" py="lg">
          <IconRefresh size={36} stroke={1.4} aria-hidden />
          <Title order={2} size="h4" ta="center">
            Automate identity lifecycle management with {places.application.label}
          </Title>
          <Text size="sm" c="dimmed" ta="center">
            Accounts are made, updated and disabled in Bifrost when people join, move and leave here. Have the
            SCIM Endpoint URL and the Provisioning Token at hand that Bifrost showed.
          </Text>
          <Button component={Link} to={places.settings.to} mt="xs">
            Get started
          </Button>
        </Stack>
      </Paper>
    </PortalPage>
  );
}

function Overview({ state }: { state: ProvisioningJson }) {
  const cycle = useChange({ run: () => ask('POST', '/provisioning/cycle') });
  const restart = useChange({
    run: () => ask('POST', '/provisioning/restart'),
    done: 'Provisioning begins anew with an initial cycle',
  });
  return (
    <PortalPage
      title={places.provisioning.label}
      beside={
        <Mark tone={state.status === 'on' ? 'good' : 'quiet'}>{state.status === 'on' ? 'On' : 'Off'}</Mark>
      }
      above={aboveApplication}
      commands={
        <>
          <Command icon={IconEdit} to={places.settings.to}>
            Edit provisioning
          </Command>
          <Command icon={IconBolt} to={places.onDemand.to}>
            Provision on demand
          </Command>
          <Command icon={IconPlayerPlay} loading={cycle.isPending} onClick={() => cycle.mutate()}>
            Run a cycle now
          </Command>
          <Command icon={IconRefresh} loading={restart.isPending} onClick={() => restart.mutate()}>
            Restart provisioning
          </Command>
        </>
      }
    >
      <CommandLine state={state} />
      <Quarantine state={state} />
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Section title="Current cycle status">
          <CurrentCycle state={state} />
        </Section>
        <Section title="Provisioning details">
          <Facts
            of={[
              ['Tenant URL', state.tenantUrl || 'none yet'],
              ['Secret Token', state.hasSecretToken ? 'saved' : 'none yet'],
              [
                'Scope',
                state.scope === 'all' ? 'Sync all users and groups' : 'Sync only assigned users and groups',
              ],
              ['Users', state.mappings.user.isEnabled ? 'provisioned' : 'not provisioned'],
              ['Groups', state.mappings.group.isEnabled ? 'provisioned' : 'not provisioned'],
            ]}
          />
        </Section>
      </SimpleGrid>
      <Section title="Cycles">
        <Cycles of={state.cycles} />
      </Section>
      <Section title="Monitoring">
        <Monitoring />
      </Section>
    </PortalPage>
  );
}

function CommandLine({ state: { commandLine } }: { state: ProvisioningJson }) {
  if (commandLine === null) return null;
  return (
    <Alert
      color="sky"
      variant="light"
      icon={<IconInfoCircle size={20} />}
      title="Provisioning from the command line"
    >
      This simulator was started with --push-base and provisions to {commandLine} on its own. What is set here
      is a job beside it.
    </Alert>
  );
}

function Quarantine({ state: { health, status } }: { state: ProvisioningJson }) {
  if (health.state === 'healthy' || status === 'off') return null;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title={health.state === 'disabled' ? 'Provisioning was disabled' : 'Provisioning is in quarantine'}
      role="alert"
    >
      {health.reason}.{' '}
      {health.state === 'disabled'
        ? 'No cycle is planned any more.'
        : 'By the cycle clock there is one a day until one goes well.'}{' '}
      Mend the cause, then save new credentials or restart provisioning.
    </Alert>
  );
}

const PERCENT = 100;

function CurrentCycle({ state }: { state: ProvisioningJson }) {
  const { run, status, nextCycleInMs } = state;
  const share = run && run.planned > 0 ? Math.min((run.worked / run.planned) * PERCENT, PERCENT) : 0;
  return (
    <Stack gap="sm">
      {run ? (
        <>
          <Text size="sm" className="number">
            {run.name}: {run.worked.toLocaleString('en')} of {run.planned.toLocaleString('en')} changes
          </Text>
          <Progress value={share} aria-label={run.name} />
        </>
      ) : (
        <Text size="sm">
          {status === 'off' ? 'Not running: Provisioning Status is off.' : `${nextCycle(nextCycleInMs)}.`}
        </Text>
      )}
      <CycleClock clock={state.clock} />
    </Stack>
  );
}

const views = [
  { label: places.logs.label, about: 'What was done for each user and group.' },
  { label: 'Failures alone', about: 'With what the application answered.', status: 'Failure' },
  { label: 'Skipped alone', about: 'With the reason.', status: 'Skipped' },
];

function Monitoring() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      {views.map(({ label, about, status }) => (
        <div key={label}>
          <Anchor component={Link} to={places.logs.to} search={{ status } as never} size="sm">
            {label}
          </Anchor>
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

const columns: readonly Column<CycleJson>[] = [
  { title: 'Cycle', show: ({ name }) => name },
  { title: 'Begun', show: ({ at }) => exactTime(at) },
  { title: 'Seconds', show: ({ seconds }) => <span className="number">{seconds.toFixed(1)}</span> },
  { title: 'Created', show: ({ created }) => <span className="number">{created}</span> },
  { title: 'Updated', show: ({ updated }) => <span className="number">{updated}</span> },
  { title: 'Deleted', show: ({ deleted }) => <span className="number">{deleted}</span> },
  { title: 'Memberships', show: ({ members }) => <span className="number">{members}</span> },
  {
    title: 'Result',
    show: ({ failures, stopped }) => (
      <Group gap={6}>
        {stopped !== null && <Mark tone="bad">Stopped</Mark>}
        <Mark tone={failures > 0 ? 'bad' : 'good'}>{failures > 0 ? `${failures} failed` : 'Success'}</Mark>
      </Group>
    ),
  },
];

function Cycles({ of }: { of: readonly CycleJson[] }) {
  if (of.length === 0) return <Nothing title="No cycle has run yet" />;
  return <RowTable label="Cycles" items={of} columns={columns} keyOf={({ name }) => name} />;
}
