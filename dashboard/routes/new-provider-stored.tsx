// The configuration of a provider that is stored and not yet enabled: what was changed is stored when the step is left, or verified.

import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ProviderJson, ProviderTrialJson } from '../../src/edge/admin/contract.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { Failed } from '../ui/states.tsx';
import { ConfigurationStep } from './new-provider-configuration.tsx';
import { Ways } from './new-provider-steps.tsx';
import { changesOf, draftOf, storedSecrets } from './provider-draft.ts';

interface StoredProps {
  provider: ProviderJson;
  isDevelopment: boolean;
  onNext(): void;
}

export function StoredConfiguration({ provider, isDevelopment, onNext }: StoredProps) {
  // What was typed is compared with, and sent on, what it was begun on, whatever refreshes behind it.
  const [before, begin] = useState(provider);
  const [draft, setDraft] = useState(() => draftOf(provider));
  const path = `/providers/${provider.id}`;
  const changes = changesOf(before, draft);
  const store = async () => {
    if (Object.keys(changes).length === 0) return;
    const ifMatch = `"${before.revision}"`;
    const { body } = await send<ProviderJson>(path, { method: 'PATCH', body: changes, ifMatch });
    begin(body);
    setDraft(draftOf(body));
  };
  const save = useChange<void>({ run: store, touches: ['providers'], isQuiet: true, onDone: onNext });
  return (
    <ConfigurationStep
      kind={before.kind}
      name={draft.name}
      values={draft.values}
      onType={(typed) => {
        setDraft({ ...draft, ...typed });
        save.reset();
      }}
      problem={save.error}
      isDevelopment={isDevelopment}
      stored={storedSecrets(before)}
      verifies="; what was changed is stored first."
      verify={async () => {
        await store();
        return (await send<ProviderTrialJson>(`${path}/verify`, { method: 'POST', body: {} })).body;
      }}
    >
      {save.error && <Failed problem={save.error} />}
      <Ways>
        <Button onClick={() => save.mutate()} loading={save.isPending}>
          Continue
        </Button>
      </Ways>
    </ConfigurationStep>
  );
}
