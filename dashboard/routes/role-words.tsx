// The name of a role and what it is for.

import { Button, Group, Modal, Stack, Textarea, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import type { WholeRoleJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Meanwhile, useEdited } from '../ui/edited.tsx';

type Words = Pick<WholeRoleJson, 'name' | 'description'>;
const named = ({ name, description }: Words) => ({ Name: name, 'What it is for': description });

export function RoleWords({
  role,
  opened,
  onClose,
}: {
  role: WholeRoleJson;
  opened: boolean;
  onClose(): void;
}) {
  const stored = { name: role.name, description: role.description };
  const edited = useEdited<Words>(stored, role.revision);
  const { value, write, before, revision } = edited;
  const { name, description } = value;
  const close = () => {
    edited.loadAnew();
    onClose();
  };
  const change = useChange({
    run: () =>
      send(`/roles/${role.id}`, {
        method: 'PATCH',
        body: { ...(!role.system && { name: name.trim() }), description },
        ifMatch: `"${revision}"`,
      }),
    touches: ['roles'],
    isQuiet: true,
    done: 'Saved.',
    onDone: close,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Modal opened={opened} onClose={close} title={`The role ${role.name}`} centered>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            description={role.system ? 'It comes with Bifrost and keeps its name.' : undefined}
            disabled={role.system}
            required
            maxLength={100}
            value={name}
            error={before === null && change.error?.message}
            onChange={(event) => write({ ...value, name: event.currentTarget.value })}
          />
          <Textarea
            label="What it is for"
            maxLength={1000}
            autosize
            minRows={2}
            data-autofocus
            value={description}
            onChange={(event) => write({ ...value, description: event.currentTarget.value })}
          />
          <Meanwhile of={edited} words={named} told={{ type: 'role.updated', subject: role.id }} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={change.isPending} disabled={before !== null}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
