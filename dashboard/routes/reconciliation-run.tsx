// One comparison, or one import: its report, and what is to become of each difference.

import { SimpleGrid, Stack, Title } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import type { WholeRunJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { DriftTable } from '../ui/runs/drift-table.tsx';
import { useRefreshed, useRun } from '../ui/runs/follow-run.ts';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { RunUnderWay } from '../ui/runs/run-progress.tsx';
import { isUnderWay } from '../ui/runs/run-words.ts';
import { Shown } from '../ui/states.tsx';
import { RunNotes } from './reconciliation-run-notes.tsx';
import { RunFacts, WasFound, WasRead } from './reconciliation-run-report.tsx';

export default function ReconciliationRunPage() {
  const { run: id } = useParams({ strict: false }) as { run: string };
  const { may } = useSession();
  const run = useRun(id, may('reconciliations:read'));
  useRefreshed(run.data?.phase);
  return (
    <Page
      title={run.data ? titleOf(run.data) : 'Comparison'}
      beside={run.data && <RunMark run={run.data} />}
      permission="reconciliations:read"
      above={[{ label: 'Reconciliation', to: '/governance/reconciliation' }]}
    >
      <Shown of={run} label="Loading the report">
        {(found) => <Report run={found} />}
      </Shown>
    </Page>
  );
}

function titleOf({ channel, providerName }: WholeRunJson): string {
  return channel === 'import' ? `Import from ${providerName}` : `Comparison with ${providerName}`;
}

function Report({ run }: { run: WholeRunJson }) {
  const hasAny = run.drift.length > 0;
  const isFound = hasAny && run.channel !== 'import';
  return (
    <Stack gap="md">
      {isUnderWay(run) && <RunUnderWay run={run} />}
      <RunNotes run={run} />
      <RunFacts run={run} />
      <SimpleGrid cols={{ base: 1, lg: isFound ? 2 : 1 }} spacing="md">
        {isFound && <WasFound run={run} />}
        <WasRead run={run} />
      </SimpleGrid>
      {(hasAny || run.outcome === 'complete') && (
        <Stack gap="xs" component="section">
          <Title order={2} size="h4">
            {run.channel === 'import' ? 'Each person' : 'Each difference'}
          </Title>
          <DriftTable run={run} />
        </Stack>
      )}
    </Stack>
  );
}
