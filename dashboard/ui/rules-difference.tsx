// Which rules a change adds and takes away, in words.

import { Stack, Text } from '@mantine/core';
import type { RulesetJson } from '../../src/edge/admin/contract.ts';

type Difference = RulesetJson['changes'];

interface RulesDifferenceProps {
  of: Pick<Difference, 'added' | 'taken' | 'other'>;
  /** How many lines are shown at most. */
  most?: number;
  /** Where there is none. */
  none?: string;
}

const signs = { taken: '−', added: '+', other: '~' } as const;
const spoken = { taken: 'Taken away: ', added: 'Added: ', other: 'Changed: ' } as const;
const tones = { taken: 'loss', added: 'gain', other: undefined } as const;

export function RulesDifference(props: RulesDifferenceProps) {
  const { of, most = Number.POSITIVE_INFINITY, none = 'No rule changes.' } = props;
  const all = (['taken', 'added', 'other'] as const).flatMap((how) =>
    of[how].map((words) => ({ how, words })),
  );
  if (all.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <Stack gap={4} component="ul" className="plain-list">
      {all.slice(0, most).map(({ how, words }) => (
        <Text key={how + words} component="li" size="sm" className={tones[how]}>
          <span className="sign" aria-hidden>
            {signs[how]}
          </span>
          <span className="for-ears">{spoken[how]}</span>
          {words}
        </Text>
      ))}
      {all.length > most && (
        <Text component="li" size="sm" c="dimmed">
          and {all.length - most} more
        </Text>
      )}
    </Stack>
  );
}
