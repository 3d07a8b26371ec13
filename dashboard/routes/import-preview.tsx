// Who would come with an import, and with which access: totals over everybody, the first of them by name.

import { Anchor, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { RunJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import { Mark, type Tone } from '../ui/badges.tsx';
import { number, peopleText } from '../ui/runs/run-words.ts';
import { Warning } from '../ui/warning.tsx';

type Previewed = NonNullable<RunJson['previewed']>;
type Person = Previewed['first'][number];

const becomes: Readonly<Record<Person['becomes'], { tone: Tone; words: string }>> = {
  created: { tone: 'good', words: 'Created' },
  updated: { tone: 'plain', words: 'Updated' },
  unchanged: { tone: 'quiet', words: 'Unchanged' },
  skipped: { tone: 'warn', words: 'Skipped' },
};

export function ImportPreview({ previewed, provider }: { previewed: Previewed; provider: string }) {
  const { create, update, unchanged, skipped, roles, first } = previewed;
  const all = create + update + unchanged + skipped;
  const withoutRole = roles[''] ?? 0;
  return (
    <Stack gap="md">
      {withoutRole > 0 && <WithoutRole count={withoutRole} provider={provider} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Totals
          title="What would become of them"
          of={[
            ['Created', create],
            ['Updated', update],
            ['Unchanged', unchanged],
            ['Skipped', skipped],
          ]}
        />
        <Totals
          title="Role they would have"
          of={Object.entries(roles)
            .sort(([, a], [, b]) => b - a)
            .map(([name, count]) => [name || 'No role', count] as const)}
        />
      </SimpleGrid>
      <Stack gap="xs" component="section">
        <Title order={2} size="h4">
          {first.length < all ? `The first ${first.length} of ${number(all)}` : 'Each person'}
        </Title>
        <People of={first} />
      </Stack>
    </Stack>
  );
}

function WithoutRole({ count, provider }: { count: number; provider: string }) {
  const { may } = useSession();
  return (
    <Warning title={`${peopleText(count)} would have no role`}>
      They could not sign in. Write a rule for them first
      {may('mappings:read') && (
        <>
          , under{' '}
          <Anchor
            component={Link}
            to={`/governance/user-provisioning/${provider}/attribute-mapping`}
            inherit
            underline="always"
          >
            Attribute Mapping
          </Anchor>
        </>
      )}
      , and make a new preview.
    </Warning>
  );
}

function Totals({ title, of }: { title: string; of: readonly (readonly [name: string, count: number])[] }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {of.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody would come.
        </Text>
      )}
      <SimpleGrid
        component="dl"
        cols={{ base: 2, xs: Math.max(2, Math.min(of.length, 4)) }}
        spacing="sm"
        m={0}
      >
        {of.map(([name, count]) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0} fz="lg" fw={600} className="number">
              {number(count)}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Paper>
  );
}

function People({ of }: { of: readonly Person[] }) {
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={760} type="native">
        <Table verticalSpacing="xs" aria-label="People of the preview">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Person</Table.Th>
              <Table.Th>Becomes</Table.Th>
              <Table.Th miw={110}>Role</Table.Th>
              <Table.Th>Teams</Table.Th>
              <Table.Th>Business Units</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.map((person) => (
              <PersonRow key={person.directoryId} person={person} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function PersonRow({ person }: { person: Person }) {
  const { displayName, userName, why, role, teams, businessUnits } = person;
  const { tone, words } = becomes[person.becomes];
  const isSkipped = person.becomes === 'skipped';
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm">{displayName ?? userName}</Text>
        {displayName !== null && (
          <Text size="xs" c="dimmed">
            {userName}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Mark tone={tone}>{words}</Mark>
        {why && (
          <Text size="xs" c="dimmed">
            {why}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{role ?? (isSkipped ? '-' : <Mark tone="warn">No role</Mark>)}</Table.Td>
      <Table.Td>{teams.join(', ') || '-'}</Table.Td>
      <Table.Td>{businessUnits.join(', ') || '-'}</Table.Td>
    </Table.Tr>
  );
}

/** After it was applied: whom the preview left out already, and why. */
export function NotTaken({ previewed: { skipped, first } }: { previewed: Previewed }) {
  const named = first.filter((person) => person.becomes === 'skipped');
  if (skipped === 0) return null;
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h4">
        {peopleText(skipped)} left out by the preview
      </Title>
      {named.length > 0 ? (
        <People of={named} />
      ) : (
        <Text size="sm" c="dimmed">
          Not among the first {first.length}, whom the preview named.
        </Text>
      )}
    </Stack>
  );
}
