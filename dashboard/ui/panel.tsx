// One part of a page that says one thing: its name, what can be done about it, and what there is.

import { Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PanelProps {
  title: string;
  /** Beside the title: a mark. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Panel({ title, beside, actions, children }: PanelProps) {
  return (
    <Paper component="section" aria-label={title} withBorder p="md" h="100%">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs" mih={30}>
          <Group gap="xs">
            <Title order={2} size="h4">
              {title}
            </Title>
            {beside}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}
