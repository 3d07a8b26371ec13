// The provisioning logs: what was done for whom, with the steps of each.

import { Anchor, Drawer, Group, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useAddress } from '../../../dashboard/address.ts';
import { Filter } from '../../../dashboard/ui/filter.tsx';
import { SearchBox } from '../../../dashboard/ui/search-box.tsx';
import { exactTime } from '../../../dashboard/ui/when.tsx';
import type { LogEntryJson, LogRowJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet } from '../api.ts';
import { aboveProvisioning, places } from '../places.ts';
import { LogEntry, LogStatus } from '../ui/log-entry.tsx';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { ListOf } from '../ui/row-table.tsx';
import { Nothing, Shown } from '../ui/shown.tsx';

const statuses: readonly LogRowJson['status'][] = ['Success', 'Failure', 'Warning', 'Skipped'];
const actions: readonly LogRowJson['action'][] = ['Create', 'Update', 'Disable', 'Delete', 'Other'];
const option = (name: string) => ({ value: name, label: name });
const SOON_MS = 2_000;

export default function Logs() {
  const [{ search, status, action, entry, identity }, change] = useAddress();
  const clear = useChange({ run: () => ask('DELETE', '/provisioning/logs') });
  return (
    <PortalPage
      title={places.logs.label}
      above={aboveProvisioning}
      about="Who was created, updated, disabled or deleted, and who could not be. The last 2,000 are kept."
      commands={
        <Command icon={IconTrash} onClick={() => clear.mutate()}>
          Clear the logs
        </Command>
      }
    >
      <Group align="flex-end">
        <SearchBox label="Search identities" />
        <Filter name="status" label="Status" options={statuses.map(option)} all="Any status" w={150} />
        <Filter name="action" label="Action" options={actions.map(option)} all="Any action" w={150} />
        {identity && (
          <Anchor
            component="button"
            type="button"
            size="sm"
            pb={8}
            onClick={() => change({ identity: undefined })}
          >
            Only one identity: show all
          </Anchor>
        )}
      </Group>
      <ListOf<LogRowJson>
        label={places.logs.label}
        path="/provisioning/logs"
        query={{ search, status, action, identity }}
        everyMs={SOON_MS}
        keyOf={({ id }) => String(id)}
        columns={[
          { title: 'Date', show: ({ at }) => <span className="number">{exactTime(at)}</span> },
          {
            title: 'Identity',
            show: ({ id, displayName, name }) => (
              <>
                <Anchor
                  component="button"
                  type="button"
                  size="sm"
                  ta="start"
                  onClick={() => change({ entry: String(id) })}
                >
                  {displayName}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {name || 'Group'}
                </Text>
              </>
            ),
          },
          { title: 'Action', show: (row) => row.action },
          { title: 'Status', show: (row) => <LogStatus status={row.status} /> },
          { title: 'Cycle', show: ({ run }) => run },
        ]}
        empty={
          <Nothing title="No provisioning logs">
            Entries appear when a cycle or provision on demand does something for somebody.
          </Nothing>
        }
      />
      <Drawer
        opened={entry !== undefined}
        onClose={() => change({ entry: undefined })}
        position="right"
        size="xl"
        title="Provisioning log details"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {entry !== undefined && <Details id={entry} />}
      </Drawer>
    </PortalPage>
  );
}

function Details({ id }: { id: string }) {
  const found = useGet<LogEntryJson>(`/provisioning/logs/${id}`);
  return (
    <Shown of={found}>
      {(entry) => (
        <>
          <Group gap="xs" mb="sm">
            <Text fw={600}>{entry.displayName}</Text>
            <LogStatus status={entry.status} />
            <Text size="sm" c="dimmed">
              {entry.action}, {entry.run}
            </Text>
          </Group>
          <LogEntry entry={entry} />
        </>
      )}
    </Shown>
  );
}
