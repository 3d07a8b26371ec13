// What Provider Configuration asks beside the connection: SCIM, how people and groups are kept, comparison and guard.

import { Anchor, Group, NumberInput, Select, Stack, Switch, Text, TextInput, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import type { ApiProblem } from '../api.ts';
import { Warning } from '../ui/warning.tsx';
import type { Draft } from './provider-draft.ts';
import { sentence } from './provider-fields.tsx';

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

interface PartProps {
  draft: Draft;
  write(changes: Partial<Draft>): void;
  isLocked(key: string): boolean;
  problem: ApiProblem | null;
}

type ScimProps = Pick<PartProps, 'draft' | 'write'> & { provider: ProviderJson; isLocked: boolean };

export function ScimSection({ provider, draft, write, isLocked }: ScimProps) {
  const isVerified = provider.signIn.lastVerification?.lastOkAt != null;
  return (
    <Section title="SCIM">
      <Switch
        label="Enable SCIM Provisioning"
        description={
          isLocked
            ? 'Of the configuration file.'
            : 'The provider creates, changes and suspends people here by itself.'
        }
        checked={draft.scim}
        disabled={isLocked}
        onChange={(event) => write({ scim: event.currentTarget.checked })}
      />
      {draft.scim && !provider.scim.enabled && !isVerified && (
        <Warning title="Signing in was never verified">
          Complete sign-in first: Verify stands on the page of this provider. SCIM can be enabled all the
          same.
        </Warning>
      )}
      {!draft.scim && provider.scim.enabled && (
        <Text size="sm">Saving asks what becomes of the people whom SCIM brought, and shows it first.</Text>
      )}
    </Section>
  );
}

export function PeopleSection({ draft, write, isLocked }: PartProps) {
  return (
    <Section title="People and groups">
      <Select
        label="Who may create and change people"
        data={[
          { value: 'both', label: 'SCIM and signing in' },
          { value: 'scim', label: 'SCIM alone' },
        ]}
        description={
          draft.claimsSyncMode === 'scim'
            ? 'Whoever SCIM has not brought cannot sign in.'
            : 'Somebody who signs in before SCIM brings them is created then.'
        }
        value={draft.claimsSyncMode}
        onChange={(value) => write({ claimsSyncMode: value as Draft['claimsSyncMode'] })}
        allowDeselect={false}
        disabled={isLocked('claimsSyncMode')}
      />
      <Select
        label="Scope"
        description="As it is set in the provider: Settings › Scope, in Entra's words."
        data={[
          { value: 'assigned', label: 'Sync only assigned users and groups' },
          { value: 'all', label: 'Sync all users and groups' },
        ]}
        value={draft.scope}
        onChange={(value) => write({ scope: value as Draft['scope'] })}
        allowDeselect={false}
        disabled={isLocked('scope')}
      />
      <Select
        label="Groups are told apart by"
        description="As the group mapping of the provider matches them."
        data={[
          { value: 'displayName', label: 'Their name (displayName)' },
          { value: 'externalId', label: 'Their id (externalId); names may be equal' },
        ]}
        value={draft.groupsMatchedBy}
        onChange={(value) => write({ groupsMatchedBy: value as Draft['groupsMatchedBy'] })}
        allowDeselect={false}
        disabled={isLocked('groupsMatchedBy')}
      />
      <Switch
        label="Read a replace of members as an addition"
        description="Off, unless the provider replaces and means add: a sign of it is a group that shrinks to one."
        checked={draft.memberReplaceIsAdd}
        onChange={(event) => write({ memberReplaceIsAdd: event.currentTarget.checked })}
        disabled={isLocked('memberReplaceIsAdd')}
      />
    </Section>
  );
}

export function ReconcileSection({
  provider,
  draft,
  write,
  isLocked,
  problem,
}: PartProps & { provider: ProviderJson }) {
  return (
    <Section title="Comparison and guard">
      <Group grow align="flex-start">
        <Select
          label="Differences from the directory"
          description="What a comparison finds."
          data={[
            { value: 'heal', label: 'are healed' },
            { value: 'report', label: 'are reported' },
            { value: 'off', label: 'are not looked for' },
          ]}
          value={draft.reconcileMode}
          onChange={(value) => write({ reconcileMode: value as Draft['reconcileMode'] })}
          allowDeselect={false}
          disabled={isLocked('reconcile')}
        />
        <TextInput
          label="Compared every"
          description="Such as 24h or 30m."
          value={draft.reconcileEvery}
          onChange={(event) => write({ reconcileEvery: event.currentTarget.value })}
          error={sentence(problem?.at('/reconcile/every'))}
          disabled={isLocked('reconcile')}
        />
      </Group>
      <Group grow align="flex-start">
        <NumberInput
          label="Guard: percent of active users"
          value={draft.guardPercent}
          onChange={(value) => write({ guardPercent: Number(value) })}
          min={0}
          max={100}
          error={sentence(problem?.at('/guard/percent'))}
          disabled={isLocked('guard')}
        />
        <NumberInput
          label="Guard: users"
          value={draft.guardCount}
          onChange={(value) => write({ guardCount: Number(value) })}
          min={0}
          error={sentence(problem?.at('/guard/count'))}
          disabled={isLocked('guard')}
        />
      </Group>
      <Text size="xs" c="dimmed">
        What a comparison or a change of rules would take from more people than this is held until somebody
        decides.
      </Text>
      <Text size="sm">
        Which role wins where several match is part of the rules:{' '}
        <Anchor
          component={Link}
          to={`/governance/user-provisioning/${provider.id}/attribute-mapping` as never}
          inherit
          underline="always"
        >
          Attribute Mapping
        </Anchor>{' '}
        has it, with a plan.
      </Text>
    </Section>
  );
}
