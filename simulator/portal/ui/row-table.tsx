// A list of the portal: its first rows, how many there are, and more of them.

import { Button, Group, Stack, Table, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ListJson } from '../../portal-api/contract.ts';
import { useGet } from '../api.ts';
import { Shown } from './shown.tsx';

export interface Column<Item> {
  title: string;
  show(item: Item): ReactNode;
}

interface RowTableProps<Item> {
  label: string;
  columns: readonly Column<Item>[];
  items: readonly Item[];
  keyOf(item: Item): string;
}

export function RowTable<Item>({ label, columns, items, keyOf }: RowTableProps<Item>) {
  return (
    <Table.ScrollContainer minWidth={640} tabIndex={0} aria-label={label} role="region">
      <Table className="rows" highlightOnHover withTableBorder aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title }) => (
              <Table.Th key={title}>{title}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={keyOf(item)}>
              {columns.map(({ title, show }) => (
                <Table.Td key={title}>{show(item)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface ListOfProps<Item> extends Omit<RowTableProps<Item>, 'items'> {
  path: string;
  query: Readonly<Record<string, string | undefined>>;
  empty: ReactNode;
  everyMs?: number;
}

const FIRST_ROWS = 50;
const MOST_ROWS = 500;

export function ListOf<Item>({ path, query, empty, everyMs, ...table }: ListOfProps<Item>) {
  const [limit, setLimit] = useState(FIRST_ROWS);
  const found = useGet<ListJson<Item>>(path, { ...query, limit }, everyMs);
  return (
    <Shown of={found}>
      {({ items, total }) =>
        items.length === 0 ? (
          empty
        ) : (
          <Stack gap="xs">
            <RowTable {...table} items={items} />
            <Group gap="sm">
              <Text size="sm" c="dimmed" role="status">
                {items.length === total
                  ? `${total.toLocaleString('en')} ${total === 1 ? 'row' : 'rows'}`
                  : `${items.length} of ${total.toLocaleString('en')} rows`}
              </Text>
              {items.length < total && limit < MOST_ROWS && (
                <Button variant="default" size="compact-sm" onClick={() => setLimit(MOST_ROWS)}>
                  Show more
                </Button>
              )}
              {items.length < total && limit >= MOST_ROWS && (
                <Text size="sm" c="dimmed">
                  Search for the others.
                </Text>
              )}
            </Group>
          </Stack>
        )
      }
    </Shown>
  );
}
