// One rule, new or edited, with what was seen offered where names and values are asked for. It goes into the draft.

import { Anchor, Autocomplete, Button, Group, Modal, Select, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import type { SeenValuesJson } from '../../../src/edge/admin/contract.ts';
import { type ListPage, useGet } from '../../queries.ts';
import { useSession } from '../../session.tsx';
import { counted } from '../counted.ts';
import { type DraftRule, type ListKey, lists, rulesOf, withRules } from './draft.ts';
import {
  attributeChoices,
  type Choice,
  type Edited,
  type Editing,
  likeNames,
  scimChoices,
  seenFor,
} from './editing.ts';

const CHOICES = 60;
const WAIT_MS = 250;

interface RuleDialogProps {
  editing: Editing;
  of: Extract<Edited, { kind: 'rule' }>;
  onClose(): void;
}

export function RuleDialog({ editing, of, onClose }: RuleDialogProps) {
  const { list, index } = of;
  const [rule, setRule] = useState<DraftRule>(of.rule);
  const { one } = lists[list];
  const set = (part: Partial<DraftRule>) => setRule((before) => ({ ...before, ...part }));
  const isWhole = [rule.attribute, rule.value, rule.target].every((text) => text.trim() !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!isWhole) return;
    const rules = rulesOf(editing.draft, list);
    editing.change(
      withRules(editing.draft, list, index === null ? [...rules, rule] : rules.with(index, rule)),
    );
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={index === null ? `New ${one} rule` : `Edit ${one} rule ${index + 1}`}
    >
      <form onSubmit={submit}>
        <Stack>
          <AttributeField
            editing={editing}
            value={rule.attribute}
            onChange={(attribute) => set({ attribute })}
          />
          <ValueField editing={editing} list={list} rule={rule} onChange={(value) => set({ value })} />
          {list === 'attributeRoleMappings' ? (
            <RoleField value={rule.target} onChange={(target) => set({ target })} />
          ) : (
            <TargetField list={list} value={rule.target} onChange={(target) => set({ target })} />
          )}
          <Switch
            label="Sticky"
            description="What it gives by a claim stays until somebody takes it away by hand."
            checked={rule.sticky}
            onChange={(event) => set({ sticky: event.currentTarget.checked })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isWhole}>
              {index === null ? 'Add to the draft' : 'Change in the draft'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

// --- fields -----------------------------------------------------------------------------------------------------

interface FieldProps {
  value: string;
  onChange(value: string): void;
}

function offered(choices: readonly Choice[]) {
  const who = new Map(choices.map((each) => [each.name, each.who]));
  return {
    data: [...who.keys()],
    limit: CHOICES,
    maxDropdownHeight: 240,
    // The field that has the focus first would cover the others.
    openOnFocus: false,
    renderOption: ({ option }: { option: { value: string } }) => (
      <Group justify="space-between" wrap="nowrap" w="100%" gap="sm">
        <Text size="sm" className="name">
          {option.value}
        </Text>
        <Text size="xs" c="dimmed" className="number whole">
          {who.get(option.value)}
        </Text>
      </Group>
    ),
  };
}

interface AttributeFieldProps extends FieldProps {
  editing: Editing;
  /** Of the SCIM attribute table: what SCIM brought, and nothing else. */
  isScim?: boolean;
}

export function AttributeField({ editing, value, onChange, isScim = false }: AttributeFieldProps) {
  const choices = isScim ? scimChoices(editing) : attributeChoices(editing);
  const isKnown = choices.some(({ name }) => name === value) || seenFor(editing, value) !== undefined;
  const [meant] = isKnown ? [] : likeNames(editing, value);
  return (
    <div>
      <Autocomplete
        label={isScim ? 'SCIM Attribute' : 'Attribute'}
        description="Names match exactly, including case."
        value={value}
        onChange={onChange}
        maxLength={256}
        autoComplete="off"
        data-autofocus
        {...offered(choices)}
      />
      {value !== '' && !isKnown && (
        <Text size="sm" mt={4} className="warn" role="status">
          Nobody has this attribute.{' '}
          {meant !== undefined && (
            <Anchor component="button" type="button" inherit onClick={() => onChange(meant)}>
              Use {meant}
            </Anchor>
          )}
        </Text>
      )}
    </div>
  );
}

interface ValueFieldProps {
  editing: Editing;
  list: ListKey;
  rule: DraftRule;
  onChange(value: string): void;
}

function ValueField({ editing, list, rule, onChange }: ValueFieldProps) {
  const seen = seenFor(editing, rule.attribute);
  const [wanted] = useDebouncedValue(rule.value, WAIT_MS);
  const isPattern = wanted.includes('*');
  const found = useGet<SeenValuesJson>(
    `/providers/${editing.provider}/attributes/${encodeURIComponent(seen?.name ?? '')}/values`,
    { query: { search: isPattern ? '' : wanted.slice(0, 200) }, enabled: seen !== undefined },
  );
  const ofToken = editing.claims.find(({ name }) => name === rule.attribute)?.texts ?? [];
  const ofPeople = seen && found.data ? found.data.items : [];
  const choices = [
    ...ofPeople.map(({ value, people }) => ({ name: value, who: counted(people, 'person', 'people') })),
    ...ofToken
      .filter((text) => !ofPeople.some(({ value }) => value === text))
      .map((text) => ({ name: text, who: 'your token' })),
  ];
  return (
    <Autocomplete
      label="Value"
      description={
        list === 'attributeRoleMappings'
          ? 'Exact text, whatever its case; * stands for any text.'
          : 'Exact text, whatever its case; * for any value; ${*} captures a part, such as eng-${*}.'
      }
      value={rule.value}
      onChange={onChange}
      maxLength={256}
      autoComplete="off"
      {...offered(choices)}
      {...(isPattern && { filter: ({ options }) => options })}
    />
  );
}

function RoleField({ value, onChange }: FieldProps) {
  const mayList = useSession().may('roles:read');
  const roles = useGet<ListPage<{ name: string }>>('/roles', { query: { limit: 200 }, enabled: mayList });
  const names = roles.data?.items.map(({ name }) => name) ?? [];
  const data = value === '' || names.includes(value) ? names : [...names, value];
  if (!mayList) return <Autocomplete label="Role" value={value} onChange={onChange} autoComplete="off" />;
  return (
    <Select
      label="Role"
      placeholder="Choose a role"
      data={data}
      value={value || null}
      onChange={(chosen) => onChange(chosen ?? '')}
      searchable
      maxDropdownHeight={240}
    />
  );
}

const places = {
  attributeTeamMappings: { path: '/teams', permission: 'teams:read', label: 'Team' },
  attributeBusinessUnitMappings: {
    path: '/business-units',
    permission: 'businessUnits:read',
    label: 'Business unit',
  },
} as const;

function TargetField({ list, value, onChange }: FieldProps & { list: keyof typeof places }) {
  const { path, permission, label } = places[list];
  const mayList = useSession().may(permission);
  const [wanted] = useDebouncedValue(value, WAIT_MS);
  const search = wanted.includes('*') ? '' : wanted;
  const found = useGet<ListPage<{ name: string }>>(path, { query: { limit: 50, search }, enabled: mayList });
  const names = new Set(['*', ...(found.data?.items.map(({ name }) => name) ?? [])]);
  const choices = [...names].map((name) => ({ name, who: name === '*' ? 'named after the value' : '' }));
  return (
    <Autocomplete
      label={label}
      description="Its name; * stands for the value, or for the part of it that ${*} captures."
      value={value}
      onChange={onChange}
      maxLength={256}
      autoComplete="off"
      {...offered(choices)}
    />
  );
}
