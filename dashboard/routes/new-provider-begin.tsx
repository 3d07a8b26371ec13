// The first two steps of adding a provider: which kind, and how it is reached. Leaving the second one stores it, disabled.

import { Button, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProviderJson, ProviderTrialJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { send } from '../api.ts';
import { useChange } from '../queries.ts';
import { useSession, useStatus } from '../session.tsx';
import { Failed } from '../ui/states.tsx';
import { ConfigurationStep } from './new-provider-configuration.tsx';
import { beginDraft, forgetDraft, keepDraft, type NewProvider, readDraft } from './new-provider-draft.ts';
import { OVERVIEW, Steps, stepNamed, Ways } from './new-provider-steps.tsx';
import { blockOf } from './provider-fields.tsx';
import { isKind, type Kind } from './provider-kinds.ts';
import { ProviderTiles } from './provider-tiles.tsx';

export function BeginProvider() {
  const [address, change] = useAddress();
  const [draft, setDraft] = useState(() => (isKind(address.kind) ? beginDraft(address.kind) : readDraft()));
  const status = useStatus();
  const isDevelopment = status.data?.development;
  const isChoosing = !draft || (stepNamed(address.step) ?? (address.kind ? '' : 'choose')) === 'choose';
  const go = (step: 'choose' | 'configuration') => change({ step, kind: undefined });
  const begin = (kind: Kind, values?: Readonly<Record<string, string>>) => {
    setDraft(beginDraft(kind, values));
    go('configuration');
  };
  return (
    <Stack gap="lg">
      <Steps
        at={isChoosing ? 'choose' : 'configuration'}
        open={draft ? ['choose', 'configuration'] : ['choose']}
        onStep={(step) => go(step === 'choose' ? step : 'configuration')}
      />
      {isChoosing ? (
        <ProviderTiles
          isDevelopment={isDevelopment}
          onKind={begin}
          onLocalEntra={(settings) => begin('entra', settings)}
        />
      ) : (
        <Configuration
          draft={draft}
          isDevelopment={isDevelopment ?? false}
          onWrite={(now) => {
            keepDraft(now);
            setDraft(now);
          }}
          onBack={() => go('choose')}
        />
      )}
    </Stack>
  );
}

interface DraftProps {
  draft: NewProvider;
  isDevelopment: boolean;
  onWrite(draft: NewProvider): void;
  onBack(): void;
}

function Configuration({ draft, isDevelopment, onWrite, onBack }: DraftProps) {
  const add = useAdd();
  const { kind, name, values } = draft;
  return (
    <ConfigurationStep
      kind={kind}
      name={name}
      values={values}
      onType={(changes) => {
        onWrite({ ...draft, ...changes });
        add.reset();
      }}
      problem={add.error}
      isDevelopment={isDevelopment}
      verifies=", and stores nothing."
      verify={async () =>
        (await send<ProviderTrialJson>('/providers/verify', { method: 'POST', body: written(draft) })).body
      }
    >
      {add.error && <Failed problem={add.error} />}
      <Ways onBack={onBack}>
        <Button onClick={() => add.mutate(draft)} loading={add.isPending}>
          Continue
        </Button>
      </Ways>
    </ConfigurationStep>
  );
}

/** What Entra calls app roles, as it sends them: to begin with, and changed in the next step. */
const firstRules = [
  { attribute: 'roles', value: 'admin', role: 'Admin' },
  { attribute: 'roles', value: 'developer', role: 'Developer' },
  { attribute: 'roles', value: 'viewer', role: 'Viewer' },
] as const;

function written({ kind, name, values }: NewProvider): Record<string, unknown> {
  return { name: name.trim(), kind, ...blockOf(kind, values) };
}

/** Sent twice, the second is refused: its name is taken. */
function useAdd() {
  const { may } = useSession();
  const navigate = useNavigate();
  return useChange<NewProvider, ProviderJson>({
    run: async (draft) => {
      const rules = draft.kind === 'entra' && { attributeRoleMappings: firstRules };
      const body = { ...written(draft), ...rules, enabled: false };
      return (await send<ProviderJson>('/providers', { method: 'POST', body })).body;
    },
    touches: ['providers'],
    isQuiet: true,
    async onDone({ id }) {
      forgetDraft();
      // Kept in the provider: when that was, and how it went.
      if (may('providers:edit'))
        void send(`/providers/${id}/verify`, { method: 'POST', body: {} }).catch(() => {});
      // Back leads to what is stored, not to a draft that is gone.
      const at = (step: string) => ({ to: `${OVERVIEW}/new`, search: { step, provider: id } });
      await navigate({ ...at('configuration'), replace: true } as never);
      await navigate(at('mapping') as never);
    },
  });
}
