// User Provisioning: every identity provider and how it does, or, where there is none, what can be added.

import { Anchor, Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../queries.ts';
import { May, useSession, useStatus } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { beginDraft } from './new-provider-draft.ts';
import { ProviderCard } from './provider-card.tsx';
import { ProviderTiles } from './provider-tiles.tsx';
import { Notices } from './user-provisioning-notices.tsx';

const PATH = '/governance/user-provisioning';
const MOST = 100;
/** While a job is at the people of one. */
const LOOK_MS = 2_000;

function isOneGoing(found: unknown): boolean {
  const items = (found as ListPage<ProviderJson> | undefined)?.items ?? [];
  return items.some(({ retirement }) => retirement?.state === 'underWay');
}

export default function UserProvisioningPage() {
  const { may } = useSession();
  const providers = useGet<ListPage<ProviderJson>>('/providers', {
    query: { limit: MOST },
    enabled: may('providers:read'),
    every: (found) => (isOneGoing(found) ? LOOK_MS : false),
  });
  const status = useStatus();
  const hasSome = (providers.data?.items.length ?? 0) > 0;
  return (
    <Page
      title="User Provisioning"
      about="Where people, groups and access come from, and whether they still come."
      permission="providers:read"
      actions={
        hasSome && (
          <May do="providers:create">
            <Button component={Link} to={`${PATH}/new`} leftSection={<IconPlus size={16} aria-hidden />}>
              Add a provider
            </Button>
          </May>
        )
      }
    >
      <Shown of={providers}>
        {({ items }) =>
          items.length === 0 ? (
            <First isDevelopment={status.data?.development} />
          ) : (
            <Stack gap="md">
              <Notices />
              <SimpleGrid cols={{ base: 1, lg: items.length === 1 ? 1 : 2 }} spacing="md">
                {items.map((provider) => (
                  <ProviderCard key={provider.id} provider={provider} />
                ))}
              </SimpleGrid>
              <RemovedProviders />
            </Stack>
          )
        }
      </Shown>
    </Page>
  );
}

function First({ isDevelopment }: { isDevelopment: boolean | undefined }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const go = () => void navigate({ to: `${PATH}/new?step=configuration` as never });
  if (!may('providers:create')) {
    return (
      <Empty title="No provider so far">
        An administrator adds the identity provider that people sign in with; they and their access then come
        from it.
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm">
        Nothing is connected so far. Choose the identity provider that your people sign in with: signing in
        comes first, and SCIM provisioning after it.
      </Text>
      <ProviderTiles
        isDevelopment={isDevelopment}
        onKind={(kind) => {
          beginDraft(kind);
          go();
        }}
        onLocalEntra={(settings) => {
          beginDraft('entra', settings);
          go();
        }}
      />
    </Stack>
  );
}

/** The home of people who were kept when their provider was deleted. */
function RemovedProviders() {
  const removed = useGet<ListPage<ProviderJson>>('/providers', { query: { removed: 'true', limit: MOST } });
  const items = removed.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      Deleted, with people who were kept:{' '}
      {items.map(({ id, name }, at) => (
        <span key={id}>
          {at > 0 && ', '}
          <Anchor
            component={Link}
            to={`/governance/users?provider=${id}` as never}
            inherit
            underline="always"
          >
            {name}
          </Anchor>
        </span>
      ))}
    </Text>
  );
}
