// What was sent to the application, as it happens: at the foot of every page, so that somebody is changed above and seen to arrive
// below. A line opens the whole request with its answer.

import { Button, Drawer, Group, Progress, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useState } from 'react';
import type { ExchangeJson, ProvisioningJson } from '../../portal-api/contract.ts';
import { useProvisioning, useSent } from '../api.ts';
import { ExchangeBodies, StatusMark, timeOf } from '../ui/exchange.tsx';

export const CLOSED_PX = 38;
export const OPEN_PX = 156;

export function SentStrip({ isOpen, onToggle }: { isOpen: boolean; onToggle: () => void }) {
  const { data: state } = useProvisioning();
  const { data: sent = [] } = useSent();
  const [number, setNumber] = useState<number | null>(null);
  const shown = sent.find((one) => one.number === number) ?? null;
  return (
    <section aria-label="What was sent">
      <Group h={CLOSED_PX - 1} px="md" justify="space-between" wrap="nowrap">
        <Group gap="md" wrap="nowrap" miw={0}>
          <Button
            variant="subtle"
            size="compact-sm"
            px={4}
            onClick={onToggle}
            aria-expanded={isOpen}
            leftSection={isOpen ? <IconChevronDown size={15} /> : <IconChevronUp size={15} />}
          >
            What was sent
          </Button>
          {state && <Now state={state} />}
        </Group>
        <Text size="xs" c="dimmed" className="cut" visibleFrom="sm">
          {state?.tenantUrl === '' ? 'No Tenant URL yet' : `to ${state?.tenantUrl ?? ''}`}
        </Text>
      </Group>
      {isOpen && <Lines sent={sent} onOpen={({ number: opened }) => setNumber(opened)} />}
      <Drawer
        opened={shown !== null}
        onClose={() => setNumber(null)}
        position="right"
        size="lg"
        title={shown ? `${shown.method} ${shown.identity ?? shown.run}` : ''}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown && <ExchangeBodies exchange={shown} />}
      </Drawer>
    </section>
  );
}

const PERCENT = 100;

/** The cycle under way, or how long it is until the next. */
function Now({ state }: { state: ProvisioningJson }) {
  const { run, nextCycleInMs, status, health } = state;
  if (run) {
    const share = run.planned === 0 ? 0 : Math.min((run.worked / run.planned) * PERCENT, PERCENT);
    return (
      <Group gap="xs" wrap="nowrap" role="status">
        <Progress w={120} value={share} aria-label={run.name} />
        <Text size="xs" className="number cut">
          {run.name}: {run.worked.toLocaleString('en')} of {run.planned.toLocaleString('en')}
        </Text>
      </Group>
    );
  }
  const words =
    status === 'off'
      ? 'Provisioning is off'
      : health.state === 'healthy'
        ? nextCycle(nextCycleInMs)
        : `In quarantine: ${health.reason ?? ''}`;
  return (
    <Text
      size="xs"
      c={status === 'on' && health.state !== 'healthy' ? 'var(--loss)' : 'dimmed'}
      className="number cut"
    >
      {words}
    </Text>
  );
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function nextCycle(ms: number | null): string {
  if (ms === null) return 'No cycle is planned';
  if (ms < 2 * MINUTE_MS) return `Next cycle in ${Math.ceil(ms / SECOND_MS)} s`;
  if (ms < 2 * HOUR_MS) return `Next cycle in ${Math.ceil(ms / MINUTE_MS)} minutes`;
  return `Next cycle in ${Math.ceil(ms / HOUR_MS)} hours`;
}

function Lines({
  sent,
  onOpen,
}: {
  sent: readonly ExchangeJson[];
  onOpen: (exchange: ExchangeJson) => void;
}) {
  if (sent.length === 0) {
    return (
      <div className="lines">
        <Text size="sm" c="dimmed" px="md" py="sm">
          Nothing yet. Requests to the application appear here as they are sent.
        </Text>
      </div>
    );
  }
  return (
    <div className="lines">
      {sent.map((exchange) => (
        <UnstyledButton key={exchange.number} className="sent-line" onClick={() => onOpen(exchange)}>
          <span className="number wide">{timeOf(exchange.at)}</span>
          <span>{exchange.identity ?? exchange.run}</span>
          <span className="wide">{exchange.method}</span>
          <span className="address wide">{exchange.path}</span>
          <StatusMark status={exchange.status} />
          <span className="number">{exchange.milliseconds} ms</span>
        </UnstyledButton>
      ))}
    </div>
  );
}
