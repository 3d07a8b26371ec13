// Provider Configuration: SCIM on or off, how people are kept, and the connection. Sends only what was changed, on the state that it
// was changed on; switching SCIM off asks first what becomes of the people.

import { Alert, Button, Drawer, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { type ApiProblem, send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Failed } from '../ui/states.tsx';
import { Warning } from '../ui/warning.tsx';
import { PeopleSection, ReconcileSection, ScimSection, Section } from './provider-configuration-sections.tsx';
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
        <Group justify="flex-end" className="foot">
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
