// The steps of adding a provider after its kind is chosen.

import { Alert, Button, Group, Paper, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DiscoveredJson, ProviderTrialJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Mark } from '../ui/badges.tsx';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import type { NewProvider } from './new-provider-draft.ts';
import { ProviderFields, sentence } from './provider-fields.tsx';
import { kinds } from './provider-kinds.ts';
import { Checks, RedirectAddresses } from './provider-sign-in.tsx';

interface StepProps {
  draft: NewProvider;
  /** What the API is given. */
  block: Record<string, unknown>;
  problem: ApiProblem | null;
  write(changes: Partial<NewProvider>): void;
}

interface ConfigurationProps extends StepProps {
  isDevelopment: boolean;
  onBack(): void;
  onNext(): void;
}

export function ConfigurationStep(props: ConfigurationProps) {
  const { draft, block, problem, write, isDevelopment, onBack, onNext } = props;
  const { kind, name, values } = draft;
  const verify = useChange<void, ProviderTrialJson>({
    run: async () =>
      (await send<ProviderTrialJson>('/providers/verify', { method: 'POST', body: block })).body,
    touches: [],
    isQuiet: true,
  });
  const wrong = verify.error ?? problem;
  const type = (changes: Partial<NewProvider>) => {
    write(changes);
    verify.reset();
  };
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <Stack gap="md">
          <TextInput
            label="Name"
            description="By which people choose it when they sign in, if there are several."
            value={name}
            maw={460}
            onChange={(event) => type({ name: event.currentTarget.value })}
            error={sentence(wrong?.at('/name'))}
          />
          <ProviderFields
            kind={kind}
            values={values}
            onChange={(key, value) => type({ values: { ...values, [key]: value } })}
            problem={wrong}
            isDevelopment={isDevelopment}
          />
          {kind === 'oidc' && (
            <Discovery
              issuer={values.issuer ?? ''}
              onFound={(found) => type({ values: { ...values, ...found } })}
            />
          )}
        </Stack>
      </Paper>
      <Panel title="To be registered at the provider">
        <RedirectAddresses signIn={addressesHere()} />
      </Panel>
      <Panel
        title="Verify"
        beside={
          verify.data &&
          (verify.data.ok ? <Mark tone="good">All is well</Mark> : <Mark tone="bad">Does not work yet</Mark>)
        }
        actions={
          <Button variant="default" size="xs" onClick={() => verify.mutate()} loading={verify.isPending}>
            Verify
          </Button>
        }
      >
        <Text size="sm" c="dimmed">
          Tries every step of signing in by name, without anybody, and stores nothing. It takes some seconds.
        </Text>
        {verify.error && <Failed problem={verify.error} />}
        {verify.data && <Checks checks={verify.data.checks} />}
      </Panel>
      <Ways onBack={onBack}>
        <Button onClick={onNext}>Continue</Button>
      </Ways>
    </Stack>
  );
}

/** The dashboard is where people sign in: what it is reached by is what is registered. */
function addressesHere() {
  const { origin } = location;
  return {
    redirectUri: `${origin}/login`,
    discoverRedirectUri: `${origin}/workspace/scim/oauth-discover-callback`,
    frontChannelLogoutUri: `${origin}/login/front-channel-logout`,
  };
}

function Discovery({ issuer, onFound }: { issuer: string; onFound(values: Record<string, string>): void }) {
  const discover = useChange<void, DiscoveredJson>({
    run: async () =>
      (await send<DiscoveredJson>('/providers/discover-endpoints', { method: 'POST', body: { issuer } }))
        .body,
    touches: [],
    isQuiet: true,
    onDone: ({ endpoints }) => {
      if (!endpoints) return;
      const { authorizationEndpoint, tokenEndpoint, jwksUri, userinfoEndpoint } = endpoints;
      const found = {
        authorizationEndpoint,
        tokenEndpoint,
        jwksUri,
        userinfoEndpoint: userinfoEndpoint ?? '',
      };
      onFound(found);
    },
  });
  const { data } = discover;
  return (
    <Stack gap="sm" align="flex-start">
      <Button
        variant="default"
        size="xs"
        onClick={() => discover.mutate()}
        loading={discover.isPending}
        disabled={issuer.trim() === ''}
      >
        Read its addresses
      </Button>
      {discover.error && <Failed problem={discover.error} />}
      {data?.ok && (
        <Text size="sm" role="status">
          {data.sentence} {data.advice}
        </Text>
      )}
      {data && !data.ok && <Warning title={data.sentence}>{data.advice}</Warning>}
    </Stack>
  );
}

