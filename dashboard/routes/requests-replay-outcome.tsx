// What a request sent again changes, would change or has changed: who loses and gains what, and what the audit says of it.

import { Alert, Group, Paper, Stack, Text } from '@mantine/core';
import { IconCheck, IconEqual, IconEye } from '@tabler/icons-react';
import type { ReplayJson } from '../../src/edge/admin/contract.ts';
import { counted } from '../ui/counted.ts';
import { Warning } from '../ui/warning.tsx';

/** In a dialog beside the page; the new request has all. */
const LINES_SHOWN = 12;

export function ReplayOutcome({ of }: { of: ReplayJson }) {
  const { dry, status, detail, effectCount, later } = of;
  if (status >= 400) {
    return (
      <Warning title={`${dry ? 'It would be refused now' : 'It was refused'}, with ${status}`}>
        {detail} {dry ? 'Nothing would change.' : 'Nothing was changed.'}
      </Warning>
    );
  }
  if (effectCount === 0 && !later) {
    return (
      <Alert
        color="gray"
        variant="light"
        icon={<IconEqual size={20} aria-hidden />}
        title={dry ? 'Nothing would change' : 'Nothing was changed'}
      >
        What it asks for is so already: the provider would be answered {status}, no event would be written and
        no webhook sent.
      </Alert>
    );
  }
  const Icon = dry ? IconEye : IconCheck;
  return (
    <Paper withBorder p="sm">
      <Group gap="xs" mb="xs">
        <Icon size={18} aria-hidden />
        <Text size="sm" fw={650}>
          {dry ? 'This would change now' : 'It took effect'}
        </Text>
      </Group>
      <ReplayChanges of={of} />
    </Paper>
  );
}

export function ReplayChanges({ of }: { of: ReplayJson }) {
  const { losses, gains, effects, effectCount, later, dry } = of;
  const shown = effects.slice(0, LINES_SHOWN);
  const sentences = [...new Set(shown.map(({ words }) => words))];
  return (
    <Stack gap="xs">
      <Edges of={losses} sign="−" tone="loss" />
      <Edges of={gains} sign="+" tone="gain" />
      {losses.length === 0 && gains.length === 0 && (
        <Text size="sm">Nobody loses or gains a role, a team or a business unit.</Text>
      )}
      {later && (
        <Text size="sm">A job reaches the rest of a large group: there may be more people than these.</Text>
      )}
      {effectCount > 0 && (
        <>
          <Text size="sm" fw={600}>
            {dry ? 'The audit would say' : 'The audit says'}
          </Text>
          <ul className="plain-list">
            {sentences.map((words) => (
              <li key={words}>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {words}
                </Text>
              </li>
            ))}
          </ul>
          <Further count={effectCount - shown.length} one="event" several="events" />
        </>
      )}
    </Stack>
  );
}

const kinds = { role: 'the role', team: 'the team', businessUnit: 'the business unit' } as const;

interface EdgesProps {
  of: ReplayJson['losses'];
  sign: string;
  tone: 'loss' | 'gain';
}

function Edges({ of, sign, tone }: EdgesProps) {
  if (of.length === 0) return null;
  return (
    <>
      <ul className="plain-list" aria-label={tone === 'loss' ? 'Lost' : 'Gained'}>
        {of.slice(0, LINES_SHOWN).map(({ user, target }) => (
          <li key={`${user.id} ${target.id}`}>
            <Text size="sm" className={tone} style={{ overflowWrap: 'anywhere' }}>
              <span className="sign" aria-hidden>
                {sign}
              </span>
              {user.name} {tone === 'loss' ? 'loses' : 'gains'} {kinds[target.kind]} {target.name}
            </Text>
          </li>
        ))}
      </ul>
      <Further count={of.length - LINES_SHOWN} one="more" several="more" />
    </>
  );
}

function Further({ count, one, several }: { count: number; one: string; several: string }) {
  if (count <= 0) return null;
  return (
    <Text size="sm" c="dimmed">
      And {counted(count, one, several)}.
    </Text>
  );
}
