// One import: under way, as a preview that waits for a yes, or over, with who came and who did not.

import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { WholeRunJson } from '../../src/edge/admin/contract.ts';
import { sending, useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { DriftTable } from '../ui/runs/drift-table.tsx';
import { RunUnderWay } from '../ui/runs/run-progress.tsx';
import { isUnderWay, number, peopleText, rowsIn } from '../ui/runs/run-words.ts';
import { ImportPreview, NotTaken } from './import-preview.tsx';
import { againPath } from './import-words.ts';
import { RunNotes } from './reconciliation-run-notes.tsx';

interface OfRun {
  run: WholeRunJson;
}

export function ImportRun({ run }: OfRun) {
  if (isUnderWay(run)) return <UnderWay run={run} />;
  return run.phase === 'waiting' ? <Waiting run={run} /> : <Over run={run} />;
}

function UnderWay({ run }: OfRun) {
  return (
    <Stack gap="md">
      <RunUnderWay run={run} />
      <RunNotes run={run} />
    </Stack>
  );
}

// --- a preview that waits ---------------------------------------------------------------------------------------

function Waiting({ run }: OfRun) {
  const { id, previewed } = run;
  const [isAsked, setIsAsked] = useState(false);
  const coming = (previewed?.create ?? 0) + (previewed?.update ?? 0);
  const apply = useChange({ run: () => sending('POST', `/reconciliations/${id}/resume`)() });
  const discard = useChange({
    run: () => sending('POST', `/reconciliations/${id}/discard`)(),
    done: 'The preview is discarded. Nothing was changed.',
    onDone: () => setIsAsked(false),
  });
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <Group justify="space-between" gap="sm">
          <Text size="sm" maw={620}>
            {coming === 0
              ? 'Nobody would come and nobody would change. Nothing was done.'
              : 'Nothing was changed so far. The preview is good for a day, and for the rules as they are now.'}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={() => setIsAsked(true)}>
              Discard
            </Button>
            {coming > 0 && (
              <Button onClick={() => apply.mutate()} loading={apply.isPending}>
                Import {peopleText(coming)}
              </Button>
            )}
          </Group>
        </Group>
      </Paper>
      <RunNotes run={run} />
      {previewed && <ImportPreview previewed={previewed} provider={run.provider} />}
      <Confirm
        opened={isAsked}
        title="Discard this preview?"
        action="Discard"
        isBusy={discard.isPending}
        onConfirm={() => discard.mutate()}
        onClose={() => setIsAsked(false)}
      >
        Nobody is imported. The same preview can be made again at any time.
      </Confirm>
    </Stack>
  );
}

// --- over -------------------------------------------------------------------------------------------------------

function Over({ run }: OfRun) {
  const { may } = useSession();
  const { drift, previewed, outcome } = run;
  const imported = rowsIn(drift, 'healed');
  const failed = rowsIn(drift, 'open', 'skipped');
  const isDone = outcome === 'complete' || outcome === 'partial' || imported > 0;
  return (
    <Stack gap="md">
      <RunNotes run={run} />
      <Paper withBorder p="md">
        <Group justify="space-between" gap="sm">
          <Text size="sm" className="number" role="status">
            {isDone ? resultText(run, imported, failed) : 'Nobody was imported.'}
          </Text>
          <Group gap="xs">
            {isDone && may('users:read') && (
              <Button
                component={Link}
                to={`/governance/users?provider=${run.provider}` as never}
                variant="default"
              >
                Look at the users
              </Button>
            )}
            <Button component={Link} to={againPath(run) as never} variant="default">
              Import again
            </Button>
          </Group>
        </Group>
      </Paper>
      {previewed && outcome !== 'discarded' && <NotTaken previewed={previewed} />}
      {outcome !== 'discarded' && (
        <Stack gap="xs" component="section">
          <Title order={2} size="h4">
            Each person
          </Title>
          <DriftTable run={run} />
        </Stack>
      )}
    </Stack>
  );
}

function resultText({ compared, matched }: WholeRunJson, imported: number, failed: number): string {
  const here = Math.min(matched, compared);
  return [
    `${peopleText(imported)} imported.`,
    ...(failed > 0 ? [`${peopleText(failed)} not imported: each is below with the reason.`] : []),
    `${number(here)} of the ${number(compared)} who were compared ${here === 1 ? 'was' : 'were'} here before.`,
  ].join(' ');
}
