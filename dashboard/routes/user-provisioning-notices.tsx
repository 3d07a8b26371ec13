// What should be known or done by now, problems first: ends to come, what waits, what fails. Each with the way to where it is done.

import { Anchor, Button, Code, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { NoticeJson, NoticesJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark, type Tone } from '../ui/badges.tsx';
import { Panel } from '../ui/panel.tsx';

const LOOK_EVERY_MS = 60_000;
const SHOWN = 4;

/** By the banner above every page, or on the card of the provider below. */
const saidElsewhere: readonly NoticeJson['code'][] = [
  'batches-held',
  'scim-wave',
  'no-live-token',
  'provider-silent',
];

const severities = {
  problem: { tone: 'bad', words: 'Problem' },
  warning: { tone: 'warn', words: 'Warning' },
  hint: { tone: 'quiet', words: 'Hint' },
} as const satisfies Record<NoticeJson['severity'], { tone: Tone; words: string }>;

export function Notices() {
  const isAsked = useSession().may('system:read');
  const found = useGet<NoticesJson>('/notices', { enabled: isAsked, every: LOOK_EVERY_MS });
  const [isWhole, setWhole] = useState(false);
  const items = (found.data?.items ?? []).filter(({ code }) => !saidElsewhere.includes(code));
  if (items.length === 0) return null;
  const further = isWhole ? 0 : items.length - SHOWN;
  return (
    <Panel title="To know and to do">
      <ul className="plain-list">
        {items.slice(0, isWhole ? undefined : SHOWN).map((notice) => (
          <li key={`${notice.code} ${notice.provider?.id} ${notice.words}`}>
            <Notice of={notice} />
          </li>
        ))}
      </ul>
      {further > 0 && (
        <Group>
          <Button variant="default" size="xs" onClick={() => setWhole(true)}>
            Show {further} more
          </Button>
        </Group>
      )}
    </Panel>
  );
}

function Notice({ of: { severity, words, advice, command, page } }: { of: NoticeJson }) {
  const { tone, words: kind } = severities[severity];
  return (
    <Group gap="sm" align="flex-start" wrap="nowrap">
      <Mark tone={tone} w={84} className="unshrunk">
        {kind}
      </Mark>
      <div className="clipped">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {words}
        </Text>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {advice} {command !== null && <Code>{command}</Code>}{' '}
          {page !== null && (
            <Anchor component={Link} to={page} inherit aria-label={`Go there: ${words}`}>
              Go there
            </Anchor>
          )}
        </Text>
      </div>
    </Group>
  );
}
