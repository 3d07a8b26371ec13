// Everybody's access at a moment, as a file: for whoever has to show who had what, and why.

import { Group, Modal, Stack, Text } from '@mantine/core';
import { addressOf } from '../api.ts';
import { FileButton } from '../ui/file-button.tsx';
import { MomentField, useFileMoment } from '../ui/moment.tsx';

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
  const { at, problem, field } = useFileMoment();
  const file = (format: string) => ({
    href: addressOf('/audit/access', { at, format }),
    isOff: problem !== null,
    onTaken,
  });
  return (
    <Stack>
      <Text size="sm">
        Everybody who was there, with role, teams and business units, and every reason and since when, by the
        names of that moment. Whoever had been removed by then is left out.
      </Text>
      <MomentField {...field} />
      <Group justify="flex-end">
        <FileButton {...file('jsonl')}>JSON Lines</FileButton>
        <FileButton {...file('csv')}>CSV</FileButton>
      </Group>
    </Stack>
  );
}
