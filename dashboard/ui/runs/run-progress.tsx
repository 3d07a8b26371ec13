// A run under way: in which phase it is, how far, and a way to stop it. It goes on when the page is left.

import { Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { RunJson } from '../../../src/edge/admin/contract.ts';
import { sending, useChange } from '../../queries.ts';
import { useSession } from '../../session.tsx';
import { Confirm } from '../confirm.tsx';
import { useRun } from './follow-run.ts';
import { number, peopleText, phases } from './run-words.ts';

const ALL = 100;

export function RunProgress({ run: begun }: { run: RunJson }) {
  const { may } = useSession();
  const run = useRun(begun.id).data ?? begun;
  const { phase, progress, read, channel } = run;
  const isImport = channel === 'import';
  const what = phase === 'healing' && isImport ? 'Importing' : phases[phase];
  const percent = progress === null ? null : Math.floor(progress * ALL);
  const facts = [
    `${peopleText(read.people)} read`,
    `${number(read.requests)} requests`,
    ...(read.throttled > 0 ? [`told to wait ${number(read.throttled)} times`] : []),
  ];
  return (
    <Stack gap={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={600} role="status" className="number">
          {what}
          {percent === null ? '' : `, ${percent} %`}
        </Text>
        {may(isImport ? 'reconciliations:import' : 'reconciliations:run') && <CancelRun run={run} />}
      </Group>
      <Progress
        value={percent ?? ALL}
        animated={percent === null}
        aria-label={what}
        {...(percent === null && { color: 'gray' })}
      />
      <Text size="sm" c="dimmed" className="number">
        {facts.join(', ')}. It goes on when you leave this page.
      </Text>
    </Stack>
  );
}

function CancelRun({ run: { id, channel } }: { run: RunJson }) {
  const [isAsked, setIsAsked] = useState(false);
  const what = channel === 'import' ? 'import' : 'comparison';
  const cancel = useChange({
    run: () => sending('POST', `/reconciliations/${id}/cancel`)(),
    done: `The ${what} is cancelled.`,
    onDone: () => setIsAsked(false),
  });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setIsAsked(true)}>
        Cancel the {what}
      </Button>
      <Confirm
        opened={isAsked}
        title={`Cancel this ${what}?`}
        action={`Cancel the ${what}`}
        isDangerous
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={() => setIsAsked(false)}
      >
        It stops at its next step. What it has done until then stays done.
      </Confirm>
    </>
  );
}

/** Of a page that is about this run alone. */
export function RunUnderWay({ run }: { run: RunJson }) {
  return (
    <Paper withBorder p="md">
      <RunProgress run={run} />
    </Paper>
  );
}
