// Reconciliation: how comparing with each directory stands, what every run found, and who has not arrived.

import { Button, SimpleGrid, Stack, Tabs } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReconciliationStateJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { type ListPage, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { LOOK_EVERY_MS, useRefreshed } from '../ui/runs/follow-run.ts';
import { Empty, Shown } from '../ui/states.tsx';
import { DirectoryCard } from './reconciliation-directory.tsx';
import { Pending } from './reconciliation-pending.tsx';
import { Runs } from './reconciliation-runs.tsx';

const MOST = 100;

type Directories = ListPage<ReconciliationStateJson>;

const isBusy = (found: unknown) =>
  (found as Directories | undefined)?.items.some(({ underWay }) => underWay !== null) ? LOOK_EVERY_MS : false;

export default function ReconciliationPage() {
  const { may } = useSession();
  const found = useGet<Directories>('/directories', {
    query: { limit: MOST },
    enabled: may('reconciliations:read'),
    every: isBusy,
  });
  useRefreshed(found.data?.items.map(({ underWay }) => underWay?.id ?? '-').join(' '));
  return (
    <Page
      title="Reconciliation"
      permission="reconciliations:read"
      about="SCIM tells what happens once, and what got lost on the way is never told again. So the whole directory is read now and then, and compared with what is here, person by person."
    >
      <Shown of={found} label="Loading how comparing stands">
        {({ items }) => (items.length === 0 ? <NoProvider /> : <Overview directories={items} />)}
      </Shown>
    </Page>
  );
}

function NoProvider() {
  const { may } = useSession();
  return (
    <Empty
      title="Nothing to compare with"
      action={
        may('providers:read') && (
          <Button component={Link} to="/governance/user-provisioning" variant="default">
            To User Provisioning
          </Button>
        )
      }
    >
      No identity provider is connected. Once one is, its directory can be read once a day: whoever left it
      without Bifrost being told is found, named and, if you wish, suspended.
    </Empty>
  );
}

function Overview({ directories }: { directories: readonly ReconciliationStateJson[] }) {
  const [{ tab = 'runs' }, change] = useAddress();
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, lg: directories.length === 1 ? 1 : 2 }} spacing="md">
        {directories.map((each) => (
          <DirectoryCard key={each.provider} directory={each} />
        ))}
      </SimpleGrid>
      <Tabs
        value={tab}
        onChange={(chosen) => change({ tab: chosen === 'runs' ? undefined : (chosen ?? undefined) })}
        keepMounted={false}
      >
        <Tabs.List mb="sm">
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
          <Tabs.Tab value="pending">Pending</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="runs">
          <Runs directories={directories} />
        </Tabs.Panel>
        <Tabs.Panel value="pending">
          <Pending directories={directories} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
