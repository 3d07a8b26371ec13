// The main page of provisioning settings: mode, Admin Credentials, Mappings, Settings, Provisioning Status. Step 2 of the guide.

import { Accordion, Anchor, Group, Radio, Select, Stack, Text } from '@mantine/core';
import { IconDeviceFloppy, IconX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Mark } from '../../../dashboard/ui/badges.tsx';
import type { Kind, ProvisioningJson, SaveProvisioningJson, ScopeName } from '../../portal-api/contract.ts';
import { ask, useChange, useProvisioning } from '../api.ts';
import { aboveProvisioning, mappingNames, mappingPlace, places } from '../places.ts';
import { AdminCredentials } from '../ui/admin-credentials.tsx';
import { CycleClock } from '../ui/cycle-clock.tsx';
import { Command, PortalPage } from '../ui/portal-page.tsx';
import { Failed, Shown } from '../ui/shown.tsx';

export default function ProvisioningSettings() {
  const state = useProvisioning();
  return <Shown of={state}>{(found) => <Settings state={found} />}</Shown>;
}

function Settings({ state }: { state: ProvisioningJson }) {
  const [edit, setEdit] = useState<SaveProvisioningJson>({});
  const save = useChange({
    run: () => ask<ProvisioningJson>('PATCH', '/provisioning', edit),
    done: 'The provisioning settings were saved',
    isQuiet: true,
    onDone: () => setEdit({}),
  });
  const isChanged = Object.keys(edit).length > 0;
  const change = (changes: SaveProvisioningJson) => setEdit({ ...edit, ...changes });
  return (
    <PortalPage
      title={places.settings.label}
      above={aboveProvisioning}
      commands={
        <>
          <Command
            icon={IconDeviceFloppy}
            disabled={!isChanged}
            loading={save.isPending}
            onClick={() => save.mutate()}
          >
            Save
          </Command>
          <Command icon={IconX} disabled={!isChanged} onClick={() => setEdit({})}>
            Discard
          </Command>
        </>
      }
    >
      {save.error && isChanged && <Failed problem={save.error} />}
      <Fields state={{ ...state, ...edit }} edit={edit} onChange={change} />
    </PortalPage>
  );
}

interface FieldsProps {
  /** As it would be saved. */
  state: ProvisioningJson;
  edit: SaveProvisioningJson;
  onChange(changes: SaveProvisioningJson): void;
}

function Fields({ state, edit, onChange }: FieldsProps) {
  const isAutomatic = state.mode === 'automatic';
  return (
    <Stack maw={860}>
      <Select
        label="Provisioning Mode"
        data={[
          { value: 'manual', label: 'Manual' },
          { value: 'automatic', label: 'Automatic' },
        ]}
        value={state.mode}
        onChange={(mode) => mode && onChange({ mode: mode as ProvisioningJson['mode'] })}
        allowDeselect={false}
        maw={320}
      />
      {!isAutomatic && (
        <Text size="sm" c="dimmed">
          Manual: accounts are made by hand in the application. Automatic has them provisioned over SCIM.
        </Text>
      )}
      {isAutomatic && (
        <>
          <Accordion multiple variant="contained" defaultValue={['credentials', 'settings']}>
            <Part value="credentials" title="Admin Credentials">
              <AdminCredentials
                tenantUrl={state.tenantUrl}
                secretToken={edit.secretToken ?? ''}
                hasSecretToken={state.hasSecretToken}
                onChange={onChange}
              />
            </Part>
            <Part value="mappings" title="Mappings">
              <Mappings of={state.mappings} />
            </Part>
            <Part value="settings" title="Settings">
              <ScopeAndClock state={state} onChange={onChange} />
            </Part>
          </Accordion>
          <Radio.Group
            label="Provisioning Status"
            value={state.status}
            onChange={(status) => onChange({ status: status as ProvisioningJson['status'] })}
          >
            <Group mt={6}>
              <Radio value="on" label="On" />
              <Radio value="off" label="Off" />
            </Group>
          </Radio.Group>
        </>
      )}
    </Stack>
  );
}

function Part({ value, title, children }: { value: string; title: string; children: ReactNode }) {
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>
        <Text fw={600} size="sm">
          {title}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}

const kinds: readonly Kind[] = ['group', 'user'];

function Mappings({ of }: { of: ProvisioningJson['mappings'] }) {
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        How attributes of people and groups here become attributes that Bifrost receives.
      </Text>
      {kinds.map((kind) => (
        <Group key={kind} justify="space-between" maw={520}>
          <Anchor component={Link} to={mappingPlace(kind)} size="sm">
            {mappingNames[kind]}
          </Anchor>
          <Mark tone={of[kind].isEnabled ? 'good' : 'quiet'}>
            {of[kind].isEnabled ? 'Enabled' : 'Disabled'}
          </Mark>
        </Group>
      ))}
    </Stack>
  );
}

const scopes: readonly { value: ScopeName; label: string }[] = [
  { value: 'assigned', label: 'Sync only assigned users and groups' },
  { value: 'all', label: 'Sync all users and groups' },
];

function ScopeAndClock({ state, onChange }: Pick<FieldsProps, 'state' | 'onChange'>) {
  return (
    <Stack gap="sm">
      <Select
        label="Scope"
        data={[...scopes]}
        value={state.scope}
        onChange={(scope) => scope && onChange({ scope: scope as ScopeName })}
        allowDeselect={false}
        maw={420}
      />
      <CycleClock clock={state.clock} />
    </Stack>
  );
}