/** What Entra calls app roles, as it sends them. */
export const firstRules = [
  { attribute: 'roles', value: 'admin', role: 'Admin' },
  { attribute: 'roles', value: 'developer', role: 'Developer' },
  { attribute: 'roles', value: 'viewer', role: 'Viewer' },
] as const;

interface MappingProps extends StepProps {
  onBack(): void;
  onNext(): void;
}

export function MappingStep({ draft, write, onBack, onNext }: MappingProps) {
  return (
    <Stack gap="md">
      <Panel title="Attribute Mapping">
        <Text size="sm">
          Rules say which attribute gives which role, team and business unit. They are written once the
          provider is there: Discover Claims then shows what it really sends, and the plan shows whom each
          rule would change.
        </Text>
        <Switch
          label="Begin with rules for the three roles"
          description="The values admin, developer and viewer of the claim roles give Admin, Developer and Viewer."
          checked={draft.rules}
          onChange={(event) => write({ rules: event.currentTarget.checked })}
        />
        <Facts
          of={[
            [
              'Roles',
              draft.rules
                ? firstRules.map(({ value, role }) => `${value} gives ${role}`).join(', ')
                : 'No rule: nobody signs in but those who are given a role by hand.',
            ],
            ['Teams', 'Enabling SCIM adds one rule: every synced group becomes a team.'],
            ['Business Units', 'No rule.'],
          ]}
        />
      </Panel>
      <Ways onBack={onBack}>
        <Button onClick={onNext}>Continue</Button>
      </Ways>
    </Stack>
  );
}

interface ReviewProps extends StepProps {
  isBusy: boolean;
  onBack(): void;
  onConfigure(): void;
  onAdd(): void;
}

export function ReviewStep({ draft, problem, write, isBusy, onBack, onConfigure, onAdd }: ReviewProps) {
  const { kind, name, values, scim, rules } = draft;
  const rows = kinds[kind].fields.flatMap(({ key, label, isSecret, options }): [string, ReactNode][] => {
    const value = values[key]?.trim() ?? '';
    if (value === '')
      return isSecret
        ? [
            [
              label,
              <Mark key={key} tone="warn">
                Not entered
              </Mark>,
            ] as const,
          ]
        : [];
    if (isSecret) return [[label, 'Entered']];
    return [[label, options?.find((each) => each.value === value)?.label ?? value]];
  });
  return (
    <Stack gap="md">
      <Panel
        title="Connection"
        actions={
          <Button variant="default" size="xs" onClick={onConfigure}>
            Change
          </Button>
        }
      >
        <Facts
          of={[
            ['Name', name],
            ['Kind', kinds[kind].label],
            ...rows,
            ['Rules', rules ? 'Three, for the three roles' : 'None so far'],
          ]}
        />
      </Panel>
      <Panel title="SCIM">
        <Switch
          label="Enable SCIM Provisioning"
          description="It can be enabled later as well: Settings, on the page of the provider."
          checked={scim}
          onChange={(event) => write({ scim: event.currentTarget.checked })}
        />
        {scim && (
          <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} aria-hidden />}>
            Complete sign-in first, so that whoever is provisioned can come in. The endpoint and the token
            follow on the next page.
          </Alert>
        )}
      </Panel>
      {problem && <Failed problem={problem} />}
      <Ways onBack={onBack}>
        <Button onClick={onAdd} loading={isBusy}>
          {scim ? 'Save & Enable' : 'Add provider'}
        </Button>
      </Ways>
    </Stack>
  );
}

function Ways({ onBack, children }: { onBack(): void; children: ReactNode }) {
  return (
    <Group justify="space-between">
      <Button variant="default" onClick={onBack}>
        Back
      </Button>
      {children}
    </Group>
  );
}
