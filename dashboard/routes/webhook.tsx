// One webhook: whether it takes what it is sent, what can be done about it, and every delivery.

import { Button, Group, Stack, Text } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { SentJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Facts } from '../ui/facts.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { Shown } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { When } from '../ui/when.tsx';
import { Deliveries, WhatCameBack } from './webhook-deliveries.tsx';
import { RemoveWebhook, ReplayWebhook, RotateWebhook } from './webhook-doings.tsx';
import { WebhookForm, type WithSecret } from './webhook-form.tsx';
import { WebhookSecret } from './webhook-secret.tsx';
import { typesInWords, WEBHOOKS, WebhookMark } from './webhook-words.tsx';

/** A delivery is no event: nobody tells of it. */
const LOOK_MS = 5_000;
const above = [{ label: 'Webhooks', to: WEBHOOKS }];

export default function WebhookPage() {
  const { webhook: id } = useParams({ strict: false }) as { webhook: string };
  const { may } = useSession();
  const found = useGet<WebhookJson>(`/webhooks/${id}`, {
    enabled: may('webhooks:read'),
    every: LOOK_MS,
  });
  if (found.data && found.error?.status !== 404) return <Known webhook={found.data} />;
  return (
    <Page title="Webhook" above={above} permission="webhooks:read">
      <Shown of={found}>{() => null}</Shown>
    </Page>
  );
}

type Doing = 'edit' | 'rotate' | 'replay' | 'remove';

function Known({ webhook }: { webhook: WebhookJson }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [secret, setSecret] = useState<WithSecret | null>(null);
  const close = () => setDoing(null);
  return (
    <Page
      title={webhook.name}
      beside={<WebhookMark of={webhook} />}
      above={above}
      permission="webhooks:read"
      actions={<Actions webhook={webhook} onDo={setDoing} />}
    >
      <Trouble webhook={webhook} />
      <About webhook={webhook} />
      {may('webhooks:send') && <Test webhook={webhook} />}
      <Deliveries webhook={webhook} />
      {doing === 'edit' && <WebhookForm webhook={webhook} onDone={close} onClose={close} />}
      {doing === 'rotate' && (
        <RotateWebhook
          webhook={webhook}
          onDone={(rotated) => {
            close();
            setSecret(rotated);
          }}
          onClose={close}
        />
      )}
      {doing === 'replay' && <ReplayWebhook webhook={webhook} onClose={close} />}
      {doing === 'remove' && (
        <RemoveWebhook webhook={webhook} onDone={() => navigate({ to: WEBHOOKS as never })} onClose={close} />
      )}
      {secret && <WebhookSecret of={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}

function Actions({ webhook: { id, name, state }, onDo }: { webhook: WebhookJson; onDo(what: Doing): void }) {
  const isPaused = state === 'paused';
  const turn = useChange<void>({
    run: () => send(`/webhooks/${id}/${isPaused ? 'resume' : 'pause'}`, { method: 'POST' }),
    touches: ['webhooks'],
    done: isPaused ? `${name} goes on, the oldest first.` : `${name} is paused. Nothing is lost: it waits.`,
  });
  return (
    <>
      <May do="webhooks:send">
        <Button variant="default" onClick={() => onDo('replay')}>
          Replay
        </Button>
      </May>
      <May do="webhooks:edit">
        <Button variant="default" onClick={() => onDo('edit')}>
          Edit
        </Button>
        <Button variant="default" onClick={() => onDo('rotate')}>
          Rotate secret
        </Button>
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate()}>
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      </May>
      <May do="webhooks:delete">
        <Button variant="default" color="red" onClick={() => onDo('remove')}>
          Remove
        </Button>
      </May>
    </>
  );
}

function Trouble({ webhook: { state, pauseReason, failingSince } }: { webhook: WebhookJson }) {
  if (state === 'active') return null;
  if (state === 'failing') {
    return (
      <Warning title="The last try did not arrive">
        Failing since: <When at={failingSince} />. It is tried again with growing gaps, for three days in all;
        what follows waits. The deliveries below say why.
      </Warning>
    );
  }
  const why = {
    person: 'Somebody paused it.',
    gone: 'The receiver answered 410: it is gone for good.',
    failing: 'Nothing arrived for three days.',
  }[pauseReason ?? 'person'];
  return (
    <Warning title="Nothing is sent">
      {why} What happens waits in the feed. Resume sends all of it, the oldest first; Replay can leave it out.
    </Warning>
  );
}

function About({ webhook }: { webhook: WebhookJson }) {
  const { url, types, providers, waiting, waitingSince, lastDeliveredAt, createdAt } = webhook;
  return (
    <Panel title="What is sent">
      <Facts
        of={[
          ['Address', url],
          ['Events', typesInWords(types)],
          ['Providers', providers.length === 0 ? 'All, and events of none' : providers.join(', ')],
          ['Last delivered', <When key="last" at={lastDeliveredAt} />],
          [
            'Waiting',
            <span key="waiting" className="number">
              {waiting.toLocaleString('en')}
              {waitingSince !== null && (
                <>
                  , the oldest since: <When at={waitingSince} />
                </>
              )}
            </span>,
          ],
          ...(webhook.bothSecretsUntil === null
            ? []
            : [['Both secrets sign until', <When key="both" at={webhook.bothSecretsUntil} />] as const]),
          ['Added', <When key="added" at={createdAt} />],
        ]}
      />
    </Panel>
  );
}

function Test({ webhook: { id } }: { webhook: WebhookJson }) {
  const test = useChange<void, SentJson>({
    run: async () => (await send<SentJson>(`/webhooks/${id}/test`, { method: 'POST' })).body,
    touches: ['webhooks'],
  });
  return (
    <Panel
      title="Test"
      actions={
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test event
        </Button>
      }
    >
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          An event of the type webhook.test, signed as all are, sent now and once; paused or not.
        </Text>
        <Group>{test.data && <WhatCameBack of={test.data} />}</Group>
      </Stack>
    </Panel>
  );
}
