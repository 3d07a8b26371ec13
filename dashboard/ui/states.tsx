// What a page shows instead of its content: nothing there yet, still loading, refused, broken. Each says what to do.

import { Alert, Anchor, Button, Center, Code, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconLock } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api.ts';

export function Loading({ label = 'Loading' }: { label?: string }) {
  return (
    <Center mih={180} role="status" aria-label={label}>
      <Loader size="sm" />
      <Text ml="sm" c="dimmed" size="sm">
        {label} ...
      </Text>
    </Center>
  );
}

export interface EmptyProps {
  title: string;
  /** Why nothing is here, and what brings something. */
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

export function Empty({ title, children, action, icon }: EmptyProps) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="xs" py="lg" maw={560} mx="auto">
        {icon}
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        {children && (
          <Text component="div" c="dimmed" ta="center" size="sm">
            {children}
          </Text>
        )}
        {action && <Group mt="sm">{action}</Group>}
      </Stack>
    </Paper>
  );
}

/** Of a page that they may not see: what it takes, and who can give it. */
export function NotPermitted({ permission }: { permission: string }) {
  return (
    <Empty title="You may not see this" icon={<IconLock size={28} stroke={1.5} aria-hidden />}>
      It takes the permission <Code>{permission}</Code>. Whoever manages roles here can give it to yours.
    </Empty>
  );
}

export function Failed({ problem, onRetry }: { problem: unknown; onRetry?: () => void }) {
  const isOurs = problem instanceof ApiProblem;
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={20} />}
      title={isOurs ? problem.title : 'It did not work'}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem instanceof Error ? problem.message : String(problem)}</Text>
        {isOurs && problem.problems.length > 0 && (
          <ul>
            {problem.problems.map((each) => (
              <li key={each.path + each.problem}>
                <Code>{each.path}</Code> {each.problem}
              </li>
            ))}
          </ul>
        )}
        {isOurs && problem.requestId && problem.status >= 500 && (
          <Text size="xs" c="dimmed">
            Request {problem.requestId}
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** Of a page that has a mistake in it. */
export function Broken({ error }: { error: unknown }) {
  return (
    <Stack>
      <Title order={1}>This page broke</Title>
      <Failed problem={error} onRetry={() => location.reload()} />
      <Anchor href="/">To the first page</Anchor>
    </Stack>
  );
}

interface ShownProps<Body> {
  of: UseQueryResult<Body, ApiProblem>;
  label?: string;
  children: (found: Body) => ReactNode;
}

/** What was asked for, or why it is not there. */
export function Shown<Body>({ of, label, children }: ShownProps<Body>) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <Failed problem={of.error} onRetry={() => void of.refetch()} />;
  return <Loading {...(label !== undefined && { label })} />;
}
