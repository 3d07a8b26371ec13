// Provider Configuration: SCIM on or off, how people are kept, and the connection. Sends only what was changed, on the state that it
// was changed on; switching SCIM off asks first what becomes of the people.

import { Button, Drawer, Group, Stack, TextInput } from '@mantine/core';
import type { ProviderJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Meanwhile, useEdited } from '../ui/edited.tsx';
import { Locked } from '../ui/locked.tsx';
import { Failed } from '../ui/states.tsx';
import { PeopleSection, ReconcileSection, ScimSection, Section } from './provider-configuration-sections.tsx';
import { changesOf, type Draft, draftOf, storedSecrets, wordsOf } from './provider-draft.ts';
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
    <Drawer opened={opened} onClose={onClose} position="right" size="lg" title="Provider Configuration">
      {opened && <Form {...props} />}
    </Drawer>
  );
}

function Form({ provider, isDevelopment, onClose, onHanded, onDisableScim }: ConfigurationProps) {
  const edited = useEdited<Draft>(draftOf(provider), provider.revision);
  const { value: draft, revision } = edited;
  const write = (changes: Partial<Draft>) => edited.write({ ...draft, ...changes });
  const enables = draft.scim && !provider.scim.enabled;
  const disables = !draft.scim && provider.scim.enabled;
  const save = useChange<{ enables: boolean }, ProviderJson>({
    run: async () => {
      const { body } = await send<ProviderJson>(`/providers/${provider.id}`, {
        method: 'PATCH',
        body: changesOf(provider, draft),
        ifMatch: `"${revision}"`,
      });
      return body;
    },
    isQuiet: true,
    ...(!enables && { done: 'Saved.' }),
    // Asked of what was sent: by the time of the answer the provider may be here as it is then.
    onDone: ({ scim }, sent) => {
      onClose();
      if (sent.enables) onHanded({ ...scim, token: scim.token ?? null });
    },
  });
  const submit = () => {
    const changes = changesOf(provider, draft);
    if (disables) onDisableScim(changes);
    else if (Object.keys(changes).length === 0) onClose();
    else save.mutate({ enables });
  };
  const isLocked = (key: string) => provider.locked.includes(key);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="lg">
        {provider.declaredIn !== null && <Locked what={`what is locked here (${provider.declaredIn})`} />}
        <ScimSection provider={provider} draft={draft} write={write} isLocked={isLocked('scim')} />
        <PeopleSection draft={draft} write={write} isLocked={isLocked} problem={save.error} />
        <ReconcileSection
          provider={provider}
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
            kind={provider.kind}
            values={draft.values}
            onChange={(key, value) => write({ values: { ...draft.values, [key]: value } })}
            problem={save.error}
            locked={provider.locked}
            stored={storedSecrets(provider)}
            isDevelopment={isDevelopment}
            columns={1}
          />
        </Section>
        {save.error && save.error.status !== 412 && <Failed problem={save.error} />}
        <Meanwhile
          of={edited}
          words={(stored) => wordsOf(provider.kind, stored)}
          told={{ type: 'provider.updated', subject: provider.id }}
        />
        <Group justify="flex-end" className="foot">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={edited.before !== null}>
            {enables ? 'Save & Enable' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
