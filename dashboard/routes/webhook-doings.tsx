// What is asked before a webhook has another secret, goes on from another place, or is removed.

import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { EventJson, WebhookJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { type ListPage, useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { totalOf } from '../ui/list-table.tsx';
import { Failed } from '../ui/states.tsx';
import type { WithSecret } from './webhook-form.tsx';

interface DoingProps {
  webhook: WebhookJson;
  onClose(): void;
}

const overlaps = [
  { value: '24', label: 'A day' },
  { value: '168', label: 'A week' },
  { value: '0', label: 'Not at all: the former ends at once, as after a leak' },
];

export function RotateWebhook({ webhook, onClose, onDone }: DoingProps & { onDone(w: WithSecret): void }) {
  const [hours, setHours] = useState('24');
  const rotate = useChange<void, WithSecret>({
    run: async () => {
      const body = { overlapHours: Number(hours) };
      return (await send<WithSecret>(`/webhooks/${webhook.id}/rotate`, { method: 'POST', body })).body;
    },
    touches: ['webhooks'],
    isQuiet: true,
    onDone,
  });
  return (
    <Modal opened onClose={onClose} title={`Rotate the secret of ${webhook.name}`} centered>
      <Stack>
        <Select
          label="Both secrets sign for"
          description="So long each message carries two signatures, and the receiver accepts whichever it knows."
          data={overlaps}
          value={hours}
          onChange={(chosen) => setHours(chosen ?? '24')}
          allowDeselect={false}
        />
        {rotate.error && <Failed problem={rotate.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => rotate.mutate()} loading={rotate.isPending}>
            Make the new secret
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const HOUR_MS = 3_600_000;
const spans = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
  { value: 'all', label: 'From the first event on' },
  { value: 'none', label: 'Nothing: leave out what has not been sent' },
];

export function ReplayWebhook({ webhook, onClose }: DoingProps) {
  const { may } = useSession();
  const [span, setSpan] = useState('24');
  const [now] = useState(() => Date.now());
  const isAll = span === 'all' || span === 'none';
  const from = isAll ? undefined : new Date(now - Number(span) * HOUR_MS).toISOString();
  const mayLook = may('audit:read');
  const found = useGet<ListPage<EventJson>>('/audit', {
    query: { from, sort: span === 'none' ? '-position' : 'position', limit: 1 },
    enabled: mayLook,
  });
  const isFound = found.data !== undefined && !found.isPlaceholderData;
  const edge = found.data?.items[0]?.position;
  const after = span === 'all' ? 0 : span === 'none' ? edge : edge === undefined ? undefined : edge - 1;
  const replay = useChange<void>({
    run: () => send(`/webhooks/${webhook.id}/replay`, { method: 'POST', body: { after } }),
    touches: ['webhooks'],
    isQuiet: true,
    done: `${webhook.name} goes on from there.`,
    onDone: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Replay for ${webhook.name}`} centered>
      <Stack>
        <Select
          label="Send once more"
          data={mayLook ? spans : spans.filter(({ value }) => value === 'all')}
          value={mayLook ? span : 'all'}
          onChange={(chosen) => setSpan(chosen ?? '24')}
          allowDeselect={false}
        />
        <Text size="sm" role="status" className="number">
          {howMany(span, isFound ? totalOf(found.data) : null, edge)} Events keep their webhook-id, so that
          the receiver can pass over those that it knows.
        </Text>
        {replay.error && <Failed problem={replay.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            onClick={() => replay.mutate()}
            loading={replay.isPending}
            disabled={after === undefined || (mayLook && !isFound)}
          >
            Replay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function howMany(span: string, total: string | null, edge: number | undefined): string {
  if (span === 'none') return 'It goes on with what happens from now on.';
  if (total === null) return '';
  if (edge === undefined) return 'Nothing happened in that time.';
  return `Of ${total} events since then those that its filters want are sent, the oldest first.`;
}

export function RemoveWebhook({ webhook, onClose, onDone }: DoingProps & { onDone(): Promise<void> }) {
  const remove = useChange<void>({
    run: () => send(`/webhooks/${webhook.id}`, { method: 'DELETE' }),
    // The page of what is gone has nothing to ask for.
    touches: [],
    done: `${webhook.name} is removed.`,
    onDone,
  });
  return (
    <Confirm
      opened
      title={`Remove ${webhook.name}?`}
      action="Remove"
      isDangerous
      typed={webhook.name}
      isBusy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      Nothing is sent there any more. {webhook.waiting.toLocaleString('en')} that wait for it are forgotten,
      and its secret with them.
    </Confirm>
  );
}
