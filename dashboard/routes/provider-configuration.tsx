// Provider Configuration: SCIM on or off, how people are kept, and the connection. Sends only what was changed, on the state that it
// was changed on; switching SCIM off asks first what becomes of the people.

import {
  Alert,
  Button,
  Drawer,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Failed } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { changesOf, type Draft, draftOf, storedSecrets } from './provider-draft.ts';
import { ProviderFields, sentence } from './provider-fields.tsx';
import type { Handed } from './setup-complete.tsx';

interface ConfigurationProps {
  provider: ProviderJson;
  opened: boolean;
  isDevelopment: boolean;
  onClose(): void;
  onHanded(handed: Handed): void;
  /** SCIM is to be switched off, with these other changes. */
  onDisableScim(changes: Record<string, unknown>): void;
}

export function ProviderConfiguration(props: ConfigurationProps) {
  const { opened, onClose } = props;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title="Provider Configuration"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Form {...props} />}
    </Drawer>
  );
}

function Form({ provider, isDevelopment, onClose, onHanded, onDisableScim }: ConfigurationProps) {
  // What the form began with stays what it is compared with, whatever refreshes behind it.
  const [before] = useState(provider);
  const [draft, setDraft] = useState<Draft>(() => draftOf(provider));
  const write = (changes: Partial<Draft>) => setDraft((now) => ({ ...now, ...changes }));
  const enables = draft.scim && !before.scim.enabled;
  const disables = !draft.scim && before.scim.enabled;
  const save = useChange<void, ProviderJson>({
    run: async () => {
      const { body } = await send<ProviderJson>(`/providers/${before.id}`, {
        method: 'PATCH',
        body: changesOf(before, draft),
        ifMatch: `"${before.revision}"`,
      });
      return body;
    },
    isQuiet: true,
    ...(!enables && { done: 'Saved.' }),
    onDone: ({ scim }) => {
      onClose();
      if (enables) onHanded({ endpoint: scim.endpoint, token: scim.token ?? null });
    },
  });
  const submit = () => {
    const changes = changesOf(before, draft);
    if (disables) onDisableScim(changes);
    else if (Object.keys(changes).length === 0) onClose();
    else save.mutate();
  };
  const isLocked = (key: string) => before.locked.includes(key);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="lg">
        {before.declaredIn !== null && <Declared provider={before} />}
        <ScimSection provider={before} draft={draft} write={write} isLocked={isLocked('scim')} />
        <PeopleSection draft={draft} write={write} isLocked={isLocked} problem={save.error} />
        <ReconcileSection
          provider={before}
          draft={draft}
          write={write}
          isLocked={isLocked}
          problem={save.error}
        />
        <Section title="Connection">
          <TextInput
            label="Name"
            value={draft.name}
            disabled={isLocked('name')}
            error={sentence(save.error?.at('/name'))}
            onChange={(event) => write({ name: event.currentTarget.value })}
          />
          <ProviderFields
            kind={before.kind}
            values={draft.values}
            onChange={(key, value) => write({ values: { ...draft.values, [key]: value } })}
            problem={save.error}
            locked={before.locked}
            stored={storedSecrets(before)}
            isDevelopment={isDevelopment}
            columns={1}
          />
        </Section>
        {save.error && <Refused problem={save.error} onAnew={onClose} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {enables ? 'Save & Enable' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Refused({ problem, onAnew }: { problem: ApiProblem; onAnew(): void }) {
  if (problem.status !== 412) return <Failed problem={problem} />;
  return (
    <Warning
      title="Somebody else changed it meanwhile"
      action={
        <Button size="xs" variant="default" onClick={onAnew}>
          Close and look
        </Button>
      }
    >
      Nothing was saved. Close this, look at what it is now, and make your change again.
    </Warning>
  );
}

function Declared({ provider }: { provider: ProviderJson }) {
  return (
    <Alert
      color="gray"
      variant="light"
      icon={<IconLock size={20} aria-hidden />}
      title="Partly of the configuration file"
    >
      <Text size="sm">
        {provider.declaredIn} declares this provider. What it writes is locked here: change it there and start
        again.
      </Text>
    </Alert>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack component="section" gap="sm" aria-label={title}>
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

function ScimSection({ provider, draft, write, isLocked }: ScimProps) {
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

function PeopleSection({ draft, write, isLocked }: PartProps) {
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

function ReconcileSection({
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
        <Link to={`/governance/user-provisioning/${provider.id}/attribute-mapping` as never}>
          Attribute Mapping
        </Link>{' '}
        has it, with a plan.
      </Text>
    </Section>
  );
}
