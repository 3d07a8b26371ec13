// What identity providers sent, in plain words, with what came of it; and, apart, credentials that were refused.

import { Anchor, Group, Stack, Tabs, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { RequestJson, RequestTagJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { useGet } from '../queries.ts';
import { Filter } from '../ui/filter.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Narrowed } from '../ui/narrowed.tsx';
import { Page } from '../ui/page.tsx';
import { Period, periodOf } from '../ui/period.tsx';
import { ProviderFilter, useProviders } from '../ui/provider-filter.tsx';
import { SearchBox } from '../ui/search-box.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { RejectedCredentials } from './requests-rejected.tsx';
import { ResultMark } from './requests-result.tsx';
import { Tag } from './requests-tags.tsx';
import { WholeRequest } from './requests-whole.tsx';

export default function Requests() {
  const [{ tab = 'all' }, change] = useAddress();
  return (
    <Page
      title="Requests"
      permission="requests:read"
      about="What identity providers sent by SCIM, in plain words, and what came of it."
    >
      <Tabs
        value={tab}
        onChange={(chosen) =>
          change({ tab: chosen === 'all' ? undefined : (chosen ?? undefined), open: undefined })
        }
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="all">All requests</Tabs.Tab>
          <Tabs.Tab value="rejected">Rejected credentials</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="all">
          <AllRequests />
        </Tabs.Panel>
        <Tabs.Panel value="rejected">
          <RejectedCredentials />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

const actions = [
  { value: 'created', label: 'Created' },
  { value: 'changed', label: 'Changed' },
  { value: 'suspended', label: 'Suspended' },
  { value: 'reactivated', label: 'Reactivated' },
  { value: 'removed', label: 'Removed' },
  { value: 'members', label: 'Members of groups' },
  { value: 'unchanged', label: 'Nothing to change' },
  { value: 'lookedUp', label: 'Looked up' },
  { value: 'read', label: 'Read' },
  { value: 'bulk', label: 'Bulk' },
  { value: 'refused', label: 'Refused' },
];
const results = [
  { value: 'ok', label: 'Done' },
  { value: 'failed', label: 'Refused or failed' },
  { value: 'rejected', label: 'Credential rejected' },
];
const effects = [
  { value: 'some', label: 'Changed something' },
  { value: 'none', label: 'Changed nothing' },
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((value) => ({ value, label: value }));

const noTags: readonly RequestTagJson[] = [];

function AllRequests() {
  const [address, change] = useAddress();
  const { items: tags = noTags } = useGet<{ items: RequestTagJson[] }>('/requests/tags').data ?? {};
  const providers = useProviders();
  const columns = useMemo(() => columnsWith(tags, (id) => change({ open: id })), [tags, change]);
  const { search, status, action, method, tag, effects: wanted, token, resource, provider } = address;
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <SearchBox label="Search in what was done" />
        <Filter name="action" label="What was done" all="Everything" options={actions} />
        <Filter name="status" label="Result" all="All results" options={results} />
        <Filter name="effects" label="Effects" all="With and without effects" options={effects} w={210} />
        <Filter name="method" label="Method" all="All methods" options={methods} w={140} />
        <Filter
          name="tag"
          label="Habit of the sender"
          all="All habits"
          options={tags.map(({ tag: value, title: label }) => ({ value, label }))}
          w={220}
        />
        <ProviderFilter of={providers} />
        <Period />
      </Group>
      <Narrowed names={{ resource: 'about', token: 'with the token' }} />
      <ListTable<RequestJson>
        label="Requests"
        path="/requests"
        query={{
          search,
          status,
          action,
          method,
          tag,
          effects: wanted,
          token,
          resource,
          provider,
          ...periodOf(address),
        }}
        columns={columns}
        keyOf={({ id }) => id}
        onOpen={({ id }) => change({ open: id })}
        empty={<NoRequests isNarrowed={Object.keys(address).some((name) => name !== 'open')} />}
      />
      <WholeRequest
        id={address.open}
        tags={tags}
        providers={providers}
        onClose={() => change({ open: undefined })}
      />
    </Stack>
  );
}

function NoRequests({ isNarrowed }: { isNarrowed: boolean }) {
  if (isNarrowed) return <Empty title="No request fits">Take a filter away, or look at other days.</Empty>;
  return (
    <Empty title="No requests so far">
      They appear here as soon as a provider sends its first one: in Entra, with Test Connection or when
      provisioning is started.
    </Empty>
  );
}

function columnsWith(tags: readonly RequestTagJson[], open: (id: string) => void): Column<RequestJson>[] {
  return [
    {
      title: 'What was done',
      width: 'minmax(260px, 3fr)',
      show: ({ id, action }) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          size="sm"
          onClick={() => open(id)}
          truncate
          w="100%"
        >
          {action}
        </Anchor>
      ),
    },
    {
      title: 'Result',
      width: 'minmax(130px, 1fr)',
      show: ({ status }) => <ResultMark status={status} />,
    },
    {
      title: 'Effects',
      width: '90px',
      show: ({ effectCount }) => (
        <Text size="sm" className="number" {...(effectCount === 0 && { c: 'dimmed' })}>
          {effectCount === 0 ? 'none' : effectCount.toLocaleString('en')}
        </Text>
      ),
    },
    {
      title: 'Habits',
      width: 'minmax(150px, 1.4fr)',
      show: (request) => (
        <Group gap={4} wrap="nowrap">
          {request.tags.slice(0, 1).map((tag) => (
            <Tag key={tag} tag={tag} known={tags} />
          ))}
          {request.tags.length > 1 && (
            <Text size="xs" c="dimmed">
              +{request.tags.length - 1}
            </Text>
          )}
        </Group>
      ),
    },
    {
      title: 'Sent',
      width: 'minmax(150px, 1.6fr)',
      show: ({ method, path }) => (
        <Text size="xs" c="dimmed" ff="monospace" truncate title={`${method} ${path}`}>
          {method} {path.replace('/scim/v2', '')}
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
