// Adding a provider, step by step: which kind, how it is reached, what comes of attributes, and a look at all of it. Which step it is
// stands in the address; what was typed stays when the page is left.

import { Stack, Stepper } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProviderJson, StatusJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useSession } from '../session.tsx';
import { Page } from '../ui/page.tsx';
import { beginDraft, forgetDraft, keepDraft, type NewProvider, readDraft } from './new-provider-draft.ts';
import { ConfigurationStep, firstRules, MappingStep, ReviewStep } from './new-provider-steps.tsx';
import { blockOf } from './provider-fields.tsx';
import { isKind } from './provider-kinds.ts';
import { ProviderTiles } from './provider-tiles.tsx';
import { type Handed, SetupComplete } from './setup-complete.tsx';

const OVERVIEW = '/governance/user-provisioning';
const steps = ['choose', 'configuration', 'mapping', 'review'] as const;
type Step = (typeof steps)[number];
const titles: Readonly<Record<Step, string>> = {
  choose: 'Provider',
  configuration: 'Configuration',
  mapping: 'Attribute Mapping',
  review: 'Review',
};

export default function NewProviderPage() {
  return (
    <Page
      title="Add a provider"
      above={[{ label: 'User Provisioning', to: OVERVIEW }]}
      permission="providers:create"
    >
      <Wizard />
    </Page>
  );
}

/** What POST /providers takes. */
function written({ kind, name, values, scim, rules }: NewProvider): Record<string, unknown> {
  return {
    name: name.trim(),
    kind,
    ...blockOf(kind, values),
    ...(scim && { scim: { enabled: true } }),
    ...(rules && { attributeRoleMappings: firstRules }),
  };
}

function Wizard() {
  const { may } = useSession();
  const navigate = useNavigate();
  const [address, change] = useAddress();
  const [draft, setDraft] = useState(() => (isKind(address.kind) ? beginDraft(address.kind) : readDraft()));
  const [handed, setHanded] = useState<(Handed & { id: string }) | null>(null);
  const status = useGet<StatusJson>('/status', { enabled: may('system:read') });
  const asked = steps.find((each) => each === address.step);
  const step: Step = draft ? (asked ?? (address.kind ? 'configuration' : 'choose')) : 'choose';
  const go = (to: Step) => change({ step: to, kind: undefined });
  const write = (changes: Partial<NewProvider>) => {
    if (!draft) return;
    const now = { ...draft, ...changes };
    keepDraft(now);
    setDraft(now);
    add.reset();
  };
  const add = useChange<NewProvider, ProviderJson>({
    run: async (now) => (await send<ProviderJson>('/providers', { method: 'POST', body: written(now) })).body,
    isQuiet: true,
    onDone: (made) => {
      forgetDraft();
      // Kept in the provider: when that was, and how it went.
      if (may('providers:edit'))
        void send(`/providers/${made.id}/verify`, { method: 'POST', body: {} }).catch(() => {});
      const { endpoint, enabled, token } = made.scim;
      if (enabled) setHanded({ id: made.id, endpoint, token: token ?? null });
      else open(made.id);
    },
  });
  const open = (id: string) => void navigate({ to: `${OVERVIEW}/${id}` as never });
  const begin = (begun: NewProvider) => {
    setDraft(begun);
    go('configuration');
  };
  const shared = { draft: draft!, write, block: draft ? written(draft) : {}, problem: add.error };
  return (
    <Stack gap="lg">
      <Stepper
        active={steps.indexOf(step)}
        onStepClick={(index) => go(steps[index]!)}
        size="sm"
        allowNextStepsSelect={draft !== null}
        aria-label="Steps"
      >
        {steps.map((each) => (
          <Stepper.Step key={each} label={titles[each]} />
        ))}
      </Stepper>
      {step === 'choose' && (
        <ProviderTiles
          isDevelopment={status.data?.development}
          onKind={(kind) => begin(beginDraft(kind))}
          onLocalEntra={(settings) => begin(beginDraft('entra', settings))}
        />
      )}
      {step === 'configuration' && (
        <ConfigurationStep
          {...shared}
          isDevelopment={status.data?.development ?? false}
          onBack={() => go('choose')}
          onNext={() => go('mapping')}
        />
      )}
      {step === 'mapping' && (
        <MappingStep {...shared} onBack={() => go('configuration')} onNext={() => go('review')} />
      )}
      {step === 'review' && (
        <ReviewStep
          {...shared}
          isBusy={add.isPending}
          onBack={() => go('mapping')}
          onConfigure={() => go('configuration')}
          onAdd={() => add.mutate(draft!)}
        />
      )}
      <SetupComplete handed={handed} kind={draft?.kind ?? 'entra'} onClose={() => open(handed!.id)} />
    </Stack>
  );
}
