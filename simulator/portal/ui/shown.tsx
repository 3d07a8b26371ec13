// What a page shows instead of its content: loading, refused, nothing there.

import { Alert, Anchor, Button, Center, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PortalProblem } from '../api.ts';

interface ShownProps<Body> {
  of: UseQueryResult<Body, PortalProblem>;
  children: (found: Body) => ReactNode;
}

export function Shown<Body>({ of, children }: ShownProps<Body>) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <Failed problem={of.error} onRetry={() => void of.refetch()} />;
  return (
    <Center mih={160} role="status" aria-label="Loading">
      <Loader size="sm" />
    </Center>
  );
}

export function Failed({ problem, onRetry }: { problem: PortalProblem; onRetry?: () => void }) {
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title="It did not work"
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem.message}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap={4} maw={560} mx="auto">
        <Title order={2} size="h5" ta="center">
          {title}
        </Title>
        {children && (
          <Text component="div" size="sm" c="dimmed" ta="center">
            {children}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

export function NotHere() {
  return (
    <Stack>
      <Title order={1}>There is no such page</Title>
      <Anchor component={Link} to="/">
        Home
      </Anchor>
    </Stack>
  );
}
