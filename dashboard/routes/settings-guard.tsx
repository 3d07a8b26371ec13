// From how many people on reconciliation, a change of rules and purges wait for a decision, provider by provider.

import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import type { FormEvent } from 'react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Meanwhile, useEdited } from '../ui/edited.tsx';
import { Locked } from '../ui/locked.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Shown } from '../ui/states.tsx';

export function GuardLimits() {
  const providers = useGet<ListPage<ProviderJson>>('/providers', { query: { limit: 100 } });
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed" maw={760}>
        What SCIM says of one person always acts at once. What comparing with the directory, a change of rules
        or purging would take from more people than this in a day waits for a decision. Below ten people
        nothing waits, unless it is more than half.
      </Text>
      <Shown of={providers}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No provider so far">Each provider has its own limits.</Empty>
          ) : (
            items.map((provider) => (
              <Panel key={provider.id} title={provider.name}>
                {provider.locked.includes('guard') && <Locked what={`the limits of ${provider.name}`} />}
                <LimitsForm provider={provider} />
              </Panel>
            ))
          )
        }
      </Shown>
    </Stack>
  );
}

/** As typed: a field that was emptied is no number. */
interface Limits {
  percent: number | string;
  count: number | string;
}

const labels = {
  percent: 'More than this share of the active users',
  count: 'Or more than so many people',
} as const;
const named = ({ percent, count }: Limits) => ({
  [labels.percent]: `${percent} %`,
  [labels.count]: String(count),
});

function LimitsForm({ provider }: { provider: ProviderJson }) {
  const { may } = useSession();
  const { id, guard, locked } = provider;
  const edited = useEdited<Limits>({ percent: guard.percent, count: guard.count }, provider.revision);
  const { value, write, isDirty, before, revision } = edited;
  const isReadOnly = locked.includes('guard') || !may('providers:edit');
  const save = useChange<void>({
    run: () =>
      send(`/providers/${id}`, {
        method: 'PATCH',
        body: { guard: { percent: Number(value.percent), count: Number(value.count) } },
        ifMatch: `"${revision}"`,
      }),
    touches: ['providers', 'guard'],
    done: `The limits of ${provider.name} are saved.`,
    isQuiet: true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Meanwhile of={edited} words={named} told={{ type: 'provider.updated', subject: id }} />
      <Group align="flex-end" gap="md">
        <NumberInput
          label={labels.percent}
          value={value.percent}
          onChange={(percent) => write({ ...value, percent })}
          suffix=" %"
          min={0}
          max={100}
          allowDecimal={false}
          readOnly={isReadOnly}
          w={290}
        />
        <NumberInput
          label={labels.count}
          value={value.count}
          onChange={(count) => write({ ...value, count })}
          min={0}
          allowDecimal={false}
          thousandSeparator=","
          readOnly={isReadOnly}
          w={230}
        />
        {!isReadOnly && (
          <Button type="submit" loading={save.isPending} disabled={!isDirty || before !== null}>
            Save
          </Button>
        )}
      </Group>
      {save.error && before === null && (
        <Text size="sm" className="loss" role="alert" mt="xs">
          {save.error.message}
        </Text>
      )}
    </form>
  );
}
