// Beginning an import: from which directory, and whom. What waits or is under way comes first, what was imported before last.

import { Anchor, Button, Group, List, Paper, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { ListedRunJson, ReconciliationStateJson, RunJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { sending, useChange } from '../queries.ts';
import { May } from '../session.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { RunMark } from '../ui/runs/run-mark.tsx';
import { beganBy, number, rowsIn } from '../ui/runs/run-words.ts';
import { Empty } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { When } from '../ui/when.tsx';
import { readWhom, type Whom, whom, whomText } from './import-words.ts';

type Directory = ReconciliationStateJson;

interface Directories {
  directories: readonly Directory[];
}

const FORM_PX = 560;

const importPath = (run: string) => `/governance/import?run=${run}`;

export function BeginImport({ directories }: Directories) {
  const open = directories.filter(({ importObstacle }) => importObstacle === null);
  return (
    <Stack gap="md">
      {directories.map((each) => (
        <Unfinished key={each.provider} directory={each} />
      ))}
      {open.length > 0 ? <ImportForm directories={open} /> : <NoDirectory directories={directories} />}
      {open.length > 0 && <Obstacles directories={directories} />}
      <Stack gap="xs" component="section">
        <Title order={2} size="h4">
          Imports so far
        </Title>
        <Imports />
      </Stack>
    </Stack>
  );
}

function Unfinished({ directory: { name, waiting, underWay } }: { directory: Directory }) {
  const [run, what] =
    underWay?.channel === 'import'
      ? [underWay, `An import from ${name} is under way`]
      : [waiting, `A preview of ${name} waits for you`];
  if (!run) return null;
  return (
    <Warning title={what}>
      Begun <When at={run.startedAt} />: {whomText(run.filter)}.{' '}
      <Anchor component={Link} to={importPath(run.id) as never} inherit underline="always">
        {run === waiting ? 'Apply or discard it' : 'See how far it is'}
      </Anchor>
    </Warning>
  );
}

function NoDirectory({ directories }: Directories) {
  if (directories.length === 0) {
    return (
      <Empty
        title="No directory to import from"
        action={
          <May do="providers:read">
            <Button component={Link} to="/governance/user-provisioning" variant="default">
              To User Provisioning
            </Button>
          </May>
        }
      >
        Connect an identity provider first. People can be imported from those whose directory can be read.
      </Empty>
    );
  }
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="xs">
        Nobody can be imported now
      </Title>
      <ObstacleList directories={directories} />
    </Paper>
  );
}

function Obstacles({ directories }: Directories) {
  const closed = directories.filter(({ importObstacle }) => importObstacle !== null);
  if (closed.length === 0) return null;
  return (
    <section aria-label="Not from these">
      <Text size="sm" c="dimmed">
        Nobody can be imported from:
      </Text>
      <ObstacleList directories={closed} />
    </section>
  );
}

function ObstacleList({ directories }: Directories) {
  return (
    <List size="sm" spacing={4}>
      {directories.map(({ provider, name, importObstacle }) => (
        <List.Item key={provider}>
          <strong>{name}</strong>: {importObstacle}
        </List.Item>
      ))}
    </List>
  );
}

// --- the form ---------------------------------------------------------------------------------------------------

const choices = Object.entries(whom).map(([value, { label }]) => ({ value, label }));

function ImportForm({ directories }: Directories) {
  const [address] = useAddress();
  const navigate = useNavigate();
  const wanted = directories.find(({ provider }) => provider === address.provider) ?? directories[0]!;
  const [provider, setProvider] = useState(wanted.provider);
  const [by, setBy] = useState<Whom>(readWhom(address.by));
  const [value, setValue] = useState(address.value ?? '');
  const chosen = directories.find((each) => each.provider === provider) ?? wanted;
  const isBusy = chosen.underWay !== null;
  const { field, hint } = whom[by];
  const preview = useChange<void, RunJson>({
    run: () => {
      const filter = by === 'everybody' ? {} : { filter: { [by]: value.trim() } };
      return sending<RunJson>('POST', `/providers/${provider}/import`)({ preview: true, ...filter });
    },
    onDone: ({ id }) => void navigate({ to: importPath(id) as never }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    preview.mutate();
  };
  return (
    <Paper withBorder p="md" maw={FORM_PX}>
      <form onSubmit={submit} aria-label="New import">
        <Stack gap="sm">
          <Select
            label="Provider"
            data={directories.map((each) => ({ value: each.provider, label: each.name }))}
            value={provider}
            onChange={(id) => id !== null && setProvider(id)}
            description={`Reads ${chosen.directory}.`}
            allowDeselect={false}
          />
          <Select
            label="Whom"
            data={choices}
            value={by}
            onChange={(name) => setBy(readWhom(name ?? undefined))}
            allowDeselect={false}
          />
          {by !== 'everybody' && (
            <TextInput
              label={field}
              description={hint}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              required
            />
          )}
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {isBusy ? 'Its directory is being read; wait for that.' : 'A preview changes nothing.'}
            </Text>
            <Button type="submit" loading={preview.isPending} disabled={isBusy}>
              Preview
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

// --- what was imported before -----------------------------------------------------------------------------------

function Imports() {
  return (
    <ListTable<ListedRunJson>
      label="Imports"
      path="/reconciliations"
      query={{ channel: 'import', drift: 'true' }}
      columns={columns}
      keyOf={({ id }) => id}
      to={({ id }) => importPath(id)}
      empty={
        <Empty title="Nobody was imported so far">
          People come by SCIM and at their first sign-in as well; an import brings them at once.
        </Empty>
      }
    />
  );
}

const columns: readonly Column<ListedRunJson>[] = [
  {
    title: 'Started',
    width: 'minmax(130px, 1fr)',
    show: ({ id, startedAt }) => (
      <Anchor component={Link} to={importPath(id) as never} size="sm">
        <When at={startedAt} />
      </Anchor>
    ),
  },
  { title: 'From', width: 'minmax(110px, 1fr)', show: ({ providerName }) => <Cell of={providerName} /> },
  { title: 'Whom', width: 'minmax(180px, 2fr)', show: ({ filter }) => <Cell of={whomText(filter)} /> },
  { title: 'By', width: 'minmax(110px, 1fr)', show: (run) => <Cell of={beganBy(run)} /> },
  { title: 'State', width: '130px', show: (run) => <RunMark run={run} /> },
  {
    title: 'Imported',
    width: '92px',
    show: ({ drift = [] }) => <Cell of={number(rowsIn(drift, 'healed'))} />,
  },
  {
    title: 'Not imported',
    width: '116px',
    show: ({ drift = [], phase }) => (
      <Cell of={phase === 'done' ? number(rowsIn(drift, 'open', 'skipped')) : '-'} />
    ),
  },
];

function Cell({ of }: { of: string }) {
  return (
    <Text size="sm" truncate title={of} className="number">
      {of}
    </Text>
  );
}
