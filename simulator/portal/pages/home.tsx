// The first page: what this directory is, what Bifrost has to be told of it, and where to go.

import { Alert, Anchor, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { CopyField } from '../../../dashboard/ui/copy-field.tsx';
import type { OverviewJson } from '../../portal-api/contract.ts';
import { useGet } from '../api.ts';
import { places } from '../places.ts';
import { PortalPage, Section } from '../ui/portal-page.tsx';
import { Shown } from '../ui/shown.tsx';

export default function Home() {
  const overview = useGet<OverviewJson>('/overview');
  return (
    <PortalPage title={places.directory.label} above={[]}>
      <Alert icon={<IconInfoCircle size={20} />} color="sky" variant="light" title="This is not Microsoft">
        <Text size="sm">
          A directory of people who do not exist, on this machine. It signs people in, answers as Microsoft
          Graph and provisions over SCIM as Microsoft Entra ID does, so that Bifrost can be tried without a
          tenant.
        </Text>
      </Alert>
      <Shown of={overview}>{(found) => <Overview of={found} />}</Shown>
    </PortalPage>
  );
}

function Overview({ of }: { of: OverviewJson }) {
  const counts = [
    { place: places.users, count: of.users },
    { place: places.groups, count: of.groups },
    { place: places.assignments, count: of.assigned, label: 'People in scope of Bifrost' },
    { place: places.deletedUsers, count: of.deleted },
  ];
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        {counts.map(({ place, count, label = place.label }) => (
          <Section key={place.to} title={label}>
            <Group justify="space-between" align="baseline">
              <Text className="number" fz={26} fw={600} lh={1}>
                {count.toLocaleString('en')}
              </Text>
              <Anchor component={Link} to={place.to} size="sm" aria-label={`Open ${place.label}`}>
                Open
              </Anchor>
            </Group>
          </Section>
        ))}
      </SimpleGrid>
      <Section title="What Bifrost asks for when people are to sign in">
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <CopyField label="Tenant ID" value={of.tenantId} />
          <CopyField label="Client ID" value={of.clientId} />
          <CopyField label="Client secret" value={of.clientSecret} />
          <CopyField
            label="Authority"
            value={of.authorityUrl}
            description="In place of login.microsoftonline.com"
          />
          <CopyField label="Graph" value={of.graphUrl} description="In place of graph.microsoft.com" />
          <CopyField
            label="Redirect URIs"
            value={of.redirectUris.join(' ')}
            description="Where people are sent back to"
          />
        </SimpleGrid>
      </Section>
      <Section title="Next">
        <Stack gap={4}>
          <Text size="sm">
            <Anchor component={Link} to={places.provisioning.to} underline="always">
              Configure provisioning
            </Anchor>{' '}
            with the SCIM Endpoint URL and the Provisioning Token that Bifrost shows.
          </Text>
          <Text size="sm">
            <Anchor component={Link} to={places.assignments.to} underline="always">
              Assign users and groups
            </Anchor>{' '}
            to {places.application.label}.
          </Text>
          <Text size="sm">
            <Anchor href="/" underline="always">
              A bifrost.json, addresses and orders
            </Anchor>{' '}
            for programs: faults, wrong tokens, the clock.
          </Text>
        </Stack>
      </Section>
    </>
  );
}
