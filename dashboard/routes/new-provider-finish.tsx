// The steps on a provider that is stored and disabled, until it is enabled. Whatever is left is stored: a reload, another tab or
// another day goes on from there.

import { Anchor, Stack, Text } from '@mantine/core';
import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ProviderHealthJson, ProviderJson } from '../../src/edge/admin/contract.ts';
import { useAddress } from '../address.ts';
import { send } from '../api.ts';
import { useChange, useGet } from '../queries.ts';
import { useStatus } from '../session.tsx';
import { Shown } from '../ui/states.tsx';
import { MappingStep } from './new-provider-mapping.tsx';
import { ReviewStep } from './new-provider-review.tsx';
import { OVERVIEW, type Step, Steps, stepNamed } from './new-provider-steps.tsx';
import { StoredConfiguration } from './new-provider-stored.tsx';
import { isUnfinished } from './provider-health.tsx';
import { type Handed, SetupComplete } from './setup-complete.tsx';

export function FinishProvider({ id }: { id: string }) {
  const path = `/providers/${encodeURIComponent(id)}`;
  const provider = useGet<ProviderJson>(path);
  const health = useGet<ProviderHealthJson>(`${path}/health`);
  return (
    <Shown of={provider}>
      {(found) => <Shown of={health}>{(how) => <Unfinished provider={found} health={how} />}</Shown>}
    </Shown>
  );
}

function Unfinished({ provider, health }: { provider: ProviderJson; health: ProviderHealthJson }) {
  const navigate = useNavigate();
  const [address, change] = useAddress();
  const [handed, setHanded] = useState<Handed | null>(null);
  const status = useStatus();
  const itsPage = `${OVERVIEW}/${provider.id}`;
  const wanted = stepNamed(address.step);
  const step: Step = wanted === undefined || wanted === 'choose' ? 'configuration' : wanted;
  const withScim = address.scim === 'on';
  const enable = useEnable(provider, withScim, (token) => {
    if (!token) return navigate({ to: itsPage as never });
    setHanded(token);
  });
  // What enabling answers is shown once: the news that it is enabled may come before that answer, and must not lead away from it.
  const isEnabledHere = enable.isPending || enable.isSuccess || handed !== null;
  if (!isUnfinished(provider, health) && !isEnabledHere) {
    return <Navigate to={itsPage as never} replace />;
  }
  const go = (to: Step) => change({ step: to });
  return (
    <Stack gap="lg">
      <Steps at={step} open={['configuration', 'mapping', 'review']} onStep={go} />
      <Text size="sm" c="dimmed">
        {provider.name} is stored and disabled: nobody signs in by it until the last step. You may leave, and{' '}
        <Anchor component={Link} to={OVERVIEW} inherit>
          User Provisioning
        </Anchor>{' '}
        leads back here.
      </Text>
      {step === 'configuration' && (
        <StoredConfiguration
          provider={provider}
          isDevelopment={status.data?.development ?? false}
          onNext={() => go('mapping')}
        />
      )}
      {step === 'mapping' && (
        <MappingStep provider={provider} onBack={() => go('configuration')} onNext={() => go('review')} />
      )}
      {step === 'review' && (
        <ReviewStep
          provider={provider}
          withScim={withScim}
          onScim={(on) => change({ scim: on ? 'on' : undefined }, { isTyping: true })}
          enable={enable}
          onStep={go}
        />
      )}
      <SetupComplete
        handed={handed}
        kind={provider.kind}
        onClose={() => void navigate({ to: itsPage as never })}
      />
    </Stack>
  );
}

/** Two at once: one has the answer with the token, the other is refused as stale. `onDone`: what is to be handed on, if anything. */
function useEnable(
  provider: ProviderJson,
  withScim: boolean,
  onDone: (handed: Handed | null) => void | Promise<void>,
) {
  return useChange<void, ProviderJson>({
    run: async () => {
      const body = { enabled: true, ...(withScim && { scim: { enabled: true } }) };
      const ifMatch = `"${provider.revision}"`;
      return (await send<ProviderJson>(`/providers/${provider.id}`, { method: 'PATCH', body, ifMatch })).body;
    },
    isQuiet: true,
    onDone: ({ scim: { enabled, endpoint, unreachable, token } }) =>
      onDone(enabled ? { endpoint, unreachable, token: token ?? null } : null),
  });
}
