// Credentials that were refused, by their last four characters and where they came from: often a token that was rotated here and not
// yet entered at the provider.

import { Anchor, Paper, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { RejectedCredentialJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { May } from '../session.tsx';
import { Empty, Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { When } from '../ui/when.tsx';

const EVERY_MS = 15_000;

export function RejectedCredentials() {
  const rejected = useGet<{ items: RejectedCredentialJson[] }>('/requests/rejected', { every: EVERY_MS });
  return (
    <Shown of={rejected}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No credential was rejected">
            A wrong or ended provisioning token shows here, by its last four characters and where it came
            from.
          </Empty>
        ) : (
          <Stack gap="md">
            <WhatToDo />
            <Rejected items={items} />
          </Stack>
        )
      }
    </Shown>
  );
}

function WhatToDo() {
  return (
    <Warning
      title="What to do"
      action={
        <May do="providers:read">
          <Anchor component={Link} to="/governance/user-provisioning" size="sm">
            To the providers and their tokens
          </Anchor>
        </May>
      }
    >
      Compare the last four characters with the tokens of your providers. Does the provider still send an
      older one? Enter the newer one there; in Entra: Provisioning, Admin Credentials, Secret Token, then Test
      Connection. Do you know neither the characters nor the address? Then somebody may be guessing; they are
      slowed down by themselves.
    </Warning>
  );
}

function Rejected({ items }: { items: readonly RejectedCredentialJson[] }) {
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={820}>
        <Table verticalSpacing="sm" aria-label="Rejected credentials">
          <Table.Thead>
            <Table.Tr>
              {['Credential', 'From', 'Times', 'What was answered', 'Last', 'First'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((each) => (
              <Table.Tr key={each.lastRequest}>
                <Table.Td>
                  <Anchor component={Link} to={`/governance/requests?open=${each.lastRequest}`} size="sm">
                    {each.words}
                  </Anchor>
                </Table.Td>
                <Table.Td>{each.remote ?? 'unknown'}</Table.Td>
                <Table.Td className="number">{each.times.toLocaleString('en')}</Table.Td>
                <Table.Td>
                  <Text size="sm" maw={380}>
                    {each.why}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <When at={each.lastAt} />
                </Table.Td>
                <Table.Td>
                  <When at={each.firstAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
