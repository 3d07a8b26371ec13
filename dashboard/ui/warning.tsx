// What somebody should know before it hurts, and what to do about it.

import { Alert, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface WarningProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Warning({ title, children, action }: WarningProps) {
  return (
    <Alert
      className="warning"
      color="yellow"
      variant="light"
      icon={<IconAlertTriangle size={20} aria-hidden />}
      title={title}
      role="note"
      aria-label={title}
    >
      <Group justify="space-between" gap="md" align="flex-end">
        <Text component="div" size="sm" flex={1} miw={220}>
          {children}
        </Text>
        {action}
      </Group>
    </Alert>
  );
}
