// What is known of a user, with who owns it and where it is changed; and, of whoever is suspended, why and who lifts that.

import { Anchor, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { Facts } from '../ui/facts.tsx';
import { Warning } from '../ui/warning.tsx';
import { When } from '../ui/when.tsx';
import { sources, suspensions } from './user-words.ts';

interface UserFactsProps {
  user: UserJson;
  /** undefined: not here yet, or not to be seen by whoever looks. */
  provider: ProviderJson | undefined;
}

export function UserFacts({ user, provider }: UserFactsProps) {
  const { userName, email, externalId, source, createdAt, removedAt, lastSignInAt, lastProvisionedAt } = user;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" verticalSpacing="xs">
          <Facts
            of={[
              ['User name', userName],
              ['Address', email ?? 'none'],
              ['Provider', <OfProvider key="provider" user={user} provider={provider} />],
              ['External id', externalId ?? 'none'],
            ]}
          />
          <Facts
            of={[
              ['Source', sources[source].how],
              ['Here since', <When key="since" at={createdAt} />],
              ['Last provisioned', <When key="provisioned" at={lastProvisionedAt} />],
              ['Last sign-in', <When key="signIn" at={lastSignInAt} />],
              ...(removedAt === null ? [] : [['Removed', <When key="removed" at={removedAt} />] as const]),
            ]}
          />
        </SimpleGrid>
        <Owner user={user} name={provider?.name ?? 'the provider'} />
      </Stack>
    </Paper>
  );
}

function OfProvider({ user, provider }: UserFactsProps) {
  if (!provider) return user.provider;
  return (
    <Anchor component={Link} to={`/governance/user-provisioning/${provider.id}`} inherit>
      {provider.name}
    </Anchor>
  );
}

const owners = {
  scim: (name: string) =>
    `${name} owns the name, the address and all attributes. Change them there: SCIM brings it.`,
  login: (name: string) =>
    `${name} owns the name, the address and all attributes. Change them there: the next sign-in brings it.`,
  import: (name: string) =>
    `${name} owns the name, the address and all attributes. Change them there: a sign-in or the next comparison brings it.`,
  manual: () => 'No provider speaks of them any more: name, address and attributes stay as they were.',
} as const satisfies Record<UserJson['source'], (name: string) => string>;

function Owner({ user: { source, status, formerly }, name }: { user: UserJson; name: string }) {
  const words =
    status === 'removed' ? 'They were removed: this is kept until it is erased.' : owners[source](name);
  return (
    <Text size="sm" c="dimmed">
      {words}{' '}
      {formerly !== null && (
        <Anchor component={Link} to={`/governance/users/${formerly}`} inherit underline="always">
          Who had this name before
        </Anchor>
      )}
    </Text>
  );
}

export function Suspended({ user: { suspensions: reasons, status, inRecycleBin } }: { user: UserJson }) {
  if (status !== 'suspended') return null;
  return (
    <Warning title="Suspended: no session, key or sign-in works, and what they have is dormant">
      <Stack gap={4}>
        {reasons.map((reason) => (
          <span key={reason}>{suspensions[reason]}</span>
        ))}
        {inRecycleBin && <span>The provider holds them in its recycle bin.</span>}
      </Stack>
    </Warning>
  );
}
