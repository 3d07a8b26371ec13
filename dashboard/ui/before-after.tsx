// From an event to what that person had before it and after it.

import { Anchor, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { EventJson } from '../../src/edge/admin/contract.ts';

export function BeforeAfter({ event }: { event: Pick<EventJson, 'subject' | 'position' | 'type'> }) {
  const { subject, position, type } = event;
  const to = (place: number) => `/governance/users/${encodeURIComponent(subject.id)}?position=${place}`;
  return (
    <Group gap="xs" wrap="nowrap">
      {type !== 'user.created' && position > 1 && (
        <Anchor component={Link} to={to(position - 1)} size="sm" aria-label={`Before event ${position}`}>
          Before
        </Anchor>
      )}
      <Anchor component={Link} to={to(position)} size="sm" aria-label={`After event ${position}`}>
        After
      </Anchor>
    </Group>
  );
}
