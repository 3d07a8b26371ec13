// What a webhook was sent and what became of it, the newest first; one of them can be sent once more.

import { Button, Code, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { DeliveryJson, SentJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Filter } from '../ui/filter.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { deliveryStates } from './webhook-words.tsx';

export function Deliveries({ webhook: { id } }: { webhook: WebhookJson }) {
  const { may } = useSession();
  const [{ state }] = useAddress();
  const [sent, setSent] = useState<SentJson | null>(null);
  const again = useChange<string, SentJson>({
    run: async (delivery) =>
      (await send<SentJson>(`/webhooks/${id}/deliveries/${delivery}/resend`, { method: 'POST' })).body,
    touches: ['webhooks'],
    onDone: setSent,
  });
  const resend = may('webhooks:send') ? (delivery: string) => again.mutate(delivery) : null;
  return (
    <Panel
      title="Deliveries"
      actions={
        <Filter
          name="state"
          label="State"
          all="All states"
          options={Object.entries(deliveryStates).map(([value, { words }]) => ({ value, label: words }))}
        />
      }
    >
      {sent && <WhatCameBack of={sent} />}
      <ListTable<DeliveryJson>
        label="Deliveries"
        path={`/webhooks/${id}/deliveries`}
        query={{ state }}
        columns={columnsWith(resend, again.isPending ? again.variables : null)}
        keyOf={(delivery) => delivery.id}
        maxHeight="420px"
        empty={
          <Empty title={state ? 'None in that state' : 'Nothing was sent so far'}>
            The next event that it asks for shows here. A test can be sent at once.
          </Empty>
        }
      />
    </Panel>
  );
}

/** `resend`: null for whoever may not. */
function columnsWith(
  resend: ((id: string) => void) | null,
  busy: string | null,
): readonly Column<DeliveryJson>[] {
  return [
    {
      title: 'Sent',
      width: '130px',
      show: ({ lastAt, createdAt }) => (
        <Text size="sm" component="div">
          <When at={lastAt ?? createdAt} />
        </Text>
      ),
    },
    {
      title: 'Event',
      width: 'minmax(180px, 1.2fr)',
      show: ({ type, position, kind }) => (
        <div className="clipped">
          <Text size="sm" truncate>
            {type}
          </Text>
          <Text size="xs" c="dimmed">
            {position === null ? 'Test' : `Place ${position}`}
            {kind === 'again' && ', sent again'}
          </Text>
        </div>
      ),
    },
    {
      title: 'State',
      width: '120px',
      show: ({ state }) => <Mark tone={deliveryStates[state].tone}>{deliveryStates[state].words}</Mark>,
    },
    {
      title: 'Tries',
      width: '70px',
      show: ({ attempts }) => (
        <Text size="sm" className="number">
          {attempts}
        </Text>
      ),
    },
    { title: 'What came back', width: 'minmax(200px, 1.6fr)', show: (each) => <Answer of={each} /> },
    {
      title: 'Once more',
      width: '110px',
      show: ({ id, kind, state, type }) =>
        resend && kind !== 'test' && state !== 'waiting' ? (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Send ${type} again`}
            loading={busy === id}
            onClick={() => resend(id)}
          >
            Send again
          </Button>
        ) : null,
    },
  ];
}

function Answer({ of: { status, detail, durationMs, nextAt, state } }: { of: DeliveryJson }) {
  const answered = status === null ? '' : `${status}${durationMs === null ? '' : ` in ${durationMs} ms`}`;
  const words = [answered, detail ?? ''].filter((each) => each !== '').join(': ');
  return (
    <div className="clipped">
      <Text size="sm" truncate title={words}>
        {words}
      </Text>
      {state === 'waiting' && nextAt !== null && (
        <Text size="xs" c="dimmed">
          Next try: <When at={nextAt} />
        </Text>
      )}
    </div>
  );
}

/** Of one that was sent just now. */
export function WhatCameBack({ of }: { of: SentJson }) {
  const { state, type, answer } = of;
  return (
    <div role="status">
      <Group gap="xs">
        <Mark tone={deliveryStates[state].tone}>{deliveryStates[state].words}</Mark>
        <Text size="sm">{type}:</Text>
        <Answer of={of} />
      </Group>
      {answer !== '' && (
        <Code block mt={4}>
          {answer}
        </Code>
      )}
    </div>
  );
}
