// Pending: who is assigned in the directory and has not arrived here, since when, and what brings them.

import { Alert, Anchor, Group, Select, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { PendingJson, ReconciliationStateJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { useSession } from '../session.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

const ROW_PX = 60;

type Directory = ReconciliationStateJson;

export function Pending({ directories }: { directories: readonly Directory[] }) {
  const [{ provider }, change] = useAddress();
  const shown = directories.find((each) => each.provider === provider) ?? directories[0]!;
  return (
    <Stack gap="sm">
      {directories.length > 1 && (
        <Group>
          <Select
            aria-label="Provider"
            data={directories.map((each) => ({ value: each.provider, label: each.name }))}
            value={shown.provider}
            onChange={(chosen) => change({ provider: chosen ?? undefined })}
            allowDeselect={false}
            w={220}
          />
        </Group>
      )}
      {shown.lastComplete ? <PendingOf directory={shown} /> : <NotKnown />}
    </Stack>
  );
}

function NotKnown() {
  return (
    <Empty title="Nobody knows yet">
      Who is assigned and has not arrived is known once a comparison has read the whole directory.
    </Empty>
  );
}

function PendingOf({ directory }: { directory: Directory }) {
  const { provider, name, lastComplete, pending } = directory;
  return (
    <>
      {(pending ?? 0) > 0 && <WhatBringsThem directory={directory} />}
      <ListTable<PendingJson>
        label={`Pending of ${name}`}
        path={`/providers/${provider}/pending`}
        columns={columns}
        keyOf={({ directoryId }) => directoryId}
        rowPx={ROW_PX}
        empty={
          <Empty title="Everybody has arrived">
            As of the comparison <When at={lastComplete?.startedAt} />, everybody whom the directory assigns
            to the application is here.
          </Empty>
        }
      />
    </>
  );
}

function WhatBringsThem({
  directory: { kind, importObstacle, provider, lastComplete },
}: {
  directory: Directory;
}) {
  const { may } = useSession();
  const mayImport = importObstacle === null && may('reconciliations:import');
  return (
    <Alert color="sky" variant="light" p="sm" title="What brings them">
      <Text size="sm">
        The directory sends them at its next provisioning cycle
        {kind === 'entra' && (
          <>
            {' '}
            (Entra: every 40 minutes). One person at once: in Entra, Enterprise applications, your
            application, Provisioning, <strong>Provision on demand</strong>
          </>
        )}
        .
        {mayImport && (
          <>
            {' '}
            Or{' '}
            <Anchor
              component={Link}
              to={`/governance/import?provider=${provider}` as never}
              inherit
              underline="always"
            >
              import them
            </Anchor>
            .
          </>
        )}{' '}
        Known from the comparison <When at={lastComplete?.startedAt} />; whoever has arrived since is not
        listed.
      </Text>
    </Alert>
  );
}

const columns: readonly Column<PendingJson>[] = [
  {
    title: 'Who',
    width: 'minmax(220px, 1.4fr)',
    show: ({ displayName, userName }) => (
      <>
        <Text size="sm" truncate>
          {displayName ?? userName}
        </Text>
        {displayName !== null && (
          <Text size="xs" c="dimmed" truncate>
            {userName}
          </Text>
        )}
      </>
    ),
  },
  {
    title: 'Missed since',
    width: '150px',
    show: ({ since }) => (
      <Text size="sm" component="div">
        <When at={since} />
      </Text>
    ),
  },
  {
    title: 'Why',
    width: 'minmax(260px, 2fr)',
    show: ({ why }) => (
      <Text size="sm" lineClamp={2} title={why}>
        {why}
      </Text>
    ),
  },
];
