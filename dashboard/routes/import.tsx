// Import: people brought from the directory of a provider, looked at before they come.

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReconciliationStateJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { useRefreshed, useRun } from '../ui/runs/follow-run.ts';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { Shown } from '../ui/states.tsx';
import { BeginImport } from './import-form.tsx';
import { ImportRun } from './import-run.tsx';
import { whomText } from './import-words.ts';

const PERMISSION = 'reconciliations:import';
const MOST = 100;

export default function ImportPage() {
  const [{ run }] = useAddress();
  return run === undefined ? <NewImport /> : <OneImport key={run} id={run} />;
}

function NewImport() {
  const { may } = useSession();
  const found = useGet<ListPage<ReconciliationStateJson>>('/directories', {
    query: { limit: MOST },
    enabled: may(PERMISSION),
  });
  return (
    <Page
      title="Import"
      permission={PERMISSION}
      about="Brings people from the directory before SCIM or a sign-in does. You see who would come, and with which access, before anybody does."
    >
      <Shown of={found} label="Loading the directories">
        {({ items }) => <BeginImport directories={items} />}
      </Shown>
    </Page>
  );
}

function OneImport({ id }: { id: string }) {
  const { may } = useSession();
  const run = useRun(id, may(PERMISSION));
  useRefreshed(run.data?.phase);
  return (
    <Page
      title="Import"
      permission={PERMISSION}
      beside={run.data && <RunMark run={run.data} />}
      about={run.data && `From ${run.data.providerName}: ${whomText(run.data.filter)}.`}
      actions={
        <Button component={Link} to="/governance/import" variant="default">
          All imports
        </Button>
      }
    >
      <Shown of={run} label="Loading the import">
        {(found) => <ImportRun run={found} />}
      </Shown>
    </Page>
  );
}
