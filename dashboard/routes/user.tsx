// One user: who they are and who owns that, what they have and why, what happened, and where they are signed in.

import { Button, Group, Stack, Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProviderJson, UserJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { useGet } from '../queries.ts';
import { May, useSession } from '../session.tsx';
import { Mark, StatusMark } from '../ui/badges.tsx';
import { Page } from '../ui/page.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { UserAccess } from './user-access.tsx';
import { type AskedMoment, ChooseMoment, useMoment } from './user-access-moment.tsx';
import { AccessThen } from './user-access-then.tsx';
import { UserAttributes } from './user-attributes.tsx';
import { Suspended, UserFacts } from './user-facts.tsx';
import { UserScim } from './user-scim.tsx';
import { UserSessions } from './user-sessions.tsx';
import { EraseUser, type Standing, StandingDialog } from './user-standing.tsx';
import { UserTimeline } from './user-timeline.tsx';
import { sources } from './user-words.ts';

const above = [{ label: 'Users', to: '/governance/users' }];

export default function UserPage() {
  const { user: id } = useParams({ strict: false }) as { user: string };
  const { may } = useSession();
  const found = useGet<UserJson>(`/users/${encodeURIComponent(id)}`, { enabled: may('users:read') });
  // What was there until a moment ago is gone when a refresh says so.
  const isGone = found.error?.status === 404;
  const moment = useMoment();
  if (found.data && !isGone) return <Known key={found.data.id} user={found.data} />;
  if (isGone && moment !== null) return <NotThereAnyMore id={id} moment={moment} />;
  return (
    <Page title={isGone ? 'There is no such user' : 'User'} above={above} permission="users:read">
      {found.error ? <Failed problem={found.error} onRetry={() => void found.refetch()} /> : <Loading />}
    </Page>
  );
}

/** What the log still tells of somebody who was erased. */
function NotThereAnyMore({ id, moment }: { id: string; moment: AskedMoment }) {
  return (
    <Page title="There is no such user now" above={above} permission="users:read">
      <ChooseMoment />
      <AccessThen user={id} moment={moment} isErased />
    </Page>
  );
}

function Known({ user }: { user: UserJson }) {
  const { may } = useSession();
  const provider = useGet<ProviderJson>(`/providers/${user.provider}`, { enabled: may('providers:read') });
  const { displayName, userName, status, source, role } = user;
  return (
    <Page
      title={displayName}
      beside={
        <Group gap={6}>
          <StatusMark status={status} />
          <Mark tone={sources[source].tone}>{sources[source].words}</Mark>
          {role === null && status !== 'removed' && <Mark tone="warn">No role</Mark>}
        </Group>
      }
      about={displayName === userName ? undefined : userName}
      above={above}
      permission="users:read"
      actions={<Actions user={user} />}
    >
      <Suspended user={user} />
      <UserFacts user={user} provider={provider.data} />
      <Parts user={user} />
    </Page>
  );
}

function Actions({ user }: { user: UserJson }) {
  const [open, setOpen] = useState<Standing | 'erase' | null>(null);
  const close = () => setOpen(null);
  const standing: Standing = user.suspensions.includes('admin') ? 'lift' : 'suspend';
  return user.status === 'removed' ? (
    <May do="users:purge">
      <Button variant="default" c="red" onClick={() => setOpen('erase')}>
        Erase
      </Button>
      <EraseUser user={user} opened={open === 'erase'} onClose={close} />
    </May>
  ) : (
    <May do="users:suspend">
      <Button variant="default" onClick={() => setOpen(standing)}>
        {standing === 'lift' ? 'Lift suspension' : 'Suspend'}
      </Button>
      <StandingDialog
        user={user}
        open={open === 'suspend' || open === 'lift' ? open : null}
        onClose={close}
      />
    </May>
  );
}

function Parts({ user }: { user: UserJson }) {
  const { may } = useSession();
  const [{ tab }, change] = useAddress();
  const parts = [
    { name: 'access', label: 'Access', content: <UserAccess user={user} /> },
    { name: 'attributes', label: 'Attributes', content: <UserAttributes user={user} /> },
    { name: 'timeline', label: 'Timeline', content: <UserTimeline user={user} /> },
    ...(may('sessions:read') || may('apiKeys:read')
      ? [{ name: 'sessions', label: 'Sessions & keys', content: <UserSessions user={user} /> }]
      : []),
    ...(user.status === 'removed'
      ? []
      : [{ name: 'scim', label: 'Raw SCIM', content: <UserScim user={user} /> }]),
  ];
  const shown = parts.find(({ name }) => name === tab)?.name ?? 'access';
  return (
    <Tabs
      value={shown}
      onChange={(chosen) => change({ tab: chosen === 'access' ? undefined : (chosen ?? undefined) })}
      keepMounted={false}
    >
      <Tabs.List aria-label="About this user">
        {parts.map(({ name, label }) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {parts.map(({ name, content }) => (
        <Tabs.Panel key={name} value={name} pt="md">
          <Stack>{content}</Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
