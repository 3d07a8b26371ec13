// One provider among others: what it is, whether it calls, whom it brought, and what should be looked at.

import { Anchor, Group, Paper, SimpleGrid, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { useGet } from '../queries.ts';
import { Mark } from '../ui/badges.tsx';
import { Shown } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';
import { contactOf, ProviderWarnings, Unfinished } from './provider-health.tsx';
import { kinds } from './provider-kinds.ts';
import { Going } from './provider-leaving.tsx';

export function ProviderCard({ provider }: { provider: ProviderJson }) {
  const isGoing = provider.retirement?.state === 'underWay';
  const health = useGet<ProviderHealthJson>(`/providers/${provider.id}/health`, { enabled: !isGoing });
  const { icon: Icon, label } = kinds[provider.kind];
  return (
    <Paper component="section" aria-label={provider.name} withBorder p="md">
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Group gap="sm" wrap="nowrap">
            <ThemeIcon variant="light" color="sky" size={38} radius="md">
              <Icon size={22} stroke={1.6} aria-hidden />
            </ThemeIcon>
            <div>
              <Title order={2} size="h4">
                <Anchor
                  component={Link}
                  to={`/governance/user-provisioning/${provider.id}` as never}
                  inherit
                  underline="hover"
                >
                  {provider.name}
                </Anchor>
              </Title>
              <Text size="sm" c="dimmed">
                {label}, {provider.scim.enabled ? modes[provider.claimsSyncMode] : 'signing in alone'}
              </Text>
            </div>
          </Group>
          <Marks provider={provider} health={health.data} />
        </Group>
        <Going provider={provider} />
        {!isGoing && (
          <Shown of={health}>
            {(found) => (
              <>
                <Unfinished provider={provider} health={found} />
                <Figures provider={provider} health={found} />
                <ProviderWarnings provider={provider} health={found} status={undefined} />
              </>
            )}
          </Shown>
        )}
      </Stack>
    </Paper>
  );
}

function Marks({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson | undefined }) {
  const contact = health && contactOf(health, provider);
  return (
    <Group gap={6}>
      {!provider.enabled && <Mark tone="quiet">Disabled</Mark>}
      {contact && <Mark tone={contact.tone}>{contact.words}</Mark>}
      {provider.scim.enabled && <Mark tone="plain">SCIM on</Mark>}
    </Group>
  );
}

const modes = { both: 'SCIM and signing in', scim: 'SCIM alone' } as const;

function Figures({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson }) {
  const { users, failuresOfDay, openDrift, tokensEndAt } = health;
  const verified = provider.signIn.lastVerification;
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm" verticalSpacing="sm">
      <Figure name="Active users">{users.active.toLocaleString('en')}</Figure>
      <Figure name="Suspended">{users.suspended.toLocaleString('en')}</Figure>
      <Figure name="No role" isBad={users.withoutRole > 0}>
        {users.withoutRole.toLocaleString('en')}
      </Figure>
      <Figure name="Refused in 24 hours" isBad={failuresOfDay.count > 0}>
        {failuresOfDay.count}
        {failuresOfDay.isCapped && '+'}
      </Figure>
      <Figure name="Last request">
        <When at={health.lastRequest?.at} />
      </Figure>
      <Figure name="Differences from the directory" isBad={(openDrift ?? 0) > 0}>
        {openDrift ?? 'not compared'}
      </Figure>
      <Figure name="Sign-in verified" isBad={verified?.ok === false}>
        {verified && !verified.ok ? 'failed' : <When at={verified?.at} />}
      </Figure>
      <Figure name="Token ends">
        <When at={tokensEndAt} />
      </Figure>
    </SimpleGrid>
  );
}

interface FigureProps {
  name: string;
  isBad?: boolean;
  children: ReactNode;
}

function Figure({ name, isBad = false, children }: FigureProps) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="div" fw={600} className={isBad ? 'number loss' : 'number'}>
        {children}
      </Text>
    </div>
  );
}
