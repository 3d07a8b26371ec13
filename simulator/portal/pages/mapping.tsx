// An attribute mapping: its rows, which are changed here and saved together.

import { ActionIcon, Alert, Anchor, Button, Group, Menu, Stack, Switch } from '@mantine/core';
import {
  IconDeviceFloppy,
  IconEdit,
  IconInfoCircle,
  IconPlus,
  IconRestore,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import type { Kind, MappingJson, MappingRowJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet } from '../api.ts';
import { aboveProvisioning, mappingNames, places } from '../places.ts';
import { EditAttribute } from '../ui/edit-attribute.tsx';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { RowTable } from '../ui/row-table.tsx';
import { Failed, NotHere, Shown } from '../ui/shown.tsx';

export default function MappingPage() {
  const { kind } = useParams({ strict: false });
  return kind === 'user' || kind === 'group' ? <MappingOf key={kind} kind={kind} /> : <NotHere />;
}

function MappingOf({ kind }: { kind: Kind }) {
  const found = useGet<MappingJson>(`/mappings/${kind}`);
  return <Shown of={found}>{(mapping) => <Mapping kind={kind} mapping={mapping} />}</Shown>;
}

/** Number of the row, or `new`. */
type Open = number | 'new' | null;

interface Draft {
  isEnabled: boolean;
  rows: readonly MappingRowJson[];
}

function Mapping({ kind, mapping }: { kind: Kind; mapping: MappingJson }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const wanted = draft ?? mapping;
  const { rows } = wanted;
  const setRows = (changed: readonly MappingRowJson[]) =>
    setDraft({ isEnabled: wanted.isEnabled, rows: changed });
  const save = useChange({
    run: () => ask<MappingJson>('PUT', `/mappings/${kind}`, { isEnabled: wanted.isEnabled, rows }),
    done: 'The mapping was saved: the next cycle looks at everybody again',
    isQuiet: true,
    onDone: () => setDraft(null),
  });
  const ok = (row: MappingRowJson) => {
    setRows(open === 'new' ? [...rows, row] : rows.map((one, at) => (at === open ? row : one)));
    setOpen(null);
  };
  return (
    <PortalPage
      title="Attribute Mapping"
      beside={<Mark tone="plain">{mappingNames[kind]}</Mark>}
      above={[...aboveProvisioning, places.settings]}
      about="What the application is sent for each of them. A target attribute arrives under its name as it is written here, case and all."
      commands={
        <>
          <Command
            icon={IconDeviceFloppy}
            disabled={!draft}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save
          </Command>
          <Command icon={IconX} disabled={!draft} onClick={() => setDraft(null)}>
            Discard
          </Command>
          <Defaults kind={kind} onChosen={setRows} />
        </>
      }
    >
      {save.error && draft && <Failed problem={save.error} />}
      <Switch
        label="Enabled"
        checked={wanted.isEnabled}
        onChange={(event) => setDraft({ isEnabled: event.currentTarget.checked, rows })}
      />
      {!wanted.isEnabled && (
        <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} />}>
          While it is disabled no {kind} is provisioned.
        </Alert>
      )}
      <Stack gap="xs" align="stretch">
        <Rows kind={kind} rows={rows} matchedBy={mapping.matchedBy} onEdit={setOpen} onChange={setRows} />
        <Group>
          <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setOpen('new')}>
            Add New Mapping
          </Button>
        </Group>
      </Stack>
      {open !== null && (
        <EditAttribute
          row={open === 'new' ? null : (rows[open] ?? null)}
          mapping={mapping}
          onOk={ok}
          onClose={() => setOpen(null)}
        />
      )}
    </PortalPage>
  );
}

interface RowsProps {
  kind: Kind;
  rows: readonly MappingRowJson[];
  matchedBy: string;
  onEdit(position: number): void;
  onChange(rows: readonly MappingRowJson[]): void;
}

function Rows({ kind, rows, matchedBy, onEdit, onChange }: RowsProps) {
  const at = (row: MappingRowJson) => rows.indexOf(row);
  return (
    <RowTable
      label={mappingNames[kind]}
      items={rows}
      keyOf={(row) => `${row.target} ${at(row)}`}
      columns={[
        {
          title: 'Source attribute',
          show: (row) => (
            <Anchor component="button" type="button" size="sm" ta="start" onClick={() => onEdit(at(row))}>
              {row.source}
            </Anchor>
          ),
        },
        { title: 'Target attribute', show: ({ target }) => <span className="code">{target}</span> },
        {
          title: 'Matching',
          show: ({ target }) => target === matchedBy && <Mark tone="plain">Precedence 1</Mark>,
        },
        {
          title: 'Commands',
          show: (row) => (
            <Group gap={4} wrap="nowrap">
              <ActionIcon variant="subtle" aria-label={`Edit ${row.target}`} onClick={() => onEdit(at(row))}>
                <IconEdit size={16} />
              </ActionIcon>
              {row.target !== matchedBy && (
                <ActionIcon
                  variant="subtle"
                  aria-label={`Delete ${row.target}`}
                  onClick={() => onChange(rows.filter((one) => one !== row))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              )}
            </Group>
          ),
        },
      ]}
    />
  );
}

/** Entra's own default sends the nickname as externalId; most applications ask for the object id. */
function Defaults({ kind, onChosen }: { kind: Kind; onChosen: (rows: readonly MappingRowJson[]) => void }) {
  const load = useChange<string, { rows: MappingRowJson[] }>({
    run: (externalId) => ask('GET', `/mappings/${kind}/defaults?externalId=${externalId}`),
    onDone: ({ rows }) => onChosen(rows),
  });
  if (kind === 'group') {
    return (
      <Command icon={IconRestore} onClick={() => load.mutate('objectId')}>
        Restore default mappings
      </Command>
    );
  }
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="subtle" size="compact-md" leftSection={<IconRestore size={17} stroke={1.7} />}>
          Restore default mappings
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => load.mutate('objectId')}>externalId from objectId</Menu.Item>
        <Menu.Item onClick={() => load.mutate('mailNickname')}>
          externalId from mailNickname, as Entra does
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
