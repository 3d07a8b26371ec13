// An API key of one's own: what it is for, what it may, until when; and the key itself, once.

import {
  Button,
  Checkbox,
  Group,
  Modal,
  Radio,
  ScrollArea,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { Warning } from '../ui/warning.tsx';

const ends = [
  { value: '30d', label: 'In 30 days' },
  { value: '90d', label: 'In 90 days' },
  { value: '365d', label: 'In a year' },
  { value: '', label: 'Never' },
];

/** All that an application needs. */
const ASK = 'access:read';

export function NewApiKey({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [made, setMade] = useState<string | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={made === null ? 'New API key' : 'The API key'}
      // It is shown once: only whoever says that it is stored closes it.
      withCloseButton={made === null}
      closeOnClickOutside={made === null}
      closeOnEscape={made === null}
      size="lg"
    >
      {made === null ? <KeyForm onMade={setMade} onCancel={close} /> : <Made secret={made} onClose={close} />}
    </Modal>
  );
}

function Made({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack>
      <Warning title="It is not shown again">
        Store it now, where your script or application reads its secrets.
      </Warning>
      <CopyField label="API key" value={secret} description="Send it as Authorization: Bearer <key>." />
      <Group justify="flex-end">
        <Button onClick={onClose}>I have stored it</Button>
      </Group>
    </Stack>
  );
}

function KeyForm({ onMade, onCancel }: { onMade: (secret: string) => void; onCancel: () => void }) {
  const { me } = useSession();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('all');
  const [chosen, setChosen] = useState<string[]>([]);
  const [expiresIn, setExpiresIn] = useState<string | null>('90d');
  const make = useChange<void, { key: string }>({
    run: async () => {
      const body = {
        name,
        ...(scope === 'some' && { permissions: chosen }),
        ...(scope === 'ask' && { permissions: [ASK] }),
        ...(expiresIn && { expiresIn }),
      };
      return (await send<{ key: string }>('/api-keys', { method: 'POST', body })).body;
    },
    touches: ['api-keys'],
    onDone: ({ key }) => onMade(key),
    isQuiet: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="What it is for"
          placeholder="Nightly report"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          maxLength={100}
          data-autofocus
        />
        <Radio.Group label="What it may" value={scope} onChange={setScope}>
          <Stack gap="xs" mt="xs">
            <Radio value="all" label="All that you may, as you may it at the time" />
            {me.permissions.includes(ASK) && (
              <Radio
                value="ask"
                label="Only to ask what people may"
                description={`For an application: ${ASK} alone.`}
              />
            )}
            <Radio value="some" label="Only some of it" />
          </Stack>
        </Radio.Group>
        {scope === 'some' && (
          <ScrollArea.Autosize mah={220} type="auto">
            <Checkbox.Group aria-label="Permissions" value={chosen} onChange={setChosen}>
              <Stack gap={6}>
                {me.permissions.map((permission) => (
                  <Checkbox key={permission} value={permission} label={permission} size="sm" />
                ))}
              </Stack>
            </Checkbox.Group>
          </ScrollArea.Autosize>
        )}
        <Select
          label="It ends"
          data={ends}
          value={expiresIn}
          onChange={setExpiresIn}
          allowDeselect={false}
          w={220}
        />
        {make.error && (
          <Text size="sm" className="loss" role="alert">
            {make.error.message}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={make.isPending}
            disabled={name.trim() === '' || (scope === 'some' && chosen.length === 0)}
          >
            Make the key
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
