// What was done for one person or group: its steps, what was modified, what went wrong, and the requests.

import { Accordion, Alert, Code, Group, Paper, Stack, Tabs, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { Mark, type Tone } from '../../../dashboard/ui/badges.tsx';
import { Facts } from '../../../dashboard/ui/facts.tsx';
import { exactTime } from '../../../dashboard/ui/when.tsx';
import type { LogEntryJson, LogRowJson, PropertyJson, StepJson } from '../../portal-api/contract.ts';
import { ExchangeBodies, StatusMark } from './exchange.tsx';
import { RowTable } from './row-table.tsx';

const tones: Readonly<Record<LogRowJson['status'], Tone>> = {
  Success: 'good',
  Failure: 'bad',
  Warning: 'warn',
  Skipped: 'quiet',
};

export function LogStatus({ status }: { status: LogRowJson['status'] }) {
  return <Mark tone={tones[status]}>{status}</Mark>;
}

const outcomes = {
  success: { icon: IconCheck, color: 'green', label: 'Success' },
  failure: { icon: IconX, color: 'red', label: 'Failure' },
  skipped: { icon: IconMinus, color: 'gray', label: 'Skipped' },
} as const;

function Steps({ of }: { of: readonly StepJson[] }) {
  return (
    <Stack gap="xs" component="ol" p={0} m={0} style={{ listStyle: 'none' }}>
      {of.map((step, position) => (
        <Step key={step.name} step={step} number={position + 1} />
      ))}
    </Stack>
  );
}

function Step({ step: { title, outcome, says, facts }, number }: { step: StepJson; number: number }) {
  const { icon: Icon, color, label } = outcomes[outcome];
  return (
    <Paper withBorder p="sm" component="li">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <ThemeIcon size={26} radius="xl" variant="light" color={color} role="img" aria-label={label}>
          <Icon size={16} />
        </ThemeIcon>
        <Stack gap={4} flex={1} miw={0}>
          <Text fw={600} size="sm">
            {number}. {title}
          </Text>
          <Text size="sm" c="dimmed">
            {says}
          </Text>
          {facts.length > 0 && <Facts of={facts} />}
        </Stack>
      </Group>
    </Paper>
  );
}

/** Every part of an entry, on tabs as the portal's own details have them. */
export function LogEntry({ entry }: { entry: LogEntryJson }) {
  const { steps, modified, errors, exchanges } = entry;
  return (
    <Tabs defaultValue="steps" keepMounted={false}>
      <Tabs.List mb="sm">
        <Tabs.Tab value="steps">Steps</Tabs.Tab>
        {errors.length > 0 && <Tabs.Tab value="troubleshooting">Troubleshooting</Tabs.Tab>}
        <Tabs.Tab value="modified">Modified properties</Tabs.Tab>
        <Tabs.Tab value="requests">Requests</Tabs.Tab>
        <Tabs.Tab value="summary">Summary</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="steps">
        <Steps of={steps} />
      </Tabs.Panel>
      <Tabs.Panel value="troubleshooting">
        <Errors of={errors} />
      </Tabs.Panel>
      <Tabs.Panel value="modified">
        <Modified of={modified} />
      </Tabs.Panel>
      <Tabs.Panel value="requests">
        <Requests of={exchanges} />
      </Tabs.Panel>
      <Tabs.Panel value="summary">
        <Summary entry={entry} />
      </Tabs.Panel>
    </Tabs>
  );
}

export function Errors({ of }: { of: LogEntryJson['errors'] }) {
  return (
    <Stack gap="xs">
      {numbered(of).map(({ position, code, says, answer, isWarning }) => (
        <Alert
          key={position}
          color={isWarning ? 'yellow' : 'red'}
          variant="light"
          icon={<IconAlertTriangle size={20} />}
          title={code}
        >
          <Text size="sm">{says}</Text>
          {answer !== '' && (
            <Text size="sm">
              The application said: <Code>{answer}</Code>
            </Text>
          )}
        </Alert>
      ))}
    </Stack>
  );
}

/** The same may stand there twice: each of a group's members can fail alike. */
function numbered<Item>(of: readonly Item[]): (Item & { position: number })[] {
  return of.map((one, position) => ({ ...one, position }));
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '(empty)';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Modified({ of }: { of: readonly PropertyJson[] }) {
  if (of.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was modified.
      </Text>
    );
  }
  return (
    <RowTable
      label="Modified properties"
      items={numbered(of)}
      keyOf={({ position }) => String(position)}
      columns={[
        { title: 'Target attribute', show: ({ name }) => <span className="code">{name}</span> },
        { title: 'Old value', show: ({ from }) => shown(from) },
        { title: 'New value', show: ({ to }) => shown(to) },
      ]}
    />
  );
}

function Requests({ of }: { of: LogEntryJson['exchanges'] }) {
  if (of.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent.
      </Text>
    );
  }
  return (
    <Accordion variant="contained" chevronPosition="left">
      {of.map((exchange) => (
        <Accordion.Item key={exchange.number} value={String(exchange.number)}>
          <Accordion.Control>
            <Group gap="xs" wrap="nowrap">
              <Text size="sm" fw={600} w={58}>
                {exchange.method}
              </Text>
              <Text size="sm" className="code cut" flex={1}>
                {exchange.path.split('?')[0]}
              </Text>
              <StatusMark status={exchange.status} />
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <ExchangeBodies exchange={exchange} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Summary({ entry }: { entry: LogEntryJson }) {
  return (
    <Facts
      of={[
        ['Date', exactTime(entry.at)],
        ['Identity', entry.displayName],
        ['Source ID', entry.objectId],
        ['Name', entry.name || entry.displayName],
        ['Action', entry.action],
        ['Status', <LogStatus key="status" status={entry.status} />],
        ['Cycle', entry.run],
      ]}
    />
  );
}
