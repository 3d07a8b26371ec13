// One row of an attribute mapping: where its value comes from, and under which name it is sent.

import { Autocomplete, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { MappingJson, MappingRowJson } from '../../portal-api/contract.ts';

interface EditAttributeProps {
  /** Null for a new one. */
  row: MappingRowJson | null;
  mapping: MappingJson;
  onOk(row: MappingRowJson): void;
  onClose(): void;
}

type MappingType = 'Direct' | 'Constant' | 'Expression';
const types: readonly MappingType[] = ['Direct', 'Constant', 'Expression'];

const CONSTANT = /^"(.*)"$/;

function typeOf(source: string): MappingType {
  if (CONSTANT.test(source)) return 'Constant';
  return source.includes('(') ? 'Expression' : 'Direct';
}

export function EditAttribute({ row, mapping, onOk, onClose }: EditAttributeProps) {
  const [type, setType] = useState<MappingType>(row ? typeOf(row.source) : 'Direct');
  const [source, setSource] = useState(row?.source ?? '');
  const [target, setTarget] = useState(row?.target ?? '');
  const choices = mapping.sources.filter((one) => typeOf(one) === type);
  const change = (wanted: MappingType) => {
    setType(wanted);
    setSource(wanted === 'Constant' ? '""' : '');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onOk({ source, target: target.trim() });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={row ? 'Edit Attribute' : 'Add New Mapping'}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Select
            label="Mapping type"
            data={[...types]}
            value={type}
            onChange={(wanted) => wanted && change(wanted as MappingType)}
            allowDeselect={false}
          />
          {type === 'Constant' ? (
            <TextInput
              label="Constant value"
              value={CONSTANT.exec(source)?.[1] ?? ''}
              onChange={(event) => setSource(`"${event.currentTarget.value}"`)}
            />
          ) : (
            <Select
              label={type === 'Direct' ? 'Source attribute' : 'Expression'}
              data={choices}
              value={source || null}
              onChange={(wanted) => setSource(wanted ?? '')}
              searchable
              nothingFoundMessage="Nothing has that in its name"
            />
          )}
          <Autocomplete
            label="Target attribute"
            description="As the application is sent it, case and all"
            data={[...new Set(mapping.targets)]}
            value={target}
            onChange={setTarget}
            spellCheck={false}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!source || source === '""' || !target.trim()}>
              Ok
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
