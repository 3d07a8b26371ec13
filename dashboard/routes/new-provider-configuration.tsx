// How a new provider is reached: its fields, what is to be registered there, and the checks of signing in by it.

import { Button, Paper, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DiscoveredJson, ProviderTrialJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Mark } from '../ui/badges.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { ProviderFields, sentence, type Values } from './provider-fields.tsx';
import type { Kind } from './provider-kinds.ts';
import { Checks, RedirectAddresses } from './provider-sign-in.tsx';

export interface Typed {
  name: string;
  values: Values;
}

interface ConfigurationProps extends Typed {
  kind: Kind;
  onType(changes: Partial<Typed>): void;
  /** Of what was sent last. */
  problem: ApiProblem | null;
  isDevelopment: boolean;
  /** Keys of secrets that are stored: leaving them empty keeps them. */
  stored?: readonly string[];
  /** What Verify tries. */
  verifies: string;
  verify(): Promise<ProviderTrialJson>;
  /** Back and on. */
  children: ReactNode;
}

export function ConfigurationStep(props: ConfigurationProps) {
  const { kind, name, values, onType, stored = [], isDevelopment, verifies, children } = props;
  const verify = useChange<void, ProviderTrialJson>({ run: props.verify, touches: [], isQuiet: true });
  const wrong = verify.error ?? props.problem;
  const type = (changes: Partial<Typed>) => {
    onType(changes);
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
            stored={stored}
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
          Tries every step of signing in by name, without anybody{verifies} It takes some seconds.
        </Text>
        {verify.error && <Failed problem={verify.error} />}
        {verify.data && <Checks checks={verify.data.checks} />}
      </Panel>
      {children}
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
      onFound({ authorizationEndpoint, tokenEndpoint, jwksUri, userinfoEndpoint: userinfoEndpoint ?? '' });
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
