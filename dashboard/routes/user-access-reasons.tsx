// Why somebody has something, reason by reason, and the way to take back what people gave.

import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ExplanationJson, PastAccessJson } from '../../src/edge/admin/contract.ts';
import { May } from '../session.tsx';
import { ActorText } from '../ui/actor.tsx';
import { Mark } from '../ui/badges.tsx';
import type { TargetKind } from '../ui/target-select.tsx';
import { When } from '../ui/when.tsx';

/** As it is, or as it was. */
export type ReasonJson = (ExplanationJson | PastAccessJson)['teams'][number]['sources'][number];

export interface Taken {
  kind: TargetKind;
  id: string;
  name: string;
}

export function Reasons({ of, action }: { of: readonly ReasonJson[]; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
      <Stack gap={4}>
        {of.map((source) => (
          <Reason key={`${source.words} ${source.since}`} of={source} />
        ))}
      </Stack>
      {action}
    </Group>
  );
}

export function Reason({ of: source }: { of: ReasonJson }) {
  const { by, since } = source;
  return (
    <Text component="div" size="sm">
      <Mark tone={by === 'manual' ? 'plain' : 'quiet'} size="sm" mr={6}>
        {by === null ? 'Erased' : by === 'manual' ? 'By hand' : 'Rule'}
      </Mark>
      <Words of={source} />{' '}
      {since !== null && (
        <Text span inherit c="dimmed">
          Since <When at={since} />.
        </Text>
      )}
    </Text>
  );
}

/** Whoever gave it has a name, where the server's words hold an id. */
function Words({ of: { by, actor, kept, exempt, words } }: { of: ReasonJson }) {
  if (by !== 'manual' || actor === null || kept !== null || exempt !== null) return words;
  return (
    <>
      Given by <ActorText of={actor} />; only people take it back.
    </>
  );
}

/** What a rule gives is taken back where the rule is, or the attribute. */
export function TakeBack({
  of,
  sources,
  onTake,
}: {
  of: Taken;
  sources: readonly ReasonJson[];
  onTake(taken: Taken): void;
}) {
  if (!sources.some(({ by }) => by === 'manual')) return null;
  return (
    <May do="users:grant">
      <Button
        size="compact-xs"
        variant="default"
        className="unshrunk"
        aria-label={`Take back ${of.name}`}
        onClick={() => onTake(of)}
      >
        Take back
      </Button>
    </May>
  );
}
