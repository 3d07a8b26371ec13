// What every source says of a user, attribute by attribute: whose word counts and why, since when, and which rules look at it.

import { Stack, Table, Text } from '@mantine/core';
import type { UserAttributeJson, UserJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { Mark } from '../ui/badges.tsx';
import { Panel } from '../ui/panel.tsx';
import { sourceWords } from '../ui/source-words.ts';
import { Empty, Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

export function UserAttributes({ user }: { user: UserJson }) {
  const found = useGet<{ items: UserAttributeJson[] }>(`/users/${user.id}/attributes`);
  return (
    <Shown of={found}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="Nothing is known of them">No source has told an attribute.</Empty>
        ) : (
          <AttributeTable items={items} />
        )
      }
    </Shown>
  );
}

function AttributeTable({ items }: { items: readonly UserAttributeJson[] }) {
  return (
    <Panel title="Attributes">
      <Text size="sm" c="dimmed">
        The provider owns them: they are changed there. Where SCIM has supplied one, SCIM alone counts;
        otherwise the newer word of claims and directory.
      </Text>
      <Table.ScrollContainer minWidth={820}>
        <Table verticalSpacing={8} aria-label="Attributes">
          <Table.Thead>
            <Table.Tr>
              {['Attribute', 'Value', 'Said by', 'Rules that look at it'].map((title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((each) => (
              <AttributeRow key={each.name} of={each} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Panel>
  );
}

function AttributeRow({ of: { name, value, why, said, rules } }: { of: UserAttributeJson }) {
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td fw={600} miw={150} maw={260} style={{ overflowWrap: 'break-word' }}>
        {name}
      </Table.Td>
      <Table.Td maw={300} style={{ overflowWrap: 'anywhere' }}>
        <Value of={value} />
      </Table.Td>
      <Table.Td>
        <Stack gap={4}>
          {said.map((word) => (
            <Said key={word.source} of={word} isAlone={said.length === 1} />
          ))}
          <Text size="xs" c="dimmed">
            {why}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td>
        {rules.length === 0 && <span className="quiet">none</span>}
        {rules.map(({ id, words }) => (
          <div key={id}>{words}</div>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}

function Said({ of, isAlone }: { of: UserAttributeJson['said'][number]; isAlone: boolean }) {
  const { source, channel, value, since, counts } = of;
  const how = channel === source ? '' : ` (by ${channel})`;
  return (
    <Text component="div" size="sm" style={{ overflowWrap: 'anywhere' }} maw={320}>
      <Mark tone={counts ? 'good' : 'quiet'} size="sm" mr={6} miw="max-content">
        {counts ? `${sourceWords[source]} counts` : sourceWords[source]}
      </Mark>
      since <When at={since} />
      {how}
      {!isAlone && !counts && (
        <>
          : <Value of={value} />
        </>
      )}
    </Text>
  );
}

function Value({ of }: { of: unknown }) {
  if (of === null || of === undefined) return <span className="quiet">nothing</span>;
  if (Array.isArray(of) && of.length === 0) return <span className="quiet">an empty list</span>;
  if (Array.isArray(of) && of.every((each) => typeof each === 'string')) return of.join(', ');
  return typeof of === 'object' ? JSON.stringify(of) : String(of);
}
