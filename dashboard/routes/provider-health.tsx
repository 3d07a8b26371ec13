// How a provider is doing, in words: whether it calls as it should, and what should be looked at before it hurts.

import { Anchor, Button, Code, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ProviderHealthJson, ProviderJson, StatusJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import type { Tone } from '../ui/badges.tsx';
import { Warning } from '../ui/warning.tsx';
import { ago } from '../ui/when.tsx';

export interface Contact {
  tone: Tone;
  words: string;
  /** What it means. */
  about: string;
}

export function contactOf(health: ProviderHealthJson, { kind }: Pick<ProviderJson, 'kind'>): Contact {
  const last = health.lastRequest ? ago(health.lastRequest.at) : '';
  switch (health.contact) {
    case 'off':
      return {
        tone: 'quiet',
        words: 'SCIM is off',
        about: 'Nothing is expected to call. Enable SCIM Provisioning in the settings of this page.',
      };
    case 'never':
      return {
        tone: 'plain',
        words: 'Waiting for the first request',
        about:
          kind === 'entra'
            ? 'Test Connection in Entra calls at once; Provisioning Status On within 40 minutes.'
            : 'Nothing has called with a token of this provider so far.',
      };
    case 'heard':
      return {
        tone: 'good',
        words: 'Connected',
        about: `It last called ${last}, and calls when something changes.`,
      };
    case 'onTime':
      return {
        tone: 'good',
        words: 'On time',
        about: `It last called ${last}; Entra does every 40 minutes.`,
      };
    case 'late':
      return {
        tone: 'warn',
        words: 'Late',
        about: `It last called ${last}. A cycle of 40 minutes was missed.`,
      };
    case 'silent':
      return {
        tone: 'bad',
        words: 'Silent',
        about: `It last called ${last}. More than two cycles were missed.`,
      };
  }
}

interface WarningsProps {
  provider: ProviderJson;
  health: ProviderHealthJson;
  /** Undefined for whoever may not see it. */
  status: StatusJson | undefined;
}

export function ProviderWarnings({ provider, health, status }: WarningsProps) {
  const token = tokenWarning(provider, health);
  const isSilent = health.contact === 'silent';
  const isAlone = status?.breakGlass === 0;
  if (!isSilent && !isUnverified(provider) && !token && !isAlone) return null;
  return (
    <Stack gap="sm">
      {isSilent && <Quarantine provider={provider} />}
      {isUnverified(provider) && <Unverified provider={provider} />}
      {token && <Warning title={token.title}>{token.about}</Warning>}
      {isAlone && <NoBreakGlass />}
    </Stack>
  );
}

/** It is being set up, or was disabled before anybody came by it: its steps can be gone on with. */
export function isUnfinished(provider: ProviderJson, { users, lastRequest }: ProviderHealthJson): boolean {
  if (provider.enabled || provider.declared || provider.retirement !== null) return false;
  return users.active + users.suspended === 0 && lastRequest === null;
}

export function Unfinished({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson }) {
  const { may } = useSession();
  if (!isUnfinished(provider, health)) return null;
  const step = provider.signIn.lastVerification?.ok ? 'mapping' : 'configuration';
  return (
    <Warning
      title="Not finished"
      action={
        may('providers:create') && (
          <Button
            component={Link}
            to={`/governance/user-provisioning/new?step=${step}&provider=${provider.id}` as never}
            size="xs"
            aria-label={`Go on with ${provider.name}`}
          >
            Go on
          </Button>
        )
      }
    >
      It is disabled, and nobody has come by it so far. The steps of adding it end with enabling it.
    </Warning>
  );
}

/** SCIM was switched on before anybody knew that signing in works. */
function isUnverified({ scim, signIn, enabled }: ProviderJson): boolean {
  return enabled && scim.enabled && signIn.lastVerification?.lastOkAt == null;
}

function Quarantine({ provider }: { provider: ProviderJson }) {
  return (
    <Warning
      title="Its provisioning has probably stopped"
      action={
        <Button
          component={Link}
          to={`/governance/requests?provider=${provider.id}&status=failed` as never}
          variant="default"
          size="xs"
        >
          Refused requests
        </Button>
      }
    >
      Nothing has called for more than two cycles. Entra puts a job that keeps failing into quarantine and
      then calls once a day: look at Provisioning › Overview in the Azure Portal, mend what it names, and
      choose Restart provisioning.
    </Warning>
  );
}

function Unverified({ provider }: { provider: ProviderJson }) {
  const failed = provider.signIn.lastVerification?.failed ?? [];
  return (
    <Warning title="SCIM is on, and signing in was never verified">
      {failed.length > 0 ? (
        <>
          The last try failed at {failed.join(', ')}. People are provisioned and cannot come in until that is
          mended.
        </>
      ) : (
        <>
          Complete sign-in first: Verify, then sign in once yourself. Otherwise people find the mistakes one
          by one.
        </>
      )}
    </Warning>
  );
}

const DAY_MS = 24 * 3_600_000;
const SOON_MS = 14 * DAY_MS;

/** The one thing to be done about tokens that cannot wait. */
function tokenWarning(
  { scim }: ProviderJson,
  { liveTokens, unusedTokens, nextTokenExpiry, tokensEndAt, lastRequest }: ProviderHealthJson,
): { title: string; about: string } | null {
  if (!scim.enabled) return null;
  if (liveTokens === 0) {
    return {
      title: 'No provisioning token is live',
      about: 'Every request is refused. Rotate the token, and enter the new one in the provider.',
    };
  }
  if (tokensEndAt !== null && Date.parse(tokensEndAt) - Date.now() < SOON_MS) {
    return {
      title: `The provisioning token ends ${ago(tokensEndAt)}`,
      about: 'Rotate it, and enter the new one in the provider before that.',
    };
  }
  if (unusedTokens > 0 && lastRequest !== null) {
    const end = nextTokenExpiry === null ? '' : ` The one before it ends ${ago(nextTokenExpiry)}.`;
    return {
      title: 'The new provisioning token was not used so far',
      about: `Enter it in the provider.${end}`,
    };
  }
  return null;
}

function NoBreakGlass() {
  return (
    <Warning title="There is no administrator outside of the provider">
      Should it stop signing people in, nobody could mend it here. Run <Code>bifrost admin reset</Code> on the
      server, or see{' '}
      <Anchor component={Link} to="/settings" inherit underline="always">
        Settings
      </Anchor>
      .
    </Warning>
  );
}
