// One resource of an application: its name, what can be done with it, and what that is.

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AppResourceJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { counted } from '../ui/counted.ts';
import { Warning } from '../ui/warning.tsx';

interface FormProps {
  /** null: a new one. */
  of: AppResourceJson | null;
  onClose(): void;
}

function readOperations(written: string): string[] {
  const operations = written.split(',').map((each) => each.trim());
  return [...new Set(operations.filter((each) => each !== ''))];
}

export function AppResourceForm({ of: before, onClose }: FormProps) {
  const [resource, setResource] = useState(before?.resource ?? '');
  const [written, setWritten] = useState(before?.operations.join(', ') ?? '');
  const operations = readOperations(written);
  const [description, setDescription] = useState(before?.description ?? '');
  const save = useChange<number | undefined>({
    run: (confirm) =>
      send(`/app-permissions/${encodeURIComponent(resource.trim())}`, {
        method: 'PUT',
        query: { confirm },
        body: { operations, description },
      }),
    touches: ['app-permissions', 'permissions', 'roles'],
    done: `${resource.trim()} is saved. Roles can hold it now.`,
    onDone: onClose,
    isQuiet: true,
  });
  const asked = save.error ? (save.error.refusal as { confirm?: number }).confirm : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(asked);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={before ? before.resource : 'A resource of an application'}
      closeButtonProps={{ 'aria-label': 'Close' }}
      centered
    >
      <form onSubmit={submit}>
        <Stack>
          {!before && (
            <TextInput
              label="Resource"
              placeholder="orders"
              required
              maxLength={100}
              data-autofocus
              value={resource}
              onChange={({ currentTarget: { value } }) => setResource(value)}
            />
          )}
          <TextInput
            label="Operations"
            description="Separated by commas"
            placeholder="read, approve"
            required
            value={written}
            onChange={({ currentTarget: { value } }) => setWritten(value)}
            error={save.error?.at('/operations')}
          />
          <TextInput
            label="What it is"
            description="For whoever edits roles"
            maxLength={256}
            value={description}
            onChange={({ currentTarget: { value } }) => setDescription(value)}
          />
          {asked !== undefined && (
            <Warning title={`${counted(asked, 'role holds', 'roles hold')} what goes`}>
              {save.error?.message}
            </Warning>
          )}
          {save.error && asked === undefined && (
            <Text size="sm" className="loss" role="alert">
              {save.error.message}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={resource.trim() === '' || operations.length === 0}
            >
              {asked === undefined ? 'Save' : 'Save it all the same'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
