// The SCIM attribute table: per claim name that rules use, where SCIM holds the same.

import {
  Button,
  Code,
  Group,
  Modal,
  Paper,
  Radio,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Mark } from '../badges.tsx';
import { Locked } from '../locked.tsx';
import { isSameEntry, type ScimEntry, withEntry } from './draft.ts';
import { type Edited, type Editing, partOf, percent, scimKey, seenFor } from './editing.ts';
import { AttributeField } from './rule-dialog.tsx';
import { Doing } from './rule-row.tsx';

export function ScimAttributes({ editing }: { editing: Editing }) {
  const entries = Object.entries(editing.draft.claimScimAttributes);
  const mayEdit = editing.mayEdit(scimKey);
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-label="SCIM Attribute"
      id={partOf(scimKey)}
      className="part"
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <div>
          <Title order={2} size="h4">
            SCIM Attribute
          </Title>
          <Text size="sm" c="dimmed">
            Where SCIM holds what a rule calls by another name. Names must match exactly, including case.
          </Text>
        </div>
        {mayEdit && (
          <Button
            variant="default"
            size="xs"
            className="whole"
            leftSection={<IconPlus size={14} />}
            onClick={() => editing.edit({ kind: 'entry', claim: null, attribute: '' })}
          >
            Add SCIM Attribute
          </Button>
        )}
      </Group>
      {editing.stored.locked.includes(scimKey) && <Locked what={scimKey} isLine />}
      {entries.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm">
          No entry: rules find SCIM attributes by their own names, <Code>groups</Code> in the displayName of
          groups, and <Code>roles</Code> in the values of roles.
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={420} mt="xs">
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Claim</Table.Th>
                <Table.Th>SCIM Attribute</Table.Th>
                <Table.Th>Seen</Table.Th>
                {mayEdit && (
                  <Table.Th>
                    <span className="for-ears">Actions</span>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map(([claim, entry]) => (
                <Entry key={claim} editing={editing} claim={claim} entry={entry} mayEdit={mayEdit} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}

interface EntryProps {
  editing: Editing;
  claim: string;
  entry: ScimEntry;
  mayEdit: boolean;
}

function Entry({ editing, claim, entry, mayEdit }: EntryProps) {
  const seen = seenFor(editing, claim);
  const isChanged = !isSameEntry(editing.stored.claimScimAttributes[claim], entry);
  return (
    <Table.Tr>
      <Table.Td>
        <Code>{claim}</Code>
      </Table.Td>
      <Table.Td>
        {entry.attributeType === 'group' ? (
          <Text size="sm">displayName of groups</Text>
        ) : (
          <Code className="urn">{entry.attributeValue}</Code>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          {seen ? (
            <Text size="xs" c="dimmed" className="number" component="span">
              {percent(seen.share)} of people
            </Text>
          ) : (
            <Mark tone="warn" className="mark whole">
              Never seen
            </Mark>
          )}
          {isChanged && <Mark tone="plain">Draft</Mark>}
        </Group>
      </Table.Td>
      {mayEdit && (
        <Table.Td>
          <Group gap={0} wrap="nowrap" justify="flex-end">
            <Doing
              label={`Edit the SCIM Attribute of ${claim}`}
              onClick={() => editing.edit({ kind: 'entry', claim, attribute: entry.attributeValue })}
            >
              <IconPencil size={15} />
            </Doing>
            <Doing
              label={`Remove the SCIM Attribute of ${claim}`}
              onClick={() => editing.change(withEntry(editing.draft, claim, null))}
            >
              <IconTrash size={15} />
            </Doing>
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

// --- one entry --------------------------------------------------------------------------------------------------

interface EntryDialogProps {
  editing: Editing;
  of: Extract<Edited, { kind: 'entry' }>;
  onClose(): void;
}

export function EntryDialog({ editing, of, onClose }: EntryDialogProps) {
  const before = of.claim === null ? undefined : editing.draft.claimScimAttributes[of.claim];
  const [type, setType] = useState<ScimEntry['attributeType']>(before?.attributeType ?? 'user');
  const [attribute, setAttribute] = useState(before?.attributeType === 'group' ? '' : of.attribute);
  const [written, setWritten] = useState(of.claim);
  const claim = written ?? attribute.slice(attribute.lastIndexOf(':') + 1);
  const entry: ScimEntry =
    type === 'group'
      ? { attributeType: 'group', attributeValue: 'displayName' }
      : { attributeType: 'user', attributeValue: attribute };
  const isTaken = claim !== of.claim && Object.hasOwn(editing.draft.claimScimAttributes, claim);
  const isWhole = claim.trim() !== '' && entry.attributeValue.trim() !== '' && !isTaken;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!isWhole) return;
    const renamed =
      of.claim !== null && of.claim !== claim ? withEntry(editing.draft, of.claim, null) : editing.draft;
    editing.change(withEntry(renamed, claim, entry));
    onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={of.claim === null ? 'New SCIM Attribute' : `SCIM Attribute of ${of.claim}`}
    >
      <form onSubmit={submit}>
        <Stack>
          <Radio.Group
            label="Where SCIM holds it"
            value={type}
            onChange={(chosen) => setType(chosen === 'group' ? 'group' : 'user')}
          >
            <Group mt={6}>
              <Radio value="user" label="An attribute of the user" />
              <Radio value="group" label="The displayName of their groups" />
            </Group>
          </Radio.Group>
          {type === 'user' && (
            <AttributeField isScim editing={editing} value={attribute} onChange={setAttribute} />
          )}
          <TextInput
            label="Claim"
            description="The name that rules use for it, and the token where it has one."
            value={claim}
            onChange={(event) => setWritten(event.currentTarget.value)}
            maxLength={256}
            autoComplete="off"
            error={isTaken ? 'There is an entry for this claim already.' : undefined}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isWhole}>
              {of.claim === null ? 'Add to the draft' : 'Change in the draft'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
