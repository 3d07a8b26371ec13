// One request whole: what was sent, masked, what was answered, and everything it changed.

import { Alert, Anchor, Code, Drawer, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ProviderJson, RequestTagJson, WholeRequestJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Facts } from '../ui/facts.tsx';
import { Shown } from '../ui/states.tsx';
import { exactTime, When } from '../ui/when.tsx';
import { TryAgain } from './requests-replay.tsx';
import { ResultMark } from './requests-result.tsx';
import { meaningOf, Tag } from './requests-tags.tsx';

interface WholeProps {
  id: string | undefined;
  tags: readonly RequestTagJson[];
  providers: readonly ProviderJson[];
  onClose(): void;
}

export function WholeRequest({ id, tags, providers, onClose }: WholeProps) {
  const request = useGet<WholeRequestJson>(`/requests/${id}`, { enabled: id !== undefined });
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={request.data?.action ?? 'Request'}
    >
      {id !== undefined && (
        <Shown of={request}>{(found) => <Whole request={found} tags={tags} providers={providers} />}</Shown>
      )}
    </Drawer>
  );
}

function Whole({
  request,
  tags,
  providers,
}: Pick<WholeProps, 'tags' | 'providers'> & { request: WholeRequestJson }) {
  return (
    <Stack gap="md">
      {request.detail && (
        <Alert color={request.status >= 500 ? 'red' : 'yellow'} variant="light" title="What was answered">
          {request.detail}
        </Alert>
      )}
      <Facts of={factsOf(request, providers)} />
      <Effects request={request} />
      <TryAgain request={request} />
      {request.tags.length > 0 && (
        <Stack gap="xs">
          <Title order={3} size="h5">
            Habits of the sender
          </Title>
          {request.tags.map((tag) => (
            <div key={tag}>
              <Tag tag={tag} known={tags} />
              <Text size="sm" c="dimmed" mt={2}>
                {meaningOf(tag, tags).words}
              </Text>
            </div>
          ))}
        </Stack>
      )}
      <Stack gap="xs">
        <Title order={3} size="h5">
          What was sent
        </Title>
        <Body text={request.body} />
      </Stack>
    </Stack>
  );
}

function factsOf(request: WholeRequestJson, providers: readonly ProviderJson[]): [string, ReactNode][] {
  const { at, provider, method, path, status, durationMs, remote, resource } = request;
  const name = providers.find(({ id }) => id === provider)?.name ?? provider;
  return [
    ['Result', <ResultMark key="result" status={status} />],
    ['When', exactTime(at)],
    ['Provider', name ?? 'none: the credential named none'],
    ['Request', <Code key="request">{`${method} ${path}`}</Code>],
    ['Took', `${durationMs.toLocaleString('en', { maximumFractionDigits: 1 })} ms`],
    ['From', remote ?? 'unknown'],
    ...(resource
      ? ([['About', <About key="about" path={path} id={resource} />]] as [string, ReactNode][])
      : []),
  ];
}

function About({ path, id }: { path: string; id: string }) {
  const { may } = useSession();
  if (!path.includes('/Users') || !may('users:read')) return <Code>{id}</Code>;
  return (
    <Anchor component={Link} to={`/governance/users/${id}`} size="sm">
      The user's page
    </Anchor>
  );
}

function Effects({ request }: { request: WholeRequestJson }) {
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        What it changed
      </Title>
      {request.effects.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing.
        </Text>
      ) : (
        <ul className="plain-list">
          {request.effects.map((event) => (
            <li key={event.position}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {event.words}
              </Text>
              <Text size="xs" c="dimmed">
                <When at={event.at} />
              </Text>
            </li>
          ))}
        </ul>
      )}
      {request.effectCount > request.effects.length && (
        <Text size="sm" c="dimmed">
          The first {request.effects.length} of {request.effectCount}; the audit list has all.
        </Text>
      )}
    </Stack>
  );
}

function Body({ text }: { text: string | null }) {
  if (text === null) {
    return (
      <Text size="sm" c="dimmed">
        No body.
      </Text>
    );
  }
  return (
    <Code block tabIndex={0} mah={420} style={{ overflow: 'auto' }}>
      {pretty(text)}
    </Code>
  );
}

/** What was cut, or never was JSON, stands as it came. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
