// What is said of a webhook: a name, where events go, and which; for making one and for changing one.

import {
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  Radio,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ProviderJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Meanwhile, useEdited } from '../ui/edited.tsx';
import { Failed } from '../ui/states.tsx';
import { sentence } from './provider-fields.tsx';
import { eventKinds, typesInWords } from './webhook-words.tsx';

type Words = Pick<WebhookJson, 'name' | 'url' | 'types' | 'providers'>;
export type WithSecret = WebhookJson & { secret?: string };

interface FormProps {
  /** Undefined: a new one. */
  webhook?: WebhookJson;
  onDone(made: WithSecret): void;
  onClose(): void;
}

export function WebhookForm(props: FormProps) {
  const { webhook, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={webhook ? 'Edit webhook' : 'Add a webhook'} size="lg">
      <Form {...props} />
    </Modal>
  );
}

const none: Words = { name: '', url: '', types: [], providers: [] };

function Form({ webhook, onDone, onClose }: FormProps) {
  const { name, url, types, providers } = webhook ?? none;
  const edited = useEdited<Words>({ name, url, types, providers }, webhook?.revision ?? 0);
  const { value, write, before, revision } = edited;
  const save = useChange<void, WithSecret>({
    run: async () => {
      const path = webhook ? `/webhooks/${webhook.id}` : '/webhooks';
      const how = webhook
        ? ({ method: 'PATCH', ifMatch: `"${revision}"` } as const)
        : ({ method: 'POST' } as const);
      return (await send<WithSecret>(path, { ...how, body: { ...value, name: value.name.trim() } })).body;
    },
    touches: ['webhooks'],
    isQuiet: true,
    onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const { error } = save;
  const isAtField = error !== null && error.problems.length > 0;
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          description="What it is for."
          value={value.name}
          onChange={(event) => write({ ...value, name: event.currentTarget.value })}
          error={sentence(error?.at('/name'))}
          data-autofocus
        />
        <TextInput
          label="Address"
          description="https, public or in a trusted network. Each event is posted there."
          placeholder="https://crm.example.com/hooks/bifrost"
          value={value.url}
          onChange={(event) => write({ ...value, url: event.currentTarget.value })}
          error={sentence(error?.at('/url'))}
        />
        <Types
          types={value.types}
          onTypes={(chosen) => write({ ...value, types: chosen })}
          error={sentence(error?.at('/types'))}
        />
        <OfProviders chosen={value.providers} onChoose={(chosen) => write({ ...value, providers: chosen })} />
        {webhook && (
          <Meanwhile of={edited} words={named} told={{ type: 'webhook.updated', subject: webhook.id }} />
        )}
        {error && before === null && !isAtField && <Failed problem={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={before !== null || value.name.trim() === '' || value.url.trim() === ''}
          >
            {webhook ? 'Save' : 'Make the webhook'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const named = ({ name, url, types, providers }: Words) => ({
  Name: name,
  Address: url,
  Events: typesInWords(types),
  Providers: providers.join(', '),
});

interface TypesProps {
  types: readonly string[];
  onTypes(types: string[]): void;
  error: string | undefined;
}

function Types({ types, onTypes, error }: TypesProps) {
  const [isSome, setSome] = useState(types.length > 0);
  const kinds = new Set(eventKinds.map(({ value }) => value));
  const others = types.filter((type) => !kinds.has(type));
  return (
    <Radio.Group
      label="Which events"
      value={isSome ? 'some' : 'all'}
      onChange={(chosen) => {
        setSome(chosen === 'some');
        if (chosen === 'all') onTypes([]);
      }}
      error={error}
    >
      <Stack gap="xs" mt="xs">
        <Radio value="all" label="All that there are" />
        <Radio value="some" label="Some of them" />
        {isSome && (
          <Stack gap="xs" pl="xl">
            <Checkbox.Group
              aria-label="Kinds of events"
              value={types.filter((type) => kinds.has(type))}
              onChange={(chosen) => onTypes([...chosen, ...others])}
            >
              <Stack gap={6}>
                {eventKinds.map(({ value, label }) => (
                  <Checkbox key={value} value={value} label={label} size="sm" />
                ))}
              </Stack>
            </Checkbox.Group>
            <TagsInput
              label="Others, by their names"
              description="Such as user.suspended, or role.* for all that begin so."
              value={others}
              onChange={(written) => onTypes([...types.filter((type) => kinds.has(type)), ...written])}
            />
          </Stack>
        )}
      </Stack>
    </Radio.Group>
  );
}

function OfProviders({ chosen, onChoose }: { chosen: readonly string[]; onChoose(ids: string[]): void }) {
  const { may } = useSession();
  const found = useGet<ListPage<ProviderJson>>('/providers', {
    query: { limit: 100 },
    enabled: may('providers:read'),
  });
  const data = (found.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (data.length < 2 && chosen.length === 0) return null;
  return (
    <MultiSelect
      label="Of which providers"
      description="None chosen: of all, and events of no provider."
      data={data}
      value={[...chosen]}
      onChange={onChoose}
      clearable
    />
  );
}
