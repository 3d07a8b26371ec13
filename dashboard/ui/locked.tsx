// What only the configuration file changes, and where that is said: on a page of its own, or at one part of it.

import { Alert, Group, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';

interface LockedProps {
  /** `the trusted networks`. */
  what: string;
  /** A line at a part, not a notice above a page. */
  isLine?: boolean;
}

export function Locked({ what, isLine = false }: LockedProps) {
  const words = `The configuration file owns ${what}: change it there and start again.`;
  if (isLine) {
    return (
      <Group gap={6} mt="xs" wrap="nowrap" c="dimmed">
        <IconLock size={15} aria-hidden />
        <Text size="sm">{words}</Text>
      </Group>
    );
  }
  return (
    <Alert variant="light" color="gray" icon={<IconLock size={18} aria-hidden />}>
      {words}
    </Alert>
  );
}
