// The enterprise application at a glance: its ids, and the three things that are done here.

import { Anchor, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Facts } from '../../../dashboard/ui/facts.tsx';
import type { OverviewJson } from '../../portal-api/contract.ts';
import { useGet } from '../api.ts';
import { places } from '../places.ts';
import { PortalPage, Section } from '../ui/portal-page.tsx';
import { Shown } from '../ui/shown.tsx';

const steps = [
  { place: places.assignments, says: 'Who may sign in to Bifrost, and who is provisioned to it.' },
  { place: places.provisioning, says: 'Tenant URL and Secret Token, attribute mappings, scope, and cycles.' },
  { place: places.logs, says: 'What was done for whom, and what the application answered.' },
];

export default function Application() {
  const overview = useGet<OverviewJson>('/overview');
  return (
    <PortalPage title={places.application.label} above={[places.directory, places.applications]}>
      <Shown of={overview}>
        {({ clientId, objectId, assigned, redirectUris }) => (
          <Section title="Properties">
            <Facts
              of={[
                [
                  'Application ID',
                  <span key="id" className="code">
                    {clientId}
                  </span>,
                ],
                [
                  'Object ID',
                  <span key="id" className="code">
                    {objectId}
                  </span>,
                ],
                ['Redirect URIs', redirectUris.join(', ')],
                ['People in scope', assigned.toLocaleString('en')],
              ]}
            />
          </Section>
        )}
      </Shown>
      <SimpleGrid cols={{ base: 1, md: 3 }}>
        {steps.map(({ place, says }) => (
          <Section key={place.to} title={place.label}>
            <Stack gap={4} align="flex-start">
              <Text size="sm" c="dimmed">
                {says}
              </Text>
              <Anchor component={Link} to={place.to} size="sm">
                Open {place.label}
              </Anchor>
            </Stack>
          </Section>
        ))}
      </SimpleGrid>
    </PortalPage>
  );
}
