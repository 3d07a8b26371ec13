// What has to be known of a run before its report is read: that it is not whole, what it says of problems, and what is held.

import { Alert, Anchor, List, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { WholeRunJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import { meaningOf, outcomes, peopleText } from '../ui/runs/run-words.ts';
import { Warning } from '../ui/warning.tsx';

export function RunNotes({ run }: { run: WholeRunJson }) {
  const meaning = meaningOf(run);
  const { problems, held, outcome } = run;
  const title = outcome === null ? 'Problems so far' : outcomes[outcome].words;
  const isSaid = meaning !== null || problems.length > 0;
  return (
    <>
      {isSaid && (
        <Note title={title} color={outcome === 'failed' ? 'red' : isLeft(run) ? 'gray' : 'yellow'}>
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
        </Note>
      )}
      {held && <Held held={held} />}
    </>
  );
}

/** Somebody ended it. */
function isLeft({ outcome }: WholeRunJson): boolean {
  return outcome === 'cancelled' || outcome === 'discarded';
}

interface NoteProps {
  title: string;
  color: 'red' | 'gray' | 'yellow';
  children: ReactNode;
}

function Note({ title, color, children }: NoteProps) {
  if (color === 'yellow') return <Warning title={title}>{children}</Warning>;
  const icon = <IconInfoCircle size={20} aria-hidden />;
  return (
    <Alert color={color} variant="light" icon={icon} title={title} role="note" aria-label={title}>
      {children}
    </Alert>
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
    <Note
      color={state === 'held' ? 'yellow' : 'gray'}
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
    </Note>
  );
}
