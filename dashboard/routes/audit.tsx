// Who did what, newest first: in plain words, with before and after, as a file, and with its chain of hashes checked on demand.

import { Anchor, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { type Address, useAddress } from '../address.ts';
import { addressOf } from '../api.ts';
import { useSession } from '../session.tsx';
import { Filter } from '../ui/filter.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Narrowed } from '../ui/narrowed.tsx';
import { Page } from '../ui/page.tsx';
import { Period, periodOf } from '../ui/period.tsx';
import { ProviderFilter, useProviders } from '../ui/provider-filter.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { AccessFile } from './audit-access.tsx';
import { WholeEvent } from './audit-event.tsx';
import { Evidence } from './audit-evidence.tsx';
import { VerifyChain } from './audit-verify.tsx';

/** Types of events that people look for together. */
const types: readonly { value: string; label: string }[] = [
  {
    label: 'People',
    value:
      'user.created,user.updated,user.binned,user.restored,user.adopted,user.removed,user.purged,user.linked,user.unlinked',
  },
  { label: 'Suspensions', value: 'user.suspended,user.reactivated,user.suspension_changed,guard.alarm' },
  { label: 'Access', value: 'grant.added,grant.removed' },
  {
    label: 'Groups and members',
    value:
      'group.created,group.updated,group.removed,membership.added,membership.removed,members.replaced_with_one',
  },
  {
    label: 'Teams and business units',
    value: 'team.created,team.renamed,business_unit.created,business_unit.renamed',
  },
  { label: 'Attribute mappings', value: 'mapping.applied' },
  {
    label: 'Providers and tokens',
    value:
      'provider.created,provider.updated,provider.removed,provider.verified,provider.secret_expiring,token.created,token.revoked,token.expiring,key.rotated',
  },
  {
    label: 'Signing in',
    value:
      'user.signed_in,admin.signed_in,sign_in.refused,session.ended,link.requested,link.refused,admin.locked',
  },
  {
    label: 'Administrators and API keys',
    value: 'admin.created,admin.password_set,admin.removed,setup_link.issued,api_key.created,api_key.revoked',
  },
  {
    label: 'Webhooks',
    value:
      'webhook.created,webhook.updated,webhook.rotated,webhook.paused,webhook.resumed,webhook.replayed,webhook.removed',
  },
  { label: 'Roles and settings', value: 'role.created,role.updated,role.removed,settings.updated' },
  {
    label: 'Comparing and importing',
    value:
      'reconciliation.started,reconciliation.finished,reconciliation.failed,import.started,import.finished,drift.ignored,drift.healed',
  },
  {
    label: 'Held batches',
    value: 'batch.held,batch.approved,batch.applied,batch.dropped,batch.dissolved,batch.undone',
  },
];

const actors = [
  { value: 'token', label: 'SCIM' },
  { value: 'user', label: 'People' },
  { value: 'admin', label: 'Break-glass administrators' },
  { value: 'key', label: 'API keys' },
  { value: 'system', label: 'Bifrost itself' },
];

export default function Audit() {
  const [address, change] = useAddress();
  const { may } = useSession();
  const providers = useProviders();
  const { open, sort: _, from: _from, to: _to, ...filters } = address;
  const query = { ...filters, ...periodOf(address) };
  const columns = useMemo(() => columnsWith((position) => change({ open: String(position) })), [change]);
  return (
    <Page
      title="Audit"
      permission="audit:read"
      about="Who did what, to whom, and when. Nothing here is ever rewritten."
      actions={
        <>
          <Export filters={query} />
          <Evidence />
          {may('system:verify') && <VerifyChain />}
        </>
      }
    >
      <Stack gap="sm">
        <Group gap="xs">
          <Filter name="type" label="What happened" all="Everything" options={types} w={230} />
          <Filter name="actor" label="Who did it" all="Everybody" options={actors} w={220} />
          <ProviderFilter of={providers} least={1} />
          <Period />
        </Group>
        <Narrowed names={{ subject: 'about', object: 'with', cause: 'caused by' }} />
        <ListTable<EventJson>
          label="Audit"
          path="/audit"
          query={query}
          columns={columns}
          keyOf={({ position }) => String(position)}
          onOpen={({ position }) => change({ open: String(position) })}
          empty={<Empty title="Nothing fits">Take a filter away, or look at other days.</Empty>}
        />
      </Stack>
      <WholeEvent place={open} onClose={() => change({ open: undefined })} />
    </Page>
  );
}

function columnsWith(open: (position: number) => void): Column<EventJson>[] {
  return [
    {
      title: 'What happened',
      width: 'minmax(300px, 4fr)',
      show: ({ position, words }) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          size="sm"
          truncate
          w="100%"
          title={words}
          onClick={() => open(position)}
        >
          {words}
        </Anchor>
      ),
    },
    {
      title: 'Who',
      width: 'minmax(150px, 1.2fr)',
      show: ({ names }) => (
        <Text size="sm" truncate title={names.actor}>
          {names.actor}
        </Text>
      ),
    },
    {
      title: 'Event',
      width: 'minmax(150px, 1fr)',
      show: ({ type }) => (
        <Text size="xs" c="dimmed" ff="monospace" truncate>
          {type}
        </Text>
      ),
    },
    {
      title: 'When',
      width: '130px',
      show: ({ at }) => (
        <Text size="sm">
          <When at={at} />
        </Text>
      ),
    },
  ];
}

/** With the filters that are chosen. */
function Export({ filters }: { filters: Address }) {
  const file = (format: string) => addressOf('/audit/export', { ...filters, format });
  const [isAccess, setAccess] = useState(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>These events</Menu.Label>
          <Menu.Item component="a" href={file('csv')} download>
            CSV, for spreadsheets
          </Menu.Item>
          <Menu.Item component="a" href={file('jsonl')} download>
            JSON Lines, for programs
          </Menu.Item>
          <Menu.Label>Everybody</Menu.Label>
          <Menu.Item onClick={() => setAccess(true)}>Access at a moment ...</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <AccessFile opened={isAccess} onClose={() => setAccess(false)} />
    </>
  );
}
