// One request to the application with its answer, whole: what was sent, what came back.

import { Code, Stack, Text, Title } from '@mantine/core';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import type { ExchangeJson } from '../../portal-api/contract.ts';

export function timeOf(at: string): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

const REFUSED_FROM = 400;

export function StatusMark({ status }: { status: number }) {
  if (status === 0) return <Mark tone="bad">none</Mark>;
  return <Mark tone={status < REFUSED_FROM ? 'good' : 'bad'}>{status}</Mark>;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

export function ExchangeBodies({ exchange }: { exchange: ExchangeJson }) {
  const { method, path, status, milliseconds, at, run, sent, answer } = exchange;
  return (
    <Stack gap="sm" className="bodies">
      <Text size="sm" c="dimmed">
        {run}, {timeOf(at)}, {milliseconds} ms
      </Text>
      <Code block tabIndex={0}>
        {method} {decoded(path)}
      </Code>
      {sent !== null && (
        <>
          <Title order={3} size="h6">
            Sent
          </Title>
          <Code block tabIndex={0}>
            {shown(sent)}
          </Code>
        </>
      )}
      <Title order={3} size="h6">
        Answered <StatusMark status={status} />
      </Title>
      {answer === null ? (
        <Text size="sm" c="dimmed">
          Without a body.
        </Text>
      ) : (
        <Code block tabIndex={0}>
          {shown(answer)}
        </Code>
      )}
    </Stack>
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    return path;
  }
}
