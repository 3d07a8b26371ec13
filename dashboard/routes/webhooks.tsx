// Webhooks: whom Bifrost tells what happens, and whether they take it; or, where there is none, what one is.

import { Anchor, Button, Text } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { WebhookJson } from '../../src/edge/admin/contract.ts';
import { May } from '../session.tsx';
import { type Column, ListTable } from '../ui/list-table.tsx';
import { Page } from '../ui/page.tsx';
import { Empty } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { WebhookForm, type WithSecret } from './webhook-form.tsx';
import { WebhookSecret } from './webhook-secret.tsx';
import { typesInWords, VerifyingCode, WEBHOOKS, WebhookMark } from './webhook-words.tsx';

const ROW_PX = 56;

export default function WebhooksPage() {
  const navigate = useNavigate();
  const [isAdding, setAdding] = useState(false);
  const [made, setMade] = useState<WithSecret | null>(null);
  const add = (
    <May do="webhooks:create">
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
        Add a webhook
      </Button>
    </May>
  );
  return (
    <Page
      title="Webhooks"
      about="Addresses that are told what happens, as it happens: signed, in order for each person, and tried again for three days."
      permission="webhooks:read"
      actions={add}
    >
      <ListTable<WebhookJson>
        label="Webhooks"
        path="/webhooks"
        columns={columns}
        keyOf={({ id }) => id}
        to={({ id }) => `${WEBHOOKS}/${id}`}
        rowPx={ROW_PX}
        empty={<None />}
      />
      {isAdding && (
        <WebhookForm
          onDone={(webhook) => {
            setAdding(false);
            setMade(webhook);
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {made && (
        <WebhookSecret of={made} onClose={() => void navigate({ to: `${WEBHOOKS}/${made.id}` as never })} />
      )}
    </Page>
  );
}

const columns: readonly Column<WebhookJson>[] = [
  {
    title: 'Name',
    width: 'minmax(200px, 1.4fr)',
    sort: 'name',
    show: ({ id, name, url }) => (
      <div className="clipped">
        <Anchor component={Link} to={`${WEBHOOKS}/${id}` as never} size="sm" fw={600}>
          {name}
        </Anchor>
        <Text size="xs" c="dimmed" truncate>
          {new URL(url).host}
        </Text>
      </div>
    ),
  },
  { title: 'State', width: 'minmax(170px, 1fr)', show: (webhook) => <WebhookMark of={webhook} /> },
  {
    title: 'Events',
    width: 'minmax(140px, 1fr)',
    show: ({ types }) => (
      <Text size="sm" truncate title={typesInWords(types)}>
        {typesInWords(types)}
      </Text>
    ),
  },
  {
    title: 'Waiting',
    width: '110px',
    show: ({ waiting }) => (
      <Text size="sm" className="number">
        {waiting.toLocaleString('en')}
      </Text>
    ),
  },
  {
    title: 'Last delivered',
    width: '140px',
    show: ({ lastDeliveredAt }) => (
      <Text size="sm" component="div">
        <When at={lastDeliveredAt} />
      </Text>
    ),
  },
  {
    title: 'Failing since',
    width: '140px',
    show: ({ failingSince }) => (
      <Text size="sm" component="div">
        <When at={failingSince} never="not failing" />
      </Text>
    ),
  },
];

function None() {
  return (
    <Empty title="Nobody is told so far" icon={<IconWebhook size={28} stroke={1.5} aria-hidden />}>
      A webhook is an address of an application of yours. What happens here, such as a suspension, is posted
      there within a second, signed in the format of Standard Webhooks. What does not arrive waits and is
      tried again. The receiver verifies it:
      <VerifyingCode />
    </Empty>
  );
}
