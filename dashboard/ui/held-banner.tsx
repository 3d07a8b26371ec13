// What waits for a decision, and which alarms the guard has raised in the last day, above every page but those about it.

import { Alert, Anchor, List } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { GuardJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { alarmWords, whatItWouldDo } from './batch-words.ts';

const HELD = '/governance/held';
const LINES = 3;

export function HeldBanner() {
  const isThere = useLocation({ select: ({ pathname }) => pathname.startsWith(HELD) });
  const isAsked = useSession().may('guard:read') && !isThere;
  const guard = useGet<ListPage<GuardJson>>('/guard', { query: { limit: 100 }, enabled: isAsked });
  const lines = isAsked ? (guard.data?.items ?? []).flatMap(linesOf) : [];
  if (lines.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconHandStop size={20} />}
      title={
        lines.some(({ isHeld }) => isHeld)
          ? 'The guard is holding something back'
          : 'The guard raised an alarm'
      }
      mb="md"
      maw={1440}
      mx="auto"
    >
      <List size="sm" listStyleType="none">
        {lines.slice(0, LINES).map(({ key, content }) => (
          <List.Item key={key}>{content}</List.Item>
        ))}
        {lines.length > LINES && (
          <List.Item>
            <Anchor component={Link} to={HELD} inherit>
              and {lines.length - LINES} more
            </Anchor>
          </List.Item>
        )}
      </List>
    </Alert>
  );
}

interface Line {
  key: string;
  isHeld: boolean;
  content: ReactNode;
}

function linesOf({ held, alarms, provider }: GuardJson): Line[] {
  return [
    ...held.map((batch) => ({
      key: batch.id,
      isHeld: true,
      content: (
        <>
          {whatItWouldDo(batch)}{' '}
          <Anchor component={Link} to={`${HELD}/${batch.id}`} inherit underline="always">
            Look and decide
          </Anchor>
        </>
      ),
    })),
    ...alarms.map((alarm) => ({
      key: alarm.event,
      isHeld: false,
      content: (
        <>
          {alarmWords(alarm, provider.name)} Nothing was held.{' '}
          <Anchor component={Link} to={HELD} inherit>
            See the guard
          </Anchor>
        </>
      ),
    })),
  ];
}
