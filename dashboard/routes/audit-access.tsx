// Everybody's access at a moment, as a file: for whoever has to show who had what, and why.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { EventJson } from '../../src/edge/admin/contract.ts';
import { addressOf } from '../api.ts';
import { type ListPage, useGet } from '../queries.ts';
import { inYourTime, isToCome, MomentField, momentOf, NOT_YET } from '../ui/moment.tsx';
import { exactTime } from '../ui/when.tsx';

interface AccessFileProps {
  opened: boolean;
  onClose(): void;
}

export function AccessFile({ opened, onClose }: AccessFileProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Everybody's access at a moment" centered>
      <Choice onTaken={onClose} />
    </Modal>
  );
}

function Choice({ onTaken }: { onTaken(): void }) {
  const [written, write] = useState('');
  const first = useGet<ListPage<EventJson>>('/audit', { query: { place: 1, limit: 1 } });
  const at = written === '' ? undefined : momentOf(written);
  const problem = problemOf(at, first.data?.items[0]?.at);
  const file = (format: string) => addressOf('/audit/access', { at: at ?? undefined, format });
  return (
    <Stack>
      <Text size="sm">
        Everybody who was there, with role, teams and business units, and every reason and since when, by the
        names of that moment. Whoever had been removed by then is left out.
      </Text>
      <MomentField
        label="As it was at"
        description={`${inYourTime}. Left empty: as it is now.`}
        value={written}
        error={problem}
        onChange={write}
      />
      <Group justify="flex-end">
        <FileButton href={file('jsonl')} isOff={problem !== null} onTaken={onTaken}>
          JSON Lines
        </FileButton>
        <FileButton href={file('csv')} isOff={problem !== null} onTaken={onTaken}>
          CSV
        </FileButton>
      </Group>
    </Stack>
  );
}

/** A file that would be refused is not asked for: its refusal would be what is stored. */
function problemOf(at: string | null | undefined, since: string | undefined): string | null {
  if (at === undefined) return null;
  if (at === null) return 'Choose a day and a time.';
  if (isToCome(at)) return NOT_YET;
  if (since !== undefined && Date.parse(at) < Date.parse(since))
    return `The log begins at ${exactTime(since)}.`;
  return null;
}

interface FileButtonProps {
  href: string;
  isOff: boolean;
  onTaken(): void;
  children: string;
}

function FileButton({ href, isOff, onTaken, children }: FileButtonProps) {
  const icon = <IconDownload size={16} aria-hidden />;
  if (isOff) {
    return (
      <Button variant="default" leftSection={icon} disabled>
        {children}
      </Button>
    );
  }
  return (
    <Button component="a" variant="default" leftSection={icon} href={href} download onClick={onTaken}>
      {children}
    </Button>
  );
}
