// The differences that a run found: row by row in plain words, with the reason of every decision, narrowed by the address.

import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { DriftJson, WholeRunJson } from '../../../src/edge/admin/contract.ts';
import { useAddress } from '../../address.ts';
import { addressOf } from '../../api.ts';
import { useSession } from '../../session.tsx';
import { Mark } from '../badges.tsx';
import { Filter } from '../filter.tsx';
import { type Column, ListTable } from '../list-table.tsx';
import { SearchBox } from '../search-box.tsx';
import { Empty } from '../states.tsx';
import { DriftActions } from './drift-actions.tsx';
import { differenceText, sidesOf } from './drift-words.ts';
import { categoryWords, driftStates, importStates } from './run-words.ts';

const ROW_PX = 68;

const categories = Object.entries(categoryWords).map(([value, label]) => ({ value, label }));

export function DriftTable({ run }: { run: WholeRunJson }) {
  const { may } = useSession();
  const [{ category, state, search }] = useAddress();
  const isImport = run.channel === 'import';
  const states = isImport ? importStates : driftStates;
  const mayDecide = may('reconciliations:heal') && run.phase === 'done' && !isImport;
  const isNarrowed = Boolean(category || state || search);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <SearchBox label="Find a name" />
        {!isImport && (
          <Filter name="category" label="Difference" all="All differences" options={categories} w={230} />
        )}
        <Filter name="state" label="State" all="All states" options={optionsOf(states)} />
        <Exports run={run.id} query={{ category, state }} />
      </Group>
      <ListTable<DriftJson>
        label={isImport ? 'People of this import' : 'Differences'}
        path={`/reconciliations/${run.id}/drift`}
        query={{ category, state, search }}
        columns={isImport ? importColumns : columnsOf(mayDecide)}
        keyOf={({ id }) => id}
        rowPx={ROW_PX}
        empty={
          isNarrowed ? (
            <Empty title="None of them">Nothing that this run found fits the search and the filters.</Empty>
          ) : (
            <Empty title={isImport ? 'Nobody was missing' : 'No difference'}>
              {isImport
                ? 'Everybody whom the import was about was here already.'
                : 'What was compared is the same here and in the directory.'}
            </Empty>
          )
        }
      />
    </Stack>
  );
}

/** A state that is called as another is told apart by no filter: the first of each word stands. */
function optionsOf(states: typeof driftStates) {
  const labels = Object.entries(states).map(([value, { words }]) => ({ value, label: words }));
  return labels.filter(({ label }, n) => labels.findIndex((each) => each.label === label) === n);
}

function Exports({ run, query }: { run: string; query: Record<string, string | undefined> }) {
  const to = (format: string) => addressOf(`/reconciliations/${run}/export`, { ...query, format });
  return (
    <Group gap={4} ml="auto">
      <Button component="a" href={to('csv')} download={`${run}.csv`} variant="default" size="sm">
        Export CSV
      </Button>
      <Button component="a" href={to('jsonl')} download={`${run}.jsonl`} variant="default" size="sm">
        Export JSON Lines
      </Button>
    </Group>
  );
}

const who: Column<DriftJson> = {
  title: 'Who',
  width: 'minmax(180px, 1.3fr)',
  show: (row) => <Whom row={row} />,
};

/** Everybody was missing here, and of those who came there is nothing to say. */
const importColumns: readonly Column<DriftJson>[] = [
  who,
  { title: 'State', width: '140px', show: (row) => <DriftState row={row} states={importStates} /> },
  {
    title: 'Why not',
    width: 'minmax(230px, 2fr)',
    show: ({ state, why }) => <Why of={state === 'healed' ? '' : why} />,
  },
];

function columnsOf(mayDecide: boolean): readonly Column<DriftJson>[] {
  return [
    who,
    { title: 'Difference', width: 'minmax(210px, 1.5fr)', show: (row) => <Difference row={row} /> },
    { title: 'State', width: '130px', show: (row) => <DriftState row={row} states={driftStates} /> },
    { title: 'Why', width: 'minmax(230px, 2fr)', show: ({ why }) => <Why of={why} /> },
    ...(mayDecide
      ? [{ title: 'What to do', width: '150px', show: (row: DriftJson) => <DriftActions row={row} /> }]
      : []),
  ];
}

function Why({ of }: { of: string }) {
  return (
    <Text size="sm" lineClamp={2} title={of}>
      {of}
    </Text>
  );
}

function Whom({ row: { user, name } }: { row: DriftJson }) {
  const { may } = useSession();
  if (user === null || !may('users:read')) {
    return (
      <Text size="sm" truncate title={name}>
        {name}
      </Text>
    );
  }
  return (
    <Anchor component={Link} to={`/governance/users/${user}`} size="sm" display="block" truncate title={name}>
      {name}
    </Anchor>
  );
}

function Difference({ row }: { row: DriftJson }) {
  const sides = sidesOf(row);
  const sideText = sides && `${sides.here} here, ${sides.there} there`;
  return (
    <>
      <Text size="sm" lineClamp={sideText ? 1 : 2} title={differenceText(row)}>
        {differenceText(row)}
      </Text>
      {sideText && (
        <Text size="xs" c="dimmed" truncate title={sideText}>
          {sideText}
        </Text>
      )}
    </>
  );
}

function DriftState({ row, states }: { row: DriftJson; states: typeof driftStates }) {
  const { may } = useSession();
  const { tone, words } = states[row.state];
  const isLinked = row.state === 'held' && row.batch !== null && may('guard:read');
  return (
    <Stack gap={2} align="flex-start">
      <Mark tone={tone}>{words}</Mark>
      {isLinked && (
        <Anchor component={Link} to={`/governance/held/${row.batch}`} size="xs">
          Decide on it
        </Anchor>
      )}
    </Stack>
  );
}
