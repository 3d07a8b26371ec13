// One provider: how it is connected, whether it calls as it should, who signs in by it, and what can be done about it.

import { ActionIcon, Group, Menu, SimpleGrid, Stack, Tooltip } from '@mantine/core';
import { IconDots, IconSettings } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { May, useSession, useStatus } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Page } from '../ui/page.tsx';
import { Failed, Loading, Shown } from '../ui/states.tsx';
import { ProviderConfiguration } from './provider-configuration.tsx';
import { contactOf, ProviderWarnings, Unfinished } from './provider-health.tsx';
import { kinds } from './provider-kinds.ts';
import { Going, type Leaving, LeavingDialog } from './provider-leaving.tsx';
import { NextSteps } from './provider-next.tsx';
import {
  ConnectionPanel,
  GuardPanel,
  HealthPanel,
  MappingPanel,
  ReconciliationPanel,
} from './provider-panels.tsx';
import { SignInPanel } from './provider-sign-in.tsx';
import { ProviderTokens } from './provider-tokens.tsx';
import { type Handed, SetupComplete } from './setup-complete.tsx';

const OVERVIEW = '/governance/user-provisioning';
const above = [{ label: 'User Provisioning', to: OVERVIEW }];
/** While a job is at its people. */
const LOOK_MS = 2_000;

export default function ProviderPage() {
  const { provider: id } = useParams({ strict: false }) as { provider: string };
  const provider = useGet<ProviderJson>(`/providers/${encodeURIComponent(id)}`, {
    every: (found) =>
      (found as ProviderJson | undefined)?.retirement?.state === 'underWay' ? LOOK_MS : false,
  });
  // What was there until a moment ago is gone when a refresh says so.
  const isGone = provider.error?.status === 404;
  if (provider.data && !isGone) return <Known provider={provider.data} />;
  return (
    <Page title={isGone ? 'There is no such provider' : 'Provider'} above={above} permission="providers:read">
      {provider.error ? (
        <Failed problem={provider.error} onRetry={() => void provider.refetch()} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Known({ provider }: { provider: ProviderJson }) {
  const { may } = useSession();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [{ open }, change] = useAddress();
  const [handed, setHanded] = useState<Handed | null>(null);
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  const health = useGet<ProviderHealthJson>(`/providers/${provider.id}/health`);
  const status = useStatus();
  const isOpen = open === 'configuration' && may('providers:edit') && provider.retirement === null;
  const close = () => change({ open: undefined });
  return (
    <Page
      title={provider.name}
      beside={<Marks provider={provider} health={health.data} />}
      about={kinds[provider.kind].label}
      above={above}
      permission="providers:read"
      actions={
        provider.retirement === null && (
          <Actions
            provider={provider}
            onSettings={() => change({ open: 'configuration' })}
            onDelete={() => setLeaving({ of: 'provider' })}
          />
        )
      }
    >
      <Going provider={provider} />
      {health.data && (
        <>
          <Unfinished provider={provider} health={health.data} />
          <ProviderWarnings provider={provider} health={health.data} status={status.data} />
          <NextSteps
            provider={provider}
            health={health.data}
            onSettings={() => change({ open: 'configuration' })}
          />
        </>
      )}
      <Panels provider={provider} health={health} onMade={setHanded} />
      <ProviderConfiguration
        provider={provider}
        opened={isOpen}
        isDevelopment={status.data?.development ?? false}
        onClose={close}
        onHanded={setHanded}
        onDisableScim={(changes) => setLeaving({ of: 'scim', changes })}
      />
      <LeavingDialog
        provider={provider}
        leaving={leaving}
        onClose={() => setLeaving(null)}
        onDone={(of) => {
          setLeaving(null);
          if (of === 'scim') return close();
          client.removeQueries({ predicate: ({ queryKey }) => queryKey[1] === '/providers' });
          return navigate({ to: OVERVIEW });
        }}
      />
      <SetupComplete handed={handed} kind={provider.kind} onClose={() => setHanded(null)} />
    </Page>
  );
}

function Marks({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson | undefined }) {
  const contact = health && contactOf(health, provider);
  return (
    <Group gap={6}>
      {!provider.enabled && <Mark tone="quiet">Disabled</Mark>}
      {contact && <Mark tone={contact.tone}>{contact.words}</Mark>}
      {provider.declared && <Mark tone="quiet">Of the configuration file</Mark>}
    </Group>
  );
}

interface ActionsProps {
  provider: ProviderJson;
  onSettings(): void;
  onDelete(): void;
}

function Actions({ provider, onSettings, onDelete }: ActionsProps) {
  const { may } = useSession();
  const [isAsked, setAsked] = useState(false);
  const { name, enabled, locked, declared } = provider;
  const turn = useChange<void>({
    run: () =>
      send(`/providers/${provider.id}`, {
        method: 'PATCH',
        body: { enabled: !enabled },
        ifMatch: `"${provider.revision}"`,
      }),
    done: enabled ? `${name} is disabled.` : `${name} is enabled.`,
    onDone: () => setAsked(false),
  });
  const mayTurn = may('providers:edit') && !locked.includes('enabled');
  const mayDelete = may('providers:delete') && !declared;
  return (
    <>
      <May do="providers:edit">
        <Tooltip label="Settings">
          <ActionIcon variant="default" size={36} aria-label="Settings" onClick={onSettings}>
            <IconSettings size={20} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      </May>
      {(mayTurn || mayDelete) && (
        <Menu position="bottom-end" width={190}>
          <Menu.Target>
            <ActionIcon variant="default" size={36} aria-label="More">
              <IconDots size={20} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mayTurn && (
              <Menu.Item onClick={() => (enabled ? setAsked(true) : turn.mutate())}>
                {enabled ? 'Disable provider' : 'Enable provider'}
              </Menu.Item>
            )}
            {mayDelete && (
              <Menu.Item color="red" onClick={onDelete}>
                Delete provider
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm
        opened={isAsked}
        title={`Disable ${name}?`}
        action="Disable"
        isDangerous
        isBusy={turn.isPending}
        onConfirm={() => turn.mutate()}
        onClose={() => setAsked(false)}
      >
        Nobody signs in by it and SCIM is refused until it is enabled again. Its people keep what they have.
      </Confirm>
    </>
  );
}

interface PanelsProps {
  provider: ProviderJson;
  health: ReturnType<typeof useGet<ProviderHealthJson>>;
  onMade(handed: Handed): void;
}

function Panels({ provider, health, onMade }: PanelsProps) {
  const { may } = useSession();
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Shown of={health}>{(found) => <HealthPanel provider={provider} health={found} />}</Shown>
        <SignInPanel provider={provider} />
      </SimpleGrid>
      {may('tokens:read') && <ProviderTokens provider={provider} onMade={onMade} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <ConnectionPanel provider={provider} health={health.data} />
        {may('mappings:read') && <MappingPanel provider={provider} />}
        {may('reconciliations:read') && <ReconciliationPanel provider={provider} />}
        {may('guard:read') && <GuardPanel provider={provider} />}
      </SimpleGrid>
    </Stack>
  );
}
