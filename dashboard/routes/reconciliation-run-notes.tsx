// What has to be known of a run before its report is read: that it is not whole, what it says of problems, and what is held.

import { Alert, Anchor, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconHandStop } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { WholeRunJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import { meaningOf, outcomes, peopleText } from '../ui/runs/run-words.ts';

export function RunNotes({ run }: { run: WholeRunJson }) {
  const meaning = meaningOf(run);
  const { problems, held, outcome } = run;
  return (
    <>
      {(meaning !== null || problems.length > 0) && (
        <Alert
          color={
            outcome === 'failed'
              ? 'red'
              : outcome === 'cancelled' || outcome === 'discarded'
                ? 'gray'
                : 'yellow'
          }
          variant="light"
          icon={<IconAlertTriangle size={20} aria-hidden />}
          title={outcome === null ? 'Problems so far' : outcomes[outcome].words}
        >
          <Stack gap="xs">
            {meaning !== null && <Text size="sm">{meaning}</Text>}
            {problems.length > 0 && (
              <List size="sm">
                {problems.map((each) => (
                  <List.Item key={each}>{each}</List.Item>
                ))}
              </List>
            )}
          </Stack>
        </Alert>
      )}
      {held && <Held held={held} />}
    </>
  );
}

const states = {
  held: 'It waits until somebody decides on it.',
  applying: 'Somebody approved it, and it is being done.',
  applied: 'Somebody approved it, and it was done.',
  dropped: 'Somebody said no, and nothing of it was done.',
  dissolved: 'What it was about is not so any more, and nothing of it was done.',
  replaced: 'A later comparison found the same, and holds it in its place.',
  undoing: 'It was done, and is being taken back.',
  undone: 'It was done, and was taken back.',
} as const;

function Held({ held: { batch, people, state } }: { held: NonNullable<WholeRunJson['held']> }) {
  const { may } = useSession();
  return (
    <Alert
      color={state === 'held' ? 'yellow' : 'gray'}
      variant="light"
      icon={<IconHandStop size={20} aria-hidden />}
      title={`Held: it would take something from ${peopleText(people)}`}
    >
      <Text size="sm">
        {states[state]}{' '}
        {may('guard:read') && (
          <Anchor component={Link} to={`/governance/held/${batch}`} inherit underline="always">
            {state === 'held' ? 'Look at it and decide' : 'Look at it'}
          </Anchor>
        )}
      </Text>
    </Alert>
  );
}
