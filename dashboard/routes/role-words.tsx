// The name of a role and what it is for.

import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';

export function RoleWords({
  role,
  opened,
  onClose,
}: {
  role: WholeRoleJson;
  opened: boolean;
  onClose(): void;
}) {
  const [name, setName] = useState(role.name);
  const [description, setDescription] = useState(role.description);
  const change = useChange({
    run: () =>
      send(`/roles/${role.id}`, {
        method: 'PATCH',
        body: { ...(!role.system && { name: name.trim() }), description },
        ifMatch: `"${role.revision}"`,
      }),
    touches: ['roles'],
    isQuiet: true,
    done: 'Saved.',
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`The role ${role.name}`} centered>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description={role.system ? 'It comes with Bifrost and keeps its name.' : undefined}
            disabled={role.system}
            required
            maxLength={100}
            value={name}
            error={change.error?.message}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="What it is for"
            maxLength={1000}
            autosize
            minRows={2}
            data-autofocus
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
