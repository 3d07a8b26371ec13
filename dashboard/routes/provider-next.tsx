// What to do next with a provider that was enabled, until the first person has come by it.

import { Anchor, Button, List, Text, ThemeIcon } from '@mantine/core';
import { IconArrowRight, IconCheck } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { useSession } from '../session.tsx';
import { Panel } from '../ui/panel.tsx';
import type { Kind } from './provider-kinds.ts';

interface NextProps {
  provider: ProviderJson;
  health: ProviderHealthJson;
  onSettings(): void;
}

export function NextSteps({ provider, health, onSettings }: NextProps) {
  const { may } = useSession();
  const { users, lastRequest } = health;
  if (!provider.enabled || provider.retirement !== null || users.active + users.suspended > 0) return null;
  const { scim, signIn, name, kind } = provider;
  const mayEnable = may('providers:edit') && !provider.locked.includes('scim');
  return (
    <Panel title="What to do next">
      <List
        listStyleType="none"
        spacing={8}
        aria-label="Next steps"
        styles={{ itemWrapper: { alignItems: 'flex-start' } }}
      >
        <Doing isDone={signIn.lastVerification?.ok === true} title="Verify that signing in works">
          Below, under Sign-in: each step is tried by name, and what is missing is said with what to do.
        </Doing>
        <Doing title="Sign in once yourself">
          Open {location.origin}/login in a private window and choose {name}. What your token holds shows
          Discover Claims, below.
        </Doing>
        <Doing
          isDone={scim.enabled}
          title="Enable SCIM Provisioning"
          action={
            mayEnable &&
            !scim.enabled && (
              <Button size="xs" variant="default" mt={4} onClick={onSettings}>
                Open Provider Configuration
              </Button>
            )
          }
        >
          {scim.enabled
            ? 'It is on: the endpoint stands under Connection, and the token can be rotated.'
            : 'Where people are to arrive before they sign in, and leave the moment they are unassigned.'}
        </Doing>
        {scim.enabled && (
          <Doing isDone={lastRequest !== null} title="Let it provision">
            {provisioning[kind]}
          </Doing>
        )}
        <Doing title="Look at who has arrived">
          <Places /> fill as people come: by signing in
          {scim.enabled ? ' and by SCIM.' : '.'}
        </Doing>
      </List>
    </Panel>
  );
}

const others =
  'Enter the endpoint and the token there, and assign who is to come. The first request shows here.';
const provisioning: Readonly<Record<Kind, string>> = {
  entra:
    'In the Azure Portal: Test Connection, assign users and groups, then Provisioning Status On. A first cycle takes some hours for a large directory, later ones 40 minutes.',
  okta: others,
  keycloak: others,
  google: others,
  oidc: others,
};

function Places() {
  return (
    <>
      <Anchor component={Link} to="/governance/users" inherit>
        Users
      </Anchor>
      ,{' '}
      <Anchor component={Link} to="/governance/teams" inherit>
        Teams
      </Anchor>{' '}
      and{' '}
      <Anchor component={Link} to="/governance/business-units" inherit>
        Business Units
      </Anchor>
    </>
  );
}

interface DoingProps {
  title: string;
  isDone?: boolean;
  action?: ReactNode;
  children: ReactNode;
}

function Doing({ title, isDone = false, action, children }: DoingProps) {
  const Icon = isDone ? IconCheck : IconArrowRight;
  return (
    <List.Item
      icon={
        <ThemeIcon
          color={isDone ? 'green' : 'gray'}
          variant="light"
          size={22}
          radius="xl"
          role="img"
          aria-label={isDone ? 'done' : 'to be done'}
        >
          <Icon size={14} stroke={2.4} />
        </ThemeIcon>
      }
    >
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="sm" c="dimmed" component="div">
        {children}
      </Text>
      {action}
    </List.Item>
  );
}
