// Provision on demand: one person or group at once, step by step. The end of Step 3 of the guide.

import {
  Alert,
  Anchor,
  Button,
  Checkbox,
  Group,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconInfoCircle, IconSearch, IconUser, IconUsersGroup } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useAddress } from '../../../dashboard/address.ts';
import type { GroupJson, Kind, OnDemandJson, UserJson } from '../../portal-api/contract.ts';
import { ask, useChange, useGet, useProvisioning } from '../api.ts';
import { aboveProvisioning, places } from '../places.ts';
import { Errors, LogEntry, LogStatus } from '../ui/log-entry.tsx';
import { type Pick, usePicks } from '../ui/picker.tsx';
import { PortalPage, Section } from '../ui/portal-page.tsx';
import { Failed, Shown } from '../ui/shown.tsx';

const kinds: readonly Kind[] = ['user', 'group'];

export default function OnDemand() {
  const [{ kind, selected }] = useAddress();
  const { data: state } = useProvisioning();
  const isReady = state?.mode === 'automatic' && state.tenantUrl !== '' && state.hasSecretToken;
  return (
    <PortalPage
      title={places.onDemand.label}
      above={aboveProvisioning}
      about="Provisions one user or group now, without waiting for the next cycle, and shows each step."
    >
      {state && !isReady && (
        <Alert color="sky" variant="light" icon={<IconInfoCircle size={20} />}>
          Nothing can be sent yet.{' '}
          <Anchor component={Link} to={places.settings.to} size="sm" underline="always">
            Save a Tenant URL and a Secret Token
          </Anchor>{' '}
          first.
        </Alert>
      )}
      {selected === undefined ? (
        <Search />
      ) : kind === 'group' ? (
        <SelectedGroup key={selected} objectId={selected} isReady={isReady} />
      ) : (
        <SelectedUser key={selected} objectId={selected} isReady={isReady} />
      )}
    </PortalPage>
  );
}

const WAIT_MS = 150;

function Search() {
  const [, change] = useAddress();
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search, WAIT_MS);
  const found = usePicks(kinds, wanted);
  const select = ({ kind, objectId }: Pick) => change({ kind, selected: objectId });
  return (
    <Section title="Select a user or group">
      <Stack gap="xs" maw={640}>
        <TextInput
          type="search"
          label="Search by name or user principal name"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          leftSection={<IconSearch size={16} />}
        />
        <div className="picks" tabIndex={0} role="group" aria-label="Found">
          {found.map((pick) => (
            <UnstyledButton key={pick.objectId} className="pick" onClick={() => select(pick)}>
              {pick.kind === 'user' ? (
                <IconUser size={17} stroke={1.6} />
              ) : (
                <IconUsersGroup size={17} stroke={1.6} />
              )}
              <span className="who">
                <Text size="sm" className="cut">
                  {pick.displayName}
                </Text>
                <Text size="xs" c="dimmed" className="cut">
                  {pick.about}
                </Text>
              </span>
            </UnstyledButton>
          ))}
        </div>
      </Stack>
    </Section>
  );
}

interface SelectedProps {
  objectId: string;
  isReady: boolean;
}

function SelectedUser({ objectId, isReady }: SelectedProps) {
  const found = useGet<UserJson>(`/users/${objectId}`);
  return (
    <Shown of={found}>
      {({ displayName, userPrincipalName }) => (
        <Chosen
          title={displayName}
          about={userPrincipalName}
          isReady={isReady}
          body={{ users: [objectId] }}
        />
      )}
    </Shown>
  );
}

/** As in Entra; more of them wait for the next cycle. */
const MOST_MEMBERS = 5;

function SelectedGroup({ objectId, isReady }: SelectedProps) {
  const found = useGet<GroupJson>(`/groups/${objectId}`);
  const [members, setMembers] = useState<string[]>([]);
  return (
    <Shown of={found}>
      {({ displayName, people }) => (
        <Chosen
          title={displayName}
          about={`Group, with ${members.length} of its members (at most ${MOST_MEMBERS})`}
          isReady={isReady}
          body={{ group: objectId, users: members }}
        >
          <Checkbox.Group label="Members to take along" value={members} onChange={setMembers}>
            <Stack gap={6} mt={6} className="picks" p="sm" tabIndex={0} role="group" aria-label="Members">
              {people.map((one) => (
                <Checkbox
                  key={one.objectId}
                  value={one.objectId}
                  label={one.displayName}
                  disabled={members.length >= MOST_MEMBERS && !members.includes(one.objectId)}
                />
              ))}
            </Stack>
          </Checkbox.Group>
        </Chosen>
      )}
    </Shown>
  );
}

interface ChosenProps {
  title: string;
  about: string;
  isReady: boolean;
  body: unknown;
  children?: ReactNode;
}

function Chosen({ title, about, isReady, body, children }: ChosenProps) {
  const [, change] = useAddress();
  const provision = useChange<void, OnDemandJson>({
    run: () => ask('POST', '/provisioning/on-demand', body),
    isQuiet: true,
  });
  return (
    <>
      <Section title="Selected">
        <Stack gap="sm">
          <div>
            <Text fw={600}>{title}</Text>
            <Text size="sm" c="dimmed">
              {about}
            </Text>
          </div>
          {children}
          <Group>
            <Button disabled={!isReady} loading={provision.isPending} onClick={() => provision.mutate()}>
              Provision
            </Button>
            <Button variant="default" onClick={() => change({ kind: undefined, selected: undefined })}>
              Provision another object
            </Button>
          </Group>
        </Stack>
      </Section>
      {provision.error && <Failed problem={provision.error} />}
      {provision.data && <Result of={provision.data} />}
    </>
  );
}

function Result({ of: { entries, stopped } }: { of: OnDemandJson }) {
  return (
    <Stack role="status" aria-label="Result">
      {stopped !== null && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle size={20} />}
          title={entries.length === 0 ? 'Nothing was provisioned' : 'It ended before everything was done'}
        >
          The reason: {stopped}.
        </Alert>
      )}
      {entries.map((entry) => (
        <Section key={entry.id} title={entry.displayName}>
          <Group gap="xs" mb="sm">
            <LogStatus status={entry.status} />
            <Text size="sm">{entry.action}</Text>
          </Group>
          {entry.errors.length > 0 && <Errors of={entry.errors} />}
          <LogEntry entry={entry} />
        </Section>
      ))}
    </Stack>
  );
}
