// "Evidence pack": who has what by which rule since when, as one signed file, as it is or as it was at a moment.

import { Anchor, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconCertificate, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { addressOf } from '../api.ts';
import { type ListPage, useGet } from '../queries.ts';
import { Shown } from '../ui/states.tsx';
import { exactTime } from '../ui/when.tsx';

const KEYS = '/.well-known/bifrost-evidence-keys';

export function Evidence() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCertificate size={16} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        Evidence pack
      </Button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Evidence for an access review" centered>
        <Moment onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

/** Of times before its first event the log knows nothing. */
function Moment({ onDone }: { onDone: () => void }) {
  const first = useGet<ListPage<EventJson>>('/audit', { query: { place: 1, limit: 1 } });
  return (
    <Shown of={first}>
      {({ items: [event] }) =>
        event ? (
          <Choice since={event.at} onDone={onDone} />
        ) : (
          <Text size="sm">Nothing has happened here yet, so there is nothing to show.</Text>
        )
      }
    </Shown>
  );
}

function Choice({ since, onDone }: { since: string; onDone: () => void }) {
  const [local, setLocal] = useState('');
  const at = timeOf(local);
  const problem = at === null ? null : problemOf(at, since);
  return (
    <Stack gap="sm">
      <Text size="sm">
        One file with everybody, what they have and every reason for it, the rules and roles that held, and a
        signed manifest. Whoever gets it can check with openssl that nothing was changed; README.txt in it
        says how.
      </Text>
      <TextInput
        type="datetime-local"
        label="As it was at"
        description="In your time. Empty: as it is now."
        value={local}
        error={problem}
        onChange={(event) => setLocal(event.currentTarget.value)}
        data-autofocus
      />
      <Text size="xs" c="dimmed">
        Get the public key for whoever checks it from <Anchor href={KEYS}>{KEYS}</Anchor>.
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        {problem ? (
          <Button disabled>Download</Button>
        ) : (
          <Button
            component="a"
            href={addressOf('/audit/evidence', at ? { at } : {})}
            download
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={onDone}
          >
            Download
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** For the server; null where none was chosen. */
function timeOf(local: string): string | null {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function problemOf(at: string, since: string): string | null {
  if (at < since) return `The log begins at ${exactTime(since)}: nothing is known of before.`;
  return at > new Date().toISOString() ? 'That has not come yet.' : null;
}
