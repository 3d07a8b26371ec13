// A part of the mappings that only the configuration file changes: shown, and said.

import { Group, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { Editing } from './editing.ts';

export function OwnedByFile({ editing, of }: { editing: Editing; of: string }) {
  if (!editing.stored.locked.includes(of)) return null;
  return (
    <Group gap={6} mt="xs" wrap="nowrap" className="owned">
      <IconLock size={15} aria-hidden />
      <Text size="sm">The configuration file owns {of}: change it there and start again.</Text>
    </Group>
  );
}
