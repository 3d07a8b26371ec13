// One person: properties to change, groups, what they are to Bifrost, and what happens next because of a change.

import { Anchor, Button, Group, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconBolt, IconLogin2, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import { Facts } from '../../../dashboard/ui/facts.tsx';
import type { OverviewJson, UserEditJson, UserJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet, useProvisioning } from '../api.ts';
import { nextCycle } from '../frame/sent-strip.tsx';
import { places } from '../places.ts';
import { Command, PortalPage, Section } from '../ui/portal-page.tsx';
import { Shown } from '../ui/shown.tsx';

export default function User() {
  const { user } = useParams({ strict: false });
  const found = useGet<UserJson>(`/users/${user}`);
  return <Shown of={found}>{(person) => <Person key={person.objectId} person={person} />}</Shown>;
}

function Person({ person }: { person: UserJson }) {
  const { objectId, displayName, accountEnabled, deletedAt } = person;
  const navigate = useNavigate();
  const remove = useChange({
    run: () => ask('DELETE', `/users/${objectId}`),
    done: `${displayName} is in the recycle bin`,
    onDone: () => navigate({ to: places.users.to as never }),
  });
  return (
    <PortalPage
      title={displayName}
      beside={
        <>
          <Mark tone={accountEnabled ? 'good' : 'warn'}>{accountEnabled ? 'Enabled' : 'Disabled'}</Mark>
          {deletedAt && <Mark tone="bad">Deleted</Mark>}
        </>
      }
      above={[places.directory, places.users]}
      commands={
        <>
          <Command icon={IconBolt} to={places.onDemand.to} search={{ kind: 'user', selected: objectId }}>
            Provision on demand
          </Command>
          <SignInAs person={person} />
          <Command icon={IconTrash} disabled={deletedAt !== null} onClick={() => remove.mutate()}>
            Delete
          </Command>
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Properties person={person} />
        <Stack>
          <InBifrost person={person} />
          <Section title="Groups">
            <Groups of={person.groups} />
          </Section>
        </Stack>
      </SimpleGrid>
    </PortalPage>
  );
}

/** The sign-in page of the application, and whoever asks there next is this person. */
function SignInAs({ person }: { person: UserJson }) {
  const { data } = useGet<OverviewJson>('/overview');
  const order = useChange({ run: () => ask('POST', `/users/${person.objectId}/sign-in-next`) });
  if (!data?.signInUrl) return null;
  return (
    <Button
      component="a"
      href={data.signInUrl}
      target="_blank"
      rel="noreferrer"
      variant="subtle"
      size="compact-md"
      leftSection={<IconLogin2 size={17} stroke={1.7} aria-hidden />}
      onClick={() => order.mutate()}
    >
      Sign in as {person.givenName || person.displayName}
    </Button>
  );
}

const fields = [
  { name: 'displayName', label: 'Display name' },
  { name: 'userPrincipalName', label: 'User principal name' },
  { name: 'givenName', label: 'First name' },
  { name: 'surname', label: 'Last name' },
  { name: 'mail', label: 'Mail' },
  { name: 'jobTitle', label: 'Job title' },
  { name: 'department', label: 'Department' },
  { name: 'employeeId', label: 'Employee ID' },
] as const;

function Properties({ person }: { person: UserJson }) {
  const [edit, setEdit] = useState<Partial<UserEditJson>>({});
  const save = useChange({
    run: () => ask<UserJson>('PATCH', `/users/${person.objectId}`, edit),
    done: 'Saved',
    onDone: () => setEdit({}),
  });
  const wanted = { ...person, ...edit };
  const isChanged = Object.keys(edit).length > 0;
  return (
    <Section title="Properties">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" verticalSpacing="sm">
            {fields.map(({ name, label }) => (
              <TextInput
                key={name}
                label={label}
                value={wanted[name]}
                onChange={(event) => setEdit({ ...edit, [name]: event.currentTarget.value })}
              />
            ))}
          </SimpleGrid>
          <Switch
            label="Account enabled"
            checked={wanted.accountEnabled}
            onChange={(event) => setEdit({ ...edit, accountEnabled: event.currentTarget.checked })}
          />
          <Group>
            <Button type="submit" disabled={!isChanged} loading={save.isPending}>
              Save
            </Button>
            <Button variant="default" disabled={!isChanged} onClick={() => setEdit({})}>
              Discard
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function InBifrost({ person }: { person: UserJson }) {
  const { data: state } = useProvisioning();
  const byGroup = person.groups.filter(({ isAssigned }) => isAssigned);
  const assigned = person.isAssigned
    ? 'Directly'
    : byGroup.length > 0
      ? `By ${byGroup.map(({ displayName }) => displayName).join(', ')}`
      : 'No';
  return (
    <Section title={places.application.label}>
      <Facts
        of={[
          ['Object ID', person.objectId],
          ['Assigned', assigned],
          [
            'In scope of provisioning',
            <Mark key="scope" tone={person.isInScope ? 'good' : 'quiet'}>
              {person.isInScope ? 'Yes' : 'No'}
            </Mark>,
          ],
          ['App roles in the token', person.appRoles.join(', ') || 'none'],
          ['Manager', person.manager?.displayName ?? 'none'],
          [
            'A change is sent',
            state ? (state.status === 'on' ? nextCycle(state.nextCycleInMs) : 'Provisioning is off') : '',
          ],
        ]}
      />
      <Anchor component={Link} to={places.logs.to} search={{ identity: person.objectId } as never} size="sm">
        Provisioning logs of {person.displayName}
      </Anchor>
    </Section>
  );
}

function Groups({ of }: { of: UserJson['groups'] }) {
  if (of.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        In no group.
      </Text>
    );
  }
  return of.map(({ objectId, displayName, isAssigned }) => (
    <Group key={objectId} gap="xs" py={2}>
      <Anchor component={Link} to={`/groups/${objectId}`} size="sm">
        {displayName}
      </Anchor>
      {isAssigned && <Mark tone="plain">Assigned</Mark>}
    </Group>
  ));
}
