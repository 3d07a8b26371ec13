// Signing in by a provider: what is registered there, when it was last verified, and each check with what to do.

import { Button, List, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { ProviderJson, ProviderTrialJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark } from '../ui/badges.tsx';
import { CopyField } from '../ui/copy-field.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

export function SignInPanel({ provider }: { provider: ProviderJson }) {
  const { may } = useSession();
  const verify = useChange<void, ProviderTrialJson>({
    run: async () =>
      (await send<ProviderTrialJson>(`/providers/${provider.id}/verify`, { method: 'POST', body: {} })).body,
    touches: ['providers'],
    isQuiet: true,
  });
  const seesClaims = (may('mappings:apply') || may('providers:edit')) && provider.enabled;
  return (
    <Panel
      title="Sign-in"
      beside={<Verified provider={provider} />}
      actions={
        <>
          {seesClaims && (
            <Button
              component="a"
              href={`/workspace/scim/discover-claims?provider=${provider.id}`}
              size="xs"
              variant="default"
            >
              Discover Claims
            </Button>
          )}
          {provider.retirement === null && (
            <May do="providers:edit">
              <Button size="xs" variant="default" onClick={() => verify.mutate()} loading={verify.isPending}>
                Verify
              </Button>
            </May>
          )}
        </>
      }
    >
      <LastVerified provider={provider} isShownBelow={verify.data !== undefined} />
      {verify.error && <Failed problem={verify.error} />}
      {verify.data && <Checks checks={verify.data.checks} />}
      <RedirectAddresses signIn={provider.signIn} />
    </Panel>
  );
}

/** Whether signing in by it was tried, and how that ended. */
export function Verified({ provider: { signIn } }: { provider: ProviderJson }) {
  const last = signIn.lastVerification;
  if (!last) return <Mark tone="warn">Never verified</Mark>;
  return last.ok ? <Mark tone="good">Verified</Mark> : <Mark tone="bad">Does not work</Mark>;
}

function LastVerified({ provider, isShownBelow }: { provider: ProviderJson; isShownBelow: boolean }) {
  const last = provider.signIn.lastVerification;
  if (!last) {
    return (
      <Text size="sm" c="dimmed">
        Verify tries every step of signing in by name, without anybody. It takes some seconds.
      </Text>
    );
  }
  return (
    <Text size="sm">
      Verified <When at={last.at} />
      {last.ok || isShownBelow ? '.' : `; failed: ${last.failed.join(', ')}.`}
      {!last.ok && (
        <>
          {' '}
          All was last well: <When at={last.lastOkAt} />.
        </>
      )}
    </Text>
  );
}

const states = {
  ok: { color: 'green', words: 'ok', icon: IconCheck },
  warning: { color: 'yellow', words: 'to be looked at', icon: IconAlertTriangle },
  failed: { color: 'red', words: 'failed', icon: IconX },
  skipped: { color: 'gray', words: 'not tried', icon: IconMinus },
} as const;

/** In the order in which things are needed: what failed first is what to mend first. */
export function Checks({ checks }: { checks: ProviderTrialJson['checks'] }) {
  return (
    <List
      listStyleType="none"
      spacing={8}
      aria-label="Checks"
      styles={{ itemWrapper: { alignItems: 'flex-start' } }}
    >
      {checks.map(({ name, state, sentence, advice }) => {
        const { color, words, icon: Icon } = states[state];
        return (
          <List.Item
            key={name}
            icon={
              <ThemeIcon color={color} variant="light" size={22} radius="xl" role="img" aria-label={words}>
                <Icon size={14} stroke={2.4} />
              </ThemeIcon>
            }
          >
            <Text size="sm">
              <strong>{checkWords(name)}</strong>: {sentence}
            </Text>
            {advice !== null && (
              <Text size="sm" c={state === 'failed' ? 'inherit' : 'dimmed'}>
                {advice}
              </Text>
            )}
          </List.Item>
        );
      })}
    </List>
  );
}

const named: Readonly<Record<string, string>> = {
  settings: 'Settings',
  discovery: 'Discovery document',
  clock: 'Clock',
  issuer: 'Issuer',
  keys: 'Signing keys',
  clientSecret: 'Client secret',
  assignment: 'Assignment',
  redirectUri: 'Redirect URI',
  discoverRedirectUri: 'Redirect URI of Discover Claims',
};

function checkWords(name: string): string {
  return named[name] ?? (name.startsWith('permission:') ? `Permission ${name.slice(11)}` : name);
}

export function RedirectAddresses({ signIn }: { signIn: Omit<ProviderJson['signIn'], 'lastVerification'> }) {
  return (
    <Stack gap="xs">
      <CopyField
        label="Redirect URI"
        value={signIn.redirectUri}
        description="To be registered, platform Web"
      />
      <CopyField label="Redirect URI of Discover Claims" value={signIn.discoverRedirectUri} />
      <CopyField label="Front-channel logout URL" value={signIn.frontChannelLogoutUri} />
    </Stack>
  );
}
